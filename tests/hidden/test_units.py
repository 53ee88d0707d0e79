"""Top units, reports of units, and inputs that excite them."""

import pickle

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import as_network
from skinterp.hidden import maximise_activation, top_units, unit_report

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")


@pytest.fixture(scope="module")
def iris():
    X, y = load_iris(return_X_y=True, as_frame=True)
    names = y.map({0: "setosa", 1: "versicolor", 2: "virginica"})
    mlp = MLPClassifier((6,), solver="lbfgs", max_iter=500, random_state=0)
    return make_pipeline(StandardScaler(), mlp).fit(X, names), X, names


def test_top_units_are_those_whose_weights_times_activations_are_largest(iris):
    model, X, _ = iris
    found = top_units(model, X, "virginica", n_units=6)
    mlp, Z = model[-1], model[0].transform(X)
    A = np.maximum(Z @ mlp.coefs_[0] + mlp.intercepts_[0], 0)
    mine = model.predict(X) == "virginica"
    np.testing.assert_allclose(found.weights, mlp.coefs_[1][found.units, 2])
    expected = mlp.coefs_[1][:, 2] * A[mine].mean(axis=0)
    np.testing.assert_allclose(found.weight_times_activation, expected[found.units])
    assert (np.diff(found.margin_contribution) <= 0).all()
    # the log-odds against all others, by differences of the activations
    j, h = found.units[0], 1e-6

    def log_odds(A):
        logits = A @ mlp.coefs_[1] + mlp.intercepts_[1]
        others = np.log(np.exp(logits[:, :2]).sum(axis=1))
        return logits[:, 2] - others

    slopes = (log_odds(A[mine] + h * np.eye(6)[j]) - log_odds(A[mine] - h * np.eye(6)[j])) / (
        2 * h
    )
    expected = ((A[mine][:, j] - A[:, j].mean()) * slopes).mean()
    assert found.margin_contribution[0] == pytest.approx(expected, rel=1e-5)
    assert len(found.to_frame()) == 6 and f"unit {j:3d}" in str(found)


def test_top_units_of_binary_earlier_layers_and_regressions():
    X, y = load_iris(return_X_y=True)
    two = MLPClassifier((5, 4), solver="lbfgs", max_iter=500, random_state=0).fit(X, y > 1)
    yes, no = top_units(two, X, True, layer=0), top_units(two, X, False, layer=0)
    assert yes.layer == 0 and len(yes) == 5
    assert (np.sign(two.coefs_[1]).shape, set(yes.units)) == ((5, 4), set(no.units))
    X, y = load_diabetes(return_X_y=True)
    model = MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", max_iter=300, random_state=0)
    found = top_units(model.fit(X, y), X, 0, n_units=2)
    np.testing.assert_allclose(found.weights, model.coefs_[1][found.units, 0])
    A = np.maximum(X @ model.coefs_[0] + model.intercepts_[0], 0)
    moved = (A * model.coefs_[1][:, 0]).std(axis=0)
    assert found.units[0] == moved.argmax()
    assert found.margin_contribution[0] == pytest.approx(moved.max())


def test_a_report_is_about_its_unit(iris):
    model, X, y = iris
    report = unit_report(model, X, 2, y=y)
    mlp, Z = model[-1], model[0].transform(X)
    a = np.maximum(Z @ mlp.coefs_[0] + mlp.intercepts_[0], 0)[:, 2]
    np.testing.assert_allclose(report.activations, a, atol=1e-9)
    assert report.top_rows[0] == a.argmax() and len(report.bottom_rows) == 5
    np.testing.assert_allclose(report.input_weights, mlp.coefs_[0][:, 2] / model[0].scale_)
    np.testing.assert_allclose(report.output_weights, mlp.coefs_[1][2])
    assert report.feature_names == tuple(X.columns) == report.input_names
    aucs = {label: roc_auc_score(y == label, a) for label in y.unique()}
    assert report.preferred_class == max(aucs, key=aucs.get)
    assert report.selectivity == pytest.approx(2 * max(aucs.values()) - 1)
    assert set(report.by_class()) == set(y)
    fitted = X.to_numpy() @ report.linear_coef + report.linear_intercept
    assert report.linear_r2 == pytest.approx(1 - (a - fitted).var() / a.var())
    assert not report.is_dead and report.flags == ()
    assert "unit 2 of hidden layer 0" in str(report)
    assert report.to_frame().shape == (4, 3)
    assert len(report.plot().axes_) == 2
    again = pickle.loads(pickle.dumps(report))
    assert again.selectivity == report.selectivity


def test_outputs_are_reported_by_their_log_odds(iris):
    model, X, _ = iris
    report = unit_report(model, X, "versicolor", layer="output")
    view = as_network(model).margin(1)
    np.testing.assert_allclose(report.activations, view.value(X))
    np.testing.assert_allclose(report.slopes, view.gradient(X).mean(axis=0))
    assert report.preferred_class == "versicolor" and report.input_names[0] == "unit 0"
    np.testing.assert_allclose(report.input_weights, model[-1].coefs_[1][:, 1])


