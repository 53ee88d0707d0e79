"""The nearest input that a network answers otherwise, and the radius in which it does not."""

from dataclasses import dataclass

import numpy as np

from skinterp.base import is_held
from skinterp.exact.optima._branching import branch_and_bound
from skinterp.exact.optima._problems import ORDERS, Nearest
from skinterp.exact.optima._setting import (
    Setting,
    beaten_by,
    class_index,
    ended,
    refuse_no_classes,
)
from skinterp.exact.pieces._boxes import checked_box
from skinterp.exact.pieces._search import checked_budget
from skinterp.network import as_network, checked_row, input_names
from skinterp.utils import column_index, number_text
from skinterp.utils._validation import finite_array

_TOLERANCE = 1e-6
_N_DRAWN = 4000
_BEHIND = 1e-9  # the least margin of a point, of the largest raw value: safe from rounding
_WIDER = 1.0 + 1e-6  # than the distance of a point known


@dataclass(frozen=True, eq=False)
class Counterfactual:
    """The nearest input found that a network answers otherwise.

    Parameters
    ----------
    point : ndarray of shape (n_features,) or None
        The input, in input units; None if there is none in the box, or none was found.
    answer : object
        The class of the point.
    distance : float
        Its distance, in units of `scale`; infinite if there is no point.
    bound : float
        Proven bound: no input of the box that is nearer is answered so, up to the tolerance of
        the solver; infinite if none of the box is.
    changes : dict of str to tuple of two float
        Of the inputs that change, the value before and after.
    norm : {"l1", "l2", "linf"}
        How distances are measured.
    n_boxes : int
        Number of boxes looked at.
    unfinished : tuple of str
        What says that the bound is not the distance; empty if it is.
    """

    point: np.ndarray | None
    answer: object
    distance: float
    bound: float
    changes: dict
    norm: str
    n_boxes: int
    unfinished: tuple[str, ...] = ()

    @property
    def is_proven(self):
        """Whether no nearer input is answered so, up to a millionth."""
        return not self.unfinished

    def __str__(self):
        if self.point is None:
            if self.is_proven:
                return "no counterfactual in the box"
            return f"no counterfactual found, none nearer than {number_text(self.bound, 4)}"
        changes = ", ".join(
            f"{name}: {number_text(before, 4)} -> {number_text(after, 4)}"
            for name, (before, after) in self.changes.items()
        )
        end = "proven" if self.is_proven else f"none nearer than {number_text(self.bound, 4)}"
        distance = f"{self.norm} distance {number_text(self.distance, 4)}, {end}"
        return f"class {self.answer} at {changes} ({distance})"


def _checked_scale(scale, n_features):
    if scale is None:
        return np.ones(n_features)
    scale = finite_array(scale, (n_features,), "scale", ", one value per input")
    if not (scale > 0).all():
        raise ValueError(f"scale must be positive. Got {scale.min():g} instead.")
    return scale


def _setting(network, x, box, features):
    """Return the setting in which some inputs of a row change, within a box."""
    names = input_names(network)
    free = ~is_held(network, x[np.newaxis])[0]
    if features is not None:
        chosen = [column_index(name, names) for name in features]
        held = [names[j] for j in chosen if not free[j]]
        if held:
            raise ValueError(
                "features must be numbers that x has: levels and gaps are kept. Got "
                f"{', '.join(held)} instead."
            )
        free = np.isin(np.arange(len(x)), chosen)
    bounds = checked_box(box, names=names, flat=True)
    lower, upper = (np.where(free, side, x) for side in bounds)
    setting = Setting.of(network, (lower, upper))
    setting.box.refuse_outside(x[np.newaxis], names)
    return setting


