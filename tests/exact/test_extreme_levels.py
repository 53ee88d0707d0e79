"""Extremes in boxes that leave levels of categories open, against all levels one by one."""

import numpy as np
import pytest
from mixed_tables import ENCODERS, mixed_model, mixed_table

from skinterp import as_network
from skinterp.exact import extreme_output, reach_class
from skinterp.exact.optima import _levels

TABLE = mixed_table(gaps=False)
pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed")


def boxed(encoder, task="regression"):
    """Return a network of a mixed table, the box of its rows, and rows of levels held."""
    network = as_network(mixed_model(TABLE, encoder, task, flags=False))
    features = network.check(TABLE)
    lower, upper = features.min(axis=0), features.max(axis=0)
    levels = np.unique(features[:, network.moves == 0.0], axis=0)
    return network, lower, upper, levels


def held(network, bounds, level):
    """Return the box with its categories at levels."""
    for side in bounds:
        side = side.copy()
        side[network.moves == 0.0] = level
        yield side


@pytest.mark.parametrize("encoder", sorted(ENCODERS))
@pytest.mark.parametrize("direction", ["max", "min"])
def test_no_level_is_more_extreme(encoder, direction):
    network, lower, upper, levels = boxed(encoder)
    found = extreme_output(network, (lower, upper), direction=direction)
    assert found.is_proven and set(found.levels) == {"si te", "smoker", "grade", "kind"}
    alone = [
        extreme_output(network, [*held(network, (lower, upper), level)], direction=direction)
        for level in levels[::5]
    ]
    sign = 1.0 if direction == "max" else -1.0
    best = max(sign * one.value for one in alone)
    assert sign * found.value >= best - 1e-6 and not alone[0].levels
    assert (levels == found.point[network.moves == 0.0]).all(axis=1).any()
    # the row that it says is the point
    row = TABLE.iloc[[0]].assign(**{name: [cell] for name, cell in found.levels.items()})
    coded = network.check(row)[0]
    np.testing.assert_array_equal(coded[network.moves == 0.0], found.point[network.moves == 0.0])
    cells = ", ".join(f"{name} {cell}" for name, cell in found.levels.items())
    assert f" at {cells}, proven" in str(found)


def test_only_levels_that_the_box_has_room_for_are_taken():
    network, lower, upper, _ = boxed("refusing")
    names = network.feature_names
    of_site = [j for j, name in enumerate(names) if name.startswith("[si te")]
    best = extreme_output(network, (lower, upper))
    taken = next(j for j in of_site if best.point[j] == 1.0)
    closed = upper.copy()
    closed[taken] = 0.0
    other = extreme_output(network, (lower, closed))
    assert other.value < best.value and other.levels["si te"] != best.levels["si te"]
    closed[of_site] = 0.0
    closed[of_site[0]] = 0.5
    with pytest.raises(ValueError, match=r"box must have room for a level of 'si te'.*Got bounds"):
        extreme_output(network, (lower, closed))


@pytest.mark.parametrize("label", ["ill", "so-so", "well"])
def test_a_class_is_reached_at_some_level_or_at_none(label):
    network, lower, upper, levels = boxed("refusing", "multiclass")
    numbers = network.moves > 0.0
    middle = 0.5 * (lower + upper)
    lower[numbers] = upper[numbers] = middle[numbers]  # only categories vary
    found = reach_class(network, (lower, upper), label)
    rows = np.tile(middle, (len(levels), 1))
    rows[:, ~numbers] = levels
    assert found.is_reached == (label in network.predict(rows)) and not found.unfinished
    if found.is_reached:
        assert network.predict(found.point[np.newaxis])[0] == label
        assert str(found).startswith(f"class {label} is reached at si te {found.levels['si te']}")
    else:
        logits = network.raw_values(rows)
        k = network.classes.tolist().index(label)
        margins = logits[:, k] - np.delete(logits, k, axis=1).max(axis=1)
        assert found.bound == pytest.approx(margins.max(), abs=1e-6)


def test_out_of_time_the_levels_left_out_stand_in_the_bound():
    network, lower, upper, _ = boxed("refusing")
    whole = extreme_output(network, (lower, upper))
    part = extreme_output(network, (lower, upper), time_budget=1e-9)
    assert not part.is_proven and part.bound >= whole.value - 1e-6 >= part.value - 1e-6
    assert "ended by its time_budget" in part.unfinished[0]


def test_too_many_combinations_are_refused_with_advice_that_works(monkeypatch):
    network, lower, upper, _ = boxed("refusing")
    monkeypatch.setattr(_levels, "_MOST", 10)
    with pytest.raises(ValueError, match="hold some of them by equal bounds"):
        extreme_output(network, (lower, upper))
    first = network.check(TABLE)[0]
    others = "[si te", "[kind", "[grade"
    kept = np.array([not name.startswith(others) for name in network.feature_names])
    box = np.where(kept, lower, first), np.where(kept, upper, first)
    assert set(extreme_output(network, box).levels) == {"smoker"}


def test_flags_of_gaps_are_no_levels():
    table = mixed_table()
    network = as_network(mixed_model(table, task="regression"))
    features = network.check(table)
    with pytest.raises(ValueError, match="must be numbers: between two levels there are no rows"):
        extreme_output(network, (features.min(axis=0), features.max(axis=0)))


@pytest.mark.parametrize("encoder", ["refusing", "ignoring", "dropping"])
def test_a_box_of_no_level_is_refused_where_no_row_can_be_there(encoder):
    """All indicators of a column at 0 are an unknown level, where the model takes such."""
    network, lower, upper, _ = boxed(encoder)
    of_site = [j for j, name in enumerate(network.feature_names) if name.startswith("[si te")]
    closed = upper.copy()
    closed[of_site] = 0.0
    if encoder != "ignoring":
        with pytest.raises(ValueError, match=r"box must hold .*'si te' at one of its levels.*Got"):
            extreme_output(network, (lower, closed))
    else:
        extreme_output(network, (lower, closed), time_budget=0.1)
    both = lower.copy()
    both[of_site], closed[of_site] = 1.0, 1.0
    with pytest.raises(ValueError, match=r"box must hold the indicators of 'si te'"):
        extreme_output(network, (both, closed))


def test_a_box_of_another_shape_is_refused_by_the_names_of_the_inputs():
    network, lower, upper, _ = boxed("refusing")
    for box in ((lower[1:], upper[1:]), {"age": (0, 1), "dose": (0, 2)}):
        with pytest.raises(ValueError, match=r"one bound for each of .*\[si te = a\].*Got"):
            extreme_output(network, box)


def test_a_class_that_is_reached_is_named_by_its_label():
    network, lower, upper, _ = boxed("refusing", "binary")
    found = reach_class(network, (lower, upper), 0)
    assert found.label == "ill" and str(found).startswith("class ill is reached")
