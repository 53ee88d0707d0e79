"""Terms of an additive surrogate: curves of one number, levels of a category, and pairs of both.

A curve is a cubic spline with knots at quantiles, penalised by the integral of its squared second
derivative in units of the input's deviation; beyond the data it goes on as a constant. Levels are
penalised by their squares. A pair is a product of two smaller such bases, of which what a sum of
two curves could say is taken off.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.interpolate import BSpline

from skinterp.surrogate._knots import weighted_quantiles

DEGREE = 3


@dataclass(frozen=True, eq=False)
class Curve:
    """A cubic spline of a number, or a straight line where it takes few values.

    Parameters
    ----------
    feature : int
        The input.
    scale : float
        Its standard deviation.
    knots : ndarray
        All knots, the outer ones repeated, in units of the deviation from the least value.
    low, high : float
        The range of the input.
    is_line : bool
        Whether it is a straight line.
    """

    feature: int
    scale: float
    knots: np.ndarray
    low: float
    high: float
    is_line: bool

    @property
    def features(self):
        """The input, as a tuple."""
        return (self.feature,)

    def columns(self, rows):
        """Return the values of the basis on rows."""
        z = (np.clip(rows[:, self.feature], self.low, self.high) - self.low) / self.scale
        if self.is_line:
            return z[:, np.newaxis]
        z = np.clip(z, self.knots[0], self.knots[-1])
        return BSpline.design_matrix(z, self.knots, DEGREE).toarray()

    @property
    def penalty(self):
        """The matrix of the penalty."""
        if self.is_line:
            return np.zeros((1, 1))
        n_columns = len(self.knots) - DEGREE - 1
        bends = BSpline(self.knots, np.eye(n_columns), DEGREE).derivative(2)
        ends = np.unique(self.knots)
        nodes, weights = np.polynomial.legendre.leggauss(2)  # exact for products of lines
        half = np.diff(ends) / 2.0
        middle = ends[:-1] + half
        places = (middle[:, np.newaxis] + half[:, np.newaxis] * nodes).ravel()
        B = bends(places)
        return (B.T * (half[:, np.newaxis] * weights).ravel()) @ B


@dataclass(frozen=True, eq=False)
class Levels:
    """Levels of a category, or flags: a number for each.

    Parameters
    ----------
    features : tuple of int
        The indicators.
    """

    features: tuple

    is_line = False

    def columns(self, rows):
        """Return the indicators of rows."""
        return rows[:, list(self.features)]

    @property
    def penalty(self):
        """The matrix of the penalty."""
        return np.eye(len(self.features))


@dataclass(frozen=True, eq=False)
class Pair:
    """A smooth function of two inputs, beside a sum of functions of each.

    Parameters
    ----------
    first, second : Curve or Levels
        The bases that are multiplied.
    taken_off : ndarray of shape (1 + n_first + n_second, n_first * n_second)
        What a constant and both bases say of each product.
    """

    first: object
    second: object
    taken_off: np.ndarray | None = field(default=None)

    is_line = False

    @property
    def features(self):
        """The inputs of both."""
        return (*self.first.features, *self.second.features)

    def parts(self, rows):
        """Return the products, and the constant with both bases."""
        A, B = self.first.columns(rows), self.second.columns(rows)
        products = (A[:, :, np.newaxis] * B[:, np.newaxis, :]).reshape(len(rows), -1)
        return products, np.hstack([np.ones((len(rows), 1)), A, B])

    def columns(self, rows):
        """Return the products less what is taken off."""
        products, sums = self.parts(rows)
        return products - sums @ self.taken_off

    @property
    def penalty(self):
        """The matrix of the penalty."""
        P, Q = self.first.penalty, self.second.penalty
        return np.kron(_sized(P), np.eye(len(Q))) + np.kron(np.eye(len(P)), _sized(Q))


def _sized(penalty):
    """Return a penalty of mean diagonal 1, of straight lines 1 itself."""
    return penalty / (np.trace(penalty) / len(penalty)) if penalty.any() else np.eye(len(penalty))


def curve_of(X, weight, feature, n_inner):
    """Return the curve of a number.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Rows of the data.
    weight : ndarray of shape (n_samples,)
        Their weights.
    feature : int
        The input.
    n_inner : int
        Inner knots at the most.

    Returns
    -------
    Curve or None
        The curve; None for a constant.
    """
    column, share = X[:, feature], weight / weight.sum()
    values = np.unique(column)
    low, high = float(values[0]), float(values[-1])
    apart = column - low
    if high - low <= 1e-12 * max(abs(low), abs(high)):
        return None
    size = apart.max()
    mean = share @ (apart / size)
    scale = float(size * np.sqrt(share @ (apart / size - mean) ** 2))
    top = (high - low) / scale
    if len(values) <= 3:
        return Curve(feature, scale, np.array([0.0, top]), low, high, len(values) <= 3)
    n_inner = min(n_inner, max(0, len(values) - 4))
    shares = np.linspace(0.0, 1.0, n_inner + 2)[1:-1]
    inner = np.unique((weighted_quantiles(column, weight, shares) - low) / scale)
    inner = inner[(inner > 1e-9 * top) & (inner < top * (1.0 - 1e-9))]
    ends = [np.zeros(DEGREE + 1), np.full(DEGREE + 1, top)]
    return Curve(feature, scale, np.concatenate([ends[0], inner, ends[1]]), low, high, False)


def bases_of(X, weight, table, n_inner):
    """Return the bases of all inputs.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Rows of the data.
    weight : ndarray of shape (n_samples,)
        Their weights.
    table : UserTable or None
        The user's table.
    n_inner : int
        Inner knots of a curve at the most.

    Returns
    -------
    list of Curve and Levels
        One for each number, and one for the levels or flags of a column; none for constants.
    """
    if table is None:
        curves = [curve_of(X, weight, j, n_inner) for j in range(X.shape[1])]
        return [curve for curve in curves if curve is not None]
    bases = []
    for group in table.groups:
        numbers = [k for k in group if table.features[k].is_number]
        bases += [curve_of(X, weight, k, n_inner) for k in numbers]
        held = tuple(int(k) for k in group if k not in numbers and np.ptp(X[:, k]) > 0.0)
        bases += [Levels(held)] if held else []
    return [base for base in bases if base is not None]


def pair_of(first, second, rows, weight):
    """Return a pair of bases, without what a sum of both says on weighted rows."""
    pair = Pair(first, second)
    products, sums = pair.parts(rows)
    root = np.sqrt(weight)[:, np.newaxis]
    taken_off = np.linalg.lstsq(sums * root, products * root, rcond=1e-9)[0]
    return Pair(first, second, taken_off)


def _cells(base, rows, weight):
    """Return a bin for each row, by an input's quantiles or level, and how many bins there are."""
    if isinstance(base, Levels):
        block = rows[:, list(base.features)]
        return np.where(block.any(axis=1), 1 + block.argmax(axis=1), 0), 1 + block.shape[1]
    column = rows[:, base.feature]
    edges = np.unique(weighted_quantiles(column, weight, np.linspace(0.0, 1.0, 9)[1:-1]))
    return np.searchsorted(edges, column, side="left"), len(edges) + 1


