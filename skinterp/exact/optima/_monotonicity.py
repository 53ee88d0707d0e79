"""Whether a network rises, or falls, with an input everywhere in a box, and where it does not."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from skinterp.exact.optima._branching import branch_and_bound
from skinterp.exact.optima._setting import Setting, chosen_output
from skinterp.exact.pieces._affine_maps import output_maps
from skinterp.exact.pieces._boxes import BoxCoordinates
from skinterp.exact.pieces._piecewise import PiecewiseLinear
from skinterp.exact.pieces._programs import DepthProgram
from skinterp.exact.pieces._search import checked_budget, search_box
from skinterp.utils import PrintedInNotebooks, column_index, number_text

_FEW_UNITS = 8  # that may change sign in a box, with which all its regions are looked at
_N_POINTS = 4000
_ROUNDING = 1e-9  # of the steepest slope
_SIGNS = {"increasing": 1.0, "decreasing": -1.0}


class LeastSlope(NamedTuple):
    """Minimise the derivative of the only output of a network by an input.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network, as a function of coordinates of the box.
    column : int
        The coordinate.
    """

    pieces: PiecewiseLinear
    column: int

    def is_small(self, n_unstable):
        """Return whether a box in which so many units may change sign is to be finished."""
        return n_unstable <= _FEW_UNITS

    def within(self, lower, upper, value):
        """Return the boxes."""
        return lower, upper

    def cut(self, relaxation, lower, upper, value):
        """Return the boxes: outputs say nothing of slopes."""
        return lower, upper

    def slopes(self, points):
        """Return the derivatives at points."""
        return output_maps(self.pieces, self.pieces.patterns(points))[0][:, 0, self.column]

    def look(self, relaxation, lower, upper):
        """Return bounds of boxes by interval arithmetic, and the derivative at a point of each."""
        low = high = np.tile(self.pieces.weights[-1][:, 0], (len(lower), 1))
        for layer in range(len(self.pieces.slopes) - 1, -1, -1):
            unit_low, unit_high = relaxation.lows[layer], relaxation.highs[layer]
            ends = sorted((1.0, self.pieces.slopes[layer]))
            off = self.pieces.slopes[layer]
            least = np.where(unit_low >= 0, 1.0, np.where(unit_high <= 0, off, ends[0]))
            most = np.where(unit_low >= 0, 1.0, np.where(unit_high <= 0, off, ends[1]))
            products = low * least, low * most, high * least, high * most
            low, high = np.minimum.reduce(products), np.maximum.reduce(products)
            W = self.pieces.weights[layer].T
            rising, falling = np.maximum(W, 0.0), np.minimum(W, 0.0)
            low, high = low @ rising + high @ falling, high @ rising + low @ falling
        # no round numbers: units bend at such, where a pattern may have no region
        share = np.random.RandomState(0).uniform(0.3, 0.7, lower.shape[1])
        points = lower + share * (upper - lower)
        return low[:, self.column], self.slopes(points), points

    def finish(self, lower, upper, lows, highs, seconds):
        """Return the least derivative in one box, region by region."""
        middle, half = 0.5 * (lower + upper), 0.5 * (upper - lower)
        part, d = self.pieces.on_plane(middle, np.diag(half)), len(half)
        box = BoxCoordinates(np.zeros(d), np.ones(d), np.tile([-1.0, 1.0], (d, 1)))
        found = search_box(part, box, time_budget=seconds)
        slopes = output_maps(part, found.patterns)[0][:, 0, self.column] / half[self.column]
        least = int(slopes.argmin())
        program = DepthProgram(box.bounds)
        A, b, _ = part.borders(found.patterns[least])
        _, point, depth = program.deepest([program.row(*row) for row in zip(A, b)])
        bound = -np.inf if found.stopped else slopes[least]
        if point is None or depth <= 0.0:  # kept because a linear program failed
            return bound, np.inf, None
        return bound, slopes[least], middle + half * point


@dataclass(frozen=True, eq=False)
class Monotonicity(PrintedInNotebooks):
    """Whether a network rises, or falls, with an input everywhere in a box.

    Parameters
    ----------
    holds : bool or None
        Whether it does; None if that is not settled.
    feature : str
        Name of the input.
    direction : {"increasing", "decreasing"}
        What was asked.
    slope : float
        The worst slope found, per input unit: the least one if the question is "increasing", the
        largest one if it is "decreasing".
    point : ndarray of shape (n_features,)
        Where, in input units: an example of where it does not hold, if it does not.
    bound : float
        Proven bound of the slope.
    share_violated : float
        Share of 4,000 random points of the box at which the slope has the wrong sign.
    name : str
        Name of the raw value.
    n_boxes : int
        Number of boxes looked at.
    unfinished : tuple of str
        What says that it is not settled; empty if it is.
    """

    holds: bool | None
    feature: str
    direction: str
    slope: float
    point: np.ndarray
    bound: float
    share_violated: float
    name: str
    n_boxes: int
    unfinished: tuple[str, ...] = ()

    def __str__(self):
        slope, bound = number_text(self.slope, 4), number_text(self.bound, 4)
        asked = f"{self.name} {self.direction} in {self.feature}"
        if self.holds:
            return f"{asked}: yes, its slope is {bound} or beyond"
        if self.holds is None:
            return f"{asked}: not settled, slope between {slope} and {bound}"
        share = number_text(100.0 * self.share_violated, 3)
        return f"{asked}: no, a slope of {slope} is found, a wrong sign at {share} % of points"


def verify_monotonicity(
    network, box, feature, *, output=None, direction="increasing", time_budget=60.0
):
    """Verify that a network rises, or falls, with an input everywhere in a box.

    It rises where its derivative by the input is nowhere negative. Boxes are halved as in
    `extreme_output`; interval arithmetic bounds the derivative, and of boxes in which few units
    may change sign all linear regions are looked at.

    Parameters
    ----------
    network : Network, ScalarView or anything `as_network` takes
        The network: identity, ReLU and leaky ReLU layers only.
    box : (lower, upper)
        Numbers or arrays of shape (n_features,), in input units, and finite. Inputs whose bounds
        are equal are held, as categories must be.
    feature : int or str
        The input, which must vary.
    output : int, str or None, default=None
        The raw value: index, or name of a class; may be left out where there is one. Of two
        classes the only value, 0, is the logit of the second; that of the first, by its label, is
        this with the sign turned.
    direction : {"increasing", "decreasing"}, default="increasing"
        What to verify. Flat parts do not count against it.
    time_budget : float or None, default=60.0
        Seconds after which to end unsettled; so does an interruption.

    Returns
    -------
    Monotonicity
        Whether it holds, with the worst slope, where, and a bound.

    Raises
    ------
    ValueError
        If the network is smooth, the input is held, or the box is not finite or lets categories
        vary.

    Examples
    --------
    >>> from skinterp.exact import verify_monotonicity
    >>> network = ([[[1.0, 1.0]], [[1.0], [-2.0]]], [[0.0, -1.0], [0.0]], ["relu", "identity"])
    >>> print(verify_monotonicity(network, (-1, 1), "x0"))
    value increasing in x0: yes, its slope is 0 or beyond
    >>> verify_monotonicity(network, (-1, 2), "x0").slope
    -1.0
    """
    if direction not in _SIGNS:
        raise ValueError(
            f"direction must be 'increasing' or 'decreasing'. Got {direction!r} instead."
        )
    checked_budget(time_budget)
    setting = Setting.of(network, box)
    network, sign = setting.network, _SIGNS[direction]
    weights, name = chosen_output(network, output)
    j = column_index(feature, setting.names, "feature")
    if not setting.moving[j]:
        raise ValueError(
            f"feature must vary in box. Got {setting.names[j]!r} instead, held there."
        )
    column = int(setting.moving[:j].sum())
    problem = LeastSlope(setting.functions(sign * weights[np.newaxis]), column)
    drawn = np.random.RandomState(0).uniform(-1.0, 1.0, (_N_POINTS, len(setting.half)))
    slopes = problem.slopes(drawn)
    noise = _ROUNDING * np.abs(slopes).max()

    def is_settled(value, bound):
        return value < -noise or bound >= -noise

    found = branch_and_bound(problem, 0.0, time_budget, is_settled)
    (point,) = setting.inputs(found.point[np.newaxis])
    holds, notes = None, ()
    if found.value < -noise:
        holds = False
    elif found.bound >= -noise:
        holds = True
    else:
        notes = (f"The search {found.stopped} after {found.n_boxes} boxes, not settled.",)
    unit = sign / setting.half[column]
    share = float((slopes < -noise).mean())
    worst, bound = unit * found.value, unit * found.bound
    about = setting.names[j], direction, float(worst), point, float(bound), share
    return Monotonicity(holds, *about, name, found.n_boxes, notes)