def _nearest(setting, x, scale, norm, C, accepts, known, time_budget):
    """Return the nearest point at which functions of the outputs are not positive."""
    reach = known * scale * _WIDER
    part = setting.within(x - reach, x + reach) if np.isfinite(known) else setting
    moving = part.moving
    start = (x - part.middle)[moving] / part.half
    problem = Nearest(
        part.functions(C),
        start,
        part.half / scale[moving],
        norm,
        lambda u: accepts(part.inputs(u)),
    )
    found = branch_and_bound(problem, _TOLERANCE, time_budget)
    return found, None if found.point is None else part.inputs(found.point[np.newaxis])[0]


def _drawn(setting, x, scale, norm, accepts):
    """Return the distance of the nearest accepted point of random ones, and the point."""
    rng = np.random.RandomState(0)
    X = setting.inputs(rng.uniform(-1.0, 1.0, (_N_DRAWN, len(setting.half))))
    X = X[accepts(X)]
    if not len(X):
        return np.inf, None
    steps = distances(X, x, scale, norm)
    return steps.min(), X[steps.argmin()]


def distances(X, x, scale, norm):
    """Return the distances of points from a row.

    Parameters
    ----------
    X : ndarray of shape (n_points, d)
        Points.
    x : ndarray of shape (d,)
        The row.
    scale : ndarray of shape (d,)
        What counts as a step of 1 along each input.
    norm : {"l1", "l2", "linf"}
        The distance.

    Returns
    -------
    ndarray of shape (n_points,)
        Distances.
    """
    return np.linalg.norm((X - x) / scale, ORDERS[norm], axis=1)


def nearest_counterfactual(
    network,
    x,
    target=None,
    *,
    box,
    features=None,
    norm="l1",
    scale=None,
    time_budget=60.0,
):
    """Find the smallest change of a row that changes what a network answers, with proof.

    Minimise ``||(x' - x) / scale||`` over the inputs x' of a box that are answered `target`, by
    branch and bound as in `extreme_output`.

    Parameters
    ----------
    network : Network or anything `as_network` takes
        A classifier: identity, ReLU and leaky ReLU layers only.
    x : array-like of shape (n_features,), Series, or data frame of one row
        The row.
    target : object, default=None
        Label of the class to reach; None is any but that of x.
    box : (lower, upper)
        Where inputs may go: numbers or arrays of shape (n_features,), in input units, and finite.
    features : sequence of int or str, or None, default=None
        The inputs that may change; None is all numbers. Categories keep their level.
    norm : {"l1", "l2", "linf"}, default="l1"
        How distances are measured: the sum of the changes, their Euclidean length, or the largest.
        "l1" changes few inputs.
    scale : array-like of shape (n_features,) or None, default=None
        What counts as a step of 1 along each input; None is 1 in input units. Standard deviations
        make inputs comparable.
    time_budget : float or None, default=60.0
        Seconds after which to end with the gap that is left; so does an interruption.

    Returns
    -------
    Counterfactual
        The input, its distance, and a bound below the distance of any other one.

    Raises
    ------
    ValueError
        If the network is no classifier, or smooth, x is answered `target` already or lies outside
        the box, or the box is not finite.

    Notes
    -----
    The point lies just behind the decision boundary (a margin of 1e-9 of the raw values), and may
    be unlike any row seen.
    The bound is proven up to the tolerance of the solver, about 1e-6 of the logits.

    References
    ----------
    K. Mohammadi et al., "Scaling guarantees for nearest counterfactual explanations",
    arXiv 2010.04965.

    Examples
    --------
    >>> from skinterp import as_network
    >>> from skinterp.exact import nearest_counterfactual
    >>> layers = [[[1.0], [0.5]], [[1.0]]], [[0.0], [-1.0]], ["relu", "logistic"]
    >>> network = as_network(layers, classes=["no", "yes"])
    >>> print(nearest_counterfactual(network, [0, 0], box=(-2, 2)))
    class yes at x0: 0 -> 1 (l1 distance 1, proven)
    """
    if norm not in ORDERS:
        raise ValueError(f"norm must be one of {list(ORDERS)}. Got {norm!r} instead.")
    checked_budget(time_budget)
    network = as_network(network)
    refuse_no_classes(network, "nearest_counterfactual")
    x = checked_row(network, x)
    scale = _checked_scale(scale, len(x))
    setting = _setting(network, x, box, features)
    now = class_index(network, network.answers(network.raw_values(x[np.newaxis]))[0], "x")
    others = [k for k in range(len(network.classes)) if k != now]
    if target is None:
        goals = [beaten_by(network, k, [now]) for k in others]
    else:
        k = class_index(network, target, "target")
        if k == now:
            raise ValueError(
                f"target must be another class than that of x. Got {target!r} instead."
            )
        goals = [beaten_by(network, k, [j for j in (now, *others) if j != k])]

    def accepts(X):
        raw = network.raw_values(X)
        margins = np.column_stack([-(raw @ C.T).max(axis=1) for C in goals]).max(axis=1)
        return margins > _BEHIND * (1.0 + np.abs(raw).max(axis=1))

    return _best(setting, x, goals, accepts, scale, norm, time_budget)


