"""The nearest input that a network answers otherwise, and the radius in which it does not."""

from numbers import Integral, Real

import numpy as np

from skinterp.base import changed_row, is_held, shown_point
from skinterp.exact.optima._balance import ordinary_factor
from skinterp.exact.optima._changes import Counterfactual, changes_of
from skinterp.exact.optima._levels import level_choices, level_combinations
from skinterp.exact.optima._nearest import Question, level_distance, nearest_point
from skinterp.exact.optima._problems import ORDERS
from skinterp.exact.optima._setting import Setting, beaten_by, refuse_no_classes
from skinterp.exact.pieces._boxes import checked_box
from skinterp.exact.pieces._search import checked_budget
from skinterp.network import as_network, checked_row, input_names
from skinterp.utils import column_index, output_index
from skinterp.utils._validation import finite_array, refuse_another_order

_BEHIND = 1e-9  # the least margin of a point, of the largest raw value: safe from rounding
_ROUNDING = 1e-9  # of the box, below which a change is none
_N_DRAWN = 1000  # points that tell how large raw values are


def _checked_scale(scale, names):
    if scale is None:
        return np.ones(len(names))
    refuse_another_order(scale, names, "scale")
    scale = finite_array(scale, (len(names),), "scale", ", one value per input")
    if not (scale > 0).all():
        raise ValueError(f"scale must be positive. Got {scale.min():g} instead.")
    return scale


def _checked_level_cost(level_cost):
    if level_cost is not None and not (isinstance(level_cost, Real) and 0 < level_cost < np.inf):
        raise ValueError(
            f"level_cost must be a positive number, or None to keep levels. Got {level_cost!r} "
            "instead."
        )


def _freed(network, x, features, level_cost):
    """Return which inputs may move, and the categories that may change."""
    names, free = input_names(network), ~is_held(network, x[np.newaxis])[0]
    choices = () if level_cost is None else level_choices(network, x)
    if features is None:
        return free, choices
    features = [features] if isinstance(features, str | Integral) else list(features)
    by_name = {choice.column.name: choice for choice in choices}
    numbers = [name for name in features if name not in by_name]
    columns = () if network.user_table is None else network.user_table.column_names
    if level_cost is None and set(numbers) & {*columns} - {*names}:
        kept = sorted(set(numbers) & {*columns} - {*names})
        raise ValueError(
            f"features must be numbers where level_cost is None, which keeps levels. Got "
            f"{', '.join(kept)} instead: pass level_cost."
        )
    chosen = [column_index(name, names) for name in numbers]
    held = [names[j] for j in chosen if not free[j]]
    if held:
        raise ValueError(
            "features must be numbers that x has, or columns of categories: gaps are kept. Got "
            f"{', '.join(held)} instead."
        )
    free = np.isin(np.arange(len(x)), chosen)
    return free, tuple(by_name[name] for name in features if name in by_name)


def _setting(network, x, box, free):
    """Return the setting in which some inputs of a row change, within a box."""
    names = input_names(network)
    bounds = checked_box(box, names=names, flat=True)
    lower, upper = (np.where(free, side, x) for side in bounds)
    setting = Setting.of(network, (lower, upper), may_be_flat=True)
    setting.box.refuse_outside(x[np.newaxis], names, "x")
    return setting


def _unit_of(setting):
    """Return what counts as 1 of the raw values: less, where all of the box are small."""
    u = np.random.RandomState(0).uniform(-1.0, 1.0, (_N_DRAWN, len(setting.half)))
    size = np.abs(setting.network.raw_values(setting.inputs(u))).max()
    return 1.0 / max(1.0, ordinary_factor(size))


