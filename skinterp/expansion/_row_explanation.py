"""Contributions of the patterns of categories to the output of one row."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from skinterp.display import PatternsDisplay
from skinterp.expansion._coefficients import pattern_text
from skinterp.expansion._gauge import contributions
from skinterp.utils import Result, import_optional, number_text, signed_text

_ROUNDING = 1e-13  # of the largest coefficient: what is less is 0


@dataclass(frozen=True, repr=False)
class RowExplanation(Result):
    """The terms of an expansion at one row, the strongest first.

    Parameters
    ----------
    output : str
        What is explained.
    constant : float
        The constant.
    patterns : tuple of tuple of (str, category)
        Variables and their categories, one tuple per term.
    values : tuple of float
        What each pattern contributes.
    network_value : float
        The network's own output.
    """

    output: str
    constant: float
    patterns: tuple
    values: tuple
    network_value: float

    @property
    def total(self):
        """The value of the expansion: the constant and all contributions."""
        return self.constant + sum(self.values)

    @property
    def labels(self):
        """Patterns as text."""
        return tuple(map(pattern_text, self.patterns))

    def _columns(self):
        """Return pattern, order and contribution of each term, the strongest first."""
        return {
            "pattern": self.labels,
            "order": [len(pattern) for pattern in self.patterns],
            "contribution": self.values,
        }

    def display(self, max_patterns=15):
        """Return the display of the contributions as bars.

        Parameters
        ----------
        max_patterns : int, default=15
            How many patterns to show; the others are added up.

        Returns
        -------
        PatternsDisplay
            The display, not drawn yet.
        """
        return PatternsDisplay(
            self.labels,
            self.values,
            constant=self.constant,
            network_value=self.network_value,
            output=self.output,
            max_patterns=max_patterns,
        )

    def __str__(self):
        network, total = map(number_text, (self.network_value, self.total))
        lines = [f"{self.output} = {network}, by the expansion {total}"]
        lines.append(f"  {signed_text(self.constant)}  constant")
        shown = list(zip(self.values, self.labels, strict=True))
        lines += [f"  {signed_text(value)}  {label}" for value, label in shown[:15]]
        if len(shown) > 15:
            rest = sum(value for value, _ in shown[15:])
            lines.append(f"  {signed_text(rest)}  {len(shown) - 15} more")
        return "\n".join(lines)


def explain_row(expansion, codes, network_value):
    """Return the contributions of all terms at one row.

    Parameters
    ----------
    expansion : Expansion
        The expansion of one output.
    codes : ndarray of int of shape (n_variables,)
        The row.
    network_value : float
        The network's own value of it.

    Returns
    -------
    RowExplanation
        The contributions, without those that are 0, rounding aside.
    """
    found = {S: float(v[0]) for S, v in contributions(expansion.terms, codes).items()}
    rounding = _ROUNDING * max(np.abs(term).max() for term in expansion.terms.values())
    constant = found.pop(())
    sizable = [(S, v) for S, v in found.items() if abs(v) > rounding]
    ranked = sorted(sizable, key=lambda item: -abs(item[1]))
    patterns = tuple(
        tuple((expansion.names[i], expansion.categories[i][codes[i]]) for i in S)
        for S, _ in ranked
    )
    (name,), values = expansion.output_names, tuple(value for _, value in ranked)
    return RowExplanation(name, constant, patterns, values, float(network_value))


def one_row(x):
    """Return one row as a table.

    Parameters
    ----------
    x : array-like of shape (n_columns,), or a data frame, series, dict or array of one row
        The row.

    Returns
    -------
    data frame or ndarray of shape (1, n_columns)
        The table.

    Raises
    ------
    ValueError
        If there is not one row.
    """
    if isinstance(x, Mapping):
        x = import_optional("pandas", extra="plot", purpose="explain").DataFrame([x])
    if hasattr(x, "to_frame") and not hasattr(x, "columns"):
        x = x.to_frame().T
    if not hasattr(x, "columns"):
        x = np.asarray(x, dtype=None if hasattr(x, "dtype") else object)
        x = x.reshape(1, -1) if x.ndim == 1 else x
    if np.ndim(x) != 2 or len(x) != 1:
        got = f"{len(x)} rows" if np.ndim(x) == 2 else repr(x)
        raise ValueError(f"explain must be given one row. Got {got} instead.")
    return x
