"""Comparisons: the numbers by hand, one network per fold, tables, plots and refusals."""

import io
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.inspection import permutation_importance
from sklearn.metrics import accuracy_score, cohen_kappa_score, r2_score
from sklearn.model_selection import KFold, StratifiedKFold, cross_validate, train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import (
    LinearSurrogateClassifier,
    LinearSurrogateRegressor,
    SymbolicSurrogateClassifier,
    SymbolicSurrogateRegressor,
    TreeSurrogateClassifier,
    TreeSurrogateRegressor,
    as_network,
    compare_surrogates,
    default_network,
    fidelity_score,
)
from skinterp.evaluation import form_names, make_surrogates
from skinterp.evaluation._surrogate_comparison import METRICS
from skinterp.report import Findings, render_page, render_text, report_data

FAST = {"tree": TreeSurrogateClassifier(n_queries=300, random_state=0)}
FAST["linear"] = LinearSurrogateClassifier(max_features=4)
SLOW_FREE = ["tree", "linear"]
TIMELESS = [metric for metric in METRICS if metric != "seconds"]


def folds(cv=3):
    """Return a splitter whose folds a test can repeat."""
    return StratifiedKFold(cv, shuffle=True, random_state=4)


def unfitted():
    """Return a small unfitted network that trains fast and without a warning."""
    mlp = MLPClassifier((5,), solver="lbfgs", alpha=1.0, max_iter=2000, random_state=0)
    return make_pipeline(StandardScaler(), mlp)


@pytest.fixture(scope="module")
def cancer():
    """Return rows and targets of breast cancer, four columns, as a data frame."""
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    return X.iloc[:, [0, 1, 20, 27]], y


@pytest.fixture(scope="module")
def network(cancer):
    """Return a network trained on all rows."""
    return unfitted().fit(*cancer)


@pytest.fixture(scope="module")
def result(cancer, network):
    """Return a comparison of a fitted network."""
    return compare_surrogates(network, *cancer, FAST, cv=folds())


@pytest.fixture(scope="module")
def regression():
    """Return a comparison of a regression network, its rows and targets."""
    X, y = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
    mlp = MLPRegressor(
        hidden_layer_sizes=(5,), solver="lbfgs", alpha=1.0, max_iter=5000, random_state=0
    )
    network = make_pipeline(StandardScaler(), mlp).fit(X, y)
    cv = KFold(2, shuffle=True, random_state=0)
    return compare_surrogates(network, X, y, SLOW_FREE, cv=cv), network, X, y


def same(first, second):
    """Tell whether two comparisons have the same numbers, times aside."""
    return list(first.scores) == list(second.scores) and all(
        np.array_equal(first.scores[form][m], second.scores[form][m], equal_nan=True)
        for form in first.scores
        for m in TIMELESS
    )


# ---- oracle: the numbers by hand ------------------------------------------------------------


@pytest.mark.parametrize("form", list(FAST))
def test_fidelity_and_accuracy_are_those_of_cross_validate(cancer, network, result, form):
    X, y = cancer
    estimator = clone(FAST[form]).set_params(network=network)
    scoring = {"fidelity": fidelity_score, "accuracy": "accuracy"}
    expected = cross_validate(estimator, X, y, cv=folds(), scoring=scoring)
    for metric in scoring:
        np.testing.assert_allclose(result.scores[form][metric], expected[f"test_{metric}"])


def test_kappa_and_complexity_are_those_of_each_fold(cancer, network, result):
    X, y = cancer
    for k, (train, test) in enumerate(folds().split(X, y)):
        tree = clone(FAST["tree"]).set_params(network=network).fit(X.iloc[train])
        kappa = cohen_kappa_score(network.predict(X.iloc[test]), tree.predict(X.iloc[test]))
        assert result.scores["tree"]["kappa"][k] == pytest.approx(kappa)
        assert result.scores["tree"]["complexity"][k] == tree.complexity_


def test_an_unfitted_network_is_that_of_cross_validate(cancer):
    X, y = cancer
    result = compare_surrogates(unfitted(), X, y, FAST, cv=folds())
    own = cross_validate(unfitted(), X, y, cv=folds())["test_score"]
    np.testing.assert_allclose(result.scores["network"]["accuracy"], own)
    for form in FAST:
        estimator = clone(FAST[form]).set_params(network=unfitted())
        fidelity = cross_validate(estimator, X, y, cv=folds(), scoring=fidelity_score)
        np.testing.assert_allclose(result.scores[form]["fidelity"], fidelity["test_score"])


