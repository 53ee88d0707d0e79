"""What would change the answer? The fewest and the smallest changes of a row that are found."""

from dataclasses import dataclass

import numpy as np
from sklearn.utils import check_random_state

from skinterp.base import change_text, changed_row, is_held, shown_point
from skinterp.display import ContributionsDisplay
from skinterp.hidden._flips import Question, answered, fewest_flip, lengths, smallest_flip, starts
from skinterp.hidden._top_units import class_index
from skinterp.network import as_rows, checked_row, input_names, network_for
from skinterp.sampling import feature_scale
from skinterp.table import as_table
from skinterp.utils import Result, counted, number_text, signed_text

_FEWEST, _SMALLEST = "fewest", "smallest"
_WRITTEN = 6  # changes that are written out


@dataclass(frozen=True, eq=False)
class AnswerChange:
    """Changes of a row after which a network answers otherwise.

    Parameters
    ----------
    point : ndarray of shape (n_features,)
        The row with the changes, as the network takes it.
    answer : object
        What the network answers there.
    moved : ndarray of shape (n_features,)
        How far each input moved, in its own unit.
    deviations : ndarray of shape (n_features,)
        The same in standard deviations of the data.
    shown : dict of str to tuple of two float
        Of the inputs that moved, the value before, and the one after as it is printed: rounded,
        but such that the network answers so, too.
    row : object
        The row with the changes in full, as the table, Series or array that it is.
    """

    point: np.ndarray
    answer: object
    moved: np.ndarray
    deviations: np.ndarray
    shown: dict
    row: object

    @property
    def n_changes(self):
        """How many inputs moved."""
        return len(self.shown)

    @property
    def distance(self):
        """Length of the change in standard deviations: the root of the sum of their squares."""
        return float(lengths(self.deviations))

    def __str__(self):
        moved = self.deviations[self.moved != 0.0]
        order = np.argsort(-np.abs(moved), kind="stable")
        changes = [*zip(self.shown.items(), moved, strict=True)]
        texts = [
            f"{change_text(name, *values)} ({signed_text(deviations, 2)} sd)"
            for (name, values), deviations in (changes[i] for i in order[:_WRITTEN])
        ]
        if len(order) > _WRITTEN:
            rest = number_text(abs(moved[order[_WRITTEN]]), 2)
            texts.append(f"{len(order) - _WRITTEN} more by {rest} sd or less")
        return f"{', '.join(texts)} -> {self.answer}"


@dataclass(frozen=True, eq=False, repr=False)
class NearestBoundary(Result):
    """The fewest and the smallest changes of a row, found by search, that flip the answer.

    Parameters
    ----------
    answer : object
        What the network answers at the row.
    fewest : AnswerChange
        The change of fewest inputs, and of these the smallest.
    smallest : AnswerChange
        The change of the smallest length.
    feature_names : tuple of str
        Names of the inputs.
    x : ndarray of shape (n_features,)
        The row, as the network takes it.
    """

    answer: object
    fewest: AnswerChange
    smallest: AnswerChange
    feature_names: tuple
    x: np.ndarray

    @property
    def _changes(self):
        return {_FEWEST: self.fewest, _SMALLEST: self.smallest}

    def _columns(self):
        """Return one line per change and input that moves."""
        moved = [(k, j) for k, c in self._changes.items() for j in np.flatnonzero(c.moved)]
        changes = [self._changes[kind] for kind, _ in moved]
        return {
            "change": [kind for kind, _ in moved],
            "feature": [self.feature_names[j] for _, j in moved],
            "before": [self.x[j] for _, j in moved],
            "after": [c.point[j] for c, (_, j) in zip(changes, moved, strict=True)],
            "moved": [c.moved[j] for c, (_, j) in zip(changes, moved, strict=True)],
            "deviations": [c.deviations[j] for c, (_, j) in zip(changes, moved, strict=True)],
            "answer": [c.answer for c in changes],
        }

    def display(self, max_features=20):
        """Return the display of both changes, in standard deviations, of the inputs that move.

        Parameters
        ----------
        max_features : int, default=20
            How many inputs to show.

        Returns
        -------
        ContributionsDisplay
            The display, not drawn yet.
        """
        moved = np.flatnonzero(self.fewest.moved.astype(bool) | self.smallest.moved.astype(bool))
        return ContributionsDisplay(
            {f"{kind}: {c.answer}": c.deviations[moved] for kind, c in self._changes.items()},
            [self.feature_names[j] for j in moved],
            name="Change in standard deviations",
            max_features=max_features,
            title=f"what would change the answer {self.answer}",
        )

    def __str__(self):
        few, small = counted(self.fewest.n_changes, "change"), number_text(self.smallest.distance)
        return "\n".join(
            [
                f"The network answers {self.answer}.",
                f"fewest, {few}: {self.fewest}",
                f"smallest, of length {small} standard deviations: {self.smallest}",
                "Upper bounds, found by search and verified by the network: fewer or smaller "
                "changes may be enough.",
            ]
        )


