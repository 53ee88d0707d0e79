"""What importances print and draw: rows, totals, units, the order that is shown, trainings."""

import numpy as np
import pandas as pd
import pytest
from random_networks import random_network, uniform

from skinterp import as_network, default_network
from skinterp.importance import (
    integrated_gradients,
    lek_profile,
    partial_derivatives,
    shapley_values,
    variable_embedding,
)

X = uniform(40, 4)
CLASSES = {1: None, 3: ("a", "b", "c")}


def network_of(n_outputs, seed=0, n_units=5):
    return random_network([4, n_units, n_outputs], seed, "tanh", task=CLASSES[n_outputs])


@pytest.mark.parametrize("n_outputs", [1, 3])
def test_integrated_gradients_print_row_contributions_and_total(n_outputs):
    network = network_of(n_outputs)
    found = integrated_gradients(network, X[0], baseline=X[1])
    raw = network.raw_values(X[:2])
    drawn = raw - raw.mean(axis=1, keepdims=True) if n_outputs == 3 else raw
    lines = {line.split("  ")[0]: line for line in str(found).splitlines()}
    n = n_outputs
    for name, expected in [
        ("total", drawn[0] - drawn[1]),
        ("output at the baseline", drawn[1]),
        ("output at the row", drawn[0]),
    ]:
        shown = np.array(lines[name].split()[-n:], dtype=float)
        np.testing.assert_allclose(shown, expected, rtol=1e-4, atol=1e-5)
    for j, name in enumerate(found.feature_names):
        cell, start, *parts = lines[name].split()[1:]
        assert float(start) == pytest.approx(X[1, j], rel=1e-6)
        assert float(cell) == pytest.approx(X[0, j], rel=1e-6)
        np.testing.assert_allclose(np.array(parts, float), found.zero_sum_values[j], rtol=1e-4)


def test_cells_of_tables_are_those_of_the_row():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"dose": 1e6 + rng.normal(size=120), "site": rng.choice(["a", "b"], 120)})
    ill = (frame["dose"] > 1e6 + (frame["site"] == "b")).to_numpy()
    model = default_network("binary", 0, frame).fit(frame, ill)
    found = integrated_gradients(model, frame.iloc[0], baseline=frame.iloc[1])
    text = str(found)
    assert dict(zip(found.feature_names, found.row.cells, strict=True))["site"] == frame["site"][0]
    assert "site" in text and "total" in text
    gap = found.row.outputs - found.row.baseline - found.values.sum(axis=0)
    np.testing.assert_allclose(gap, 0.0, atol=1e-6)


def test_a_row_of_shapley_values_has_its_total():
    network = network_of(3)
    found = shapley_values(network, X[:3], background=X[10:20]).row(1)
    np.testing.assert_allclose(
        found.values.sum(axis=0), found.row.outputs - found.row.baseline, atol=1e-9
    )
    assert "output at the row" in str(found)


@pytest.mark.parametrize("n_outputs", [1, 3])
def test_derivatives_are_drawn_in_the_order_of_what_is_drawn(n_outputs):
    network = as_network(
        lambda X: np.column_stack([np.sin(40 * X[:, 0]) + 0.1 * X[:, 1] + k * X[:, 2] / 9
                                   for k in range(n_outputs)]),
        n_outputs=n_outputs,
    )  # fmt: skip
    found = partial_derivatives(network, X)
    display = found.plot()
    drawn = [text.get_text() for text in display.ax_.get_yticklabels()]
    scaled = np.abs(found.statistics["per_deviation"]).max(axis=1)
    order = np.argsort(-scaled, kind="stable")
    assert drawn == [found.feature_names[j] for j in order]
    assert "share" in str(found).splitlines()[1]
    printed = [line.split()[0] for line in str(found).splitlines()[2:]]
    assert printed == found.ranking()


def test_axes_of_profiles_have_units_and_the_logit():
    names = ["dose of the drug", "age", "c", "d"]
    frame = pd.DataFrame(X, columns=names)
    found = lek_profile(network_of(3), frame, units={"dose of the drug": "mg$", "age": "years"})
    display = found.plot(output="b")
    texts = [ax.get_xlabel() for ax in display.axes_]
    assert texts == [r"dose of the drug [mg\$]", "age [years]", "c", "d"]
    assert display.figure_._supylabel.get_text() == "logit of b"
    with pytest.raises(ValueError, match=r"units must be of inputs, .*Got \['mass'\] instead"):
        lek_profile(network_of(3), frame, units={"mass": "kg"})


def test_points_are_as_large_as_their_rows_are_long():
    found = variable_embedding(network_of(1))
    np.testing.assert_allclose(found.to_frame()["length"], np.linalg.norm(found.weights, axis=1))
    sizes = found.plot().axes_[0].collections[-1].get_sizes()
    assert np.argsort(sizes).tolist() == np.argsort(found.lengths).tolist()
    assert len(set(sizes.tolist())) == 4


def test_trainings_that_differ_in_order_and_signs_of_units_fall_together():
    network = network_of(1)
    (W, b, a), last = network.layers
    turn, signs = [3, 1, 0, 4, 2], np.array([1, -1, -1, 1, 1.0])
    after = (last.weights * signs[:, np.newaxis])[turn]
    other = network.with_layers([((W * signs)[:, turn], b[turn], a), (after, *last[1:])])
    found = variable_embedding(network, trainings=[other, network_of(1, 1, n_units=7)])
    np.testing.assert_allclose(found.trainings[0], found.coordinates, atol=1e-9)
    assert found.trainings.shape == (2, 4, 2)
    expected = np.linalg.norm(found.trainings - found.coordinates, axis=2).mean(axis=0)
    np.testing.assert_allclose(found.wandering, expected)
    assert "2 other trainings" in str(found) and "wandering" in found.to_frame()
    assert "2 other trainings" in found.plot().axes_[0].get_title(loc="left")


def test_trainings_of_other_inputs_are_refused():
    with pytest.raises(ValueError, match=r"networks of the same 4 inputs\. Got one of 3"):
        variable_embedding(network_of(1), trainings=[random_network([3, 2, 1], 0)])


def test_a_far_baseline_of_zeros_is_told_and_cells_show_their_differences():
    network, row = ([[[1.0], [-1.0]]], [[0.0]], ["identity"]), [1e6 + 0.105, 1e6]
    assert "pass a baseline among them" in str(integrated_gradients(network, row))
    near = str(integrated_gradients(network, row, baseline=[1e6, 1e6]))
    assert "pass a baseline" not in near and "1000000.105       1000000 " in near
