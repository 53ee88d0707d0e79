"""Top units and reports of units."""

import pickle

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import as_network
from skinterp.hidden import _unit_report, maximise_activation, top_units, unit_report

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
    np.testing.assert_allclose(report.activity.values, a, atol=1e-9)
    assert report.activity.top_rows[0] == a.argmax() and len(report.activity.bottom_rows) == 5
    np.testing.assert_allclose(
        report.connections.input_weights, mlp.coefs_[0][:, 2] / model[0].scale_
    )
    np.testing.assert_allclose(report.connections.output_weights, mlp.coefs_[1][2])
    assert report.linear.feature_names == tuple(X.columns) == report.connections.input_names
    aucs = {label: roc_auc_score(y == label, a) for label in y.unique()}
    assert report.activity.preferred_class == max(aucs, key=aucs.get)
    assert report.activity.selectivity == pytest.approx(2 * max(aucs.values()) - 1)
    assert set(report.activity.by_class()) == set(y)
    fitted = X.to_numpy() @ report.linear.coef + report.linear.intercept
    assert report.linear.r2 == pytest.approx(1 - (a - fitted).var() / a.var())
    assert not report.condition.is_dead and report.condition.flags == ()
    assert "unit 2 of hidden layer 0" in str(report)
    assert report.to_frame().shape == (4, 3)
    assert len(report.plot().axes_) == 2
    again = pickle.loads(pickle.dumps(report))
    assert again.activity.selectivity == report.activity.selectivity


def test_outputs_are_reported_by_their_log_odds(iris):
    model, X, _ = iris
    report = unit_report(model, X, "versicolor", layer="output")
    view = as_network(model).margin(1)
    np.testing.assert_allclose(report.activity.values, view.value(X))
    np.testing.assert_allclose(report.linear.slopes, view.gradient(X).mean(axis=0))
    assert (
        report.activity.preferred_class == "versicolor"
        and report.connections.input_names[0] == "unit 0"
    )
    np.testing.assert_allclose(report.connections.input_weights, model[-1].coefs_[1][:, 1])


def test_dead_saturated_and_redundant_units_are_flagged():
    first = np.array([[1.0, 2.0, 0.0, 90.0], [1.0, 2.0, 0.0, 90.0]])
    bias = np.array([0.0, 0.0, 0.3, 20.0])
    network = as_network(([first, np.ones((4, 1))], [bias, [0.0]], ["tanh", "identity"]))
    linear = as_network(([first, np.ones((4, 1))], [bias, [0.0]], ["relu", "identity"]))
    X = np.random.RandomState(0).uniform(-1, 1, size=(200, 2))
    assert unit_report(network, X, 2).condition.is_dead
    assert unit_report(network, X, 2).condition.flags == ("dead",)
    assert unit_report(network, X, 3).condition.is_saturated
    assert unit_report(linear, X, 0).condition.duplicates == (1,)
    assert "does the same as unit 1" in str(unit_report(linear, X, 0))
    assert not unit_report(linear, X, 3).condition.is_saturated
    dead = as_network(([first, np.ones((4, 1))], [bias - 900, [0.0]], ["relu", "identity"]))
    assert unit_report(dead, X, 0).condition.flags == ("dead",)


def test_units_that_are_constant_up_to_rounding_are_dead_and_nothing_else():
    first = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
    weights = [first, np.ones((3, 1))]
    network = as_network((weights, [[0.3, 0.7, 0.0], [0.0]], ["tanh", "identity"]))
    X = np.random.default_rng(0).normal(size=(137, 2))
    report = unit_report(network, X, 0, y=X[:, 0] > 0)
    assert report.condition.flags == ("dead",) and np.isnan(report.linear.r2)
    assert not report.linear.coef.any()
    assert "linear" not in str(report) and "tells" not in str(report)


def test_small_outputs_are_not_dead():
    network = as_network(([[[1e-19], [2e-19]]], [[0.0]], ["identity"]))
    X = np.random.default_rng(0).normal(size=(100, 2))
    report = unit_report(network, X, 0, layer="output")
    assert report.condition.flags == () and report.linear.r2 == pytest.approx(1.0)
    np.testing.assert_allclose(report.linear.coef, [1e-19, 2e-19])


