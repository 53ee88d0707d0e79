"""Tables of categories: from the user's rows to integer codes, to a network's inputs, and back."""

from dataclasses import dataclass, field

import numpy as np

from skinterp.table import BinnedColumn, cells_of, plain
from skinterp.utils import number_text

MAX_CATEGORIES = 64  # a column of numbers with more distinct values is refused
_SHOWN = 8


def listed(values):
    """Write some values, saying how many more there are."""
    values = [str(value) if isinstance(value, str) else value for value in values]
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return ", ".join(repr(value) for value in values[:_SHOWN]) + more


def check_count(numbers, name):
    """Refuse more different numbers than categories may be.

    Parameters
    ----------
    numbers : collection of number
        The different values of a column.
    name : str
        Its name, for the message.

    Raises
    ------
    ValueError
        If there are too many.
    """
    if len(numbers) > MAX_CATEGORIES:
        raise ValueError(
            f"The variable {name!r} must have at most {MAX_CATEGORIES} categories. Got "
            f"{len(numbers)} different numbers instead: hold the numbers at their medians, "
            'numbers="median", or at a row, numbers=X.iloc[[0]], or bin them, numbers=5; or train '
            "the network on bins, with a KBinsDiscretizer in its pipeline."
        )


def distinct(values, name, takes_missing=False):
    """Return the distinct values of a column, sorted, refusing what is no set of categories.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        The column.
    name : str
        Its name, for messages.
    takes_missing : bool, default=False
        Whether a missing value is a category of its own.

    Returns
    -------
    tuple
        The categories.

    Raises
    ------
    ValueError
        If values are missing, or there are too many numbers.
    """
    found = {plain(value) for value in (np.unique(values) if values.dtype != object else values)}
    gap = (None,) if None in found else ()
    found.discard(None)
    if gap and not takes_missing:
        raise ValueError(
            f"The variable {name!r} must have no missing values. Got NaN or None instead: fill "
            "them in, or let the encoder make them a category of their own."
        )
    numbers = all(isinstance(value, int | float) for value in found)
    if numbers and not all(np.isfinite(list(found))):
        raise ValueError(f"The variable {name!r} contains infinity; categories must be finite.")
    if numbers:
        check_count(found, name)
    return (*(sorted(found) if numbers else sorted(found, key=str)), *gap)


@dataclass(frozen=True)
class Variable:
    """One categorical input.

    Parameters
    ----------
    name : str
        Its name.
    categories : tuple
        Its categories.
    columns : tuple of int
        The column of the user's table that holds it, or the columns of a one-hot group.
    is_one_hot : bool
        Whether it is a one-hot group.
    bins : BinnedColumn or None
        How numbers are binned, of whose intervals the categories are.
    """

    name: str
    categories: tuple
    columns: tuple
    is_one_hot: bool = False
    bins: BinnedColumn | None = None

    def codes(self, X):
        """Return the index of the category in each row of a table."""
        if self.is_one_hot:
            return self._codes_of_group(X)
        if self.bins is not None:
            return self.bins.read(X)
        index = {category: k for k, category in enumerate(self.categories)}
        values = cells_of(X, self.columns[0])
        self._check_finite(index, values)
        if values.dtype != object:
            kinds, inverse = np.unique(values, return_inverse=True)
            return np.array([self._look_up(index, value) for value in kinds])[inverse]
        return np.array([self._look_up(index, value) for value in values], dtype=np.intp)

    def _check_finite(self, index, values):
        """Refuse missing and infinite values first, unless they are categories."""
        numbers = values if values.dtype.kind == "f" else np.zeros(0)
        if np.isinf(numbers).any() and not any(v in index for v in (np.inf, -np.inf)):
            raise ValueError(
                f"The variable {self.name!r} contains infinity, which is no category."
            )
        if np.isnan(numbers).any():
            self._look_up(index, None)

    def _look_up(self, index, value):
        value = plain(value)
        if value not in index:
            what = "a missing value (NaN or None)" if value is None else repr(value)
            raise ValueError(
                f"The variable {self.name!r} must be one of the categories "
                f"{listed(self.categories)}. Got {what} instead."
            )
        return index[value]

    def _codes_of_group(self, X):
        block = np.stack([cells_of(X, j) for j in self.columns], axis=1).astype(np.float64)
        bad = ~(((block == 0.0) | (block == 1.0)).all(axis=1) & (block.sum(axis=1) == 1.0))
        if bad.any():
            row = int(np.argmax(bad))
            raise ValueError(
                f"The group {self.name!r} must be one-hot: a single 1 in each row, else 0. Got "
                f"{block[row].tolist()} in row {row} instead."
            )
        return block.argmax(axis=1)


@dataclass(frozen=True)
class CategoricalTable:
    """The categorical inputs of a network and what each of their categories feeds into it.

    The network's input is ``offset + sum_i blocks[i][x_i]``, exactly.

    Parameters
    ----------
    variables : tuple of Variable
        The inputs.
    offset : ndarray of shape (n_columns,)
        The part of the network's input that is always there.
    blocks : tuple of ndarray of shape (q_i, n_columns_i)
        What each category adds, in the columns that its variable touches.
    touched : tuple of ndarray of int of shape (n_columns_i,)
        These columns.
    held : dict of str to float or None, default={}
        Columns of numbers that are no variables, by name, with the number at which each is held;
        None is a missing one.
    """

    variables: tuple
    offset: np.ndarray
    blocks: tuple
    touched: tuple
    held: dict = field(default_factory=dict)

    @property
    def held_text(self):
        """What is held and where, in words; empty if nothing is."""
        texts = [
            f"{name} at {'a gap' if cell is None else number_text(cell)}"
            for name, cell in self.held.items()
        ]
        more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
        return f"held: {', '.join(texts[:_SHOWN])}{more}" if texts else ""

    @property
    def names(self):
        """Names of the variables."""
        return tuple(variable.name for variable in self.variables)

    @property
    def categories(self):
        """Categories of each variable."""
        return tuple(variable.categories for variable in self.variables)

    @property
    def sizes(self):
        """Numbers of categories."""
        return tuple(len(variable.categories) for variable in self.variables)

    def codes(self, X):
        """Return the categories' indices, one column per variable."""
        return np.stack([variable.codes(X) for variable in self.variables], axis=1)

    def encode(self, codes):
        """Return the network's input for rows of codes."""
        rows = np.tile(self.offset, (len(codes), 1))
        for i, (block, columns) in enumerate(zip(self.blocks, self.touched, strict=True)):
            rows[:, columns] += block[codes[:, i]]
        return rows

    def decode(self, codes):
        """Return rows of categories, as an array of objects, for rows of codes."""
        rows = np.empty(np.shape(codes), dtype=object)
        for i, categories in enumerate(self.categories):
            rows[:, i] = [categories[code] for code in codes[:, i]]
        return rows
