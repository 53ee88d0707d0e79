"""The smallest change of a row that a network answers otherwise: proven, or by search."""

from dataclasses import dataclass, field

import numpy as np

from skinterp.base._changes import change_texts
from skinterp.exact import nearest_counterfactual
from skinterp.network import input_names
from skinterp.utils import MOST_DIGITS, counted, number_text, one_line

MOST_SHOWN, STEPS = 10, 50
_NEGLIGIBLE = 1e-6  # of a standard deviation: what programs leave in the last digits
_PART = 0.01  # of a change, that the value before it may be off as it is shown
_MEASURE = "in standard deviations of the inputs, added up"


@dataclass(frozen=True)
class NearestChange:
    """What would have to be different for another answer.

    Parameters
    ----------
    said : str
        A sentence: what is answered then, and how far it is proven; or why nothing is shown.
    changes : dict of str to (str, str), default={}
        Of the inputs that change the value before and after.
    """

    said: str
    changes: dict = field(default_factory=dict)

    def to_dict(self):
        """Return sentence and changes as texts, for JSON.

        Returns
        -------
        dict
            "said" and "changes".
        """
        return {"said": self.said, "changes": {k: list(pair) for k, pair in self.changes.items()}}


def unavailable(why):
    """Return that there is no change to show, and why."""
    return NearestChange(f"A change that the network answers otherwise is not available: {why}.")


def _answers(network, points):
    return network.answers(network.raw_values(points))


def _spread(features):
    deviations = features.std(axis=0)
    return np.where(deviations > 0.0, deviations, 1.0)


def _exact(network, x, features, scale, time_budget):
    """Return the point that a proof finds, its answer and what is proven; None without one."""
    box = np.minimum(features.min(axis=0), x), np.maximum(features.max(axis=0), x)
    options = {"scale": scale, "time_budget": time_budget}
    try:
        found = nearest_counterfactual(network, x, box=box, **options)
    except ValueError:  # smooth layers, steps that are not piecewise linear
        return None
    if found.point is None:
        return None
    least = number_text(found.distance)
    end = f"as rounded here; the least there is within the range of the rows is {least} (proven)"
    if not found.is_proven:
        end = f"and none of less than {number_text(found.bound)} does"
    point, names = x.copy(), input_names(network)
    for name, value in found.shown.items():
        point[names.index(name)] = value
    return _dropped(network, x, point, scale), end


def _dropped(network, x, point, scale):
    """Return a point without negligible changes, if it is answered as before without them."""
    kept = np.where(np.abs(point - x) > _NEGLIGIBLE * scale, point, x)
    same = _answers(network, np.array([kept, point]))
    return kept if same[0] == same[1] else point


def _across(network, x, point, now):
    """Return the point nearest to a row, on the line to another, that is answered otherwise."""
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        is_other = _answers(network, (x + middle * (point - x))[np.newaxis])[0] != now
        low, high = (low, middle) if is_other else (middle, high)
    return x + high * (point - x)


def _sparse(network, x, point, now, scale):
    """Return a point with as few changes as a walk through them, the smallest first, leaves."""
    point = point.copy()
    for j in np.argsort(np.abs(point - x) / scale, kind="stable"):
        tried = point.copy()
        tried[j] = x[j]
        if tried[j] != point[j] and _answers(network, tried[np.newaxis])[0] != now:
            point = tried
    return point


def _rounded(network, x, point, now, scale):
    """Return a point in as few decimals, of the inputs' spread, as are answered otherwise, too."""
    moved = np.flatnonzero(point != x)
    decimals = np.ceil(-np.log10(scale[moved])).astype(int)
    for more in range(2, MOST_DIGITS):
        tried = point.copy()
        tried[moved] = [round(float(point[j]), int(n) + more) for j, n in zip(moved, decimals)]
        if (tried[moved] != x[moved]).all() and _answers(network, tried[np.newaxis])[0] != now:
            return tried
    return point


def _searched(network, x, features, scale, now):
    """Return a point on the way to the nearest row that is answered otherwise; None without."""
    table = network.user_table
    moves = np.ones(len(x)) if table is None else table.moves_at(x[np.newaxis])[0]
    points = np.where(moves > 0.0, features, x)
    others = points[_answers(network, points) != now]
    if not len(others):
        return None
    nearest = others[np.argmin((np.abs(others - x) / scale).sum(axis=1))]
    point = _sparse(network, x, _across(network, x, nearest, now), now, scale)
    point = _rounded(network, x, _across(network, x, point, now), now, scale)
    end = "found by search on the way to the nearest row answered otherwise; less may do"
    return point, end


def nearest_change(network, row, rows, time_budget=2.0):
    """Return the smallest change of a row's numbers after which a network answers otherwise.

    Of a network of ReLU layers by :func:`skinterp.exact.nearest_counterfactual`, with proof or
    the bound that the time allows; of any other, or where a search comes nearer, a point on the
    way to the nearest row that is answered otherwise. Categories and gaps are kept.

    Parameters
    ----------
    network : Network
        A classifier.
    row : array-like or data frame of shape (1, n_features)
        The row.
    rows : array-like or data frame of shape (n_samples, n_features)
        Rows whose range bounds the changes.
    time_budget : float, default=2.0
        Seconds for the proof.

    Returns
    -------
    NearestChange
        The changes in a sentence, or why there are none.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import as_network
    >>> from skinterp.explanation import nearest_change
    >>> X = np.random.default_rng(0).uniform(-1, 1, (100, 2))
    >>> network = as_network(lambda X: X[:, 0], n_features_in=2, classes=["no", "yes"])
    >>> nearest_change(network, [[0.5, 0.0]], X).changes.keys()
    dict_keys(['x0'])
    """
    if network.task not in ("binary", "multiclass"):
        return unavailable("it answers with numbers, of which any other is another answer")
    x, features = network.check(row)[0], network.check(rows)
    scale, now = _spread(features), _answers(network, network.check(row))[0]
    found = [_exact(network, x, features, scale, time_budget)]
    if found[0] is None or "proven" not in found[0][1]:
        found.append(_searched(network, x, features, scale, now))
    found = [pair for pair in found if pair is not None and (pair[0] != x).any()]
    if not found:
        return unavailable(
            "the numbers of no other row, put in place of these, are answered otherwise"
        )
    sizes = [(np.abs(point - x) / scale).sum() for point, _ in found]
    point, end = found[int(np.argmin(sizes))]
    names, other = input_names(network), _answers(network, point[np.newaxis])[0]
    steps = np.abs(point - x) / scale
    order = [j for j in np.argsort(-steps, kind="stable") if steps[j] > 0.0]
    said = (
        f"With {counted(len(order), 'input')} changed the network answers "
        f"{one_line(str(other))}: {number_text(float(steps.sum()))} {_MEASURE}, {end}."
    )
    if len(order) > MOST_SHOWN:
        said += f" The {MOST_SHOWN} largest changes are shown, which alone may not do."
    pairs = {j: (float(x[j]), float(point[j])) for j in order[:MOST_SHOWN]}
    shown = {one_line(names[j]): change_texts(*pair, _PART) for j, pair in pairs.items()}
    return NearestChange(said, shown)
