"""What a fitted symbolic classifier promises: one answer, however it is asked for."""

import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from symbolic_pool import CONCEPTS, Concept, explained

from skinterp import SymbolicSurrogateClassifier
from skinterp.expression import parse
from skinterp.metrics import fidelity_score
from skinterp.network import as_network

CONCEPT = CONCEPTS["quotient"]
FRESH = CONCEPT.rows(3000, seed=1)
CHEAP = {"operators": ["div"], "n_points": 40, "max_complexity": 8, "random_state": 0}


@pytest.fixture(scope="module")
def surrogate():
    return explained(CONCEPT)


def test_the_sign_of_the_log_odds_decides(surrogate):
    log_odds = surrogate.decision_function(FRESH)
    assert log_odds.shape == (len(FRESH),)
    np.testing.assert_array_equal(np.where(log_odds > 0, "on", "off"), surrogate.predict(FRESH))


def test_probabilities_are_those_of_the_log_odds(surrogate):
    probabilities = surrogate.predict_proba(FRESH)
    assert probabilities.shape == (len(FRESH), 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    expected = 1 / (1 + np.exp(-surrogate.decision_function(FRESH)))
    np.testing.assert_allclose(probabilities[:, 1], expected)


def test_probabilities_are_monotone_in_the_formula(surrogate):
    values = surrogate.equation_.values(FRESH)
    order = np.argsort(values)
    probabilities = surrogate.predict_proba(FRESH)[order, 1]
    steps = np.diff(probabilities) * (1 if surrogate.equation_.greater else -1)
    assert steps.min() >= -1e-12


def test_probabilities_follow_the_network(surrogate):
    found = surrogate.predict_proba(FRESH)[:, 1]
    expected = CONCEPT.network().predict_proba(FRESH)[:, 1]
    assert np.abs(found - expected).mean() < 0.05


def test_the_equation_alone_predicts_the_same(surrogate):
    np.testing.assert_array_equal(surrogate.equation_.predict(FRESH), surrogate.predict(FRESH))


def test_the_printed_equation_predicts_the_same(surrogate):
    text, sign, threshold = surrogate.equation_.format().rpartition(" > ")
    assert sign == " > "
    values = parse(text, surrogate.equation_.feature_names).evaluate(FRESH)
    printed = np.where(values > float(threshold), "on", "off")
    assert np.mean(printed == surrogate.predict(FRESH)) >= 0.998


def test_the_exported_equation_predicts_the_same(surrogate):
    namespace = {}
    exec(surrogate.equation_.to_python(), namespace)
    np.testing.assert_array_equal(namespace["predict"](FRESH), surrogate.predict(FRESH))


@pytest.mark.parametrize("classes", [("no", "yes"), (0, 1), (-1, 1), (False, True), (1.0, 7.0)])
def test_labels_are_those_of_the_network(classes):
    X = CONCEPT.rows()
    surrogate = SymbolicSurrogateClassifier(CONCEPT.network(classes), **CHEAP).fit(X)
    assert surrogate.classes_.tolist() == list(classes)
    expected = CONCEPT.network(classes).predict(X)
    assert surrogate.predict(X).dtype == expected.dtype
    assert np.mean(surrogate.predict(X) == expected) > 0.9
    assert set(surrogate.equation_.predict(X).tolist()) == set(classes)
    assert surrogate.score(X, expected) > 0.9


NAMES = ["a b", "x^2", "class"]


def test_columns_keep_their_names():
    X = pd.DataFrame(CONCEPT.rows(), columns=NAMES)
    surrogate = SymbolicSurrogateClassifier(CONCEPT.network(names=NAMES), **CHEAP).fit(X)
    assert "a b" in str(surrogate.equation_)
    assert "x^2" in str(surrogate.equation_)
    assert surrogate.equation_.feature_names == tuple(NAMES)
    assert surrogate.front_.to_frame()["formula"].str.contains("a b", regex=False).any()
    assert surrogate.feature_names_in_.tolist() == NAMES
    np.testing.assert_array_equal(surrogate.predict(X), surrogate.equation_.predict(X))
    np.testing.assert_array_equal(
        surrogate.predict(X), surrogate.equation_.predict(X[NAMES].to_numpy())
    )
    with pytest.raises(ValueError, match="feature names"):
        surrogate.predict(X[NAMES[::-1]])


def test_names_of_the_network_are_used_for_an_array():
    network = CONCEPT.network(names=NAMES)
    surrogate = SymbolicSurrogateClassifier(network, **CHEAP).fit(CONCEPT.rows())
    assert "a b" in str(surrogate.equation_)


def test_the_same_seed_gives_the_same_equation_for_any_n_jobs():
    concept = CONCEPTS["ellipse"]
    # additions alone never satisfy, so that terms are evolved
    options = {"operators": ["add"], "n_points": 40, "max_complexity": 10}
    found = [explained(concept, n_jobs=n_jobs, **options) for n_jobs in (None, 1, 2)]
    with joblib.parallel_config(backend="threading", n_jobs=2):
        found.append(explained(concept, **options))
    assert len({str(one.equation_) for one in found}) == 1
    assert all(one.front_ == found[0].front_ for one in found)
    assert all(one.equation_ == found[0].equation_ for one in found)


def test_random_states_of_every_kind_are_taken():
    X = CONCEPT.rows()
    options = {**CHEAP, "random_state": np.random.RandomState(0)}
    seeded = SymbolicSurrogateClassifier(CONCEPT.network(), **options).fit(X)
    whole = SymbolicSurrogateClassifier(CONCEPT.network(), **CHEAP).fit(X)
    assert str(seeded.equation_) == str(whole.equation_)


def test_a_copy_by_pickle_is_small_and_predicts_the_same():
    X = CONCEPT.rows(4000)
    y = CONCEPT.logit(X) > 0
    network = MLPClassifier((10,), solver="lbfgs", max_iter=200, random_state=0).fit(X, y)
    surrogate = SymbolicSurrogateClassifier(as_network(network), **CHEAP).fit(X)
    written = pickle.dumps(surrogate)
    assert len(written) < 200_000
    twin = pickle.loads(written)
    assert str(twin.equation_) == str(surrogate.equation_)
    np.testing.assert_array_equal(twin.predict(FRESH), surrogate.predict(FRESH))
    np.testing.assert_array_equal(twin.predict_proba(FRESH), surrogate.predict_proba(FRESH))


def test_no_rows_are_kept(surrogate):
    def arrays_in(value, seen):
        if id(value) in seen:
            return []
        seen.add(id(value))
        if isinstance(value, np.ndarray):
            return [value]
        if isinstance(value, (list, tuple)):
            return [a for item in value for a in arrays_in(item, seen)]
        return [
            a for item in getattr(value, "__dict__", {}).values() for a in arrays_in(item, seen)
        ]

    assert max((a.size for a in arrays_in(surrogate, set())), default=0) < 100


def test_a_clone_shares_the_fitted_network():
    network = CONCEPT.network()
    surrogate = SymbolicSurrogateClassifier(network, **CHEAP)
    twin = clone(surrogate)
    assert twin.network is network
    assert twin.get_params() == surrogate.get_params()
    assert not hasattr(twin, "equation_")
    assert twin.fit(CONCEPT.rows()).network_ is network


def test_fidelity_can_be_searched_and_cross_validated():
    X = CONCEPT.rows()
    estimator = SymbolicSurrogateClassifier(CONCEPT.network(), **CHEAP)
    search = GridSearchCV(estimator, {"max_complexity": [1, 6]}, scoring=fidelity_score, cv=2)
    search.fit(X)
    assert search.best_params_ == {"max_complexity": 6}
    assert search.best_score_ > 0.95
    result = cross_validate(estimator, X, cv=2, scoring=fidelity_score, error_score="raise")
    assert result["test_score"].min() > 0.95


def test_an_unfitted_network_is_trained_in_each_fit():
    X = CONCEPT.rows(400)
    y = np.where(CONCEPT.logit(X) > 0, "on", "off")
    network = make_pipeline(
        StandardScaler(), MLPClassifier((8,), solver="lbfgs", max_iter=500, random_state=0)
    )
    estimator = SymbolicSurrogateClassifier(network, **CHEAP)
    result = cross_validate(
        estimator, X, y, cv=2, scoring=["accuracy"], return_estimator=True, error_score="raise"
    )
    assert result["test_accuracy"].min() > 0.9
    one, other = (fitted.network_ for fitted in result["estimator"])
    assert one != other
    assert not hasattr(network[-1], "coefs_")


def test_a_step_of_a_pipeline():
    X = CONCEPT.rows()
    scaled = StandardScaler().fit(X)
    network = as_network(
        lambda Z: CONCEPT.logit(scaled.inverse_transform(Z)), n_features_in=3, classes=["a", "b"]
    )
    pipeline = make_pipeline(StandardScaler(), SymbolicSurrogateClassifier(network, **CHEAP))
    predicted = pipeline.fit(X).predict(X)
    assert np.mean((predicted == "b") == (CONCEPT.logit(X) > 0)) > 0.95


def test_stages_are_told_on_the_standard_error_only(capsys):
    explained(CONCEPT, verbose=1, **CHEAP)
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) >= 2
    explained(CONCEPT, **CHEAP)
    assert capsys.readouterr() == ("", "")