def chosen_pairs(bases, rows, weight, residual, n_pairs):
    """Choose pairs of inputs whose cell means explain most of a residual, one after the other.

    Parameters
    ----------
    bases : list of Curve and Levels
        Bases of single inputs.
    rows : ndarray of shape (n_points, n_features)
        Points.
    weight : ndarray of shape (n_points,)
        Their weights.
    residual : ndarray of shape (n_points, n_outputs)
        What the sum of curves leaves.
    n_pairs : int
        How many pairs at the most.

    Returns
    -------
    list of tuple of int
        Places of the bases.
    """
    cells = [_cells(base, rows, weight) for base in bases]
    known = {(i, j) for i in range(len(bases)) for j in range(i) if _may_pair(bases, i, j)}
    chosen, gains, residual = [], {}, residual.copy()
    total = np.sum(weight[:, np.newaxis] * residual**2)
    while known and len(chosen) < n_pairs:
        for i, j in known:
            if (i, j) not in gains:
                gains[i, j] = _gain(cells[i], cells[j], weight, residual)[0]
        best = max(sorted(known), key=lambda pair: gains[pair])
        if gains[best] <= 1e-9 * total:
            break
        i, j = best
        residual = residual - _gain(cells[i], cells[j], weight, residual)[1]
        gains = {pair: gain for pair, gain in gains.items() if not {i, j} & set(pair)}
        known.remove(best)
        chosen.append((j, i))
    return chosen


def _may_pair(bases, i, j):
    return not set(bases[i].features) & set(bases[j].features)


def _gain(first, second, weight, residual):
    """Return what means of cells explain, and the means at the rows."""
    n_cells = first[1] * second[1]
    cell = first[0] * second[1] + second[0]
    mass = np.bincount(cell, weight, n_cells)
    means = np.stack([np.bincount(cell, weight * r, n_cells) for r in residual.T], axis=1)
    means = means / np.where(mass > 0.0, mass, 1.0)[:, np.newaxis]
    return float(np.sum(mass[:, np.newaxis] * means**2)), means[cell]


def chosen_inputs(bases, rows, weight, values, most):
    """Choose inputs whose cell means explain most, one after the other, where there are many.

    Parameters
    ----------
    bases : list of Curve and Levels
        Bases of single inputs.
    rows : ndarray of shape (n_points, n_features)
        Points.
    weight : ndarray of shape (n_points,)
        Their weights.
    values : ndarray of shape (n_points, n_outputs)
        What to explain.
    most : int
        How many at the most.

    Returns
    -------
    list of int
        Places of the bases, ascending.
    """
    if len(bases) <= most:
        return list(range(len(bases)))
    one = np.zeros(len(rows), dtype=int), 1
    cells = [_cells(base, rows, weight) for base in bases]
    left, chosen = values - weight @ values, []
    while len(chosen) < most:
        gains = np.array([_gain(cell, one, weight, left)[0] for cell in cells])
        gains[chosen] = -1.0
        best = int(gains.argmax())
        chosen.append(best)
        left = left - _gain(cells[best], one, weight, left)[1]
    return sorted(chosen)