@pytest.mark.parametrize("name", ["logistic", "tanh", "selu", "gelu"])
def test_saturation_is_relative_to_the_steepest_slope(name):
    network = as_network(([[[1.0]], [[1.0]]], [[0.0], [0.0]], [name, "identity"]))
    view = network.unit(0, 0)
    z = np.linspace(-12, 12, 24001)
    slopes = np.abs(view.gradient(z[:, np.newaxis])[:, 0])
    edge = z[np.flatnonzero(slopes >= slopes.max() / 50)[0]]
    for at, expected in ((edge - 0.05, True), (edge + 0.05, False)):
        rows = np.linspace(at - 1e-3, at + 1e-3, 50)[:, np.newaxis]
        assert unit_report(network, rows, 0).condition.is_saturated == expected


def test_strongest_weights_do_not_depend_on_units_of_measurement(iris):
    model, X, _ = iris
    report = unit_report(model, X, 2)
    scaled = model[-1].coefs_[0][:, 2]
    np.testing.assert_allclose(report.connections.scaled_weights, scaled)
    strongest = X.columns[np.abs(scaled).argmax()]
    assert f"per standard deviation: {strongest}" in str(report)
    display = report.plot()
    assert display.axes_[0].get_yticklabels()[0].get_text() == strongest
    assert "per standard deviation" in display.axes_[0].get_xlabel()
    output = unit_report(model, X, "virginica", layer="output")
    A = np.maximum(model[0].transform(X) @ model[-1].coefs_[0] + model[-1].intercepts_[0], 0)
    np.testing.assert_allclose(
        output.connections.scaled_weights, model[-1].coefs_[1][:, 2] * A.std(axis=0)
    )


@pytest.mark.parametrize("column", [np.asarray, lambda y: y.to_frame(), lambda y: [*y]])
def test_classes_may_come_as_a_column(iris, column):
    model, X, y = iris
    report = unit_report(model, X, 2, y=column(y))
    assert set(report.activity.by_class()) == set(y)
    assert report.activity.selectivity == unit_report(model, X, 2, y=y).activity.selectivity


def test_targets_of_regressions_are_no_classes():
    X, y = load_diabetes(return_X_y=True)
    model = MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", max_iter=300, random_state=0)
    model.fit(X, y)
    with pytest.raises(ValueError, match="Got numbers to be predicted instead"):
        unit_report(model, X, 0, y=y)
    assert set(unit_report(model, X, 0, y=y > 140).activity.by_class()) == {False, True}


def test_a_report_shows_as_its_text(iris):
    model, X, _ = iris
    report, units = unit_report(model, X, 0), top_units(model, X, "setosa")
    for shown in (report, report.maximum, units):
        assert repr(shown) == str(shown)
    one_class = unit_report(model, X[:50], 0)
    assert one_class.activity.labels[0] == "setosa" and "tells" not in str(one_class)


def test_formula_and_maximum_are_computed_once_and_only_when_asked_for(iris, monkeypatch):
    model, X, _ = iris
    asked = []

    def maximise(*args, **options):
        asked.append("maximum")
        return maximise_activation(*args, **options)

    monkeypatch.setattr(_unit_report, "maximise_activation", maximise)
    monkeypatch.setattr(_unit_report, "find_formula", lambda *args: asked.append("formula"))
    report = unit_report(model, X, 2)
    assert asked == [] and report.activity.values.shape == (150,)
    assert report.maximum is report.maximum and asked == ["maximum"]
    assert "formula" not in str(report) and asked == ["maximum"]
    assert report.formula is report.formula is None and asked == ["maximum", "formula"]
    expected = maximise_activation(as_network(model).unit(0, 2), X)
    np.testing.assert_array_equal(report.maximum.x, expected.x)


def test_a_dead_unit_has_no_formula():
    weights = [[[0.0, 1.0]], [[1.0], [1.0]]]
    network = as_network((weights, [[0.5, 0.0], [0.0]], ["tanh", "identity"]))
    report = unit_report(network, np.linspace(0, 1, 20)[:, np.newaxis], 0, symbolic=True)
    assert report.formula is None and "formula" not in str(report)


@pytest.mark.parametrize("random_state", [None, np.random.RandomState(3)])
def test_a_report_finds_the_same_maximum_again_whatever_seeds_it(iris, random_state):
    model, X, _ = iris
    report = unit_report(model, X, 2, random_state=random_state)
    again = pickle.loads(pickle.dumps(report))
    np.testing.assert_array_equal(report.maximum.x, again.maximum.x)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["relu", "tanh"])