def test_a_time_budget_ends_the_search_early():
    surrogate = explained(CONCEPTS["switch"], time_budget=1e-6)
    assert any(note.startswith("time budget") for note in surrogate.front_.notes)
    assert "The search: time budget reached" in surrogate.unfinished_[0]
    assert surrogate.unfinished_[0] in surrogate.export_text()
    assert np.isfinite(surrogate.front_.selected.loss)
    assert set(surrogate.predict(CONCEPTS["switch"].rows())) <= {"off", "on"}


@pytest.mark.parametrize("stage", ["tuned constants", "evolved terms"])
def test_an_interruption_keeps_the_best_front_and_warns(interrupt_at, stage):
    interrupt_at(stage)
    with pytest.warns(UserWarning, match="interrupted: the best formulas found until then are"):
        surrogate = explained(CONCEPTS["ellipse"], operators=["add", "mul"], n_points=50)
    assert surrogate.front_.selected.fidelity > 0.5
    assert any(note.startswith("interrupted") for note in surrogate.front_.notes)
    assert surrogate.export_text().endswith("\n".join(surrogate.unfinished_))
    assert set(surrogate.predict(FRESH)) <= {"off", "on"}


def test_an_interruption_before_anything_was_found_is_passed_on(interrupt_at):
    interrupt_at("dictionary")
    with pytest.raises(KeyboardInterrupt):
        explained(CONCEPT)