def _best(setting, x, goals, accepts, scale, norm, time_budget):
    """Return the nearest of the points that reach one of several goals."""
    network, notes = setting.network, dict[str, None]()
    nearest, point = _drawn(setting, x, scale, norm, accepts)
    bound, n_boxes = np.inf, 0
    for C in goals:
        share = None if time_budget is None else time_budget / len(goals)
        found, candidate = _nearest(setting, x, scale, norm, C, accepts, nearest, share)
        n_boxes += found.n_boxes
        bound = min(bound, found.bound, found.value)
        notes |= dict.fromkeys(ended(found, _TOLERANCE) if found.bound < nearest else ())
        if found.value < nearest:
            nearest, point = found.value, candidate
    if point is None:
        return Counterfactual(None, None, np.inf, bound, {}, norm, n_boxes, tuple(notes))
    before = zip(setting.names, x.tolist(), point.tolist())
    changes = {name: (old, new) for name, old, new in before if old != new}
    answer = network.answers(network.raw_values(point[np.newaxis])).tolist()[0]
    distance = float(distances(point[np.newaxis], x, scale, norm)[0])
    bound = min(float(bound), distance)
    return Counterfactual(point, answer, distance, bound, changes, norm, n_boxes, tuple(notes))


def robustness_radius(network, x, *, box, norm="linf", scale=None, time_budget=60.0):
    """Find the largest radius around a row within which a network's answer does not change.

    It is the distance of the nearest counterfactual: that of the result is where the answer
    changes, its `bound` the radius that is proven.

    Parameters
    ----------
    network : Network or anything `as_network` takes
        A classifier: identity, ReLU and leaky ReLU layers only.
    x : array-like of shape (n_features,), Series, or data frame of one row
        The row. Categories keep their level.
    box : (lower, upper)
        Where inputs may go: numbers or arrays of shape (n_features,), in input units, and finite.
    norm : {"l1", "l2", "linf"}, default="linf"
        How distances are measured.
    scale : array-like of shape (n_features,) or None, default=None
        What counts as a step of 1 along each input; None is 1 in input units.
    time_budget : float or None, default=60.0
        Seconds after which to end with the gap that is left; so does an interruption.

    Returns
    -------
    Counterfactual
        The nearest input answered otherwise, and the radius `bound`.

    Raises
    ------
    ValueError
        If the network is no classifier, or smooth, or x lies outside the box, which must be
        finite.

    Examples
    --------
    >>> from skinterp import as_network
    >>> from skinterp.exact import robustness_radius
    >>> layers = [[[1.0], [1.0]], [[1.0]]], [[0.0], [-1.0]], ["relu", "logistic"]
    >>> network = as_network(layers, classes=["no", "yes"])
    >>> round(robustness_radius(network, [0, 0], box=(-2, 2)).bound, 4)
    0.5
    """
    options = {"box": box, "norm": norm, "scale": scale, "time_budget": time_budget}
    return nearest_counterfactual(network, x, **options)
