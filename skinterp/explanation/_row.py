"""One row: what the network and every form answer, and how that comes about."""

from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np

from skinterp.base import explains
from skinterp.explanation._nearest_change import NearestChange, nearest_change
from skinterp.importance import shapley_values
from skinterp.report import Table, Text
from skinterp.table import as_table, plain
from skinterp.utils import (
    DIGITS,
    PrintedInNotebooks,
    aligned,
    checked_index,
    digits_within,
    needed_text,
    number_text,
    one_line,
    visible,
)

MOST_ATTRIBUTED = 10


_PART = 1e-3  # of the spread of a column, to which its cells are told


def _cell(value, spread=0.0):
    """Write a cell, a number with as many digits as the spread of its column needs."""
    if plain(value) is None:
        return "missing"
    if isinstance(value, Real) and not isinstance(value, bool | np.bool_):
        number = float(value)
        if not spread > 0.0 or not np.isfinite(number):
            return number_text(number)
        return needed_text(number, DIGITS, digits_within(number, _PART * spread))
    return one_line(str(value))


def _spread(rows, j):
    """Return the standard deviation of a column of numbers, 0 of another."""
    column = np.asarray(rows.iloc[:, j] if hasattr(rows, "iloc") else rows[:, j])
    if column.dtype.kind not in "iuf":
        return 0.0
    values = column.astype(float)[np.isfinite(column.astype(float))]
    return float(values.std()) if len(values) else 0.0


def one_row(x, rows):
    """Return one row as the table that a network takes.

    Parameters
    ----------
    x : int, array-like of shape (n_features,), dict, Series or data frame of one row
        An index into the rows, or the row itself.
    rows : array or data frame of shape (n_samples, n_features)
        The rows of the explanation.

    Returns
    -------
    array or data frame of shape (1, n_features)
        The row.

    Raises
    ------
    ValueError
        If it is no row of as many cells.
    """
    columns = getattr(rows, "columns", None)
    if isinstance(x, Integral):
        k = checked_index(x, len(rows), "x")
        return rows[k : k + 1] if columns is None else rows.iloc[k : k + 1]
    if columns is not None and hasattr(x, "keys"):  # of a dict, Series or frame
        missing = [name for name in columns if name not in getattr(x, "columns", x)]
        cells = [] if missing else [np.asarray(x[name], dtype=object).ravel() for name in columns]
        cells = [cell[0] for cell in cells if len(cell) == 1]
    else:
        cells = list(np.asarray(x, dtype=object).ravel())
    if len(cells) != rows.shape[1]:
        raise ValueError(
            f"x must be an index of a row, or one row of {rows.shape[1]} columns. "
            f"Got {x!r} instead."
        )
    if columns is None:
        return np.array([cells], dtype=rows.dtype)
    return type(rows)({name: [cell] for name, cell in zip(columns, cells, strict=True)})


