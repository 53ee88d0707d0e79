"""Slow answers found without `skinterp.exact`: by enumeration, vertices, optimisation."""

from itertools import combinations, product

import numpy as np
from scipy.optimize import linprog, minimize
from scipy.spatial import ConvexHull, HalfspaceIntersection

from skinterp.exact.pieces._programs import Solution

SLOPES = {"relu": 0.0, "identity": 1.0}


class FailingProgram:
    """A linear program that fails always, or at every `period`-th call of all."""

    calls = 0

    def __init__(self, solver=None, period=1):
        self.solver, self.period = solver, period

    def maximise(self, cost, rows):
        """Fail, or do as the solver does."""
        FailingProgram.calls += 1
        if FailingProgram.calls % self.period == 0:
            return Solution("solver lost", None)
        return self.solver.maximise(cost, rows)


def region_constraints(network, pattern):
    """Return ``A x <= b``, with rows of length 1, that all units of a pattern ask for.

    None if a unit that is constant there contradicts the pattern: at zero it is off.
    """
    A, c, rows, right, at = np.eye(network.n_features_in), 0.0, [], [], 0
    for W, b, activation in network.layers[:-1]:
        A, c = A @ W, c @ W + b if np.ndim(c) else b
        if activation.name == "identity":
            continue
        on = np.array(pattern[at : at + len(b)], dtype=bool)
        at += len(b)
        sign = np.where(on, -1.0, 1.0)
        rows.append((A * sign).T)
        right.append(-c * sign)
        factor = np.where(on, 1.0, SLOPES.get(activation.name, activation.slope))
        A, c = A * factor, c * factor
    rows = np.concatenate([np.empty((0, network.n_features_in)), *rows])
    right = np.concatenate([np.empty(0), *right])
    norms = np.linalg.norm(rows, axis=1)
    used = norms > 0
    zero_on = (right == 0) & np.array(pattern, dtype=bool)
    if ((right < 0) | zero_on)[~used].any():
        return None
    return rows[used] / norms[used, np.newaxis], right[used] / norms[used]


def with_box(A, b, d, lower, upper):
    """Return the constraints with those of a box."""
    sides = np.concatenate([np.eye(d), -np.eye(d)])
    limits = np.concatenate([np.full(d, upper), -np.full(d, lower)])
    return np.vstack([A, sides]), np.append(b, limits)


def deepest_point(A, b):
    """Return the center and the radius of the largest ball in ``A x <= b``; -inf if empty."""
    d = A.shape[1]
    norms = np.linalg.norm(A, axis=1)[:, np.newaxis]
    goal = np.append(np.zeros(d), -1.0)
    limits = [(None, None)] * d + [(None, 1e3)]
    found = linprog(goal, A_ub=np.hstack([A, norms]), b_ub=b, bounds=limits)
    return (found.x[:d], found.x[d]) if found.status == 0 else (None, -np.inf)


def enumerated_depths(network, lower, upper):
    """Return the depth of the region of every one of the 2^n patterns, in a box."""
    d = network.n_features_in
    n_units = sum(len(b) for _, b, a in network.layers[:-1] if a.name != "identity")
    depths = {}
    for pattern in product([False, True], repeat=n_units):
        constraints = region_constraints(network, pattern)
        depth = -np.inf
        if constraints is not None:
            depth = deepest_point(*with_box(*constraints, d, lower, upper))[1]
        depths[np.array(pattern, dtype=bool).tobytes()] = depth
    return depths


def vertices_of(A, b):
    """Return the vertices of ``A x <= b``: the feasible ones among all crossings of d sides."""
    d, found = A.shape[1], []
    for sides in combinations(range(len(b)), d):
        chosen = A[list(sides)]
        if abs(np.linalg.det(chosen)) > 1e-9:
            point = np.linalg.solve(chosen, b[list(sides)])
            if (A @ point <= b + 1e-9).all():
                found.append(point)
    return np.array(found).reshape(-1, d)


def area_of(A, b):
    """Return the area of a bounded polygon ``A x <= b``, by dual hulls; 0 if it is thin."""
    center, depth = deepest_point(A, b)
    if depth < 1e-7:
        return 0.0
    corners = HalfspaceIntersection(np.column_stack([A, -b]), center).intersections
    return ConvexHull(corners).volume


def nearest_border(network, x, pattern):
    """Return the distance of a point to where a unit of its pattern switches, by SLSQP."""
    A, b = region_constraints(network, pattern)
    best = np.inf
    for i in range(len(b)):
        others = np.arange(len(b)) != i
        on = {"type": "eq", "fun": lambda y, i=i: A[i] @ y - b[i], "jac": lambda y, i=i: A[i]}
        inside = {
            "type": "ineq",
            "fun": lambda y, others=others: (b - A @ y)[others],
            "jac": lambda y, others=others: -A[others],
        }
        found = minimize(
            lambda y: ((y - x) ** 2).sum(),
            x,
            jac=lambda y: 2 * (y - x),
            constraints=[on, inside] if others.any() else [on],
            method="SLSQP",
            options={"ftol": 1e-14, "maxiter": 200},
        )
        if (A @ found.x <= b + 1e-7).all() and abs(A[i] @ found.x - b[i]) < 1e-7:
            best = min(best, np.sqrt(found.fun))
    return best


def value_by_text(text, values):
    """Return what an exported tree answers, by reading it: inputs are given by name."""
    depth = 0
    for line in text.split("\n"):
        bars = line.count("|   ")
        if bars != depth:
            continue
        condition, _, answer = line.replace("|   ", "").partition(": ")
        if not condition.startswith(tuple("-0123456789(")) and " = " in condition:
            answer, holds = condition, True  # a tree of one leaf
        else:
            holds = eval(condition, {}, values)
        if holds and answer:
            return [eval(part.split(" = ")[1], {}, values) for part in answer.split("; ")]
        depth += holds
    raise AssertionError("The text has no answer.")
