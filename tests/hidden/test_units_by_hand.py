"""What is said of hidden units, against sums, ranks and grids worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from skinterp import as_network
from skinterp.hidden import top_units, unit_report
from skinterp.hidden._climb import Objective, before_activation, climbed
from skinterp.hidden._images import class_template, saliency_image, weight_images
from skinterp.hidden._labels import row_labels
from skinterp.hidden._pixels import checked_image, checked_pair, differences, one_image
from skinterp.hidden._top_units import class_index, rows_of_class
from skinterp.hidden._unit_activity import activity_of
from skinterp.hidden._unit_condition import is_constant, is_saturated, redundant_units
from skinterp.hidden._unit_connections import connections_of
from skinterp.hidden._unit_linear import least_squares
from skinterp.hidden._unit_location import locate_unit
from skinterp.network import Activation

FEW = settings(max_examples=25, deadline=None)
RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 3)) * [1.0, 10.0, 0.1]
W1, B1 = RNG.normal(size=(3, 4)) / [[1.0], [10.0], [0.1]], RNG.normal(size=4)
W2 = RNG.normal(size=(4, 3))
B2 = -(np.tanh(X @ W1 + B1) @ W2).mean(axis=0)  # so that every class is answered


def network_of(n_outputs, classes=None, activation="tanh"):
    last = "identity" if classes is None else "logistic" if n_outputs == 1 else "softmax"
    arrays = [W1, W2[:, :n_outputs]], [B1, B2[:n_outputs]], [activation, last]
    options = {} if classes is None else {"classes": classes}
    return as_network(arrays, **options)


HIDDEN = np.tanh(X @ W1 + B1)
LOGITS = HIDDEN @ W2 + B2
THREE = network_of(3, ["a", "b", "c"])


# Pixels


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (4, 1), (3, 4)])
def test_the_penalty_is_the_squared_difference_of_pixels_that_touch(shape):
    image = np.random.default_rng(1).normal(size=shape)
    expected = (np.diff(image, axis=0) ** 2).sum() + (np.diff(image, axis=1) ** 2).sum()
    z = image.ravel()
    assert z @ (differences(shape) @ z) == pytest.approx(expected)
    flat = np.ones(z.size)
    assert np.abs(differences(shape) @ flat).max() == pytest.approx(0.0)


@pytest.mark.parametrize(
    "shape", [None, 8, (3,), (2, 2, 2), (0, 4), (-1, 3), (2.0, 3), (True, 3), "23", ("2", 3)]
)
def test_what_is_no_shape_of_an_image_is_refused(shape):
    with pytest.raises(ValueError, match=r"image_shape must be a pair of integers .* Got"):
        checked_pair(shape)


@pytest.mark.parametrize("shape", [(2, 3), [3, 2], np.array([1, 6]), (np.int8(6), 1)])
def test_shapes_of_as_many_pixels_as_inputs_are_taken(shape):
    assert checked_image(shape, 6) == tuple(map(int, shape))
    with pytest.raises(ValueError, match=r"must have 7 pixels, one per input\. Got .* = 6"):
        checked_image(shape, 7)


def test_an_image_is_a_row_in_its_own_shape_or_flat():
    network = as_network(([np.ones((6, 1))], [[0.0]], ["identity"]))
    pixels = np.arange(6.0)
    for given_ in (pixels, pixels.reshape(2, 3), pixels.tolist(), pixels.reshape(1, 6)):
        row, shape = one_image(network, given_, (2, 3))
        np.testing.assert_array_equal(row, [pixels])
        assert shape == (2, 3)


# Rows and classes


@FEW
@given(st.integers(0, 10_000), st.integers(2, 4))
def test_selectivity_is_the_area_under_the_curve_of_the_best_class(seed, n_classes):
    rng = np.random.default_rng(seed)
    values, labels = np.round(rng.normal(size=40), 1), rng.integers(n_classes, size=40)
    found = activity_of(values, labels, 3)
    areas = {}
    for label in np.unique(labels):
        mine = labels == label
        if mine.all():
            continue
        ranks = rankdata(values)[mine]
        n, m = mine.sum(), (~mine).sum()
        areas[label] = 2 * (ranks.sum() - n * (n + 1) / 2) / (n * m) - 1
    assert found.selectivity == pytest.approx(max(areas.values()))
    assert areas[found.preferred_class] == pytest.approx(max(areas.values()))
    assert (values[found.top_rows] >= np.sort(values)[-3]).all()
    assert (values[found.bottom_rows] <= np.sort(values)[2]).all()


def test_activity_by_class_is_its_quartiles():
    labels = np.array(["p", "q"] * 10)
    values = np.arange(20.0)
    found = activity_of(values, labels, 2).by_class()
    np.testing.assert_allclose(found["q"], np.percentile(values[1::2], [0, 25, 50, 75, 100]))
    assert activity_of(values, None, 2).by_class() == {}
    assert np.isnan(activity_of(values, None, 2).selectivity)


def test_a_single_class_has_no_selectivity():
    found = activity_of(np.arange(5.0), np.zeros(5), 1)
    assert np.isnan(found.selectivity) and found.preferred_class is None


@pytest.mark.parametrize(
    ("y", "said"),
    [
        (np.zeros(79), r"one entry per row of X, 80\. Got 79"),
        (np.zeros((80, 2)), r"one class per row\. Got shape \(80, 2\)"),
        (np.full(80, np.nan), "a class for every row. Got missing"),
        (np.array([None] * 80, dtype=object), "a class for every row. Got missing"),
        (np.linspace(0, 1, 80), "must be classes. Got numbers to be predicted"),
        (5.0, "one entry per row"),
    ],
)
def test_what_are_no_classes_of_rows_is_refused(y, said):
    with pytest.raises(ValueError, match=said):
        row_labels(network_of(1), X, y)


def test_classes_of_rows_are_the_users_or_the_networks_answers():
    own = np.array(["u", "v"] * 40)
    np.testing.assert_array_equal(row_labels(THREE, X, own), own)
    np.testing.assert_array_equal(row_labels(THREE, X, own[:, np.newaxis]), own)
    answers = np.array(["a", "b", "c"])[LOGITS.argmax(axis=1)]
    np.testing.assert_array_equal(row_labels(THREE, X, None), answers)
    assert row_labels(network_of(1), X, None) is None


# Conditions


@pytest.mark.parametrize(
    ("values", "constant"),
    [(np.ones(5), True), (np.zeros(5), True), ([1.0, 1.0 + 1e-15], True), ([1.0, 1.001], False)],
)
def test_constant_means_up_to_rounding(values, constant):
    assert bool(is_constant(np.array(values))) is constant


def test_redundant_units_are_those_that_are_correlated_up_to_sign():
    a = RNG.normal(size=50)
    units = np.column_stack([a, -3 * a + 2, RNG.normal(size=50), np.ones(50), a + 1e-6])
    assert redundant_units(units, 0) == (1, 4)
    assert redundant_units(units, 2) == () and redundant_units(units, 3) == ()


@pytest.mark.parametrize(
    ("name", "inputs", "saturated"),
    [
        ("tanh", np.full(20, 6.0), True),
        ("tanh", np.linspace(-1, 1, 20), False),
        ("logistic", np.full(20, -9.0), True),
        ("relu", np.full(20, 50.0), False),
        ("relu", np.full(20, -1.0), True),
        ("identity", np.full(20, 1e6), False),
        ("exp", np.full(20, -30.0), False),
    ],
)
def test_saturated_units_are_flat_on_nearly_all_rows(name, inputs, saturated):
    assert is_saturated(Activation(name), inputs) is saturated


# Weights


@pytest.mark.parametrize("unit", range(4))
def test_connections_of_a_hidden_unit_are_its_column_and_row(unit):
    found = connections_of(THREE, locate_unit(THREE, 1, 0, unit), X, ("p", "q", "r"))
    np.testing.assert_allclose(found.input_weights, W1[:, unit])
    np.testing.assert_allclose(found.output_weights, W2[unit])
    np.testing.assert_allclose(found.scaled_weights, W1[:, unit] * X.std(axis=0))
    strongest = ("p", "q", "r")[int(np.argmax(np.abs(found.scaled_weights)))]
    assert f"standard deviation: {strongest} " in str(found)


@pytest.mark.parametrize("label", ["a", "b", "c"])
def test_connections_of_an_output_read_the_hidden_layer(label):
    location = locate_unit(THREE, 1, "output", label)
    found = connections_of(THREE, location, X, ("p", "q", "r"))
    np.testing.assert_allclose(found.input_weights, W2[:, "abc".index(label)])
    np.testing.assert_allclose(found.input_scale, HIDDEN.std(axis=0))
    assert found.input_names == ("unit 0", "unit 1", "unit 2", "unit 3")
    assert len(found.output_weights) == 0


def test_the_first_of_two_classes_has_the_weights_turned_around():
    binary = network_of(1, ["no", "yes"])
    first, second = (locate_unit(binary, 1, "output", c) for c in ("no", "yes"))
    names = ("p", "q", "r")
    weights = [connections_of(binary, at, X, names).input_weights for at in (first, second)]
    np.testing.assert_allclose(weights[0], -weights[1])


@pytest.mark.parametrize("layer", [0.0, "hidden", None])
def test_layers_are_integers_or_the_output(layer):
    with pytest.raises(ValueError, match="layer must be an integer or 'output'"):
        locate_unit(THREE, 1, layer, 0)


def test_linear_descriptions_are_least_squares():
    coef, intercept, r2 = least_squares(X, HIDDEN[:, 0])
    A = np.column_stack([X, np.ones(80)])
    expected, *_ = np.linalg.lstsq(A, HIDDEN[:, 0], rcond=None)
    np.testing.assert_allclose([*coef, intercept], expected, rtol=1e-6, atol=1e-9)
    rest = HIDDEN[:, 0] - A @ expected
    assert r2 == pytest.approx(1 - rest.var() / HIDDEN[:, 0].var())


# The units of a class


@pytest.mark.parametrize("label", ["a", "b", "c"])
def test_top_units_are_ordered_by_what_they_add_to_the_log_odds(label):
    k = "abc".index(label)
    mine = LOGITS.argmax(axis=1) == k
    found = top_units(THREE, X, label, n_units=4)
    np.testing.assert_allclose(found.weights, W2[found.units, k])
    products = W2[:, k] * HIDDEN[mine].mean(axis=0)
    np.testing.assert_allclose(found.weight_times_activation, products[found.units])

    def margin(hidden):
        raw = hidden @ W2 + B2
        others = np.log(np.exp(np.delete(raw, k, axis=1)).sum(axis=1))
        return raw[:, k] - others

    steps = 1e-6 * np.eye(4)
    slopes = np.stack(
        [(margin(HIDDEN[mine] + s) - margin(HIDDEN[mine] - s)) / 2e-6 for s in steps], axis=1
    )
    parts = ((HIDDEN[mine] - HIDDEN.mean(axis=0)) * slopes).mean(axis=0)
    np.testing.assert_allclose(found.margin_contribution, parts[found.units], atol=1e-6)
    assert (np.diff(found.margin_contribution) <= 1e-12).all()


@pytest.mark.parametrize("output", ["d", 3, -1, True, None])
def test_labels_that_are_no_class_are_refused(output):
    with pytest.raises(ValueError, match=r"one of \['a', 'b', 'c'\], or an index"):
        class_index(THREE, output)


def test_an_index_names_a_class_unless_labels_are_numbers():
    assert [class_index(THREE, k) for k in range(3)] == [0, 1, 2]
    numbers = THREE.retasked("multiclass", [3, 1, 2])
    assert class_index(numbers, 1) == 1
    with pytest.raises(ValueError, match=r"one of \[3, 1, 2\]\. Got 0"):
        class_index(numbers, 0)


@pytest.mark.parametrize("output", [3, -1, "a", 1.0])
def test_indices_that_are_no_output_are_refused(output):
    with pytest.raises(ValueError, match=r"an index from 0 to 2\. Got"):
        class_index(network_of(3), output)


def test_rows_of_a_class_are_those_answered_with_it():
    for k in range(3):
        np.testing.assert_array_equal(rows_of_class(THREE, X, k), LOGITS.argmax(axis=1) == k)
    assert rows_of_class(network_of(3), X, 0).all()


# Climbing


@FEW
@given(st.integers(0, 10_000))
def test_the_objective_and_its_slopes_agree(seed):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(3, 3))
    view = network_of(1).output()
    objective = Objective(view, X.mean(axis=0), X.std(axis=0), 0.3, root @ root.T)
    Z = rng.normal(size=(4, 3))
    values, slopes = objective.values_and_gradients(Z)
    np.testing.assert_allclose(values, objective.values(Z))
    for j in range(3):
        step = 1e-6 * np.eye(3)[j]
        numeric = (objective.values(Z + step) - objective.values(Z - step)) / 2e-6
        np.testing.assert_allclose(slopes[:, j], numeric, rtol=1e-4, atol=1e-6)


def test_the_largest_value_in_a_box_is_that_of_a_grid():
    view = network_of(1).output()
    box = np.stack([X.min(axis=0), X.max(axis=0)])
    objective = Objective(view, X.mean(axis=0), X.std(axis=0), 0.0, np.eye(3))
    best = climbed(objective, X, box, 2, 100, np.random.RandomState(0))[0]
    axes = np.meshgrid(*np.linspace(*box, 25).T)
    on_grid = view.value(np.stack([axis.ravel() for axis in axes], axis=1)).max()
    assert view.value(best[np.newaxis])[0] >= on_grid - 1e-9
    assert (best >= box[0]).all() and (best <= box[1]).all()


def test_a_unit_is_climbed_by_what_goes_into_it():
    unit = THREE.unit(0, 2)
    np.testing.assert_allclose(before_activation(unit).value(X), X @ W1[:, 2] + B1[2])
    margin = THREE.margin(0)
    assert before_activation(margin) is margin


# Images


def test_weight_images_are_columns_in_the_shape_of_the_image():
    wide = as_network(
        ([RNG.normal(size=(6, 2)), np.ones((2, 1))], [[0, 0], [0]], ["tanh", "identity"])
    )
    images = weight_images(wide, (2, 3))
    weights = wide.layers[0].weights
    shown = np.asarray(images.images if hasattr(images, "images") else images)
    np.testing.assert_allclose(shown.reshape(2, 6), weights.T)


def test_saliency_is_the_slope_by_finite_differences():
    wide = as_network(
        ([RNG.normal(size=(6, 2)), np.ones((2, 1))], [[0, 0], [0]], ["tanh", "identity"])
    )
    x = RNG.normal(size=6)
    found = saliency_image(wide, x, (2, 3))
    shown = np.asarray(found.images if hasattr(found, "images") else found).ravel()
    steps = 1e-6 * np.eye(6)
    numeric = [(wide.predict([x + s]) - wide.predict([x - s])).item() / 2e-6 for s in steps]
    np.testing.assert_allclose(np.abs(shown), np.abs(numeric), atol=1e-6)


def test_a_template_of_a_class_has_the_shape_of_the_image():
    wide = as_network(
        ([RNG.normal(size=(6, 3)), RNG.normal(size=(3, 3))], [[0] * 3] * 2, ["tanh", "softmax"]),
        classes=["a", "b", "c"],
    )
    rows = RNG.normal(size=(40, 6))
    found = class_template(wide, rows, "b", (2, 3))
    shown = np.asarray(found.images if hasattr(found, "images") else found)
    assert shown.reshape(-1).shape == (6,) and np.isfinite(shown).all()


def test_a_report_says_dead_and_names_duplicates():
    weights = np.column_stack([W1[:, 0], -2 * W1[:, 0], np.zeros(3)])
    network = as_network(([weights, np.ones((3, 1))], [[0, 0, 5], [0]], ["identity", "identity"]))
    first, last = (unit_report(network, X, unit) for unit in (0, 2))
    assert first.condition.flags == ("does the same as unit 1",)
    assert last.condition.flags == ("dead",) and "dead" in str(last).splitlines()[0]
