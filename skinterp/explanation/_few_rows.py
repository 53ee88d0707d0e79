"""A few rows of a report, chosen by rules: typical, borderline and misjudged ones."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from skinterp.explanation._row import RowExplanation, explain_row
from skinterp.utils import number_text, one_line

MOST_CLASSES = 3
BACKGROUND, ORDERS, SECONDS = 30, 20, 0.15  # of each row, which a report has not long for
MOST_COLUMNS = 200  # of more the attribution of a few rows would take too long
RULES = {
    "typical": "of the rows that the network answers alike, the one whose margin over the other "
    "classes is the median",
    "typical value": "the row whose answer is the median",
    "borderline": "the row with the least margin between the two classes that come first",
    "misjudged": "of the rows that the network gets wrong, the one with the largest margin",
    "misjudged value": "the row where the network is farthest from the target",
    "told otherwise": "of the rows that the form answers otherwise than the network, the one with "
    "the largest margin",
    "told otherwise value": "the row where the form is farthest from the network",
}


class Choice(NamedTuple):
    """A row that a rule chose.

    Parameters
    ----------
    rule : str
        A key of `RULES`.
    title : str
        What the row is an example of.
    place : int
        Its place in the rows.
    """

    rule: str
    title: str
    place: int


@dataclass(frozen=True, eq=False)
class FewRow:
    """A row of the report and why it is there.

    Parameters
    ----------
    choice : Choice
        The row, and the rule that chose it.
    said : str
        Who answers what, in a sentence.
    row : RowExplanation
        The row explained.
    """

    choice: Choice
    said: str
    row: RowExplanation

    @property
    def rule(self):
        """By which rule the row was chosen, in words."""
        return RULES[self.choice.rule]

    def to_dict(self):
        """Return the row as plain texts, for JSON.

        Returns
        -------
        dict
            "kind", "rule", "index" (from 0), "said", and what the row says.
        """
        choice = self.choice
        about = {"kind": choice.title, "rule": self.rule, "index": choice.place}
        return {**about, "said": self.said, **self.row.to_dict()}


def margins_of(raw):
    """Return by how much the class that comes first leads, of raw values.

    Parameters
    ----------
    raw : ndarray of shape (n, n_outputs)
        Logits; one column if there are two classes.

    Returns
    -------
    ndarray of shape (n,)
        The margins, never negative.
    """
    if raw.shape[1] == 1:
        return np.abs(raw[:, 0])
    ordered = np.sort(raw, axis=1)
    return ordered[:, -1] - ordered[:, -2]


def _median_place(values):
    return int(np.argsort(values, kind="stable")[(len(values) - 1) // 2])


def _of_classes(raw, answers, y, told):
    """Yield the rows of a classifier."""
    margins = margins_of(raw)
    labels, counts = np.unique(answers, return_counts=True)
    for k in np.argsort(-counts, kind="stable")[:MOST_CLASSES]:
        alike = np.flatnonzero(answers == labels[k])
        title = f"Typical of {one_line(str(labels[k]))}"
        yield Choice("typical", title, int(alike[_median_place(margins[alike])]))
    if len(labels) > 1:
        yield Choice("borderline", "Borderline", int(np.argmin(margins)))
    if y is not None and (wrong := np.flatnonzero(answers != y)).size:
        yield Choice("misjudged", "Misjudged", int(wrong[np.argmax(margins[wrong])]))
    if (other := np.flatnonzero(answers != told)).size:
        yield Choice("told otherwise", "Told otherwise", int(other[np.argmax(margins[other])]))


def _of_values(answers, y, told):
    """Yield the rows of a regression."""
    yield Choice("typical value", "Typical", _median_place(answers))
    if y is not None:
        yield Choice("misjudged value", "Misjudged", int(np.argmax(np.abs(answers - y))))
    if (apart := np.abs(answers - told)).any():
        yield Choice("told otherwise value", "Told otherwise", int(np.argmax(apart)))


def choose(network, rows, y, told):
    """Choose a few rows, each once, by the first rule that names it.

    Parameters
    ----------
    network : Network
        The network.
    rows : array or data frame of shape (n_samples, n_features)
        The rows.
    y : ndarray of shape (n_samples,) or None
        Targets.
    told : ndarray of shape (n_samples,)
        Answers of the form that the report says first.

    Returns
    -------
    list of Choice
        The rows.
    """
    raw = network.raw_values(rows)
    answers = network.answers(raw)
    if network.task == "regression":
        found = _of_values(answers, None if y is None else np.asarray(y, dtype=float), told)
    else:
        found = _of_classes(raw, answers, y, told)
    by_index = {}
    for choice in found:
        by_index.setdefault(choice.place, choice)
    return list(by_index.values())


def answers_sentence(row, truth=None):
    """Say who answers what at a row.

    Parameters
    ----------
    row : RowExplanation
        The row.
    truth : object, default=None
        The target there.

    Returns
    -------
    str
        A sentence or two.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from skinterp.explanation import answers_sentence
    >>> answers = {"network": "yes (probability 0.900)", "tree": "yes", "linear": "no"}
    >>> answers_sentence(SimpleNamespace(answers=answers), "no")
    'The network answers yes (probability 0.900), tree yes, linear no. The target is no.'
    """
    network, *forms = row.answers.items()
    said = ", ".join([f"The network answers {network[1]}", *(f"{n} {a}" for n, a in forms)])
    if truth is None:
        return f"{said}."
    value = number_text(float(truth)) if isinstance(truth, float) else one_line(str(truth))
    return f"{said}. The target is {value}."


def few_rows(comparison, form, rows, y=None):
    """Explain a few rows that show how a network decides.

    Parameters
    ----------
    comparison : SurrogateComparison
        Network and forms.
    form : str
        The form that the report says first.
    rows : array or data frame of shape (n_samples, n_features)
        The rows.
    y : ndarray of shape (n_samples,) or None, default=None
        Targets.

    Returns
    -------
    tuple of FewRow
        The rows, none where there are too many columns.
    """
    if rows.shape[1] > MOST_COLUMNS:
        return ()
    told = comparison.estimators[form].predict(rows)
    step = max(1, len(rows) // BACKGROUND)
    background = rows.iloc[::step] if hasattr(rows, "iloc") else rows[::step]
    quick = {"background": background, "n_orders": ORDERS, "time_budget": SECONDS}
    found = []
    for choice in choose(comparison.network, rows, y, told):
        row = explain_row(comparison, choice.place, rows, **quick)
        truth = None if y is None else np.asarray(y)[choice.place]
        truth = truth.item() if isinstance(truth, np.generic) else truth
        found.append(FewRow(choice, answers_sentence(row, truth), row))
    return tuple(found)