@pytest.mark.slow
def test_many_rows_are_subsampled_and_said_so():
    concept = CONCEPTS["product"]
    many = concept.rows(200_000)
    surrogate = explained(concept, many, n_points=100)
    (note,) = surrogate.front_.notes
    assert "of 200000 rows" in note
    assert fidelity_score(surrogate, many) > 0.99


def test_a_formula_is_defined_on_all_rows_it_was_fitted_on():
    # the one row that forbids log and 1/x is not among those subsampled
    concept = CONCEPTS["quotient"]
    X = concept.rows(20_000)
    X[12_345, 2] = -1.0
    surrogate = explained(concept, X, operators=["add", "log"], n_points=100)
    for candidate in surrogate.front_:
        assert np.isfinite(candidate.expression.evaluate(X)).all()


def test_rows_outside_the_domain_get_the_commoner_class_and_a_warning():
    concept = Concept("log(x0) - x1", -0.5, (0.1, -1, -1), (3, 1, 1))
    surrogate = explained(concept, operators=["log", "sub"], n_points=100)
    rows = np.array([[-50.0, 1.0, 1.0], [2.0, 0.0, 1.0]])
    assert np.isnan(surrogate.equation_.values(rows)).tolist() == [True, False]
    commoner = concept.network().predict(concept.rows())
    commoner = max({"off", "on"}, key=commoner.tolist().count)
    for ask in (surrogate.predict, surrogate.decision_function, surrogate.predict_proba):
        with pytest.warns(UserWarning, match=rf"undefined at 1 row, .* class '{commoner}'"):
            answers = ask(rows)
        assert len(answers) == 2
    with pytest.warns(UserWarning, match="undefined at 1 row"):
        assert surrogate.predict(rows)[0] == commoner == surrogate.equation_.predict(rows)[0]
