"""The fewest and smallest changes that flip an answer, against exact proofs and grids."""

import numpy as np
import pandas as pd
import pytest
from random_networks import random_network, uniform

from skinterp import as_network, default_network
from skinterp.exact import nearest_counterfactual
from skinterp.hidden import nearest_boundary

X = uniform(60, 4)
CLASSES = {1: ("ill", "well"), 3: ("a", "b", "c")}


def network_of(n_outputs, hidden="relu", seed=0, n_inputs=4):
    return random_network([n_inputs, 6, n_outputs], seed, hidden, task=CLASSES[n_outputs])


CASES = [
    (n, seed)
    for n in (1, 3)
    for seed in range(8)
    if len(np.unique(network_of(n, seed=seed).predict(X))) > 1
][:9]


def flipping(network, rows):
    """Return a row, of those whose network has several answers on the rows."""
    answers = network.predict(network.check(rows))
    assert len(np.unique(answers)) > 1
    return rows[0]


def check(network, row, found, label=None):
    """Check that what is told is so: answers, box, moves, printed numbers."""
    assert network.predict(row[np.newaxis])[0] == found.answer
    for change in (found.fewest, found.smallest):
        answer = network.predict(change.point[np.newaxis])[0]
        assert answer == change.answer != found.answer
        assert label is None or answer == label
        np.testing.assert_allclose(change.point, row + change.moved)
        shown = row.copy()
        names = list(found.feature_names)
        for name, (before, after) in change.shown.items():
            assert before == row[names.index(name)]
            shown[names.index(name)] = after
        assert network.predict(shown[np.newaxis])[0] == answer
    assert found.fewest.n_changes <= found.smallest.n_changes
    assert found.fewest.distance >= found.smallest.distance * (1 - 1e-9)


@pytest.mark.parametrize(("n_outputs", "seed"), CASES)
def test_smallest_changes_of_relu_networks_are_nearly_the_proven_ones(n_outputs, seed):
    network = network_of(n_outputs, seed=seed)
    row, box = flipping(network, X), (X.min(axis=0), X.max(axis=0))
    found = nearest_boundary(network, row, X)
    check(network, row, found)
    proven = nearest_counterfactual(network, row, box=box, norm="l2", scale=X.std(axis=0))
    assert proven.is_proven
    assert proven.distance * (1 - 1e-6) <= found.smallest.distance <= 1.03 * proven.distance


@pytest.mark.parametrize("hidden", ["tanh", "relu"])
@pytest.mark.parametrize("label", CLASSES[3])
def test_a_class_is_reached_and_single_changes_are_found(hidden, label):
    network = network_of(3, hidden, seed=1)
    row = X[5]
    if network.predict(row[np.newaxis])[0] == label:
        with pytest.raises(ValueError, match="label must be another class than that of the row"):
            nearest_boundary(network, row, X, label=label)
        return
    found = nearest_boundary(network, row, X, label=label)
    check(network, row, found, label)
    grid = np.tile(row, (4, 200, 1))
    for j in range(4):
        grid[j, :, j] = np.linspace(X[:, j].min(), X[:, j].max(), 200)
    singles = network.predict(grid.reshape(-1, 4)) == label
    assert not singles.any() or found.fewest.n_changes == 1
    assert str(found).count(label) >= 2


@pytest.mark.parametrize("returns", ["labels", "logits"])
def test_functions_without_slopes_are_searched(returns):
    true = network_of(1, "tanh", seed=2)
    function = true.predict if returns == "labels" else lambda X: np.sign(true.raw_values(X)[:, 0])
    network = as_network(function, classes=list(CLASSES[1]), returns=returns)
    row = flipping(true, X)
    found = nearest_boundary(network, row, X)
    check(true, row, found)
    assert found.smallest.distance < 1.1 * nearest_boundary(true, row, X).smallest.distance


@pytest.mark.parametrize(("unit", "offset"), [(1.0, 1e6), (1e-12, 0.0), (1e-3, 1e6), (1e9, -5.0)])
def test_units_and_offsets_change_nothing_but_the_numbers(unit, offset):
    network = network_of(1, "tanh", seed=3)
    weights, biases, _ = zip(*network.layers, strict=True)
    moved = [weights[0] / unit, weights[1]], [biases[0] - weights[0].sum(axis=0) * offset / unit]
    other = as_network((moved[0], [*moved[1], biases[1]], ["tanh", "logistic"]))
    row = flipping(network, X)
    plain, scaled = nearest_boundary(network, row, X), None
    scaled = nearest_boundary(other, row * unit + offset, X * unit + offset)
    assert scaled.fewest.n_changes == plain.fewest.n_changes
    assert scaled.smallest.distance == pytest.approx(plain.smallest.distance, rel=1e-3)
    point = scaled.smallest.point
    assert other.predict(point[np.newaxis])[0] != other.predict((row * unit + offset)[np.newaxis])


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"dose": rng.normal(size=200), "site": rng.choice(["a", "b"], 200)})
    frame["age of the patient, <b> in $years$"] = rng.normal(50, 10, 200)
    frame.iloc[::9, 2] = np.nan
    ill = (frame["dose"] > (frame["site"] == "b")).to_numpy()
    model = default_network("binary", 0, frame).fit(frame, np.where(ill, "ill", "well"))
    return model, frame


