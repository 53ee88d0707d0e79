"""Importances of the inputs, as one value object for all methods.

A number that is added to all logits of a classifier changes no answer. Values are those of the
network's logits as they are; what is ranked and drawn are those of the logits less their mean over
the classes, which are the same for all networks with the same probabilities.
"""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from scipy.stats import rankdata

from skinterp.display import ContributionsDisplay
from skinterp.importance._ranks import ranked_names
from skinterp.importance._texts import text_columns
from skinterp.network import first_class, output_names
from skinterp.utils import Result, as_shares, number_text, one_line, signed_output


def column_shares(values):
    """Return each column of a table as shares of its sum.

    Parameters
    ----------
    values : ndarray of shape (n_rows, n_columns)
        The table, not negative.

    Returns
    -------
    ndarray of shape (n_rows, n_columns)
        The shares; 0 where the sum is.
    """
    total = values.sum(axis=0)
    return values / np.where(total > 0, total, 1.0)


class AtRow(NamedTuple):
    """The row at which contributions were found, and what they add up to.

    Parameters
    ----------
    cells : tuple of str of length n_features
        The row, as it is shown.
    baseline : ndarray of shape (n_outputs,)
        The outputs that it is compared with.
    outputs : ndarray of shape (n_outputs,)
        The outputs at the row.
    start : tuple of str, default=()
        The row that it is compared with, as it is shown; empty where there are many.
    """

    cells: tuple
    baseline: np.ndarray
    outputs: np.ndarray
    start: tuple = ()

    @property
    def columns(self):
        """The cells by the heads of their columns."""
        return {"row": self.cells} | ({"baseline": self.start} if self.start else {})


@dataclass(frozen=True, eq=False, repr=False)
class Importances(Result):
    """Importances of the inputs of a network for each of its outputs.

    Parameters
    ----------
    values : ndarray of shape (n_features, n_outputs)
        What the method measures, with its sign if it has one.
    feature_names : tuple of str
        Names of the inputs.
    output_names : tuple of str
        Names of the outputs.
    method : str
        What was measured.
    strength : ndarray of shape (n_features, n_outputs) or None, default=None
        Not negative: what inputs are ranked by; None is the size of `values` (of logits, of
        `zero_sum_values`).
    statistics : dict of str to ndarray of shape (n_features, n_outputs), default={}
        What else was measured.
    are_logits : bool, default=False
        Whether the outputs are logits of several classes, of which only differences matter.
    parts : Importances or None, default=None
        Of a user's table with categories the same for each of the network's inputs, such as
        ``[site = b]``, of which a column's are the sum; None where columns are inputs.
    notes : tuple of str, default=()
        What says that an integral is not as precise as wanted.
    row : AtRow or None, default=None
        Of contributions the row, and the outputs whose difference they add up to.
    first_class : str or None, default=None
        Where the only output is the logit of the second of two classes, the label of the first,
        by which the output may be chosen, too.
    is_signed : bool, default=True
        Whether the values of the first class are those of the second with the sign turned.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.importance import Importances
    >>> found = Importances(np.array([[0.2], [-0.6]]), ("age", "mass"), ("output",), "slopes")
    >>> found.ranking()
    ['mass', 'age']
    >>> found.shares()
    array([0.25, 0.75])
    """

    values: np.ndarray
    feature_names: tuple
    output_names: tuple
    method: str
    strength: np.ndarray | None = None
    statistics: dict = field(default_factory=dict)
    are_logits: bool = False
    parts: object = None
    notes: tuple = ()
    row: AtRow | None = None
    first_class: str | None = None
    is_signed: bool = True

    def __post_init__(self):
        if self.strength is None:
            object.__setattr__(self, "strength", np.abs(self.zero_sum_values))

    @property
    def zero_sum_values(self):
        """The values; of logits less their mean over the classes."""
        return self._drawn(self.values)

    def _drawn(self, values):
        return values - values.mean(axis=1, keepdims=True) if self.are_logits else values

    def shares(self, output=None):
        """Return how much of an output's total strength each input has.

        Parameters
        ----------
        output : int, str or None, default=None
            Which output, by label or index; None is the mean over all of them.

        Returns
        -------
        ndarray of shape (n_features,)
            Shares that add up to 1; all 0 if no input has any strength.
        """
        shares = column_shares(self.strength)
        if output is None:
            return as_shares(shares.mean(axis=1))  # an output of no strength has no shares
        return shares[:, self._chosen(output)[0]]

    def _chosen(self, output):
        """Return index, sign and label of an output."""
        k, sign, name = signed_output(output, self.output_names, self.first_class)
        return k, sign if self.is_signed else 1.0, name

    def ranks(self, output=None):
        """Return the rank of each input, 1 for the most important; ties share their mean.

        Parameters
        ----------
        output : int, str or None, default=None
            Which output, by label or index; None is the mean over all of them.

        Returns
        -------
        ndarray of shape (n_features,)
            Ranks.
        """
        return rankdata(-self.shares(output))

    def ranking(self, output=None):
        """Return the inputs, most important first; of equal ones the first comes first.

        Parameters
        ----------
        output : int, str or None, default=None
            Which output, by label or index; None is the mean over all of them.

        Returns
        -------
        list of str
            Names.
        """
        return ranked_names(self.feature_names, -self.shares(output))

    def _columns(self):
        """Return one line per output and input: value, statistics, share and rank."""
        n, outputs = len(self.feature_names), range(len(self.output_names))
        columns = {
            "output": np.repeat(self.output_names, n),
            "feature": np.tile(self.feature_names, len(outputs)),
        }
        tables = {"value": self.values, **self.statistics}
        if self.are_logits:
            tables["zero_sum_value"] = self.zero_sum_values
        columns |= {name: table.T.ravel() for name, table in tables.items()}
        columns["share"] = np.concatenate([self.shares(k) for k in outputs])
        columns["rank"] = np.concatenate([self.ranks(k) for k in outputs])
        return columns

    def display(self, max_features=20, output=None):
        """Return the display of the values.

        Parameters
        ----------
        max_features : int, default=20
            How many inputs to show.
        output : int, str or None, default=None
            Which output, by label or index; None is all of them.

        Returns
        -------
        ContributionsDisplay
            The display, not drawn yet.
        """
        scaled = self.statistics.get("per_deviation")
        drawn = self._drawn(self.values if scaled is None else scaled)
        by_output = dict(zip(self.output_names, drawn.T, strict=True))
        if output is not None:
            k, sign, name = self._chosen(output)
            by_output = {name: sign * drawn[:, k]}
        return ContributionsDisplay(
            by_output,
            self.feature_names,
            strength=self.shares(output) if scaled is None else None,
            name=self.method if scaled is None else f"{self.method} per standard deviation",
            max_features=max_features,
            title=self._title(by_output),
        )

    def _title(self, outputs):
        """Return what stands above a picture of outputs: the method, and of what."""
        if self.are_logits and len(outputs) > 1:
            return f"{self.method}, less the mean over classes"
        (name, *others) = outputs
        if self.are_logits or self.first_class is not None:
            return f"{self.method}, logit of {name}"
        return self.method if others else f"{self.method}, {name}"

    @property
    def _ranks_by_value(self):
        """Whether inputs are ranked by the size of the values that are shown."""
        return np.allclose(self.strength, np.abs(self.zero_sum_values), rtol=1e-9, atol=0.0)

    def __str__(self):
        by_share = not self._ranks_by_value
        outputs = map(one_line, self.output_names)
        of_row = {} if self.row is None else self.row.columns
        head = ["", *of_row, *outputs, *(["share"] * by_share)]
        shares, lines = self.shares(), []
        for name in self.ranking():
            j = self.feature_names.index(name)
            cells = [column[j] for column in of_row.values()]
            share = [f"{shares[j]:.3f}"] * by_share
            lines.append([name, *cells, *self._texts(self.zero_sum_values[j]), *share])
        if self.row is not None:
            lines += self._totals(by_share)
        title = self.method + (", less the mean over classes" if self.are_logits else "")
        if len(head) == 2 and self.first_class is None:
            return "\n".join([title, *text_columns(lines), *self.notes])
        return "\n".join([title, *text_columns([head, *lines]), *self.notes])

    @staticmethod
    def _texts(values):
        return [number_text(value, 6) for value in values]

    def _totals(self, by_share):
        """Return the lines below contributions: their sum, and the outputs it leads to."""
        base, there = (self._drawn(v[np.newaxis])[0] for v in self.row[1:3])
        totals = {
            "total": self.zero_sum_values.sum(axis=0),
            "output at the baseline": base,
            "output at the row": there,
        }
        end = [""] * by_share
        cells = [""] * len(self.row.columns)
        return [[name, *cells, *self._texts(values), *end] for name, values in totals.items()]


