"""Attributions: what every column contributes to the outputs at many rows."""

from dataclasses import dataclass

import numpy as np

from skinterp.importance._importances import AtRow, Importances
from skinterp.importance._texts import shown_cell, shown_rows
from skinterp.network import first_class, input_names, output_names
from skinterp.utils import Result, checked_index, import_optional, number_text, signed_output

MOST_BACKGROUND = 50  # rows that are drawn where no background is given


@dataclass(frozen=True, eq=False, repr=False)
class Attributions(Result):
    """What columns contribute to the outputs at rows, beside a background.

    Contributions of a row and the base value add up to the output there.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n_columns, n_outputs)
        Signed contributions, in units of the output.
    base_values : ndarray of shape (n_outputs,)
        The mean output of the background.
    outputs : ndarray of shape (n_samples, n_outputs)
        The outputs at the rows.
    feature_names : tuple of str
        Names of the columns.
    output_names : tuple of str
        Names of the outputs.
    method : str
        How they were found.
    errors : ndarray of shape (n_samples, n_columns, n_outputs) or None, default=None
        Half widths of 95 % intervals, of what was sampled; None where nothing was.
    data : ndarray of shape (n_samples, n_columns) or None, default=None
        The rows, as they are shown.
    are_logits : bool, default=False
        Whether the outputs are logits of several classes, of which only differences matter.
    notes : tuple of str, default=()
        What says that something is not as precise as wanted.
    first_class : str or None, default=None
        Where the only output is the logit of the second of two classes, the label of the first:
        chosen as output, the contributions have the sign turned.
    index : tuple or None, default=None
        Labels of the rows, of a data frame those of its index, which `to_frame` and titles have;
        None counts them from 0.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.importance import Attributions
    >>> found = Attributions(
    ...     np.array([[[1.0], [-2.0]]]),
    ...     np.array([0.5]),
    ...     np.array([[-0.5]]),
    ...     ("a", "b"),
    ...     ("y",),
    ...     "shares",
    ... )
    >>> found.gap, found.importances().ranking()
    (0.0, ['b', 'a'])
    """

    values: np.ndarray
    base_values: np.ndarray
    outputs: np.ndarray
    feature_names: tuple
    output_names: tuple
    method: str
    errors: np.ndarray | None = None
    data: np.ndarray | None = None
    are_logits: bool = False
    notes: tuple = ()
    first_class: str | None = None
    index: tuple | None = None

    @property
    def gap(self):
        """Largest difference between an output and what its contributions add up to."""
        gaps = np.abs(self.values.sum(axis=1) + self.base_values - self.outputs)
        return float(gaps.max(initial=0.0))

    def importances(self):
        """Return the mean size of the contributions of every column.

        Returns
        -------
        Importances
            The means of absolute contributions (of logits, less their mean over the classes).
        """
        drawn = self.values
        if self.are_logits:
            drawn = drawn - drawn.mean(axis=2, keepdims=True)
        means = np.abs(drawn).mean(axis=0)
        return Importances(
            means,
            self.feature_names,
            self.output_names,
            f"mean |{self.method}|",
            strength=means,
            first_class=self.first_class,
            is_signed=False,
        )

    def row(self, i):
        """Return the contributions at one row.

        Parameters
        ----------
        i : int
            Which row, counted from 0.

        Returns
        -------
        Importances
            Its contributions, with half widths of their intervals in `statistics`.
        """
        i = checked_index(i, len(self.values), "i")
        statistics = {} if self.errors is None else {"error": self.errors[i]}
        return Importances(
            self.values[i],
            self.feature_names,
            self.output_names,
            f"{self.method}, row {i if self.index is None else self.index[i]}",
            statistics=statistics,
            are_logits=self.are_logits,
            notes=self.notes,
            row=self._at(i),
            first_class=self.first_class,
        )

    def _at(self, i):
        """Return a row with the outputs that its contributions lead to; None if it is unknown."""
        if self.data is None:
            return None
        cells = tuple(map(shown_cell, np.asarray(self.data)[i]))
        return AtRow(cells, self.base_values, self.outputs[i])

    def to_shap(self, output=None):
        """Return the attributions as an object of the library shap, for its plots.

        Parameters
        ----------
        output : int, str or None, default=None
            Which output; None is all of them, or the only one.

        Returns
        -------
        shap.Explanation
            The attributions.

        Raises
        ------
        ImportError
            If shap is not installed.
        """
        shap = import_optional("shap", extra="shap", purpose="Attributions.to_shap")
        values, base = self.values, np.broadcast_to(self.base_values, self.outputs.shape)
        names = list(self.output_names)
        if output is None and len(names) == 1:
            output = 0
        if output is not None:
            k, sign, _ = signed_output(output, self.output_names, self.first_class)
            values, base, names = sign * values[:, :, k], sign * base[:, k], None
        return shap.Explanation(
            values=values,
            base_values=base,
            data=self.data,
            feature_names=list(self.feature_names),
            output_names=names,
        )

    @classmethod
    def from_shap(cls, explanation):
        """Take attributions from an object of the library shap.

        Parameters
        ----------
        explanation : shap.Explanation
            Has ``values`` of shape (n_samples, n_columns) or (n_samples, n_columns, n_outputs),
            ``base_values`` and, if it knows them, ``data`` and names.

        Returns
        -------
        Attributions
            The attributions; outputs are what contributions add up to.

        Raises
        ------
        ValueError
            If the values are not of rows and columns.
        """
        values = np.asarray(explanation.values, dtype=float)
        if values.ndim == 2:
            values = values[:, :, np.newaxis]
        if values.ndim != 3:
            raise ValueError(
                "explanation.values must have the shape (n_samples, n_columns) or (n_samples, "
                f"n_columns, n_outputs). Got shape {np.shape(explanation.values)} instead."
            )
        n, n_columns, n_outputs = values.shape
        bases = np.asarray(explanation.base_values, dtype=float)
        bases = np.broadcast_to(
            bases.reshape(-1, 1) if bases.shape == (n,) else bases, (n, n_outputs)
        )
        names = getattr(explanation, "feature_names", None)
        outputs = getattr(explanation, "output_names", None)
        outputs = [outputs] if isinstance(outputs, str) else outputs
        if outputs is None or len(outputs) != n_outputs:
            outputs = ["output"] if n_outputs == 1 else [f"output {k}" for k in range(n_outputs)]
        base = bases.mean(axis=0)
        return cls(
            values,
            base,
            values.sum(axis=1) + base,
            tuple(f"x{j}" for j in range(n_columns)) if names is None else tuple(map(str, names)),
            tuple(map(str, outputs)),
            "SHAP values",
            data=getattr(explanation, "data", None),
        )

    def _columns(self):
        """Return one line per row, output and column."""
        n, n_columns, n_outputs = self.values.shape
        row, output, column = np.indices((n, n_outputs, n_columns))
        rows = row.ravel()
        columns = {
            "row": rows if self.index is None else [self.index[i] for i in rows],
            "output": np.array(self.output_names)[output.ravel()],
            "feature": np.array(self.feature_names)[column.ravel()],
            "value": self.values.transpose(0, 2, 1).ravel(),
        }
        if self.errors is not None:
            columns["error"] = self.errors.transpose(0, 2, 1).ravel()
        return columns

    def display(self, row=None, max_features=20, output=None):
        """Return the display of the mean sizes, or of the contributions at one row.

        Parameters
        ----------
        row : int or None, default=None
            A row, counted from 0; None draws mean sizes over all of them.
        max_features : int, default=20
            How many columns to show.
        output : int, str or None, default=None
            Which output, by label or index; None is all of them.

        Returns
        -------
        ContributionsDisplay
            The display, not drawn yet.
        """
        found = self.importances() if row is None else self.row(row)
        return found.display(max_features, output)

    def __str__(self):
        n, n_columns, _ = self.values.shape
        lines = [
            f"{self.method}: {n} rows, {n_columns} columns; base value "
            + ", ".join(number_text(base, 4) for base in self.base_values)
            + f"; contributions add up to {number_text(self.gap, 2)}"
        ]
        return "\n".join([*lines, str(self.importances()), *self.notes])