def nearest_counterfactual(
    network,
    x,
    target=None,
    *,
    box,
    features=None,
    norm="l1",
    scale=None,
    level_cost=None,
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
    features : int, str, sequence of these or None, default=None
        The inputs that may change, and columns of categories; None is all. Others are immutable.
    norm : {"l1", "l2", "linf"}, default="l1"
        How distances are measured: the sum of the changes, their Euclidean length, or the largest.
        "l1" changes few inputs.
    scale : array-like of shape (n_features,) or None, default=None
        What counts as a step of 1 along each input; None is 1 in input units. Standard deviations
        make inputs comparable.
    level_cost : float or None, default=None
        What another level of a category counts, in steps: every column of categories that changes
        is one more change of this size. None keeps all levels.
    time_budget : float or None, default=60.0
        Seconds after which to end with the gap that is left; so does an interruption.

    Returns
    -------
    Counterfactual
        The input, its distance, and a bound below the distance of any other one.

    Raises
    ------
    ValueError
        If the network is no classifier, or smooth, or stands behind steps that are not piecewise
        linear, x is answered `target` already or lies outside the box, the box is not finite, or
        there are too many combinations of levels.

    Notes
    -----
    The point lies just behind the decision boundary (a margin of 1e-9 of the raw values), and may
    be unlike any row seen.
    The bound is proven up to the tolerance of the solver, about 1e-6 of the logits.
    Combinations of levels are looked at one by one, those with fewest changes first, until these
    alone are as far as the nearest point known: no half categories. Missing cells are kept.

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
    class yes at x0: 0 -> 1.001 (l1 distance 1, proven)
    """
    if norm not in ORDERS:
        raise ValueError(f"norm must be one of {list(ORDERS)}. Got {norm!r} instead.")
    checked_budget(time_budget)
    _checked_level_cost(level_cost)
    network = as_network(network)
    refuse_no_classes(network, "nearest_counterfactual")
    raw, x = x, checked_row(network, x)
    scale = _checked_scale(scale, input_names(network))
    free, choices = _freed(network, x, features, level_cost)
    setting = _setting(network, x, box, free)
    now = output_index(network.predict(x[np.newaxis])[0], network.classes, "x")
    others = [k for k in range(len(network.classes)) if k != now]
    if target is None:
        goals = [beaten_by(network, k, [now]) for k in others]
    else:
        k = output_index(target, network.classes, "target")
        if k == now:
            raise ValueError(
                f"target must be another class than that of x. Got {target!r} instead."
            )
        goals = [beaten_by(network, k, [j for j in (now, *others) if j != k])]

    rows, n_changes = level_combinations(x, choices)
    unit = _unit_of(setting)

    def accepts(X):
        raw = network.raw_values(X)
        margins = np.column_stack([-(raw @ C.T).max(axis=1) for C in goals]).max(axis=1)
        return margins > _BEHIND * (unit + np.abs(raw).max(axis=1))

    costs = level_distance(n_changes, level_cost or 0.0, norm)
    question = Question(setting, x, goals, accepts, scale, norm)
    return _described(question, nearest_point(question, rows, costs, time_budget), choices, raw)


def _without_rounding(question, point):
    """Return the nearest point without the changes that are nothing but rounding."""
    if point is None:
        return None
    setting, kept = question.setting, point.copy()
    moved = setting.moving & (
        np.abs(point - question.x) <= _ROUNDING * (setting.box.upper - setting.box.lower)
    )
    kept[moved] = question.x[moved]
    return kept if question.accepts(kept[np.newaxis])[0] else point


def _described(question, best, choices, raw):
    """Return the nearest point with its changes."""
    x, norm, network = question.x, question.norm, question.setting.network
    point, notes = _without_rounding(question, best.point), tuple(best.notes)
    if point is None:
        return Counterfactual(
            None, None, np.inf, best.bound, {}, {}, None, norm, best.n_boxes, notes
        )
    answer = network.answers(network.raw_values(point[np.newaxis])).tolist()[0]
    setting = question.setting
    lower, upper = (side[setting.moving] for side in setting.box)

    def is_answered_so(X):
        numbers = X[:, setting.moving]
        inside = ((lower <= numbers) & (numbers <= upper)).all(axis=1)
        return inside & (network.answers(network.raw_values(X)) == answer)

    moved = np.flatnonzero((x != point) & setting.moving)
    changes = changes_of(network, x, point, choices)
    rounded = shown_point(x, point, moved, is_answered_so)
    shown = {name: after for name, (_, after) in changes_of(network, x, rounded, choices).items()}
    row = changed_row(network, x, point, choices, raw)
    bound = min(float(best.bound), best.distance)
    ends = norm, best.n_boxes, notes
    return Counterfactual(point, answer, best.distance, bound, changes, shown, row, *ends)


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
