"""Boxes, rows and columns as users pass them to proofs: flat, labelled, of integers."""

import numpy as np
import pandas as pd
import pytest
from random_networks import random_network, uniform

from skinterp import as_network
from skinterp.exact import (
    extreme_output,
    nearest_counterfactual,
    reach_class,
    robustness_radius,
    slice_regions,
)

NAMES = ["dose", "age", "mass"]


def named_network(seed=0):
    network = random_network([3, 6, 3], seed)
    layers = [[layer.weights, layer.bias, layer.activation.name] for layer in network.layers]
    layers[-1][2] = "softmax"
    weights, biases, activations = zip(*layers, strict=True)
    classes = ["a", "b", "c"]
    return as_network((weights, biases, activations), classes=classes, feature_names=NAMES)


NETWORK = named_network()
X = pd.DataFrame(uniform(20, 3), columns=NAMES)


@pytest.mark.parametrize("row", range(4))
def test_a_box_of_one_point_is_answered(row):
    x = X.iloc[row].to_numpy()
    raw = NETWORK.raw_values(x[np.newaxis])[0]
    for direction in ("min", "max"):
        found = extreme_output(NETWORK, (x, x), output="b", direction=direction)
        assert found.is_proven and found.value == raw[1]
    for k, label in enumerate(NETWORK.classes):
        assert reach_class(NETWORK, (x, x), label).is_reached == (raw.argmax() == k)
    for norm in ("l1", "l2", "linf"):
        found = robustness_radius(NETWORK, x, box=(x, x), norm=norm)
        assert found.is_proven and found.point is None and found.bound == np.inf


def test_nothing_may_change_so_nothing_does():
    for features in ([], ["age"]):
        held = X.iloc[0].copy()
        lower, upper = held - 2.0, held + 2.0
        lower["age"] = upper["age"] = held["age"]
        found = nearest_counterfactual(NETWORK, held, box=(lower, upper), features=features)
        assert found.is_proven and str(found) == "no counterfactual in the box"


def test_changes_by_rounding_are_none():
    # the middle of the box and its half give .2 as .19999999999999996
    for row in range(10):
        x = X.iloc[row].round(1)
        found = nearest_counterfactual(NETWORK, x, box=(-2.1, 2.3), norm="l1")
        for before, after in found.changes.values():
            assert abs(after - before) > 1e-8
        kept = [name for name in NAMES if name not in found.changes]
        assert (found.row[kept] == x[kept]).all()
        assert NETWORK.predict(found.row.to_frame().T)[0] == found.answer


def test_one_column_may_be_chosen_by_its_name():
    x = X.iloc[3]
    one, several = (
        nearest_counterfactual(NETWORK, x, box=(-9, 9), features=features)
        for features in ("mass", ["mass"])
    )
    assert one.distance == several.distance and set(one.changes) <= {"mass"}


def test_a_series_of_another_order_is_refused():
    x, turned = X.iloc[0], X.max()[::-1]
    asks = {
        "The bounds of box": lambda: extreme_output(NETWORK, (X.min(), turned), output="a"),
        "scale": lambda: robustness_radius(NETWORK, x, box=(-2, 2), scale=X.std()[::-1]),
        "origin": lambda: slice_regions(NETWORK, X, origin=X.median()[::-1]),
    }
    for name, ask in asks.items():
        with pytest.raises(ValueError, match=f"{name} must be in the order of the inputs") as said:
            ask()
        assert "'dose' at 0. Got 'mass' instead." in str(said.value)


def test_a_row_outside_is_called_by_its_name():
    with pytest.raises(ValueError, match=r"x must lie in the box\. Got 5 in 'age' instead"):
        robustness_radius(NETWORK, [0.0, 5.0, 0.0], box=(-2, 2))