def test_the_majority_class_is_what_the_network_answers_most(cancer, network, result):
    X, y = cancer
    answers = network.predict(X)
    expected = cross_validate(DummyClassifier(), X, answers, cv=list(folds().split(X, y)))
    np.testing.assert_allclose(result.scores["majority"]["fidelity"], expected["test_score"])
    assert (result.scores["majority"]["kappa"] == 0).all()


def test_the_forest_is_a_random_forest_on_the_target(cancer, network, result):
    X, y = cancer
    scores = cross_validate(RandomForestClassifier(random_state=0), X, y, cv=folds())
    assert result.mean("random forest", "accuracy") == pytest.approx(
        scores["test_score"].mean(), abs=0.02
    )
    impurity = RandomForestClassifier(random_state=0).fit(X, y).feature_importances_
    np.testing.assert_allclose(result.importances["forest, impurity"], impurity, atol=0.05)
    train, test = next(folds().split(X, y))
    forest = RandomForestClassifier(random_state=0).fit(X.iloc[train], y.iloc[train])
    drops = permutation_importance(forest, X.iloc[test], y.iloc[test], random_state=0)
    np.testing.assert_allclose(
        result.importances["forest, permutation"], drops.importances_mean, atol=0.05
    )


def test_regression_is_measured_by_r2(regression):
    result, network, X, y = regression
    train, test = next(KFold(2, shuffle=True, random_state=0).split(X))
    answers, linear = network.predict(X.iloc[test]), LinearSurrogateRegressor(network)
    predicted = linear.fit(X.iloc[train]).predict(X.iloc[test])
    first = {metric: values[0] for metric, values in result.scores["linear"].items()}
    assert first["fidelity"] == pytest.approx(r2_score(answers, predicted))
    assert first["accuracy"] == pytest.approx(r2_score(y.iloc[test], predicted))
    mean = r2_score(answers, np.full(len(test), network.predict(X.iloc[train]).mean()))
    assert result.scores["mean"]["fidelity"][0] == pytest.approx(mean)
    assert isinstance(result.estimators["tree"], TreeSurrogateRegressor)
    forest = RandomForestRegressor(random_state=0).fit(X, y)
    np.testing.assert_allclose(
        result.importances["forest, impurity"], forest.feature_importances_, atol=0.05
    )


# ---- property -------------------------------------------------------------------------------


def test_the_result_does_not_depend_on_the_jobs(cancer, network, result):
    again = compare_surrogates(network, *cancer, FAST, cv=folds(), n_jobs=2)
    assert same(result, again)
    for method, values in result.importances.items():
        assert np.array_equal(values, again.importances[method])


def test_the_seed_decides_the_folds(cancer, network):
    def run(seed):
        return compare_surrogates(network, cancer[0], None, ["linear"], cv=2, random_state=seed)

    assert same(run(0), run(0))
    assert not same(run(0), run(1))


class CountedMLP(MLPClassifier):
    """A network that counts how often it was trained, and on how many rows."""

    trained = []

    def fit(self, X, y):
        """Count and train."""
        self.trained.append(len(X))
        return super().fit(X, y)


def test_an_unfitted_network_is_trained_once_per_fold_and_once_on_all(cancer):
    X, y = cancer
    CountedMLP.trained = []
    network = make_pipeline(StandardScaler(), CountedMLP((3,), solver="lbfgs", random_state=0))
    result = compare_surrogates(network, X, y, SLOW_FREE, cv=folds())
    sizes = [len(train) for train, _ in folds().split(X, y)]
    assert sorted(CountedMLP.trained) == sorted([*sizes, len(X)])
    assert result.network_is_refitted
    assert not hasattr(network[-1], "coefs_")


def test_a_fitted_network_is_used_as_it_is(cancer, network, result):
    X, y = cancer
    CountedMLP.trained = []
    counted = CountedMLP((3,), solver="lbfgs", random_state=0).fit(X, y)
    weights = [w.copy() for w in counted.coefs_]
    compare_surrogates(counted, X, y, SLOW_FREE, cv=2)
    assert CountedMLP.trained == [len(X)]
    assert all(map(np.array_equal, weights, counted.coefs_))
    assert not result.network_is_refitted
    assert result.network == as_network(network)
    for estimator in result.estimators.values():
        assert estimator.network_ == as_network(network)


