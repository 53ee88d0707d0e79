"""Classes as few convex cells, and their boundary, against the network and against slices."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mixed_tables import mixed_model, mixed_table
from random_networks import random_network, uniform

from skinterp import as_network
from skinterp.exact import class_regions, count_regions, slice_regions

DAMAGES = st.sets(st.sampled_from(["zeros", "dead", "doubled", "unbiased"]))
HINGES = np.eye(2), [[1.0], [1.0]]


def of_classes(sizes, seed, hidden="relu", damage=()):
    """Return a classifier whose classes are about as frequent."""
    network = random_network(sizes, seed, hidden, damage, list("abcd")[: max(2, sizes[-1])])
    coefs, biases, _ = map(list, zip(*network.layers, strict=True))
    if "unbiased" not in damage:
        raw = network.raw_values(uniform(2000, sizes[0]))
        biases[-1] = biases[-1] - np.median(raw, axis=0)
    last = "logistic" if sizes[-1] == 1 else "softmax"
    activations = [hidden] * (len(biases) - 1) + [last]
    return as_network((coefs, biases, activations), classes=network.classes.tolist())


def clear(network, X, least=1e-9):
    """Return which rows are not on the boundary, up to rounding."""
    raw = network.raw_values(X)
    if raw.shape[1] == 1:
        return np.abs(raw[:, 0]) > least
    best = np.sort(raw, axis=1)
    return best[:, -1] - best[:, -2] > least


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.sampled_from([[1, 6, 1], [2, 5, 4, 1], [3, 6, 3], [2, 4, 3, 4], [4, 5, 1], [2, 3]]),
    hidden=st.sampled_from(["relu", ("leaky_relu", 0.2)]),
    damage=DAMAGES,
    seed=st.integers(0, 10**6),
)
def test_cells_answer_as_the_network_and_tile_the_box(sizes, hidden, damage, seed):
    network = of_classes(sizes, seed, hidden, damage)
    found = class_regions(network, box=(-2, 2))
    X = np.vstack([uniform(4000, sizes[0]), uniform(100, sizes[0], 3.0)])
    sure = clear(network, X)
    assert (found.predict(X) == network.predict(X))[sure].all() and not found.unfinished
    cells = found.apply(X)
    assert ((cells >= 0) == (np.abs(X) <= 2).all(axis=1)).all()
    inside = np.array([cell.contains(X) for cell in found.cells])
    depths = np.array([(X @ c.slopes.T - c.bounds).max(axis=1) for c in found.cells])
    away = (np.abs(depths) > 1e-9).all(axis=0)
    assert (inside[:, away].sum(axis=0) == (cells[away] >= 0)).all()
    of_rows = away & (cells >= 0)
    assert inside[cells[of_rows], np.flatnonzero(of_rows)].all()
    assert (found.labels[cells[cells >= 0]] == network.predict(X[cells >= 0]))[
        sure[cells >= 0]
    ].all()


@pytest.mark.parametrize("sizes", [[2, 8, 1], [2, 6, 5, 3]], ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_the_boundary_is_that_of_a_slice_of_the_whole_plane(sizes, seed):
    network = of_classes(sizes, seed)
    found = class_regions(network, box=(-2, 2))
    lines = slice_regions(network, box=(-2, 2)).boundary
    middles = np.concatenate([0.5 * (line[1:] + line[:-1]) for line in lines])
    lengths = np.concatenate([np.linalg.norm(np.diff(line, axis=0), axis=1) for line in lines])
    values = middles @ found.slopes.T + found.offsets
    on = np.abs(values) < 1e-9 * (1 + np.abs(found.offsets))
    assert on.any(axis=1).all() and on.any(axis=0).all()
    nearest = np.abs(values).argmin(axis=1)
    shares = np.bincount(nearest, lengths, len(found.shares)) / lengths.sum()
    np.testing.assert_allclose(shares, found.shares, atol=1e-9)
    assert (np.diff(found.shares) <= 1e-9).all() and found.shares.sum() == pytest.approx(1)


@pytest.mark.parametrize("sizes", [[3, 8, 1], [4, 6, 5, 3]], ids=str)
def test_pieces_divide_the_classes_that_they_name(sizes):
    network = of_classes(sizes, 1)
    found, X = class_regions(network, box=(-2, 2)), uniform(3000, sizes[0])
    raw = network.raw_values(X)
    for slopes, offset, sides in zip(found.slopes, found.offsets, found.sides, strict=True):
        on = X - np.outer((X @ slopes + offset) / (slopes @ slopes), slopes)
        on = on[(np.abs(on) <= 2).all(axis=1)]
        step = 1e-7 * slopes / np.linalg.norm(slopes)
        below, above = network.predict(on - step), network.predict(on + step)
        changes = (below != above).any()
        divided = (below == sides[0]) & (above == sides[1])
        assert not changes or divided.any()
    assert len(raw) and set(found.sides.ravel()) <= set(network.classes)


def test_what_separates_no_class_is_gone():
    # |x0| + |x1| < 1: four regions, of which only the boundary is left, two sides of the axes
    weights = [[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]], [[-1.0]] * 4
    layers = weights, [[0.0] * 4, [1.0]], ["relu", "logistic"]
    network = as_network(layers, classes=["out", "in"])
    found = class_regions(network, box=(-2, 2))
    assert found.n_regions == count_regions(network, (-2, 2)).n_regions == 4
    inner = found.labels == "in"
    assert inner.sum() == 1 and found.n_cells <= 5
    (diamond,) = np.flatnonzero(inner)
    assert len(found.inequalities(diamond)) == 4
    assert set(found.inequalities(diamond).sources) == {"boundary"}
    assert len(found.shares) == 4 and np.allclose(found.shares, 0.25)
    assert found.tree.n_leaves <= 8 and "in" in found.export_text()


def test_one_class_is_one_cell_without_a_boundary():
    network = of_classes([3, 10, 1], 0)
    layers = [W for W, _, _ in network.layers], [b for _, b, _ in network.layers]
    layers[1][-1] = layers[1][-1] + 1e3
    network = as_network((*layers, ["relu", "logistic"]), classes=["no", "yes"])
    found = class_regions(network, box=(-2, 2))
    assert found.n_regions > 10 and found.labels.tolist() == ["yes"] and not len(found.shares)
    assert (
        str(found)
        == f"{found.n_regions} linear regions, 1 class: 1 convex cell, 0 boundary pieces"
    )
    assert set(found.inequalities(0).sources) == {"box"} and found.export_text() == "yes"
    assert found.predict(uniform(5, 3)).tolist() == ["yes"] * 5 and found.to_frame().empty


def test_a_boundary_along_a_hinge_is_found():
    # the logit is 0 where x0 <= 0: class "a" there, although it is nowhere negative
    network = as_network(
        ([[[1.0], [0.0]], [[1.0]]], [[0.0], [0.0]], ["relu", "logistic"]), classes=["a", "b"]
    )
    found = class_regions(network, box=(-2, 2))
    assert found.labels.tolist() in (["a", "b"], ["b", "a"]) and found.shares.tolist() == [1.0]
    assert "b where x0 > 0, else a" in str(found)


def test_odd_units_and_held_inputs_change_nothing():
    network = of_classes([3, 8, 5, 3], 2)
    plain = class_regions(network, box=(-2, 2))
    units = np.array([1e-6, 1.0, 1e6])
    coefs, biases, _ = map(list, zip(*network.layers, strict=True))
    coefs[0] = coefs[0] / units[:, np.newaxis]
    other = as_network((coefs, biases, ["relu", "relu", "softmax"]), classes=list("abc"))
    found = class_regions(other, box=(-2 * units, 2 * units))
    X = uniform(3000, 3)
    assert (found.predict(X * units) == network.predict(X))[clear(network, X)].all()
    assert found.n_cells == plain.n_cells and np.allclose(found.shares, plain.shares)
    held = class_regions(network, box=([-2, 0.5, -2], [2, 0.5, 2]))
    X[:, 1] = 0.5
    assert (held.predict(X) == network.predict(X))[clear(network, X)].all()
    assert (held.apply(X) >= 0).all() and not held.slopes[:, 1].any()


def test_the_summary_and_the_table_say_what_carries_the_boundary():
    network = of_classes([3, 12, 3], 0)
    X = uniform(200, 3)
    found = class_regions(network, X)
    share = 100 * found.shares[:8].sum()
    lines = str(found).splitlines()
    assert f"; the 8 largest carry {share:.2g} % of the boundary" in lines[0]
    assert f"{found.n_cells} convex cells" in lines[0] and len(lines) == 6
    assert lines[-1] == f"... and {len(found.shares) - 4} more" and repr(found) == str(found)
    frame = found.to_frame()
    assert list(frame.columns) == ["x0", "x1", "x2", "offset", "below", "above", "share"]
    np.testing.assert_allclose(frame["share"], found.shares)
    cells = found.to_frame(of="cells")
    assert cells["class"].tolist() == found.labels.tolist()
    assert found.box.lower.tolist() == X.min(axis=0).tolist()


@pytest.mark.filterwarnings("ignore:lbfgs failed")
def test_levels_are_held():
    table = mixed_table()
    network = as_network(mixed_model(table))
    row = network.check(table.iloc[[1]])[0]
    lower, upper = row.copy(), row.copy()
    j = network.feature_names.index("age")
    lower[j], upper[j] = 20.0, 80.0
    found = class_regions(network, box=(lower, upper))
    rows = table.iloc[[1] * 200].assign(age=np.linspace(20, 80, 200))
    assert (found.predict(rows) == network.predict(rows)).mean() > 0.99
    with pytest.raises(ValueError, match="Inputs that vary in a box must be numbers"):
        class_regions(network, table)


@pytest.mark.parametrize(
    "call, wording",
    [
        (lambda: class_regions(random_network([2, 3, 1], 0), box=(-1, 1)), "needs a classifier"),
        (lambda: class_regions(of_classes([9, 3, 1], 0), box=(-1, 1)), "At most 8 inputs may"),
        (lambda: class_regions(of_classes([2, 9, 1], 0), box=(-1, 1), max_regions=3), "max_reg"),
        (lambda: class_regions(of_classes([2, 3, 1], 0)), "box must be"),
        (lambda: class_regions(of_classes([2, 3, 1], 0), box="unbounded"), "box must be finite"),
        (
            lambda: class_regions(of_classes([2, 3, 1], 0), box=(-1, 1)).to_frame(of="rows"),
            "of must be 'boundary' or 'cells'",
        ),
    ],
)
def test_refusals(call, wording):
    with pytest.raises(ValueError, match=wording):
        call()


def test_all_of_a_boundary_is_written_as_such():
    found = class_regions(of_classes([2, 12, 1], 0), box=(-2, 2))
    n = len(found.shares)
    most = replace(found, shares=np.array([0.9996, *[0.0004 / (n - 1)] * (n - 1)]))
    assert n > 1 and "\n100 %: " in str(most) and "e+02" not in str(most)
