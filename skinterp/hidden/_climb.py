"""The largest value in a box, climbed to from many starts."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from skinterp.network import DenseNetwork, ScalarView

_N_STARTS = 100
_N_DRAWN = 1000  # points inside the box, and as many corners
_N_LEVELS = 9  # values tried along each axis
_N_MOVES = 10
_N_TRIED = 2**13  # points asked at a time in a search along the axes
_FIRST_STEP, _N_STEPS = 0.1, 60  # of climbing together, in widths of the box
_N_DIGITS = 1  # of deviations: points that agree in them are the same
_TOLERANCES = {"ftol": 1e-10, "gtol": 1e-6}  # in units of the spread of the values


def before_activation(view):
    """Return the input of a unit before its activation, which is largest at the same points.

    Unlike the activation it has a slope where the unit is off or saturated. A view that is no
    unit, or whose activation does not always rise, comes back as it is.
    """
    network = view.network
    if not isinstance(network, DenseNetwork) or getattr(view.head, "weights", None) != (1.0,):
        return view
    *hidden, last = network.layers
    if not last.activation.rises or last.activation.name == "identity":
        return view
    layers = (*hidden, last._replace(activation=("identity",)))
    return DenseNetwork(
        layers, feature_names=network.feature_names, user_table=network.user_table
    ).output()


class Objective(NamedTuple):
    """``view(mean + z * scale) - smoothness * z' penalty z / 2``."""

    view: ScalarView
    mean: np.ndarray
    scale: np.ndarray
    smoothness: float
    penalty: object

    def values(self, Z):
        """Return the objective for every row."""
        rough = 0.5 * np.sum(Z * (Z @ self.penalty), axis=1) if self.smoothness else 0.0
        return self.view.value(self.mean + Z * self.scale) - self.smoothness * rough

    def values_and_gradients(self, Z):
        """Return the objective and its derivatives for every row."""
        values, gradients = self.view.value_and_gradient(self.mean + Z * self.scale)
        gradients = gradients * self.scale
        if self.smoothness:
            pull = self.smoothness * (Z @ self.penalty)
            values, gradients = values - 0.5 * np.sum(Z * pull, axis=1), gradients - pull
        return values, gradients


def _along_axes(objective, Z, reach):
    """Move points along one axis at a time to larger values, also across flat regions."""
    n, d = Z.shape
    axes, rows = np.arange(d), np.arange(n)
    levels = np.linspace(*reach, _N_LEVELS, axis=1)
    Z, values = Z.copy(), objective.values(Z)
    for _ in range(_N_MOVES):
        moved = np.tile(Z[:, np.newaxis, np.newaxis], (1, d, _N_LEVELS, 1))
        moved[:, axes, :, axes] = levels[:, np.newaxis]
        moved = moved.reshape(n, -1, d)
        tried = objective.values(moved.reshape(-1, d)).reshape(n, -1)
        best = tried.argmax(axis=1)
        better = tried[rows, best] > values
        if not better.any():
            break
        Z[better] = moved[rows, best][better]
        values[better] = tried[rows, best][better]
    return Z, values


def _best(values, n):
    return np.argsort(-values, kind="stable")[:n]


