"""Attributions at the limits: lines with a jump, rows with labels and texts, few orders."""

import warnings
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from mixed_tables import mixed_model, mixed_table
from sklearn.exceptions import ConvergenceWarning

from skinterp import as_network
from skinterp.importance import expected_gradients, integrated_gradients, shapley_values


def smooth_network(activation, seed=0, hidden=(5,)):
    rng = np.random.default_rng(seed)
    sizes = [3, *hidden, 2]
    weights = [3.0 * rng.normal(size=shape) for shape in pairwise(sizes)]
    biases = [rng.normal(size=size) for size in sizes[1:]]
    return as_network((weights, biases, [activation] * len(hidden) + ["identity"]))


@pytest.mark.parametrize("activation", ["tanh", "logistic", "softplus"])
@pytest.mark.parametrize("hidden", [(5,), (4, 3)], ids=str)
@pytest.mark.parametrize("far", [1.0, 1e4, 1e7, 1e9])
def test_contributions_add_up_however_far_the_baseline(activation, hidden, far):
    network, rng = smooth_network(activation, hidden=hidden), np.random.default_rng(1)
    x = rng.normal(size=3)
    baseline = x + far * rng.normal(size=3)
    found = integrated_gradients(network, x, baseline)
    at_x, at_baseline = network.raw_values(np.stack([x, baseline]))
    size = np.abs([at_x, at_baseline]).max()
    np.testing.assert_allclose(found.values.sum(axis=0), at_x - at_baseline, atol=1e-6 * size)
    assert not found.notes


def test_a_rise_and_a_fall_on_a_short_part_of_a_line_are_both_seen():
    # a unit rises along the first input, another falls along the second: the sum is flat
    weights = [[[1.0, 0.0], [0.0, 1.0]], [[1.0], [-1.0]]]
    network = as_network((weights, [[0.0, 0.0], [0.0]], ["tanh", "identity"]))
    far = np.array([1e7, 1.000001e7])
    found = integrated_gradients(network, far, -far)
    np.testing.assert_allclose(found.values.ravel(), [2.0, -2.0], atol=1e-6)


def test_lines_across_a_jump_warn_with_the_gap():
    network = as_network(lambda Z: (Z[:, 0] > 0.3) + Z[:, 1], n_features_in=2)
    with pytest.warns(ConvergenceWarning, match="is [0-9.e-]+ beside the difference"):
        found = integrated_gradients(network, [1.0, 1.0])
    assert len(found.notes) == 1
    X = np.array([[1.0, 1.0], [7.0, 1.0]])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = expected_gradients(network, X, np.zeros((1, 2)))
    assert len(found.notes) == 1 and "more such lines" in found.notes[0]
    assert [str(w.message) for w in caught if w.category is ConvergenceWarning] == [*found.notes]


@pytest.mark.parametrize("explain", [shapley_values, expected_gradients])
def test_labels_of_rows_are_kept(explain):
    X = pd.DataFrame(np.eye(3), columns=list("abc"), index=["r7", "<b>", "7"])
    found = explain(smooth_network("tanh"), X)
    table = found.to_frame()
    assert table["row"].unique().tolist() == list(X.index)
    for i, label in enumerate(X.index):
        assert f"row {label}" in str(found.row(i))
        values = table[(table["row"] == label) & (table["output"] == found.output_names[0])]
        np.testing.assert_array_equal(values["value"], found.values[i, :, 0])
    assert explain(smooth_network("tanh"), X.to_numpy()).to_frame()["row"].max() == 2


@pytest.mark.parametrize("explain", [shapley_values, expected_gradients])
def test_a_series_and_a_background_that_do_not_fit_are_told(explain):
    X = pd.DataFrame(np.eye(3), columns=list("abc"))
    with pytest.raises(ValueError, match=r"Got a Series of 3 values instead; X\.to_frame\(\)"):
        explain(smooth_network("tanh"), X.iloc[0], X)
    assert explain(smooth_network("tanh"), X.iloc[0].to_frame().T, X).gap < 1e-9
    for background in (X.iloc[:0], X.iloc[:, :2], X.where(X > 0), X.iloc[0], "X"):
        with pytest.raises(ValueError, match="background must be rows as X is"):
            explain(smooth_network("tanh"), X, background)


@pytest.mark.parametrize("explain", [shapley_values, expected_gradients])
def test_cells_of_tables_with_texts_are_shown(explain):
    table = mixed_table(30, seed=0)
    model = mixed_model(table)
    found = explain(model, table.iloc[:3], table.iloc[5:9])
    cells = table[list(found.feature_names)].iloc[:3].to_numpy(dtype=object)
    assert [list(map(str, row)) for row in found.data] == [list(map(str, row)) for row in cells]
    assert "output at the row" in str(found.row(1))


def test_intervals_hold_what_they_say_where_few_rows_differ():
    rng, held = np.random.default_rng(0), []
    network = as_network(lambda Z: Z[:, 0] * Z[:, 1] * np.exp(2.0 * Z[:, 2]), n_features_in=3)
    for seed in range(20):
        X, background = rng.normal(size=(5, 3)), rng.normal(size=(60, 3))
        exact = shapley_values(network, X, background)
        options = {"method": "sampling", "n_orders": 1, "random_state": seed}
        found = shapley_values(network, X, background, **options)
        held.append(np.abs(found.values - exact.values) <= found.errors)
    assert np.mean(held) >= 0.9
