"""Importances by every method in one table."""

import warnings

import numpy as np
import pytest
from scipy.stats import kendalltau, spearmanr
from sklearn.datasets import load_diabetes, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import (
    LinearSurrogateClassifier,
    SymbolicSurrogateClassifier,
    TreeSurrogateClassifier,
    as_network,
)
from skinterp.evaluation import compare_importances
from skinterp.importance import METHODS, ImportanceMethod

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")


@pytest.fixture(scope="module")
def wine():
    X, y = load_wine(return_X_y=True, as_frame=True)
    mlp = MLPClassifier((8,), solver="lbfgs", max_iter=300, random_state=0)
    return make_pipeline(StandardScaler(), mlp).fit(X, y), X, y


@pytest.fixture(scope="module")
def comparison(wine):
    return compare_importances(*wine, surrogates=["tree", "linear"])


def test_every_method_has_shares_of_all_inputs(comparison, wine):
    assert comparison.methods == (
        "garson", "garson 1991", "connection weights", "derivatives", "perturbation",
        "permutation", "forest, impurity", "forest, permutation", "tree", "linear",
    )  # fmt: skip
    for row in comparison.shares.values():
        assert row.shape == (13,) and (row >= 0).all()
        assert row.sum() == pytest.approx(1.0)
    assert comparison.feature_names == tuple(wine[1].columns)
    assert comparison.notes == ()


def test_agreement_is_that_of_the_ranks(comparison):
    rows = list(comparison.shares.values())
    assert comparison.agreement()[0, 3] == pytest.approx(kendalltau(rows[0], rows[3]).statistic)
    found = comparison.agreement("spearman")[2, 6]
    assert found == pytest.approx(spearmanr(rows[2], rows[6]).statistic)
    assert (np.diag(comparison.agreement("top", k=5)) == 1).all()
    assert comparison.agreement_frame().shape == (10, 10)
    with pytest.raises(ValueError, match="kind must be 'kendall', 'spearman' or 'top'"):
        comparison.agreement("pearson")


def test_tables_texts_and_plots(comparison):
    frame = comparison.to_frame()
    assert frame.shape == (13, 10) and frame.index.name == "feature"
    assert "mean tau" in str(comparison)
    assert set(comparison.to_dict()) == set(comparison.methods)
    display = comparison.plot()
    assert len(display.ax_.get_xticklabels()) == 10


def test_the_same_call_gives_the_same_numbers(wine, comparison):
    again = compare_importances(*wine, surrogates=["tree", "linear"])
    for method, row in comparison.shares.items():
        np.testing.assert_array_equal(row, again.shares[method])


@pytest.mark.slow
def test_equations_have_importances(wine):
    model, X, y = wine
    X = X[["proline", "color_intensity", "hue"]]
    mlp = MLPClassifier((8,), solver="lbfgs", max_iter=300, random_state=0)
    model = make_pipeline(StandardScaler(), mlp).fit(X, y)
    short = SymbolicSurrogateClassifier(max_complexity=6, n_points=60, random_state=0)
    found = compare_importances(model, X, surrogates={"symbolic": short})
    assert found.shares["symbolic"].sum() == pytest.approx(1.0)


def test_methods_without_meaning_are_left_out_with_a_note(wine):
    _, X, y = wine
    mlp = MLPClassifier((5, 5), solver="lbfgs", max_iter=300, random_state=0)
    deep = make_pipeline(StandardScaler(), mlp).fit(X, y)
    found = compare_importances(deep, X, y, surrogates=["exact"])
    assert "garson" not in found.methods and "derivatives" in found.methods
    assert any("one hidden layer" in note for note in found.notes)
    assert any(note.startswith("exact is left out") for note in found.notes)


