"""The smallest change of a row that a network answers otherwise: proven, or by search."""

from dataclasses import dataclass, field

import numpy as np

from skinterp.base._changes import change_texts
from skinterp.exact import nearest_counterfactual
from skinterp.hidden import nearest_boundary
from skinterp.network import input_names
from skinterp.utils import counted, number_text, one_line

MOST_SHOWN = 10
_NEGLIGIBLE = 1e-6  # of a standard deviation: what programs leave in the last digits
_PART = 0.01  # of a change, that the value before it may be off as it is shown
_MEASURE = "standard deviations of the inputs, added up"


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
    return NearestChange(f"A change to another answer is not available: {why}.")


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
    end = f"as rounded here; the least within the range of the rows is {least} (proven)"
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


def _searched(network, row, rows, x, scale):
    """Return the shorter of the changes that a search finds; None without one."""
    try:
        found = nearest_boundary(network, row, rows)
    except ValueError:  # nothing that the rows bound is answered otherwise
        return None
    changes = found.fewest, found.smallest
    change = min(changes, key=lambda change: (np.abs(change.point - x) / scale).sum())
    point = x.copy()
    point[np.flatnonzero(change.moved)] = [after for _, after in change.shown.values()]
    return point, "found by search within the range of the rows; less may do"


def nearest_change(network, row, rows, time_budget=2.0):
    """Return the smallest change of a row's numbers after which a network answers otherwise.

    Of a network of ReLU layers by :func:`skinterp.exact.nearest_counterfactual`, with proof or
    the bound that the time allows; of any other, or where a search comes nearer, by
    :func:`skinterp.hidden.nearest_boundary`. Categories and gaps are kept.

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
    scale = _spread(features)
    found = [_exact(network, x, features, scale, time_budget)]
    if found[0] is None or "proven" not in found[0][1]:
        found.append(_searched(network, row, rows, x, scale))
    found = [pair for pair in found if pair is not None and (pair[0] != x).any()]
    if not found:
        return unavailable("nothing was found in the range of the rows that is answered otherwise")
    sizes = [(np.abs(point - x) / scale).sum() for point, _ in found]
    point, end = found[int(np.argmin(sizes))]
    names, other = input_names(network), _answers(network, point[np.newaxis])[0]
    steps = np.abs(point - x) / scale
    order = [j for j in np.argsort(-steps, kind="stable") if steps[j] > 0.0]
    said = (
        f"With {counted(len(order), 'input')} changed the network answers {one_line(str(other))}: "
        f"a change by {number_text(float(steps.sum()))} {_MEASURE}, {end}."
    )
    if len(order) > MOST_SHOWN:
        said += f" The {MOST_SHOWN} largest changes are shown, which alone may not do."
    pairs = {j: (float(x[j]), float(point[j])) for j in order[:MOST_SHOWN]}
    shown = {one_line(names[j]): change_texts(*pair, _PART) for j, pair in pairs.items()}
    return NearestChange(said, shown)