def background_rows(network, rows, background, rng, most=MOST_BACKGROUND):
    """Return the rows of a background as the network takes them.

    Parameters
    ----------
    network : Network
        The network.
    rows : ndarray of shape (n, d)
        The rows to explain.
    background : array-like or data frame or None
        The background; None takes some of the rows.
    rng : RandomState
        Chooses them.
    most : int, default=50
        How many, at the most.

    Returns
    -------
    ndarray of shape (m, d)
        The background.

    Raises
    ------
    ValueError
        If it does not fit the network, or has no row.
    """
    if background is None:
        chosen = np.sort(rng.permutation(len(rows))[:most])
        return rows[chosen]
    try:
        return network.check(background)
    except (TypeError, ValueError) as error:
        raise type(error)(f"background must be rows as X is: {error}") from error


def attributions_of(network, X, rows, base, values, method, errors=None, notes=()):
    """Return attributions of the columns of a table.

    Parameters
    ----------
    network : Network
        The network.
    X : array-like or data frame of shape (n, n_columns)
        The rows, as the user gave them.
    rows, base : ndarray of shape (n, d) and (m, d)
        Rows and background, as the network takes them.
    values : ndarray of shape (n, n_columns, n_outputs)
        The contributions.
    method : str
        How they were found.
    errors : ndarray of shape (n, n_columns, n_outputs) or None, default=None
        Half widths of their intervals.
    notes : tuple of str, default=()
        What there is to say.

    Returns
    -------
    Attributions
        The attributions.
    """
    table = network.user_table
    return Attributions(
        values,
        network.raw_values(base).mean(axis=0),
        network.raw_values(rows),
        input_names(network, X) if table is None else table.column_names,
        output_names(network),
        f"{method}, {len(base)} background rows",
        errors,
        shown_rows(network, X, rows),
        network.task == "multiclass",
        notes,
        first_class(network),
        tuple(X.index) if hasattr(X, "columns") and hasattr(X, "index") else None,
    )