def test_a_formula_describes_what_goes_into_the_activation(name):
    X = np.random.RandomState(0).standard_normal((500, 3))
    weights = [np.array([[1.0], [-2.0], [0.0]]), np.ones((1, 1))]
    network = as_network((weights, [[0.3], [0.0]], [name, "identity"]))
    report = unit_report(network, X, 0, symbolic=True)
    found = report.formula.equation.values(X)
    np.testing.assert_allclose(found, X[:, 0] - 2 * X[:, 1] + 0.3, atol=1e-6)
    assert report.formula.r2 == pytest.approx(1.0)
    assert f"formula: {name}(" in str(report)


@pytest.mark.slow
def test_a_concept_of_a_unit_is_found_up_to_a_monotone_function():
    X = np.random.RandomState(0).uniform(-1, 1, size=(400, 2))
    # nearly a step: no short formula follows its values
    network = as_network(([[[4.0], [-8.0]], [[1.0]]], [[1.0], [0.0]], ["tanh", "identity"]))
    report = unit_report(network, X, 0, layer="output", symbolic="directions")
    slopes = report.formula.equation.expression.value_and_gradient(X)[1]
    assert slopes[:, 1] / slopes[:, 0] == pytest.approx(-2.0, rel=1e-3)
    assert report.formula.r2 > 0.99
    assert "up to a monotone function" in str(report)


def test_what_a_formula_follows_is_one_of_two(iris):
    model, X, _ = iris
    with pytest.raises(ValueError, match=r"symbolic must be True.*Got 'value' instead"):
        unit_report(model, X, 0, symbolic="value")


@pytest.mark.slow
def test_the_r2_of_a_formula_counts_its_bias():
    X = np.random.RandomState(0).uniform(-1, 1, size=(300, 3))
    network = as_network(([np.ones((3, 1)), [[1.0]]], [[0.0], [0.0]], ["tanh", "identity"]))
    report = unit_report(network, X, 0, layer="output", symbolic=True)
    a = np.tanh(X.sum(axis=1))
    error = report.formula.equation.values(X) - a
    assert report.formula.r2 == pytest.approx(1 - np.mean(error**2) / a.var())


@pytest.mark.parametrize(
    "call, wording",
    [
        (lambda n, X: unit_report(n, X, 6), "unit of hidden layer 0 must be"),
        (lambda n, X: unit_report(n, X, 0, layer=1), "layer must be between"),
        (lambda n, X: unit_report(n, X, 0, layer="input"), "layer must be an integer or 'output'"),
        (
            lambda n, X: unit_report(n, X, "rose", layer="output"),
            "unit must be one of ",
        ),
        (lambda n, X: unit_report(n, X, 0, n_rows=0), "n_rows must be an integer of at least 1"),
        (lambda n, X: unit_report(n, X, 0, y=[1]), "y must have one entry per row"),
        (lambda n, X: unit_report(n, X, 0, y=1), r"one entry per row of X, 150. Got shape \(\)"),
        (lambda n, X: unit_report(n, X, 0, y=np.eye(150)), r"pass one column, y\[:, k\]"),
        (lambda n, X: unit_report(n, X, 0, y=[None] * 150), "Got missing values instead"),
        (lambda n, X: unit_report(n, X, 0, y=[0.0] * 149 + [np.nan]), "Got missing values"),
        (lambda n, X: unit_report(n, X, 0, y=X.iloc[:, 0]), "y must be classes. Got numbers"),
        (lambda n, X: unit_report(n.unit(0, 0), X, 0), "Of a view pass its network"),
        (lambda n, X: unit_report(n, X.iloc[:, :2], 0), "missing from X|2"),
        (lambda n, X: top_units(n, X, "rose"), "output must be one of "),
        (
            lambda n, X: top_units(n, X, "setosa", n_units=7),
            "n_units must be an integer from 1 to 6",
        ),
        (lambda n, X: top_units(n, X, "setosa", n_units=2.5), "integer from 1 to 6. Got 2.5"),
        (lambda n, X: top_units(n, X, "setosa", n_units="all"), "integer from 1 to 6. Got 'all'"),
        (lambda n, X: top_units(n, X[:5], "virginica"), "answer some row with 'virginica'"),
    ],
)
def test_bad_calls_are_refused(iris, call, wording):
    model, X, _ = iris
    with pytest.raises(ValueError, match=wording):
        call(as_network(model), X)
