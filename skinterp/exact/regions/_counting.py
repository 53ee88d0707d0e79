"""How many linear regions a network has: all of them, or an estimate along random lines."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import ConvexHull
from sklearn.utils import check_random_state

from skinterp.exact.pieces._boxes import Box, BoxCoordinates, checked_box
from skinterp.exact.pieces._piecewise import piecewise_linear
from skinterp.exact.pieces._search import checked_budget, missing_text, search_box
from skinterp.exact.pieces._subtrees import MAX_VERTEX_DIMENSIONS
from skinterp.exact.regions._inequalities import polytope_within
from skinterp.network import as_network, input_names
from skinterp.utils import PrintedInNotebooks, checked_count, number_text

# with more inputs than vertices are feasible for, up to 2^14 patterns are looked at one by one
_FEW_UNITS = 14
_CONFIDENCE = 0.95
_N_RESAMPLES = 2000
_MAX_SURFACE_DIMENSIONS = 3  # with more, rare tiny regions make the interval too short


@dataclass(frozen=True)
class RegionCount(PrintedInNotebooks):
    """The number of linear regions of a network in a box.

    Parameters
    ----------
    n_regions : float
        The number, or its estimate; nan where only lines could be looked at.
    interval : tuple of two float
        95 % confidence interval of it; both ends the number itself if it is exact.
    is_exact : bool
        Whether all regions were counted.
    per_line : float
        Mean number of regions that a random line through the box passes; nan if none was drawn.
    per_line_interval : tuple of two float
        95 % confidence interval of it.
    n_lines : int
        Number of lines drawn.
    missing_share : float
        Share of the box that is in none of the regions counted, if counting ended early.
    missing_interval : tuple of two float
        95 % confidence interval of it.
    unfinished : tuple of str
        What says that counting ended early, or linear programs failed; empty otherwise.
    """

    n_regions: float
    interval: tuple[float, float]
    is_exact: bool
    per_line: float = np.nan
    per_line_interval: tuple[float, float] = (np.nan, np.nan)
    n_lines: int = 0
    missing_share: float = 0.0
    missing_interval: tuple[float, float] = (0.0, 0.0)
    unfinished: tuple[str, ...] = ()

    def __str__(self):
        if self.is_exact:
            return f"{self.n_regions:.0f} regions"
        if self.unfinished:
            missing = missing_text(self.missing_share, self.missing_interval)
            return f"at least {self.n_regions:.0f} regions; {missing}"
        lines = (
            f"{number_text(self.per_line)} regions along a random line "
            f"[{number_text(self.per_line_interval[0])}, {number_text(self.per_line_interval[1])}]"
        )
        if np.isnan(self.n_regions):
            return lines
        count, low, high = map(number_text, (self.n_regions, *self.interval))
        return f"about {count} regions [{low}, {high}]; {lines}"


def random_line(d, rng):
    """Draw a line through the box [-1, 1]^d: all directions and places are equally likely.

    Parameters
    ----------
    d : int
        Number of dimensions.
    rng : RandomState
        Draws it.

    Returns
    -------
    start, end : ndarray of shape (d,)
        Where it enters and leaves the box.
    """
    start = rng.uniform(-1.0, 1.0, d)
    face, side = rng.randint(d), rng.choice([-1.0, 1.0])
    start[face] = side
    # a uniform point of the surface and Lambert's cosine law: uniform in the ball of its plane
    direction = rng.standard_normal(d)
    direction[face] = 0.0
    length = np.linalg.norm(direction)
    if length > 0.0:
        direction *= rng.uniform() ** (1.0 / (d - 1)) / length
    direction[face] = -side * np.sqrt(max(0.0, 1.0 - direction @ direction))
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.where(direction == 0.0, np.inf, (np.sign(direction) - start) / direction)
    return start, start + reach.min() * direction


def patterns_along(pieces, start, end):
    """Return the activation patterns that a network passes on a segment.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    start, end : ndarray of shape (d,)
        The ends.

    Returns
    -------
    ndarray of bool of shape (n_patterns, n_units)
        The patterns.
    """
    line = pieces.on_plane(0.5 * (start + end), 0.5 * (end - start)[np.newaxis])
    one = np.ones(1)
    coordinates = BoxCoordinates.of_box(Box(-one, one), one)
    return search_box(line, coordinates).patterns


def _surface(pieces, pattern):
    """Return the surface of the region of a pattern within the box [-1, 1]^d."""
    d = len(pieces.weights[0])
    if d == 1:
        return 2.0
    A, b, _ = pieces.borders(pattern)
    polytope = polytope_within(A, b, d)
    return np.nan if polytope is None else ConvexHull(polytope.points, qhull_options="QJ").area


def _mean_and_interval(values, random_state):
    """Return a mean and its interval by the studentised bootstrap, which follows skewness."""
    n, mean, deviation = len(values), float(values.mean()), float(values.std(ddof=1))
    if deviation == 0.0:
        return mean, (mean, mean)
    drawn = values[random_state.randint(n, size=(_N_RESAMPLES, n))]
    deviations = drawn.std(axis=1, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = (drawn.mean(axis=1) - mean) / deviations
    ends = np.quantile(ratios[deviations > 0], [0.5 + _CONFIDENCE / 2, 0.5 - _CONFIDENCE / 2])
    low, high = mean - ends * deviation
    return mean, (float(low), float(high))


def estimate_regions(pieces, coordinates, n_lines, random_state):
    """Estimate the number of regions in a box from random lines.

    A random line meets a convex region R in proportion to its surface S(R) (Cauchy), so that

        n_regions = E[ sum over the regions R on the line of S(box) / S(R) ],

    an unbiased estimate (Horvitz and Thompson). Surfaces are used with two and three inputs; with
    more, only the number of regions per line is estimated.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    coordinates : BoxCoordinates
        The coordinates of the box.
    n_lines : int
        How many lines.
    random_state : RandomState
        Draws them.

    Returns
    -------
    RegionCount
        The estimate.
    """
    weights, bias = coordinates.inwards(pieces.weights[0], pieces.biases[0])
    unit = pieces.with_first_layer(weights, bias)
    d = len(weights)
    whole_surface, surfaces = d * 2.0**d, {}
    lengths, sums = np.zeros(n_lines), np.zeros(n_lines)
    for i in range(n_lines):
        patterns = patterns_along(unit, *random_line(d, random_state))
        lengths[i] = len(patterns)
        if d > _MAX_SURFACE_DIMENSIONS:
            continue
        for pattern in patterns:
            key = pattern.tobytes()
            if key not in surfaces:
                surfaces[key] = _surface(unit, pattern)
            if surfaces[key] > 0:
                sums[i] += whole_surface / surfaces[key]
    per_line, per_line_interval = _mean_and_interval(lengths, random_state)
    found = (np.nan, (np.nan, np.nan))
    if d <= _MAX_SURFACE_DIMENSIONS:
        found = _mean_and_interval(sums, random_state)
    return RegionCount(*found, False, per_line, per_line_interval, n_lines)


def _counted(found, pieces, coordinates):
    """Return the count of a search, exact if it covered the box and no linear program failed."""
    n_regions, unfinished = found.n_regions, found.unfinished(pieces, coordinates)
    low = 0 if found.failed else n_regions
    high = np.inf if found.stopped else n_regions
    share, interval = found.missing(pieces, coordinates)
    missing = {"missing_share": share, "missing_interval": interval, "unfinished": unfinished}
    return RegionCount(n_regions, (low, high), not unfinished, **missing)


def count_regions(
    network,
    box,
    *,
    method="auto",
    max_regions=10_000,
    n_lines=200,
    time_budget=None,
    n_jobs=None,
    random_state=0,
):
    """Count the linear regions of a network in a box: sets of inputs on which no unit switches.

    Parameters
    ----------
    network : Network or anything `as_network` takes
        The network: identity, ReLU and leaky ReLU layers only.
    box : (lower, upper)
        Numbers or arrays of shape (n_features,), in input units, and finite.
    method : {"auto", "exact", "lines"}, default="auto"
        "exact" counts them all; "lines" estimates their number along random lines; "auto" counts
        if there are at most eight inputs, or 14 hidden units, and at most `max_regions` regions.
    max_regions : int, default=10000
        Number of regions beyond which "exact" gives up, and "auto" estimates.
    n_lines : int, default=200
        Number of random lines.
    time_budget : float or None, default=None
        Seconds after which counting them all ends with those it has; so does an interruption.
    n_jobs : int or None, default=None
        Parts searched at once, of the box; the result does not depend on it.
    random_state : int, RandomState instance or None, default=0
        Seeds the lines.

    Returns
    -------
    RegionCount
        The number, or an estimate with a 95 % confidence interval.

    Raises
    ------
    ValueError
        If the network is smooth, the box is empty or unbounded, or there are more regions than
        `max_regions` and `method` is "exact".

    Warns
    -----
    UserWarning
        If counting ended early; the result says how much of the box is missing.
    LinearProgramWarning
        If a linear program failed, so that some of the regions may be empty.

    Notes
    -----
    With two and three inputs the estimate of the number is unbiased: a random line meets a convex
    region in proportion to its surface, so that every region R it meets counts for
    ``S(box) / S(R)``. Its interval is a studentised bootstrap over lines, and too short where a
    few tiny regions make up most of the number: of the nominal 95 % it covered, with 200 lines,
    88 to 100 with two inputs and 75 to 90 with three, and less with fewer lines. With more inputs
    no estimate of the number is given, only how many regions a random line passes, which grows
    with the number of units and not exponentially with that of inputs (Hanin and Rolnick).
    Regions with the same affine function but different
    patterns are counted apart.

    References
    ----------
    B. Hanin and D. Rolnick, "Complexity of linear regions in deep networks", arXiv 1901.09021.

    Examples
    --------
    >>> from skinterp.exact import count_regions
    >>> network = ([[[1.0, 1.0]], [[1.0], [1.0]]], [[0.0, -1.0], [0.0]], ["relu", "identity"])
    >>> print(count_regions(network, (-2, 2)))
    3 regions
    """
    if method not in ("auto", "exact", "lines"):
        raise ValueError(f"method must be 'auto', 'exact' or 'lines'. Got {method!r} instead.")
    checked_count(max_regions, "max_regions", 1)
    checked_count(n_lines, "n_lines", 2)
    checked_budget(time_budget)
    network = as_network(network)
    pieces = piecewise_linear(network)
    bounds = checked_box(box, names=input_names(network))
    if not bounds.is_finite:
        raise ValueError(f"box must be finite to count regions in it. Got {box!r} instead.")
    d = network.n_features_in
    coordinates = BoxCoordinates.of_box(bounds, np.ones(d))
    small = d <= MAX_VERTEX_DIMENSIONS or pieces.n_units <= _FEW_UNITS
    if method == "exact" or (method == "auto" and small):
        early = {"time_budget": time_budget, "max_regions": max_regions, "keep": True}
        found = search_box(pieces, coordinates, n_jobs=n_jobs, **early)
        if found.n_regions <= max_regions:
            return _counted(found, pieces, coordinates)
        if method == "exact":
            raise ValueError(
                f"max_regions must be at least the number of regions. Got {max_regions} instead, "
                f"and reached {max_regions + 1} with more to come; method='lines' estimates."
            )
    return estimate_regions(pieces, coordinates, n_lines, check_random_state(random_state))