def test_own_surrogates_unfitted_networks_and_regression(wine):
    _, X, y = wine
    mlp = MLPClassifier((8,), solver="lbfgs", max_iter=300, random_state=0)
    own = {"few": LinearSurrogateClassifier(max_features=2)}
    found = compare_importances(make_pipeline(StandardScaler(), mlp), X, y, surrogates=own)
    assert np.count_nonzero(found.shares["few"]) <= 6
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    mlp = MLPRegressor(hidden_layer_sizes=(5,), solver="lbfgs", max_iter=200, random_state=0)
    model = make_pipeline(StandardScaler(), mlp).fit(X, y)
    found = compare_importances(model, X, y, surrogates=())
    assert found.to_frame().index[0] in ("bmi", "s5", "s1")


def test_bad_calls_are_refused(wine):
    model, X, y = wine
    with pytest.raises(ValueError, match="y must be passed"):
        compare_importances(MLPClassifier(), X)
    with pytest.raises(ValueError, match="y must have one entry per row"):
        compare_importances(model, X, y[:10], surrogates=())
    with pytest.raises(ValueError, match="at least two values"):
        compare_importances(model, X, np.zeros(len(X)), surrogates=())
    with pytest.raises(ValueError, match="y must have 1 column"):
        compare_importances(model, X, np.column_stack([y, y]), surrogates=())
    with pytest.raises(ValueError, match="y must be left out for a view of a classifier"):
        compare_importances(as_network(model).margin(2), X, y, surrogates=())
    with pytest.raises(ValueError, match="surrogates must be names out of"):
        compare_importances(model, X, y, surrogates=["nope"])
    with pytest.raises(ValueError, match="names of methods"):
        compare_importances(model, X, y, surrogates={"permutation": TreeSurrogateClassifier()})
    with pytest.raises(ValueError, match="method must be one of"):
        compare_importances(model, X, y, surrogates=()).ranking("nope")


def test_a_target_of_one_column_is_a_flat_one(wine):
    model, X, y = wine
    flat = compare_importances(model, X, y, surrogates=())
    column = compare_importances(model, X, np.reshape(y, (-1, 1)), surrogates=())
    for method, shares in flat.shares.items():
        np.testing.assert_array_equal(column.shares[method], shares)
    assert flat.ranking() == list(flat.to_frame().index)
    assert flat.ranking("perturbation")[0] == X.columns[flat.shares["perturbation"].argmax()]


def test_several_outputs_are_explained_at_once():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4))
    Y = np.column_stack([3 * X[:, 2] + 0.3 * X[:, 0], np.tanh(2 * X[:, 2])])
    mlp = MLPRegressor(hidden_layer_sizes=(8,), solver="lbfgs", max_iter=500, random_state=0)
    found = compare_importances(mlp.fit(X, Y), X, Y)
    best = {method: found.ranking(method)[0] for method in found.methods}
    assert {best[m] for m in best if not m.startswith("garson")} == {"x2"}
    assert any(note.startswith("symbolic is left out") for note in found.notes)
    labels = (Y > 0).astype(int)
    net = MLPClassifier((8,), solver="lbfgs", max_iter=500, random_state=0).fit(X, labels)
    assert compare_importances(net, X, labels, surrogates=()).ranking("permutation")[0] == "x2"


def test_a_view_of_a_classifier_is_explained_by_its_own_log_odds(wine):
    model, X, _ = wine
    found = compare_importances(as_network(model).margin(2), X, surrogates=["linear"])
    assert {"derivatives", "perturbation", "permutation", "linear"} <= set(found.methods)
    tau = found.agreement_frame().loc["permutation", "perturbation"]
    assert tau > 0.5


def test_a_method_that_did_not_converge_is_said_in_the_result(wine, monkeypatch):
    model, X, _ = wine

    def rough(*given):
        warnings.warn("Slopes jump.", ConvergenceWarning, stacklevel=1)
        return np.ones(X.shape[1])

    records = {**METHODS, "rough": ImportanceMethod("rough", rough, 99)}
    monkeypatch.setattr("skinterp.evaluation._compare_importances.METHODS", records)
    with pytest.warns(ConvergenceWarning, match="Slopes jump"):
        found = compare_importances(model, X, surrogates=["linear"])
    assert "rough is incomplete: Slopes jump." in found.notes
    assert "rough is incomplete: Slopes jump." in str(found)