def zero_sum(network, values, axis):
    """Return values of logits less their mean over the classes, other values as they are.

    Parameters
    ----------
    network : Network
        The network.
    values : ndarray
        Values.
    axis : int
        The axis of the outputs.

    Returns
    -------
    ndarray
        The values.
    """
    if network.task != "multiclass":
        return values
    return values - values.mean(axis=axis, keepdims=True)


def importances_of(network, values, names, method, strength=None, statistics=None):
    """Return the importances of the inputs of a network.

    Parameters
    ----------
    network : Network
        The network.
    values : ndarray of shape (n_features, n_outputs)
        What the method measures.
    names : tuple of str
        Names of the inputs.
    method : str
        What was measured.
    strength : ndarray of shape (n_features, n_outputs) or None, default=None
        What inputs are ranked by.
    statistics : dict of str to ndarray or None, default=None
        What else was measured.

    Returns
    -------
    Importances
        The importances; of the columns, if the network has a user's table.
    """
    outputs, are_logits = output_names(network), network.task == "multiclass"
    found = Importances(
        values,
        names,
        outputs,
        method,
        strength,
        statistics or {},
        are_logits,
        first_class=first_class(network),
    )
    return by_column(found, network.user_table)


def column_sums(table, values):
    """Add up numbers of inputs to numbers of columns.

    Parameters
    ----------
    table : UserTable or None
        The table; None leaves the numbers as they are.
    values : ndarray of shape (n_features, ...)
        Numbers of the inputs.

    Returns
    -------
    ndarray of shape (n_columns_used, ...)
        The sums, in the order of ``table.column_names``.
    """
    return values if table is None else np.array(list(table.fold(values).values()))


def by_column(found, table):
    """Add up importances of inputs to importances of the columns of a user's table.

    Parameters
    ----------
    found : Importances
        The importances of the inputs.
    table : UserTable or None
        The table; None leaves them as they are.

    Returns
    -------
    Importances
        The sums, with those of the inputs as `parts`.
    """
    if table is None:
        return found
    statistics = {name: column_sums(table, values) for name, values in found.statistics.items()}
    return replace(
        found,
        values=column_sums(table, found.values),
        feature_names=table.column_names,
        strength=column_sums(table, found.strength),
        statistics=statistics,
        parts=found,
    )