@pytest.mark.parametrize("i", [0, 1, 9])
def test_levels_and_gaps_stay_those_of_the_row(table, i):
    model, frame = table
    found = nearest_boundary(model, frame.iloc[i], frame)
    for change in (found.fewest, found.smallest):
        assert change.row["site"] == frame["site"].iloc[i]
        assert pd.isna(change.row.iloc[2]) == pd.isna(frame.iloc[i, 2])
        assert model.predict(pd.DataFrame([change.row]))[0] == change.answer != found.answer
    assert nearest_boundary(model, frame.iloc[[i]], frame).fewest.row.shape == (1, 3)


def test_tables_and_pictures_tell_both_changes():
    network = network_of(1)
    found = nearest_boundary(network, X[0], X)
    table = found.to_frame()
    assert len(table) == found.fewest.n_changes + found.smallest.n_changes
    assert (table["after"] - table["before"]).to_numpy() == pytest.approx(
        table["moved"].to_numpy()
    )
    assert "Upper bounds" in str(found) and "verified by the network" in str(found)
    display = found.plot()
    assert found.answer in display.ax_.get_title(loc="left")
    drawn = np.sort([patch.get_width() for patch in display.ax_.patches])
    both = [found.fewest.deviations, found.smallest.deviations]
    np.testing.assert_allclose(drawn, np.sort(np.ravel(both)))


def test_of_several_labels_one_is_flipped():
    several = network_of(3, "tanh").retasked("multilabel", ["p", "q", "r"])
    with pytest.raises(ValueError, match="label must be the one that shall flip"):
        nearest_boundary(several, X[0], X)
    found = nearest_boundary(several, X[0], X, label="q")
    before, after = (several.raw_values(x[np.newaxis])[0, 1] for x in (X[0], found.smallest.point))
    assert before * after < 0
    assert {found.answer, found.smallest.answer} == {"q", "not q"}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda n: nearest_boundary(n, X[0], X, label="x"), r"label must be one .*'well'\]"),
        (lambda n: nearest_boundary(n, X[:2], X), "row must be one row"),
        (lambda n: nearest_boundary(n, X[0], X[:1]), "Got none that was found"),
        (lambda n: nearest_boundary(random_network([4, 3, 1], 0), X[0], X), "needs a classifier"),
    ],
)
def test_what_does_not_fit_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call(network_of(1))


def test_one_input_and_two_rows():
    network = as_network(([[[1.0]]], [[0.0]], ["logistic"]), classes=["no", "yes"])
    found = nearest_boundary(network, [1.0], [[-1.0], [1.0]])
    assert found.fewest.n_changes == 1 and -1e-3 < found.fewest.point[0] <= 0.0


@pytest.mark.parametrize("shift", [-0.4, 0.0, 0.4])
def test_a_function_is_taken_for_what_it_returns_on_the_data(shift):
    network = as_network(lambda X: 0.5 * X[:, 0] + 0.1 * X[:, 1] + shift, classes=["no", "yes"])
    found = nearest_boundary(network, X[1], X)
    values = [0.5 * p[0] + 0.1 * p[1] + shift for p in (X[1], found.smallest.point)]
    assert values[0] * values[1] <= 0 and abs(values[1]) < 1e-5
    with pytest.raises(ValueError, match="all lie between 0 and 1"):
        nearest_boundary(as_network(lambda X: abs(X[:, 0]) / 9, classes=[5, 6]), X[1], X)


def test_only_inputs_that_move_are_drawn():
    network = as_network(lambda X: X[:, 0] + 0.5 * X[:, 2] - 1.0, classes=["no", "yes"])
    rows = np.random.default_rng(0).normal(size=(60, 4)) * [1.0, 1.0, 1.0, 0.0]
    found = nearest_boundary(network, np.zeros(4), rows)
    drawn = [label.get_text() for label in found.plot().ax_.get_yticklabels()]
    assert set(drawn) == {*found.fewest.shown, *found.smallest.shown} and len(drawn) < 4