def test_the_users_surrogates_stay_unfitted(result):
    for form, estimator in FAST.items():
        assert estimator.network is None
        assert not hasattr(estimator, "network_")
        assert result.estimators[form].get_params()["random_state"] == estimator.random_state


def test_pickled_it_says_the_same(result, cancer):
    again = pickle.loads(pickle.dumps(result))
    assert same(result, again)
    assert str(again) == str(result)
    X, _ = cancer
    for form, estimator in result.estimators.items():
        assert np.array_equal(again.estimators[form].predict(X), estimator.predict(X))


def test_what_has_no_meaning_is_nan(result, regression):
    for form in ("network", "majority"):
        assert np.isnan(result.scores[form]["complexity"]).all()
        assert np.isnan(result.scores[form]["seconds"]).all()
    assert (result.scores["network"]["fidelity"] == 1).all()
    assert all(np.isnan(scores["kappa"]).all() for scores in regression[0].scores.values())


def test_without_a_target_there_is_no_accuracy_and_no_forest(cancer, network):
    result = compare_surrogates(network, cancer[0], surrogates=FAST, cv=2)
    assert list(result.scores) == ["tree", "linear", "network", "majority"]
    assert all(np.isnan(scores["accuracy"]).all() for scores in result.scores.values())
    assert result.mean("tree", "fidelity") > 0.9
    assert result.importances == {}
    assert "-" in str(result).splitlines()[2]


def test_a_fold_where_all_agree_on_one_class_has_no_kappa():
    X = np.random.default_rng(0).uniform(-1, 1, (60, 2))
    X[:30, 0] = np.abs(X[:30, 0]) + 0.1
    network = as_network(lambda X: 50 * X[:, :1], n_features_in=2, classes=[0, 1])
    cv = [(np.arange(30, 60), np.arange(10)), (np.arange(60), np.arange(60))]
    result = compare_surrogates(network, X, surrogates=["linear"], cv=cv)
    assert np.isnan(result.scores["linear"]["kappa"][0])
    assert result.scores["linear"]["kappa"][1] > 0.9
    assert result.scores["linear"]["fidelity"][0] == 1


@pytest.mark.parametrize("kind", ["lists", "array"])
def test_rows_may_be_lists_or_arrays(cancer, kind):
    X, y = cancer[0].to_numpy(), cancer[1].to_numpy()
    network = unfitted().fit(X, y)
    expected = compare_surrogates(network, X, y, ["linear"], cv=2)
    given = (X.tolist(), y.tolist()) if kind == "lists" else (X, list(y))
    assert same(expected, compare_surrogates(network, *given, ["linear"], cv=2))
    assert expected.feature_names == ("x0", "x1", "x2", "x3")


def test_callables_and_text_classes_work():
    X = pd.DataFrame(np.random.default_rng(0).uniform(-1, 1, (90, 2)), columns=["a b", "class"])
    y = np.where(X["a b"] > 0, "high", "low")
    logits = as_network(
        lambda X: 9 * X[:, :1], n_features_in=2, classes=["low", "high"], feature_names=X.columns
    )
    result = compare_surrogates(logits, X, y, SLOW_FREE, cv=3)
    assert result.mean("tree", "fidelity") > 0.9
    assert result.mean("network", "accuracy") == 1
    assert result.feature_names == ("a b", "class")


# ---- contract -------------------------------------------------------------------------------


def test_the_frame_has_a_row_per_form_and_two_columns_per_metric(result):
    frame = result.to_frame()
    assert list(frame.index) == ["tree", "linear", "random forest", "network", "majority"]
    assert list(frame.columns) == [f"{m}_{s}" for m in METRICS for s in ("mean", "std")]
    assert all(np.issubdtype(kind, np.floating) for kind in frame.dtypes)
    values = result.scores["tree"]["fidelity"]
    assert frame.loc["tree", "fidelity_mean"] == pytest.approx(values.mean())
    assert frame.loc["tree", "fidelity_std"] == pytest.approx(values.std())
    assert frame.loc["tree", "fidelity_mean"] == result.mean("tree", "fidelity")


def test_the_dictionary_is_plain_and_without_nan(result):
    scores = result.to_dict()
    assert scores["tree"]["fidelity"] == result.scores["tree"]["fidelity"].tolist()
    assert scores["network"]["complexity"] == [None, None, None]
    assert result.n_folds == 3