@dataclass(frozen=True, eq=False, repr=False)
class RowExplanation(PrintedInNotebooks):
    """What the network and every form answer at one row, and how that comes about.

    Parameters
    ----------
    cells : dict of str to str
        The row.
    answers : dict of str to str
        Of the network, with its probability, and of every form.
    steps : dict of str to tuple of (str, str)
        By form how its answer comes about: terms of equations with their values, conditions on
        the path through a tree with the cells that meet them.
    attribution : dict of str to str
        Shapley values of the columns: what each adds to the network's output (log-odds, or the
        logit of the class answered) at this row, against the rows of the explanation.
    base : str
        The mean output that these start from.
    counterfactual : NearestChange
        The smallest change of the numbers found that the network answers otherwise, and how far
        that is proven; or why there is none.
    """

    cells: dict
    answers: dict
    steps: dict
    attribution: dict
    base: str
    counterfactual: NearestChange

    def _tables(self):
        """Yield title, head and rows of each table."""
        yield "The row", ("input", "value"), list(self.cells.items())
        yield "Answers", ("who", "answer"), list(self.answers.items())
        for form, steps in self.steps.items():
            yield f"How {form} answers", ("step", "value"), list(steps)
        added = [("mean of the rows", self.base), *self.attribution.items()]
        yield "What each input adds to the network's output", ("input", "adds"), added
        if self.counterfactual.changes:
            rows = [(name, *pair) for name, pair in self.counterfactual.changes.items()]
            yield "What would change the answer", ("input", "now", "then"), rows

    def parts(self):
        """Return the tables as parts of a section of a report.

        Returns
        -------
        list of Text and Table
            A heading and a table each.
        """
        tables = [
            part
            for title, head, rows in self._tables()
            for part in (Text(title, "heading"), Table(head, rows, formulas=(0,)))
        ]
        return [*tables, Text(self.counterfactual.said, "note")]

    def to_dict(self):
        """Return what is said as texts, for JSON.

        Returns
        -------
        dict
            "row", "answers", "steps", "attribution", "base" and "counterfactual".
        """
        steps = {form: [list(step) for step in told] for form, told in self.steps.items()}
        return {
            "row": self.cells,
            "answers": self.answers,
            "steps": steps,
            "attribution": self.attribution,
            "base": self.base,
            "counterfactual": self.counterfactual.to_dict(),
        }

    def __str__(self):
        blocks = [f"{t}:\n{aligned(head, rows)}" for t, head, rows in self._tables()]
        return visible("\n\n".join([*blocks, self.counterfactual.said]))

    def __repr__(self):
        return str(self)


def _network_answer(network, row):
    answer = network.predict(row)[0]
    if network.classes is None:
        return _cell(answer)
    share = network.predict_proba(row)[0][network.classes.tolist().index(answer)]
    return f"{_cell(answer)} (probability {share:.3f})"


def _attribution(network, row, rows, n_orders):
    """Return what each column adds to the output, the largest first, and the mean output."""
    found = shapley_values(network, row, rows, n_orders=n_orders, random_state=0)
    output = 0
    if network.task == "multiclass":
        output = network.classes.tolist().index(network.predict(row)[0])
    values = found.values[0, :, output]
    order = np.argsort(-np.abs(values), kind="stable")[:MOST_ATTRIBUTED]
    added = {one_line(found.feature_names[j]): number_text(float(values[j])) for j in order}
    return added, number_text(float(found.base_values.ravel()[output]))


def explain_row(comparison, x, rows, *, background=None, n_orders=200, time_budget=2.0):
    """Explain one row.

    Parameters
    ----------
    comparison : SurrogateComparison
        Network and surrogates.
    x : int, array-like of shape (n_features,), dict, Series or data frame of one row
        An index into the rows, or the row itself.
    rows : array-like or data frame of shape (n_samples, n_features)
        The rows of the explanation, whose range bounds the counterfactual.
    background : array-like or data frame or None, default=None
        Rows that stand for columns which are not known, in the attribution; None is `rows`.
    n_orders : int, default=200
        Orders of many columns that the attribution walks.
    time_budget : float, default=2.0
        Seconds for the proof of the counterfactual.

    Returns
    -------
    RowExplanation
        Answers, steps and attribution.

    Raises
    ------
    ValueError
        If x is no row of as many cells.
    """
    rows = as_table(rows)
    row, network = one_row(x, rows), comparison.network
    names = getattr(row, "columns", comparison.feature_names)
    cells = row.iloc[0].tolist() if hasattr(row, "iloc") else row[0].tolist()
    spreads = [_spread(rows, j) for j in range(rows.shape[1])]
    answers = {"network": _network_answer(network, row)}
    answers |= {name: _cell(e.predict(row)[0]) for name, e in comparison.estimators.items()}
    steps = {name: explains(e).row_steps(e, row) for name, e in comparison.estimators.items()}
    return RowExplanation(
        {
            one_line(str(name)): _cell(cell, spread)
            for name, cell, spread in zip(names, cells, spreads, strict=True)
        },
        answers,
        {name: tuple(told) for name, told in steps.items() if told},
        *_attribution(network, row, rows if background is None else background, n_orders),
        nearest_change(network, row, rows, time_budget),
    )
