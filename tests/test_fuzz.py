"""Random tables, networks and estimators: no traceback without a sentence, no wrong number.

The short form is part of every run; ``SKINTERP_FUZZ=long`` looks for ten minutes, elsewhere each
time.
"""

import os
import re
import traceback
import warnings

import numpy as np
import sympy  # noqa: F401 - it adds a filter of warnings when it is loaded
from fuzz_cases import cases
from global_state import state
from hypothesis import HealthCheck, event, given, settings
from printed_readers import decided, formula_values, rule_answers
from run_exports import run_python
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import r2_score

import skinterp
from skinterp.importance import METHODS, importance_shares

IS_LONG = os.environ.get("SKINTERP_FUZZ") == "long"
SENTENCES = ("/skinterp/", "/sklearn/utils/validation.py", "/sklearn/utils/_param_validation.py")


def fuzz(short, long):
    """Return the settings of a test: how many cases in each form."""
    return settings(
        max_examples=long if IS_LONG else short,
        derandomize=not IS_LONG,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def said(call):
    """Return what a call returns; None if it refuses in a sentence of ours.

    Everything else fails: errors from inside other libraries, their warnings, and a changed global
    state.
    """
    before = state()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        inner = list(warnings.filters)
        try:
            result = call()
        except (ValueError, TypeError, RuntimeError) as refusal:
            last = traceback.extract_tb(refusal.__traceback__)[-1].filename
            if not any(part in last for part in SENTENCES):
                raise
            assert re.search(r"\w+ \w+ \w+.*", str(refusal)), repr(refusal)
            event(f"refused: {str(refusal)[:60]}")
            result = None
        assert warnings.filters == inner
    after = state()
    for name, value in before.items():
        assert after[name] == value, name
    return result


def agree(printed, predicted):
    """Assert that two answers are the same: values of their spread, classes of their names."""
    if predicted.dtype.kind == "f":
        room = 1e-12 * np.abs(predicted).max()
        if np.ptp(predicted) <= room:
            assert np.allclose(printed, predicted, rtol=1e-3)
        else:
            assert r2_score(predicted, np.asarray(printed, dtype=float)) >= 0.9999
    else:
        assert np.mean(np.asarray(printed).astype(str) == predicted.astype(str)) >= 0.999


def check_numbers(surrogate, X, y):
    """Assert that all that a surrogate says is possible."""
    predicted = surrogate.predict(X)
    assert len(predicted) == len(X)
    if hasattr(surrogate, "classes_"):
        assert np.isin(predicted, surrogate.classes_).all()
        chances = surrogate.predict_proba(X)
        assert np.allclose(chances.sum(axis=1), 1.0) and (chances >= 0).all()
    else:
        assert np.isfinite(predicted).all()
    if len(X) > 1:
        fidelity, score = skinterp.fidelity_score(surrogate, X), surrogate.score(X, y)
        assert fidelity <= 1.0 and score <= 1.0
    shares = said(lambda: surrogate.input_shares(X))
    if shares is not None:
        assert (shares >= 0).all() and (np.isclose(shares.sum(), 1.0) or not shares.any())
    assert skinterp.complexity(surrogate) >= 0
    return predicted


def equations(surrogate):
    found = getattr(surrogate, "equations_", [])
    return list(found.values()) if isinstance(found, dict) else list(found)


def check_equation(surrogate, X, predicted):
    """Assert that the equation, its code and its text answer as the surrogate does."""
    found = equations(surrogate)
    if len(found) != 1:
        return
    agree(run_python(found[0].to_python())["predict"](X), predicted)
    columns = plain_columns(X)
    if columns is None:
        return
    text = str(found[0]).split(" if ")[-1]
    if re.search(r" [<>]=? \S+$", text):
        positive = surrogate.classes_[1] == predicted
        assert np.mean(decided(text, columns) == positive) >= 0.999
    else:
        agree(formula_values(text, columns), predicted)


def plain_columns(X):
    """Return the columns of a table whose names can be read in formulas; None of others."""
    if not hasattr(X, "columns"):
        return {f"x{j}": column.astype(float) for j, column in enumerate(X.T)}
    is_number = not set(X.dtypes.map(lambda kind: kind.kind)) - set("iuf") and X.notna().all(
        axis=None
    )
    if is_number and all(re.fullmatch(r"x\d", str(name)) for name in X.columns):
        return {name: X[name].to_numpy(dtype=float) for name in X.columns}
    return None


def check_code(surrogate, X, predicted):
    """Assert that exported code answers as the surrogate does."""
    agree(run_python(surrogate.to_python())["predict"](X), predicted)


def check_rules(tree, X, predicted):
    """Assert that rules and code of a tree answer as the tree does."""
    check_code(tree, X, predicted)
    columns, text = plain_columns(X), tree.export_text()
    if columns is None or tree.max_leaf_nodes == 1 or skinterp.complexity(tree) < 2:
        return
    text = "\n".join(line.split(" (")[0] for line in text.split("\n"))
    answers = rule_answers(text, columns)
    if predicted.dtype.kind == "f":
        answers = answers.astype(float)
    if predicted.dtype.kind in "fbi" or "'" not in text:
        agree(answers, predicted)


def of_task(case, name, options):
    kind = "Regressor" if case.task == "regression" else "Classifier"
    return getattr(skinterp, name + kind)(case.trained(), **options)


def fit_and_check(case, name, check_text, **options):
    X, y = case.table(), case.target()
    surrogate = said(lambda: of_task(case, name, options))
    if surrogate is None or said(lambda: surrogate.fit(X)) is None:
        return

    def check():
        predicted = check_numbers(surrogate, X, y)
        assert surrogate.export_text()
        check_text(surrogate, X, predicted)
        return True

    assert said(check), "a fitted surrogate refuses its own rows"


@given(case=cases())
@fuzz(100, 1500)
def test_linear_surrogates(case):
    fit_and_check(case, "LinearSurrogate", check_equation)


@given(case=cases())
@fuzz(100, 1500)
def test_tree_surrogates(case):
    fit_and_check(case, "TreeSurrogate", check_rules, n_queries=100, random_state=0)


@given(case=cases(most_columns=3))
@fuzz(12, 200)
def test_symbolic_surrogates(case):
    options = {"n_points": 30, "max_complexity": 8, "random_state": 0}
    fit_and_check(case, "SymbolicSurrogate", check_equation, **options)


@given(case=cases(most_columns=3))
@fuzz(15, 400)
def test_hinge_surrogates(case):
    fit_and_check(case, "HingeSurrogate", check_equation, n_queries=100, random_state=0)


@given(case=cases(most_columns=3))
@fuzz(25, 500)
def test_additive_surrogates(case):
    fit_and_check(case, "AdditiveSurrogate", check_equation, n_queries=100, random_state=0)


@given(case=cases(most_columns=3))
@fuzz(25, 500)
def test_sums_of_trees(case):
    options = {"n_queries": 100, "n_trees": 3, "max_leaf_nodes": 6, "random_state": 0}
    fit_and_check(case, "TreeSurrogate", check_code, **options)


@given(case=cases())
@fuzz(30, 800)
def test_exact_trees(case):
    fit_and_check(case, "ExactTree", lambda *given: None)


@given(case=cases())
@fuzz(20, 400)
def test_pruned_networks(case):
    fit_and_check(case, "PrunedMLP", check_equation, n_tuning_steps=3, random_state=0)


@given(case=cases())
@fuzz(30, 800)
def test_regions_of_a_network_are_its_answers(case):
    X, network = case.table(), said(case.trained)
    regions = network and said(lambda: skinterp.LinearRegions(network).fit(X))
    if regions is not None:
        assert 1 <= regions.n_regions_ <= len(X)
        assert str(said(lambda: regions.inequalities(0))) is not None


@given(case=cases())
@fuzz(25, 600)
def test_importances_are_shares(case):
    X, y, network = case.table(), case.target(), said(case.trained)
    for method in METHODS.values():
        if network is None or "forest" in method.name:
            continue
        shares = said(lambda m=method: importance_shares(m.name, network, X, y))
        if shares is not None:
            assert (shares >= 0).all() and (np.isclose(shares.sum(), 1.0) or not shares.any())


@given(case=cases(most_columns=3))
@fuzz(4, 80)
def test_comparisons(case):
    X, y, network = case.table(), case.target(), said(case.trained)
    names = ["tree", "linear"]
    found = network and said(lambda: skinterp.compare_surrogates(network, X, y, names, cv=2))
    assert found is None or str(found)