def test_the_text_is_an_aligned_table(result, regression):
    title, *lines = str(result).splitlines()
    assert title == f"{result.title}:" == "Means and deviations over 3 folds, held-out rows:"
    assert lines[0].split() == ["form", "fidelity", "kappa", "accuracy", "atoms", "time/s"]
    assert lines[1] == "-" * len(lines[0])
    assert [line.split("  ")[0] for line in lines[2:]] == list(result.scores)
    assert len({len(line) for line in lines}) == 1
    assert f"{result.mean('tree', 'fidelity'):.3f} ±" in lines[2]
    head = str(regression[0]).splitlines()[1].split()
    assert head == ["form", "fidelity", "R2", "atoms", "time/s"]


def test_the_plot_shows_every_form_and_the_lines_to_beat(result, regression):
    display = result.plot()
    labels = display.ax_.get_legend_handles_labels()[1]
    for form in ("tree", "linear", "random forest", "majority"):
        assert any(form in label for label in labels), form
    assert not any(label == "network" for label in labels)
    assert "held-out" in display.ax_.get_ylabel()
    assert "R2" in regression[0].plot().ax_.get_ylabel()
    display.figure_.savefig(io.BytesIO())


def test_the_importances_are_drawn_by_name(result):
    display = result.importances_display().plot()
    names = [text.get_text() for text in display.ax_.get_yticklabels()]
    assert sorted(names) == sorted(result.feature_names)


def test_names_make_surrogates_of_the_task():
    made = make_surrogates(None, "binary", random_state=3)
    assert [type(estimator) for estimator in made.values()][:3] == [
        SymbolicSurrogateClassifier,
        TreeSurrogateClassifier,
        LinearSurrogateClassifier,
    ]
    assert list(made) == form_names("binary", default=True)
    assert all(estimator.random_state == 3 for estimator in made.values())
    assert isinstance(make_surrogates(["tree"], "regression")["tree"], TreeSurrogateRegressor)
    assert make_surrogates(FAST, "binary") == FAST


# ---- refusal ----------------------------------------------------------------------------------


@pytest.mark.parametrize("surrogates", [["trees"], ["tree", "forest"], [], {}, "tree"])
def test_unknown_surrogates_are_refused(cancer, network, surrogates):
    wording = r"surrogates must be names out of \['symbolic', .*'pruned'\], or a non-empty"
    with pytest.raises(ValueError, match=wording):
        compare_surrogates(network, *cancer, surrogates, cv=2)


def test_an_unfitted_network_needs_a_target(cancer):
    with pytest.raises(ValueError, match="y must be passed, because network is not fitted"):
        compare_surrogates(unfitted(), cancer[0])


def test_other_lengths_are_refused(cancer, network):
    X, y = cancer
    with pytest.raises(ValueError, match=r"y must have one entry per row of X, 569\. Got 9"):
        compare_surrogates(network, X, y[:9])


def test_too_few_rows_for_the_folds_are_refused(cancer, network, regression):
    X, y = cancer
    few = np.r_[np.flatnonzero(y == 0)[:3], np.flatnonzero(y == 1)[:30]]
    wording = r"cv=5 folds need at least 5 rows of every class\. Got 3 of class 0 instead"
    with pytest.raises(ValueError, match=wording):
        compare_surrogates(network, X.iloc[few], y.iloc[few], SLOW_FREE)
    with pytest.raises(ValueError, match=r"cv must be at least 2 folds\. Got 1 instead"):
        compare_surrogates(network, X, y, SLOW_FREE, cv=1)
    _, other, X, y = regression
    with pytest.raises(ValueError, match=r"at least 10 rows\. Got n_samples=9 instead"):
        compare_surrogates(other, X[:9], y[:9], SLOW_FREE)


def test_a_fold_that_fails_is_named(cancer, network):
    def margin(X):
        return np.where(X[:, :1] > 0, 1.0, 2.0)

    X = np.random.default_rng(0).uniform(-1, 1, (40, 2))
    flat = as_network(margin, n_features_in=2, classes=[0, 1])
    wording = r"The surrogate 'symbolic' could not be fitted on fold 0: .*"
    with pytest.raises(ValueError, match=wording):
        compare_surrogates(flat, X, surrogates=["symbolic"], cv=2)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(cancer, network, bad):
    X = cancer[0].copy()
    X.iloc[3, 1] = bad
    with pytest.raises(ValueError, match=r"NaN|[Ii]nfinit"):
        compare_surrogates(network, X, cancer[1], SLOW_FREE, cv=2)


