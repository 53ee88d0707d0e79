"""Constants of an equation with intervals by the network alone: a bootstrap of the field."""

import numpy as np
from scipy.stats import norm, t
from sklearn.utils import check_random_state

from skinterp.expression._sums import as_sum, gathered
from skinterp.matching._directions import POSITION_WEIGHT, _eigen
from skinterp.search._constants import CONFIDENCE, Constants, moving_together, places_of
from skinterp.search._refit import oriented
from skinterp.search._sums import Writing

N_DRAWS, RELATIVE_STEP, GRADIENT_SHARE = 300, 1e-4, 0.3
# Few: what a network gets wrong at a point it gets wrong far around (intervals of nominally 90 %
# held the constants of laws with a smooth error in 36-57 % with 32 cells, in 57-79 % with 8).
N_CELLS = 8
FLOOR = 1e-3


def cells_of(points, n_cells=N_CELLS):
    """Divide points into cells of as many, by the medians of the widest inputs.

    A network's errors are smooth: neighbouring points are not independent, and are drawn
    together.

    Parameters
    ----------
    points : ndarray of shape (n, p)
        Points in units of the inputs' spreads.
    n_cells : int, default=8
        Cells, at the most; each has at least five points.

    Returns
    -------
    ndarray of int of shape (n,)
        The cell of each point.
    """
    cells = [np.arange(len(points))]
    while len(cells) < n_cells and min(map(len, cells)) >= 10:
        halves = []
        for cell in cells:
            widest = int(np.argmax(points[cell].std(axis=0)))
            order = cell[np.argsort(points[cell, widest], kind="stable")]
            halves += [order[: len(order) // 2], order[len(order) // 2 :]]
        cells = halves
    found = np.empty(len(points), dtype=int)
    for k, cell in enumerate(cells):
        found[cell] = k
    return found


class Values(Writing):
    """A sum of terms and an intercept, every coefficient a parameter."""

    def __init__(self, parts, coefficients, constant):
        super().__init__(parts, coefficients, 1.0, len(parts))
        self.outer = np.array([*coefficients, constant], dtype=float)

    @property
    def start(self):
        """The parameters as they are: inner constants, coefficients, the intercept last."""
        return np.array([*self.constants[self.free], *self.outer])

    def outer_of(self, parameters):
        """Return coefficients and the intercept of parameters."""
        return np.asarray(parameters)[self.n_inner :]


class _Columns:
    """Values and gradients of terms, and their derivatives by the constants inside."""

    def __init__(self, writing, field):
        self.scale, self.field, self.m = field.scale, field, len(writing.parts)
        values, gradients = zip(*map(self._of, writing.parts_of(writing.start)))
        values, gradients = list(values), list(gradients)
        for j in range(writing.n_inner):
            size = abs(writing.start[j])
            step = np.zeros(len(writing.start))
            step[j] = RELATIVE_STEP * (size or 1.0)
            ends = [writing.parts_of(writing.start + s * step) for s in (1, -1)]
            value, gradient = 0.0, 0.0
            for c, above, below in zip(writing.outer_of(writing.start), *ends):
                if above != below:
                    (v, g), (u, h) = self._of(above), self._of(below)
                    value = value + c * (v - u) / (2 * step[j])
                    gradient = gradient + c * (g - h) / (2 * step[j])
            values.append(value + np.zeros(len(field)))
            gradients.append(gradient + np.zeros_like(gradients[0]))
        self.values = np.stack(values, axis=1)
        self.gradients = np.stack(gradients, axis=2)

    def _of(self, part):
        value, gradient = part.value_and_gradient(self.field.points)
        if gradient.shape[1] < len(self.scale):
            missing = len(self.scale) - gradient.shape[1]
            gradient = np.pad(gradient, ((0, 0), (0, missing)))
        return value, gradient * self.scale


def _per_cell(cells, blocks):
    """Add up what each point contributes, cell by cell."""
    total = np.zeros((cells.max() + 1, *blocks.shape[1:]))
    np.add.at(total, cells, blocks)
    return total


def _by_directions(writing, columns, field, cells, draws):
    """Return parameters refitted in closed form to draws of a field of directions."""
    values, gradients, start = columns.values, columns.gradients, writing.start
    outer, m = writing.outer_of(start), columns.m
    now = np.array([*outer[:-1], *np.zeros(writing.n_inner)])
    squared = ((gradients @ now) ** 2).sum(axis=1)
    weights = field.weights / (squared + FLOOR * max(np.median(squared), 1e-300))
    along = np.einsum("nd,ndk->nk", field.directions, gradients)
    B = np.einsum("n,ndj,ndk->njk", weights, gradients, gradients)
    A = B - np.einsum("n,nj,nk->njk", weights, along, along)
    near = np.where(field.on_boundary, weights, 0.0) * POSITION_WEIGHT**2
    first, second = near[:, None] * values, np.einsum("n,nj,nk->njk", near, values, values)
    sums = [_per_cell(cells, blocks) for blocks in (A, B, second, first, near)]
    found = []
    for draw in draws:
        A_, B_, S, v, w = (np.tensordot(draw, total, 1) for total in sums)
        mean = v / w if w > 0 else 0.0 * v
        c = _eigen(A_ + S - w * np.outer(mean, mean), B_)[1][:, 0]
        unit = c[writing.unit] / outer[writing.unit]
        c = c / unit
        level = mean @ c if w > 0 else outer[-1]
        found.append([*(start[: writing.n_inner] + c[m:]), *np.delete(c[:m], writing.unit), level])
    return np.array(found)


def _by_values(writing, columns, field, cells, draws):
    """Return parameters refitted in closed form to draws of values and gradients."""
    ones = np.ones((len(field), 1))
    values = np.concatenate([columns.values, ones], axis=1)
    zeros = np.zeros((*columns.gradients.shape[:2], 1))
    gradients = np.concatenate([columns.gradients, zeros], axis=2)
    slopes = field.directions * field.lengths[:, None]
    target, weights = field.values, field.weights
    energy = float(weights @ (slopes**2).sum(axis=1)) or 1.0
    spread = float(weights @ (target - weights @ target) ** 2) or 1.0
    a, b = weights * (1 - GRADIENT_SHARE) / spread, weights * GRADIENT_SHARE / energy
    Q = np.einsum("n,nj,nk->njk", a, values, values)
    Q += np.einsum("n,ndj,ndk->njk", b, gradients, gradients)
    r = (a * target)[:, None] * values
    r += np.einsum("n,nd,ndk->nk", b, slopes, gradients)
    totals, m, found = (_per_cell(cells, Q), _per_cell(cells, r)), columns.m, []
    size = np.sqrt(np.diag(totals[0].sum(axis=0)))
    size = np.where(size > 0, size, 1.0)
    for draw in draws:
        Q_, r_ = np.tensordot(draw, totals[0], 1), np.tensordot(draw, totals[1], 1)
        c = np.linalg.lstsq(Q_ / np.outer(size, size), r_ / size, rcond=1e-12)[0] / size
        found.append([*(writing.start[: writing.n_inner] + c[m:-1]), *c[:m], c[-1]])
    return np.array(found)


def _draws(n_cells, rng):
    """Return how often each cell is drawn: once for all, then as chance has it."""
    counts = rng.multinomial(n_cells, np.full(n_cells, 1.0 / n_cells), size=N_DRAWS)
    return np.concatenate([np.ones((1, n_cells)), counts])


def network_constants(equation, field, match_values=False, random_state=0):
    """Return the constants of an equation with intervals, by a bootstrap of the field.

    Cells of neighbouring points are drawn with replacement; coefficients are refitted to each
    draw in closed form, and so are constants inside terms, to first order.

    Parameters
    ----------
    equation : Equation
        The equation.
    field : GradientField
        Where the network was asked.
    match_values : bool, default=False
        Whether values were matched (regression), or directions.
    random_state : int, RandomState instance or None, default=0
        Draws the cells.

    Returns
    -------
    Constants or None
        The constants, the threshold or intercept last; None where they cannot be told.
    """
    expression = gathered(equation.expression)
    if match_values:
        parts, coefficients, constant = as_sum(expression)
        writing = Values(parts, coefficients, constant) if parts else None
    else:
        writing = oriented(expression, equation.threshold, equation.greater)
    if writing is None:
        return None
    with np.errstate(all="ignore"):
        columns = _Columns(writing, field)
        used = list(expression.variables)
        cells = cells_of(field.points[:, used] / field.scale[used])
        draws = _draws(cells.max() + 1, check_random_state(random_state))
        refit = _by_values if match_values else _by_directions
        if not (np.isfinite(columns.values).all() and np.isfinite(columns.gradients).all()):
            return None
        try:
            estimate, *drawn = refit(writing, columns, field, cells, draws)
        except np.linalg.LinAlgError:
            return None
    return _table(equation, writing, match_values, estimate, np.array(drawn))


def _table(equation, writing, match_values, estimate, drawn):
    """Return the constants with the quantiles of what was drawn."""
    if not (np.isfinite(drawn).all() and np.isfinite(estimate).all()):
        return None
    places, units = places_of(
        writing, equation.feature_names, equation.units, keep_unit=match_values
    )
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(drawn, [tail, 1.0 - tail], axis=0)
    # few cells: as Student's t is wider than the normal distribution
    stretch = t.ppf(1.0 - tail, N_CELLS - 1) / norm.ppf(1.0 - tail)
    stretch *= np.sqrt(N_CELLS / (N_CELLS - 1.0))
    low, high = estimate - stretch * (estimate - low), estimate + stretch * (high - estimate)
    # the rounded constants that are printed cost no more loss than was allowed
    low, high = np.minimum(low, writing.start), np.maximum(high, writing.start)
    notes = moving_together(places, np.atleast_2d(np.cov(drawn.T)))
    return Constants(
        tuple(places), writing.start, estimate, low, high, tuple(notes), units, "network"
    )
