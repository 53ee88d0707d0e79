"""Inputs that excite a view most, against corners and grids."""

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_iris
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import as_network
from skinterp.hidden import maximise_activation

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")


def fitted(activation="relu", seed=0):
    X, y = load_iris(return_X_y=True, as_frame=True)
    mlp = MLPClassifier(
        (6,), activation=activation, solver="lbfgs", max_iter=1000, random_state=seed
    )
    return as_network(make_pipeline(StandardScaler(), mlp).fit(X, y)), X


@pytest.fixture(scope="module")
def iris():
    return fitted()


def corner(weights, lower, upper):
    return np.where(np.ravel(weights) > 0, upper, lower)[np.newaxis]


@pytest.mark.parametrize("activation", ["tanh", "logistic", "relu"])
def test_maxima_reach_those_of_a_grid(activation):
    missed = 0
    for seed in range(4):
        network, X = fitted(activation, seed)
        lower, upper = X.min().to_numpy(), X.max().to_numpy()
        axes = np.meshgrid(*np.linspace(lower, upper, 15, axis=1))
        grid = np.stack(axes, axis=-1).reshape(-1, 4)
        for k in range(3):
            there = network.margin(k).value(grid)
            found = maximise_activation(network.margin(k), X)
            missed += found.value < there.max() - 1e-3 * np.ptp(there)
            assert found.value >= found.best_row_value
        for j in range(6):
            view = network.unit(0, j)
            best = corner(network.layers[0].weights[:, j], lower, upper)
            found = maximise_activation(view, X)
            assert found.value == pytest.approx(view.value(best)[0], rel=1e-12)
    assert missed <= 1  # of 12


@pytest.mark.parametrize("activation", ["relu", "logistic"])
def test_a_unit_that_is_off_on_all_rows_is_found_on_in_the_box(activation):
    weights, bias = ([[1.0], [1.0]], -1.8) if activation == "relu" else ([[40.0], [40.0]], -72.0)
    network = as_network(([weights, [[1.0]]], [[bias], [0.0]], [activation, "identity"]))
    X = np.random.default_rng(1).uniform(-1, 1, size=(300, 2))
    X = X[X.sum(axis=1) < 1.0]
    view = network.unit(0, 0)
    found = maximise_activation(view, X, box=(-1, 1))
    np.testing.assert_array_equal(found.x, [1.0, 1.0])
    assert found.value == view.value([[1.0, 1.0]])[0] > 100 * found.best_row_value


def test_a_box_away_from_the_data_is_searched(iris):
    network, X = iris
    for box in ((20, 30), (-9, -2)):
        for j in range(6):
            view = network.unit(0, j)
            best = corner(network.layers[0].weights[:, j], *box)
            assert maximise_activation(view, X, box=box).value == view.value(best)[0]


@pytest.mark.parametrize("scale", [1e-20, 1e-6, 1.0, 1e20])
def test_the_units_of_the_output_do_not_matter(scale):
    X = np.random.default_rng(0).uniform(-1, 1, size=(50, 2))
    linear = as_network(([[[scale], [-2 * scale]]], [[0.0]], ["identity"]))
    np.testing.assert_array_equal(maximise_activation(linear, X, box=(-1, 1)).x, [1, -1])
    rng = np.random.default_rng(1)
    first, last = rng.normal(size=(2, 8)), rng.normal(size=(8, 1))
    plain, scaled = (
        as_network(([first, last * s], [np.zeros(8), [0.0]], ["tanh", "identity"]))
        for s in (1.0, scale)
    )
    expected = maximise_activation(plain, X).value
    assert maximise_activation(scaled, X).value / scale == pytest.approx(expected, rel=1e-6)


def test_images_of_the_whole_box_are_searched_and_repeatable():
    X, y = load_digits(return_X_y=True)
    mlp = MLPClassifier((20,), activation="tanh", alpha=1.0, tol=1e-2, random_state=0)
    view = as_network(mlp.fit(X, y)).margin(3)
    found = maximise_activation(view, X)
    drawn = np.random.default_rng(0).uniform(X.min(axis=0), X.max(axis=0), size=(20000, 64))
    assert found.value > max(view.value(drawn).max(), found.best_row_value)
    assert (np.diff(found.values) <= 1e-9).all() and len(found.values) <= 10
    again = maximise_activation(view, X)
    np.testing.assert_array_equal(again.points, found.points)


def test_an_open_box_ends_where_smoothness_pays():
    network, X = fitted("tanh")
    found = maximise_activation(network.margin(0), X, box=(-np.inf, np.inf), smoothness=1.0)
    z = (found.x - X.mean().to_numpy()) / X.std(ddof=0).to_numpy()
    slopes = network.margin(0).gradient(found.x[np.newaxis])[0] * X.std(ddof=0).to_numpy()
    np.testing.assert_allclose(z, slopes, atol=1e-2 * np.abs(slopes).max())


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
    network, X = iris
    view = network.margin(0)
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
        (lambda n, X: maximise_activation(n, X), "view must have one output"),
        (lambda n, X: maximise_activation(n.margin(0), X, box=(1, 0)), "must not be above"),
        (lambda n, X: maximise_activation(n.margin(0), X, box=3), "box must be None or a pair"),
        (lambda n, X: maximise_activation(n.margin(0), X, smoothness=-1), "must not be negative"),
        (lambda n, X: maximise_activation(n.margin(0), X, n_restarts=0), "n_restarts must be an"),
        (lambda n, X: maximise_activation(n.margin(0), X, image_shape=(3, 2)), "4 pixels"),
        (lambda n, X: maximise_activation(n.margin(0), X, image_shape=4), "must be a pair"),
        (
            lambda n, X: maximise_activation(n.margin(0), X, box=(0, np.nan)),
            "box must hold numbers",
        ),
    ],
)
def test_bad_searches_are_refused(iris, call, wording):
    network, X = iris
    with pytest.raises(ValueError, match=wording):
        call(network, X)