def test_other_columns_are_refused(cancer, network):
    X, y = cancer
    with pytest.raises(ValueError, match="missing from X: 'mean texture'"):
        compare_surrogates(network, X.rename(columns={"mean texture": "other"}), y, cv=2)


def test_several_outputs_are_refused():
    X, y = load_iris(return_X_y=True)
    several = MLPRegressor(hidden_layer_sizes=(3,), solver="lbfgs", max_iter=9000, random_state=0)
    several.fit(X, X[:, :2])
    with pytest.raises(ValueError, match=r"explains one target.*with 2 outputs instead"):
        compare_surrogates(several, X)
    labels = MLPClassifier((3,), solver="lbfgs", max_iter=9000, random_state=0)
    labels.fit(X, np.stack([y > 0, y > 1], axis=1))
    with pytest.raises(ValueError, match=r"Got a multilabel network.*\.margin\(k\)"):
        compare_surrogates(labels, X)
    result = compare_surrogates(as_network(labels).margin(1), X, surrogates=["tree"], cv=2)
    assert result.task == "regression"


def test_a_forest_is_no_network(cancer):
    X, y = cancer
    with pytest.raises(TypeError, match="gradient"):
        compare_surrogates(RandomForestClassifier(5).fit(X, y), X, y)


# ---- every form on scikit-learn's tables ----------------------------------------------------


def symbolic(kind):
    return kind(operators=["add", "mul"], n_points=60, random_state=0)


@pytest.mark.slow
def test_every_form_of_breast_cancer_beats_the_majority():
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    forms = {"symbolic": symbolic(SymbolicSurrogateClassifier), **FAST}
    result = compare_surrogates(default_network("binary", random_state=0), X, y, forms, cv=2)
    for form in forms:
        assert result.mean(form, "fidelity") > result.mean("majority", "fidelity")
        assert result.mean(form, "kappa") > 0.5
    answers = result.network.predict(X)
    predicted = result.estimators["symbolic"].predict(X)
    assert accuracy_score(answers, predicted) > 0.85


@pytest.mark.slow
@pytest.mark.parametrize("load", [load_wine, load_iris, load_digits])
def test_equations_of_other_tables_beat_the_majority(load):
    X, y = load(return_X_y=True, as_frame=True)
    if load is load_digits:
        X, y = X[y.isin([3, 8])], y[y.isin([3, 8])]
    X, X_test, y, _ = train_test_split(X, y, random_state=0, stratify=y)
    network = default_network("multiclass", random_state=0).fit(X, y)
    surrogate = symbolic(SymbolicSurrogateClassifier).set_params(network=network).fit(X)
    answers = network.predict(X_test)
    majority = np.unique(answers, return_counts=True)[1].max() / len(answers)
    assert fidelity_score(surrogate, X_test) > majority + 0.1
    assert len(surrogate.equations_) == (1 if load is load_digits else 3)


@pytest.mark.slow
def test_every_form_of_diabetes_beats_the_mean():
    X, y = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
    forms = {"symbolic": symbolic(SymbolicSurrogateRegressor)}
    forms |= {"tree": TreeSurrogateRegressor(random_state=0), "linear": LinearSurrogateRegressor()}
    network = default_network("regression", random_state=0)
    result = compare_surrogates(network, X, y, forms, cv=2)
    for form in forms:
        assert result.mean(form, "fidelity") > max(0.5, result.mean("mean", "fidelity"))


def test_a_search_out_of_time_is_said_in_the_comparison_its_page_and_its_json():
    X = np.random.default_rng(0).normal(size=(80, 2))
    network = as_network(lambda X: X[:, 0] * X[:, 1] - 0.2, n_features_in=2)
    short = SymbolicSurrogateRegressor(n_points=30, time_budget=1e-6, random_state=0)
    lines = LinearSurrogateRegressor()
    found = compare_surrogates(network, X, surrogates={"short": short, "lines": lines}, cv=2)
    (note,) = found.notes
    assert note.startswith("short is incomplete: The search: time budget reached")
    assert note in str(found)
    findings = Findings(found)
    assert note in render_page(findings) and note in render_text(findings)
    assert report_data(findings)["notes"] == [note]
