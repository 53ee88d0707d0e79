"""Bounds of distances in boxes, and boxes without what cannot be wanted, against programs."""

import numpy as np
import pytest
from random_networks import random_network
from scipy.optimize import linprog, minimize

from skinterp import as_network
from skinterp.exact import nearest_counterfactual, piecewise_linear
from skinterp.exact.optima._problems import LeastLargest, Nearest
from skinterp.exact.optima._relaxations import relaxed

NETWORK = random_network([3, 6, 1], 1)
ORDERS = {"l1": 1, "l2": 2, "linf": np.inf}


def question(norm, d=3, seed=0):
    """Return the problem of the nearest point of a random network, with odd sizes of steps."""
    rng = np.random.RandomState(seed)
    pieces = piecewise_linear(random_network([d, 4, 1], seed))
    start, size = rng.uniform(-1, 1, d), rng.uniform(0.2, 3.0, d)
    return Nearest(pieces, start, size, norm, lambda u: (pieces.values(u) < 0).all(axis=1))


def boxes(n, d, seed=0):
    """Return random boxes within [-1, 1]^d."""
    rng = np.random.RandomState(seed)
    ends = np.sort(rng.uniform(-1, 1, (2, n, d)), axis=0)
    return ends[0], ends[1]


def least_step(problem, slopes, offset, lower, upper):
    """Return the distance of the nearest point of a box where ``slopes @ u + offset <= 0``."""
    d, start, size = len(lower), problem.start, problem.size
    sides = list(zip(lower, upper, strict=True))
    if problem.norm == "l2":
        found = minimize(
            lambda u: ((size * (u - start)) ** 2).sum(),
            np.where(slopes > 0, lower, upper),
            jac=lambda u: 2 * size**2 * (u - start),
            bounds=sides,
            constraints=[{"type": "ineq", "fun": lambda u: -offset - slopes @ u}],
            method="SLSQP",
            options={"ftol": 1e-14, "maxiter": 300},
        )
        return np.sqrt(found.fun)
    n_new = d if problem.norm == "l1" else 1
    spread = np.eye(d) if problem.norm == "l1" else np.ones((d, 1))
    scaled, at = np.diag(size), size * start
    rows = np.block([[scaled, -spread], [-scaled, -spread]])
    rows = np.vstack([rows, np.append(slopes, np.zeros(n_new))])
    right = np.concatenate([at, -at, [-offset]])
    cost = np.append(np.zeros(d), np.ones(n_new))
    found = linprog(cost, A_ub=rows, b_ub=right, bounds=sides + [(0, None)] * n_new)
    return found.fun if found.status == 0 else np.inf


@pytest.mark.parametrize("norm", sorted(ORDERS))
def test_bounds_of_distances_to_half_spaces_in_boxes_are_those_of_programs(norm):
    problem, rng = question(norm), np.random.RandomState(1)
    lower, upper = boxes(60, 3)
    slopes, offsets = rng.standard_normal((60, 1, 3)), rng.standard_normal((60, 1))
    slopes[::7, 0, 1] = 0.0
    bounds = problem._reach(slopes, offsets, lower, upper)
    n_met = 0
    for k in range(60):
        corner = np.where(slopes[k, 0] > 0, lower[k], upper[k])
        if slopes[k, 0] @ corner + offsets[k, 0] > -1e-6:
            continue
        n_met += 1
        least = least_step(problem, slopes[k, 0], offsets[k, 0], lower[k], upper[k])
        assert bounds[k] <= least + 1e-6
        assert bounds[k] == pytest.approx(least, rel=1e-3, abs=1e-4)
    assert n_met > 20


@pytest.mark.parametrize("norm", sorted(ORDERS))
def test_boxes_keep_all_that_may_be_nearer(norm):
    problem, rng = question(norm, seed=1), np.random.RandomState(0)
    lower, upper = boxes(40, 3, seed=3)
    nearer, cut = set(), set()
    for value in (0.3, 1.0, 2.5):
        low, high = problem.within(lower, upper, value)
        relaxation = relaxed(problem.pieces, lower, upper)
        cut_low, cut_high = problem.cut(relaxation, lower, upper, value)
        nearer.add(bool((low > lower).any()))
        cut.add(bool((cut_high < upper).any()))
        for k in range(40):
            X = rng.uniform(lower[k], upper[k], (400, 3))
            near = X[problem.distance(X) < value]
            assert ((near >= low[k]) & (near <= high[k])).all()
            wanted = X[(problem.pieces.values(X) <= 0).all(axis=1)]
            assert ((wanted >= cut_low[k]) & (wanted <= cut_high[k])).all()
    assert True in nearer and cut == {True}


def test_boxes_keep_all_lower_values_and_no_value_yet_cuts_nothing():
    pieces = piecewise_linear(random_network([3, 5, 2], 4))
    problem, rng = LeastLargest(pieces), np.random.RandomState(0)
    lower, upper = boxes(40, 3, seed=5)
    relaxation = relaxed(pieces, lower, upper)
    assert problem.cut(relaxation, lower, upper, np.inf) == (lower, upper)
    value = float(np.median(pieces.values(0.5 * (lower + upper)).max(axis=1)))
    low, high = problem.cut(relaxation, lower, upper, value)
    assert (low > lower).any() and (low > high).any()
    for k in range(40):
        X = rng.uniform(lower[k], upper[k], (400, 3))
        better = X[pieces.values(X).max(axis=1) < value]
        assert ((better >= low[k]) & (better <= high[k])).all()


@pytest.mark.parametrize("norm", sorted(ORDERS))
def test_where_a_program_gives_no_point_the_box_is_looked_at_closer(monkeypatch, norm):
    layers = [W for W, _, _ in NETWORK.layers], [b for _, b, _ in NETWORK.layers]
    network = as_network((*layers, ["relu", "logistic"]), classes=["no", "yes"])
    x, finish, calls = np.array([0.3, -0.2, 0.1]), Nearest.finish, []
    right = nearest_counterfactual(network, x, box=(-2, 2), norm=norm)

    def vague(*args):
        calls.append(1)
        return (0.0, np.inf, None) if len(calls) == 1 else finish(*args)

    monkeypatch.setattr(Nearest, "finish", vague)
    found = nearest_counterfactual(network, x, box=(-2, 2), norm=norm)
    assert right.is_proven and found.is_proven and len(calls) > 1
    assert found.distance == pytest.approx(right.distance, rel=1e-5)