def nearest_boundary(network, row, X, *, label=None, random_state=0):
    """Find the fewest and the smallest changes of a row that flip the answer of any network.

    Searches the box of the data, ``min X <= x' <= max X``, for ``answer(x') != answer(row)`` with
    the smallest ``sum_j ((x'_j - x_j) / s_j)^2``, s the standard deviations, and with the fewest
    inputs that change. Starts are other rows, drawn points and where slopes lead; from these the
    boundary is followed by its slopes towards the row, and changes are undone one at a time.

    Parameters
    ----------
    network : estimator, Network, tuple or callable
        A classifier, of any kind; slopes help, but are not needed.
    row : array-like of shape (n_features,) or (1, n_features), Series, or data frame of one row
        The row.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows: they give the box, the standard deviations, and starts. Inputs that are constant
        there do not change.
    label : object or None, default=None
        The class to reach, by label (or by index, where labels are no numbers); None is any other.
        Of a network of several labels the label that shall flip.
    random_state : int, RandomState instance or None, default=0
        Seeds the points drawn.

    Returns
    -------
    NearestBoundary
        Both changes, in units and in standard deviations.

    Raises
    ------
    ValueError
        If the network is no classifier, the row is not one row that fits it, there is no such
        class or the row has it already, or no flip is found in the box.

    See Also
    --------
    skinterp.exact.nearest_counterfactual : Proven, for piecewise-linear networks.

    Notes
    -----
    The changes are upper bounds: each is verified by the network, but a smaller one may exist.
    Only numbers change; levels of categories, and gaps, stay those of the row. Where columns
    depend on each other the changed row may be one that cannot exist: it says what the network
    would answer, not what would happen.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import as_network
    >>> from skinterp.hidden import nearest_boundary
    >>> X = np.random.default_rng(0).normal(size=(200, 2))
    >>> network = as_network(lambda X: X[:, 0] + X[:, 1] - 1.0, classes=["no", "yes"])
    >>> found = nearest_boundary(network, [0.0, 0.0], X)
    >>> found.fewest.n_changes, bool(np.allclose(found.smallest.point.sum(), 1.0))
    (1, True)
    """
    network = network_for(network, X).declared()
    rows = network.check(X)
    question = _question(network, row, rows, label)
    rng = check_random_state(random_state)
    found = starts(question, rows, rng)
    if not len(found):
        answer = _answer(network, question.row, label)
        wanted = "otherwise" if label is None else f"{label!r}"
        raise ValueError(
            f"The box of X must hold an input that the network answers {wanted}, with the levels "
            f"of the row. Got none that was found, all are answered {answer!r} instead: pass rows "
            "that reach farther."
        )
    names = input_names(network, X)
    small, few = smallest_flip(question, found, rng), fewest_flip(question, found)
    if np.count_nonzero(small) <= np.count_nonzero(few) and lengths(small) < lengths(few):
        few = small
    few, small = (_described(question, z, names, row, label) for z in (few, small))
    answer = _answer(network, question.row, label)
    return NearestBoundary(answer, few, small, names, question.row)


def _question(network, row, rows, label):
    """Return the question, refusing networks without classes and labels that are reached."""
    network.require_classes("nearest_boundary")
    x = checked_row(network, row, "row")
    k = None if label is None else class_index(network, label, "label")
    if network.task == "multilabel" and k is None:
        raise ValueError(
            "label must be the one that shall flip, of a network of several labels: one of "
            f"{network.classes.tolist()}. Got None instead."
        )
    start = int(answered(network, network.raw_values(x[np.newaxis]), k)[0])
    if network.task != "multilabel" and k == start:
        raise ValueError(f"label must be another class than that of the row. Got {label!r}.")
    scale = feature_scale(rows)
    free = (scale > 0.0) & ~is_held(network, x[np.newaxis])[0] & ~_are_gaps(network, row)
    low, high = np.minimum(rows.min(axis=0), x), np.maximum(rows.max(axis=0), x)
    return Question(network, x, np.where(free, scale, 1.0), low, high, free, start, k)


def _are_gaps(network, row):
    """Return which inputs are numbers that are missing in a row of the user's table."""
    table, cells = network.user_table, as_rows(row)
    if table is None or table.takes(cells):
        return np.zeros(1, dtype=bool)
    numbers = [
        f.column.read(as_table(cells))[1][0] if f.is_number else False for f in table.features
    ]
    return np.array(numbers, dtype=bool)


def _answer(network, x, label):
    """Return what the network answers at a point; of several labels whether it has one."""
    answer = network.predict(x[np.newaxis]).tolist()[0]
    if network.task != "multilabel":
        return answer
    return f"{'' if answer[class_index(network, label, 'label')] else 'not '}{label}"


def _described(question, z, names, raw, label):
    """Return a change as it is told, with numbers as short as the network still answers so."""
    network, x, point = question.network, question.row, question.points(z[np.newaxis])[0]
    moved, answer = np.flatnonzero(point != x), _answer(network, point, label)

    def is_answered_so(points):
        return np.array([_answer(network, row, label) == answer for row in points])

    shown = shown_point(x, point, moved.tolist(), is_answered_so)
    return AnswerChange(
        point,
        answer,
        point - x,
        (point - x) / question.scale,
        {names[j]: (float(x[j]), float(shown[j])) for j in moved},
        changed_row(network, x, point, (), raw),
    )