def test_flags():
    first = np.array([[1.0, 2.0, 0.0, 90.0], [1.0, 2.0, 0.0, 90.0]])
    bias = np.array([0.0, 0.0, 0.3, 20.0])
    network = as_network(([first, np.ones((4, 1))], [bias, [0.0]], ["tanh", "identity"]))
    linear = as_network(([first, np.ones((4, 1))], [bias, [0.0]], ["relu", "identity"]))
    X = np.random.RandomState(0).uniform(-1, 1, size=(200, 2))
    assert unit_report(network, X, 2).is_dead
    assert unit_report(network, X, 2).flags == ("dead",)
    assert unit_report(network, X, 3).is_saturated
    assert unit_report(linear, X, 0).duplicates == (1,)
    assert "does the same as unit 1" in str(unit_report(linear, X, 0))
    assert not unit_report(linear, X, 3).is_saturated
    dead = as_network(([first, np.ones((4, 1))], [bias - 900, [0.0]], ["relu", "identity"]))
    assert unit_report(dead, X, 0).flags == ("dead",)


@pytest.mark.slow
def test_a_unit_that_computes_a_formula_is_described_by_it():
    X = np.random.RandomState(0).uniform(0.5, 2, size=(400, 3))
    weights = [np.array([[1.0], [-2.0], [0.0]]), np.ones((1, 1))]
    network = as_network((weights, [[0.5], [0.0]], ["tanh", "identity"]))
    report = unit_report(network, X, 0, symbolic=True)
    assert report.equation_r2 > 0.9 and "x2" not in str(report.equation)
    assert "formula:" in str(report)


def test_the_maximum_of_a_linear_view_is_a_corner():
    network = as_network(([[[1.0], [-2.0], [0.0]]], [[0.5]], ["identity"]))
    X = np.random.RandomState(0).uniform(-1, 1, size=(50, 3))
    found = maximise_activation(network, X, box=([-1, -2, 0], [3, 4, 1]))
    np.testing.assert_allclose(found.x[:2], [3, -2])
    assert found.value == pytest.approx(7.5) and found.values.max() == found.values[0]
    inside = maximise_activation(network, X)
    assert (inside.x <= X.max(axis=0) + 1e-12).all() and (inside.x >= X.min(axis=0) - 1e-12).all()
    assert inside.value >= inside.best_row_value == network.raw_values(X).max()
    assert inside.to_frame().shape == (10, 4)


def test_smoothness_moves_the_maximum_towards_the_mean_or_to_smooth_images(iris):
    model, X, _ = iris
    view = as_network(model).margin(0)
    sharp, soft = (maximise_activation(view, X, smoothness=s) for s in (0.0, 5.0))
    scale, mean = X.std().to_numpy(), X.mean().to_numpy()
    assert np.linalg.norm((soft.x - mean) / scale) < np.linalg.norm((sharp.x - mean) / scale)
    assert soft.value < sharp.value
    rough, smooth = (
        maximise_activation(view, X, smoothness=s, image_shape=(2, 2)) for s in (0.0, 50.0)
    )
    z = [((f.x - mean) / scale).reshape(2, 2) for f in (rough, smooth)]
    differences = [np.abs(np.diff(i)).sum() + np.abs(np.diff(i, axis=0)).sum() for i in z]
    assert differences[1] < differences[0]
    again = maximise_activation(view, X, smoothness=5.0)
    np.testing.assert_array_equal(again.points, soft.points)


@pytest.mark.parametrize(
    "call, wording",
    [
        (lambda n, X: unit_report(n, X, 6), "a unit of hidden layer 0, must be"),
        (lambda n, X: unit_report(n, X, 0, layer=1), "layer, a hidden layer, must be"),
        (lambda n, X: unit_report(n, X, 0, layer="input"), "layer must be an integer or 'output'"),
        (
            lambda n, X: unit_report(n, X, "rose", layer="output"),
            "output must be one of the class",
        ),
        (lambda n, X: unit_report(n, X, 0, n_rows=0), "n_rows must be an integer of at least 1"),
        (lambda n, X: unit_report(n, X, 0, y=[1]), "y must have one entry per row"),
        (lambda n, X: unit_report(n, X.iloc[:, :2], 0), "missing from X|2"),
        (lambda n, X: top_units(n, X, "rose"), "output must be one of the classes"),
        (lambda n, X: top_units(n, X, "setosa", n_units=7), "n_units must be from 1 to 6"),
        (lambda n, X: top_units(n, X[:5], "virginica"), "answer some row with 'virginica'"),
        (lambda n, X: maximise_activation(n, X), "view must have one output"),
        (lambda n, X: maximise_activation(n.margin(0), X, box=(1, 0)), "must not be above"),
        (lambda n, X: maximise_activation(n.margin(0), X, box=3), "box must be None or a pair"),
        (lambda n, X: maximise_activation(n.margin(0), X, smoothness=-1), "must not be negative"),
        (lambda n, X: maximise_activation(n.margin(0), X, n_restarts=0), "n_restarts must be an"),
        (lambda n, X: maximise_activation(n.margin(0), X, image_shape=(3, 2)), "4 pixels"),
        (lambda n, X: maximise_activation(n.margin(0), X, image_shape=4), "must be a pair"),
    ],
)
def test_bad_calls_are_refused(iris, call, wording):
    model, X, _ = iris
    with pytest.raises(ValueError, match=wording):
        call(as_network(model), X)