def _wide(objective, pool, values, reach, n_starts, rng):
    """Return the best points of a pool, after a search along the axes unless there are many."""
    n_searched = _N_TRIED // (_N_LEVELS * pool.shape[1])
    if n_searched >= n_starts:
        best = _best(values, (n_searched + 1) // 2)
        others = rng.randint(len(pool), size=n_searched - len(best))
        pool, values = _along_axes(objective, pool[np.concatenate([best, others])], reach)
        _, first = np.unique(pool, axis=0, return_index=True)
        pool, values = pool[first], values[first]
    return pool[_best(values, n_starts)]


def _starting_points(objective, Z, reach, n_starts, rng):
    """Return where to start from, and the spread of the objective.

    Half of the starts are rows: the best, and some at random. The others come from all over the
    box: the best of rows, drawn points and corners, after a search along the axes.
    """
    at_rows = objective.values(Z)
    n_rows = n_starts // 2
    best = _best(at_rows, (n_rows + 1) // 2)
    others = rng.randint(len(Z), size=n_rows - len(best))
    inside = rng.uniform(*reach, size=(_N_DRAWN, Z.shape[1]))
    corners = np.where(rng.uniform(size=inside.shape) < 0.5, *reach)
    pool = np.concatenate([Z[best], inside, corners])
    values = objective.values(pool)
    wide = _wide(objective, pool, values, reach, n_starts - n_rows, rng)
    return np.concatenate([Z[best], Z[others], wide]), np.ptp(np.append(at_rows, values))


def _climb_together(objective, Z, reach):
    """Return the best points on the way of all starts at once, best first, none twice.

    The steps follow the signs of the slopes, longer where a sign stays and shorter where it flips
    (resilient propagation), whatever the units of the objective.
    """
    width = reach[1] - reach[0]
    step, before = np.tile(_FIRST_STEP * width, (len(Z), 1)), np.zeros(Z.shape)
    best, best_values = Z, np.full(len(Z), -np.inf)
    for _ in range(_N_STEPS):
        values, slopes = objective.values_and_gradients(Z)
        better = values > best_values
        best = np.where(better[:, np.newaxis], Z, best)
        best_values = np.maximum(values, best_values)
        kept = np.sign(slopes) * before
        step = np.minimum(step * np.choose(np.sign(kept).astype(int) + 1, [0.5, 1.0, 1.2]), width)
        before = np.where(kept < 0, 0.0, np.sign(slopes))
        Z = np.clip(Z + before * step, *reach)
    best = best[_best(best_values, len(Z))]
    _, first = np.unique(np.round(best, _N_DIGITS), axis=0, return_index=True)
    return best[np.sort(first)]


def _climb(objective, starts, bounds, reach, spread, n_iterations):
    """Return where quasi-Newton steps from each start end, best first.

    From each end the slopes are followed to a corner, if the objective is larger there.
    """
    spread = spread or 1.0

    def loss(z, level):
        value, gradient = objective.values_and_gradients(z[np.newaxis])
        return (level - value[0]) / spread, -gradient[0] / spread

    options = {"maxiter": n_iterations, **_TOLERANCES}
    Z = np.array(
        [
            minimize(loss, z, level, "L-BFGS-B", jac=True, bounds=bounds.T, options=options).x
            for z, level in zip(starts, objective.values(starts))
        ]
    )
    values, slopes = objective.values_and_gradients(Z)
    corners = np.where(slopes > 0, reach[1], np.where(slopes < 0, reach[0], Z))
    at_corners = objective.values(corners)
    Z = np.where((at_corners > values)[:, np.newaxis], corners, Z)
    return Z[_best(np.maximum(values, at_corners), len(Z))]


def _finite(bounds, Z):
    """Return bounds to draw points between: those of the rows where a box has none."""
    lower = np.where(np.isfinite(bounds[0]), bounds[0], np.minimum(Z.min(axis=0), bounds[1]))
    upper = np.where(np.isfinite(bounds[1]), bounds[1], np.maximum(Z.max(axis=0), lower))
    return np.stack([lower, upper])


def climbed(objective, rows, box, n_points, n_iterations, rng):
    """Return the points of the largest values found inside a box, in input units, best first."""
    bounds, Z = ((np.asarray(points) - objective.mean) / objective.scale for points in (box, rows))
    reach = _finite(bounds, Z)
    n_starts = max(_N_STARTS, n_points)
    starts, spread = _starting_points(objective, np.clip(Z, *bounds), reach, n_starts, rng)
    starts = _climb_together(objective, starts, reach)[:n_points]
    ends = _climb(objective, starts, bounds, reach, spread, n_iterations)
    lower, upper = box
    points = np.clip(objective.mean + ends * objective.scale, lower, upper)
    return np.where(ends <= bounds[0], lower, np.where(ends >= bounds[1], upper, points))
