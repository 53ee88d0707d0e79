"""Counterfactuals that change levels of categories: as rows of the user's table, and as texts."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from mixed_tables import ENCODERS, NUMBERS, TEXTS, answers_of, mixed_model, mixed_table
from random_networks import random_network, uniform
from sklearn.compose import ColumnTransformer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, PowerTransformer

from skinterp import as_network
from skinterp.exact import nearest_counterfactual
from skinterp.exact.optima import _nearest

ORDERS = {"l1": 1, "l2": 2, "linf": np.inf}
BOX = (-1e3, 1e3)
pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed")


def by_levels(network, x, columns, norm, scale, cost, target):
    """Return the least distance over all levels, from counterfactuals that keep levels."""
    best, order = np.inf, ORDERS[norm]
    levels = [dict.fromkeys([x[name].iloc[0], *mixed_table()[name].unique()]) for name in columns]
    for cells in product(*levels):
        row = x.assign(**{name: [cell] for name, cell in zip(columns, cells, strict=True)})
        n = sum(cell != x[name].iloc[0] for name, cell in zip(columns, cells, strict=True))
        step = cost * (min(n, 1) if order == np.inf else n ** (1 / order))
        if network.predict(row)[0] == target:
            distance = 0.0
        else:
            found = nearest_counterfactual(network, row, box=BOX, norm=norm, scale=scale)
            distance = found.distance
        best = min(best, np.linalg.norm([step, distance], order))
    return best


@pytest.mark.parametrize("norm", sorted(ORDERS))
@pytest.mark.parametrize("cost", [0.05, 0.4])
def test_no_levels_and_numbers_together_are_nearer(norm, cost):
    table = mixed_table()
    network = as_network(mixed_model(table))
    scale = np.array([{"age": 10.0, "dose": 2.0}.get(n, 1.0) for n in network.feature_names])
    columns = ["si te", "smoker"]
    for k in (1, 2):
        x = table.iloc[[k]]
        target = ({"ill", "so-so", "well"} & set(network.classes)) - {network.predict(x)[0]}
        found = nearest_counterfactual(
            network,
            x,
            box=BOX,
            features=[*NUMBERS, *columns],
            norm=norm,
            scale=scale,
            level_cost=cost,
        )
        expected = by_levels(network, x, columns, norm, scale, cost, *target)
        assert found.is_proven and found.distance == pytest.approx(expected, rel=1e-4)
        assert found.bound <= found.distance <= found.bound + 1e-4
        assert set(found.changes) <= {*NUMBERS, *columns}


@pytest.mark.parametrize("encoder", sorted(ENCODERS))
def test_rows_come_out_as_they_came_in_and_are_answered_so(encoder):
    table = mixed_table()
    model = mixed_model(table, encoder)
    network = as_network(model)
    for k in (0, 1, 9):
        x = table.iloc[[k]]
        found = nearest_counterfactual(network, x, box=BOX, level_cost=0.01)
        assert found.is_proven and model.predict(found.row)[0] == found.answer
        assert found.answer != model.predict(x)[0]
        assert list(found.row.columns) == list(table.columns) and found.row.index[0] == x.index[0]
        for name in table.columns:
            before, after = x[name].iloc[0], found.row[name].iloc[0]
            if name in found.changes:
                assert found.changes[name] == (before, after) and before != after
            else:
                assert before == after or (pd.isna(before) and pd.isna(after))
        series = nearest_counterfactual(network, table.iloc[k], box=BOX, level_cost=0.01)
        assert isinstance(series.row, pd.Series) and series.row["note"] == f"row {k}"
        assert series.changes == found.changes


def test_immutable_columns_stay_and_categories_alone_may_change():
    table = mixed_table()
    network = as_network(mixed_model(table))
    outcomes = set()
    for k in range(1, 8):
        x = table.iloc[[k]]
        found = nearest_counterfactual(network, x, box=BOX, features=["si te"], level_cost=1.0)
        answers = network.predict(
            pd.concat([x.assign(**{"si te": level}) for level in table["si te"].unique()])
        )
        possible = (answers != network.predict(x)[0]).any()
        outcomes.add(possible)
        assert found.is_proven and (found.point is not None) == possible
        if possible:
            assert list(found.changes) == ["si te"] and found.distance == 1.0
            assert f"si te: {x['si te'].iloc[0]} -> {found.changes['si te'][1]}" in str(found)
        else:
            assert str(found) == "no counterfactual in the box" and found.row is None
    assert outcomes == {True, False}


def test_out_of_time_the_levels_not_looked_at_are_told():
    table = mixed_table()
    network = as_network(mixed_model(table))
    options = {"box": BOX, "features": ["age", "si te", "kind"], "level_cost": 0.01}
    rows = [table.iloc[[k]] for k in range(1, 9)]
    full = [nearest_counterfactual(network, x, **options) for x in rows]
    x, whole = next((x, f) for x, f in zip(rows, full, strict=True) if f.distance > 0.1)
    found = nearest_counterfactual(network, x, time_budget=1e-9, **options)
    assert whole.is_proven and not found.is_proven
    assert "combinations of levels were not looked at" in str(found.unfinished)
    assert found.bound <= 0.01 + 1e-9 and found.distance >= whole.distance - 1e-6


def test_an_interruption_ends_all_levels(monkeypatch):
    table, calls = mixed_table(), []
    network = as_network(mixed_model(table))
    search = _nearest.branch_and_bound

    def interrupted(*args):
        calls.append(1)
        found = search(*args)
        found.stopped, found.bound = "was interrupted", 0.0
        return found

    monkeypatch.setattr(_nearest, "branch_and_bound", interrupted)
    found = nearest_counterfactual(network, table.iloc[[1]], box=BOX, level_cost=1e-4)
    assert len(calls) == 1 and not found.is_proven and found.bound <= 1e-4


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("norm", sorted(ORDERS))
def test_a_row_with_the_numbers_as_printed_is_answered_so(unit, norm):
    rng = np.random.default_rng(0)
    for seed in range(10):
        coefs, biases, _ = map(list, zip(*random_network([3, 6, 1], seed).layers, strict=True))
        offset = unit * rng.choice([0.0, 3.0, 1000.0], 3)
        biases[0] = biases[0] - offset / unit @ coefs[0]
        layers = [coefs[0] / unit, coefs[1]], biases, ["relu", "logistic"]
        network = as_network(layers, classes=["no", "yes"])
        x = offset + unit * uniform(1, 3, seed=seed)[0] / 2
        box = offset - 2 * unit, offset + 2 * unit
        found = nearest_counterfactual(network, x, box=box, norm=norm, scale=np.full(3, unit))
        if found.point is None:
            continue
        text = str(found).partition(" at ")[2].partition(f" ({norm}")[0]
        row = x.copy()
        for change in text.split(", "):
            name, _, values = change.partition(": ")
            row[int(name[1:])] = float(values.partition(" -> ")[2])
        assert network.predict(row[np.newaxis])[0] == found.answer
        assert (row >= box[0]).all() and (row <= box[1]).all()
        np.testing.assert_allclose(row, found.point, atol=2e-3 * np.abs(found.point).max())
        assert found.row.tolist() == found.point.tolist()


def test_texts_are_no_longer_than_needed():
    layers = [[[1.0], [0.5]], [[1.0]]], [[0.0], [-0.123456789]], ["relu", "logistic"]
    network = as_network(layers, classes=["no", "yes"])
    found = nearest_counterfactual(network, [0.0, 0.0], box=(-2, 2))
    assert str(found) == "class yes at x0: 0 -> 0.1235 (l1 distance 0.1235, proven)"
    assert found.shown == {"x0": 0.1235} and found.changes["x0"][1] < 0.12346
    tight = nearest_counterfactual(network, [0.0, 0.0], box=(-2, [0.1234568, 0.0]))
    assert str(tight).startswith("class yes at x0: 0 -> 0.1234568 (")
    near = nearest_counterfactual(network, [0.123455, 0.0], box=(-2, 2))
    assert str(near).startswith("class yes at x0: 0.123455 -> 0.1234568 (")


def test_what_cannot_be_asked_of_levels_is_refused():
    table = mixed_table()
    network = as_network(mixed_model(table))
    x = table.iloc[[1]]
    with pytest.raises(ValueError, match="level_cost must be a positive number, or None"):
        nearest_counterfactual(network, x, box=BOX, level_cost=0)
    with pytest.raises(ValueError, match=r"keeps levels. Got si te instead: pass level_cost"):
        nearest_counterfactual(network, x, box=BOX, features=["si te"])
    with pytest.raises(ValueError, match=r"gaps are kept. Got dose instead"):
        nearest_counterfactual(
            network, table.iloc[[9]], box=BOX, features=["dose"], level_cost=1.0
        )
    numbers = table.assign(dose=table["dose"].fillna(1.0))
    blocks = [("n", PowerTransformer(), NUMBERS), ("c", OneHotEncoder(), TEXTS)]
    mlp = MLPClassifier((4,), solver="lbfgs", max_iter=50, random_state=0)
    smooth = make_pipeline(ColumnTransformer(blocks), mlp).fit(numbers, answers_of(table))
    with pytest.raises(ValueError, match="Exact structure needs the layers of a network"):
        nearest_counterfactual(smooth, numbers.iloc[[1]], box=BOX, level_cost=1.0)
    rng = np.random.default_rng(0)
    many = pd.DataFrame(rng.choice(list("abcdefghijkl"), (300, 6)), columns=list("uvwxyz"))
    wide = make_pipeline(ColumnTransformer([("c", OneHotEncoder(), list(many))]), mlp)
    wide.fit(many, np.where(many["u"] > "f", "yes", "no"))
    with pytest.raises(ValueError, match="100,000 combinations of levels at most"):
        nearest_counterfactual(wide, many.iloc[[0]], box=BOX, level_cost=1.0)
