"""The user's table as a model's readable features, and back."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skinterp.table._cells import as_table, frame_of
from skinterp.table._columns import BinnedColumn, CategoryColumn
from skinterp.utils import check_columns


@dataclass(frozen=True)
class Feature:
    """A number that a model reads off one column.

    Parameters
    ----------
    column : NumberColumn, CategoryColumn or BinnedColumn
        The column.
    level : int or None, default=None
        Of categories and bins the index of the level that the feature indicates.
    is_flag : bool, default=False
        Whether the feature says that the number is missing.
    """

    column: object
    level: int | None = None
    is_flag: bool = False

    @property
    def is_number(self):
        """Whether the feature is a number in the user's units, not an indicator."""
        return self.level is None and not self.is_flag

    @property
    def name(self):
        """How equations, trees and plots call the feature."""
        if self.is_number:
            return self.column.feature_name
        if self.is_flag:
            return f"[{self.column.name} is missing]"
        return self.column.level_name(self.level)


@dataclass(frozen=True)
class UserTable:
    """The columns of the user's table as a model reads them.

    Parameters
    ----------
    names : tuple of str or None
        Names of all columns of the table; None for a table without names.
    n_columns : int
        Their number.
    features : tuple of Feature
        The features, in the order of the columns.
    """

    names: tuple | None
    n_columns: int
    features: tuple

    @cached_property
    def feature_names(self):
        """Names of the features."""
        return tuple(feature.name for feature in self.features)

    @cached_property
    def is_number(self):
        """Which features are numbers, that may take values between those observed."""
        return np.array([feature.is_number for feature in self.features])

    @property
    def column_names(self):
        """Names of the columns that the features come from, each once."""
        return tuple(dict.fromkeys(feature.column.name for feature in self.features))

    def read(self, X):
        """Return the features of raw rows.

        Parameters
        ----------
        X : data frame or ndarray of shape (n_samples, n_columns)
            Rows of the user's table.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            Their features.

        Raises
        ------
        ValueError
            If columns are missing, unexpected or in another order, or a cell is none that the
            model takes.
        """
        X = as_table(X)
        check_columns(X, self.n_columns, self.names)
        return read_features(self.features, X)

    def takes(self, X):
        """Tell whether an array holds features, not raw rows.

        Parameters
        ----------
        X : object
            A table.

        Returns
        -------
        bool
            Whether X is an array of floats with a column per feature, which no raw row fits, too.
        """
        is_array = isinstance(X, np.ndarray) and X.dtype.kind == "f" and X.ndim == 2
        if not is_array or X.shape[1] != len(self.features):
            return False
        if len(self.features) != self.n_columns:
            return True
        if self.is_number.all():
            # read again, the numbers of columns in their order stay as they are
            return [f.column.index for f in self.features] != list(range(self.n_columns))
        return all(_are_indicators(X[:, g[~self.is_number[g]]]) for g in self.groups)

    @property
    def is_ambiguous(self):
        """Whether raw rows, as an array of floats, may look like features.

        They have as many columns as there are features, and all categories are numbers.
        """
        levels = [f.column.levels[f.level] for f in self.features if _is_category(f)]
        is_numeric = all(level is None or isinstance(level, int | float) for level in levels)
        has_indicators = not self.is_number.all()
        return has_indicators and is_numeric and len(self.features) == self.n_columns

    def fold(self, values):
        """Add up what was measured per feature to one number per column.

        Parameters
        ----------
        values : ndarray of shape (n_features, ...)
            Numbers of the features, such as importances.

        Returns
        -------
        dict of str to ndarray of shape (...)
            The sums by column.
        """
        sums = dict.fromkeys(self.column_names, 0.0)
        for feature, value in zip(self.features, np.asarray(values), strict=True):
            sums[feature.column.name] = sums[feature.column.name] + value
        return sums

    @cached_property
    def groups(self):
        """Indices of the features of each column, which belong together."""
        places = {name: [] for name in self.column_names}
        for k, feature in enumerate(self.features):
            places[feature.column.name].append(k)
        return tuple(map(np.array, places.values()))

    def moves_at(self, features):
        """Return which features may move at rows: numbers that are not missing there.

        Parameters
        ----------
        features : ndarray of shape (n_samples, n_features)
            Features of rows.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            1 for those that may, 0 for others.
        """
        moves = np.broadcast_to(self.is_number, features.shape).astype(np.float64)
        for group in self.groups:
            flags = [k for k in group if self.features[k].is_flag]
            moves[np.ix_((features[:, flags] == 1.0).any(axis=1), group)] = 0.0
        return moves

    def spread(self, values):
        """Share out what was measured per column of the table among its features.

        Parameters
        ----------
        values : ndarray of shape (n_columns,)
            Numbers of all columns.

        Returns
        -------
        ndarray of shape (n_features,)
            Equal parts of them, so that `fold` gives them back.
        """
        shares = np.zeros(len(self.features))
        for group in self.groups:
            shares[group] = values[self.features[group[0]].column.index] / len(group)
        return shares

    def example(self, features):
        """Return features with one level of each column, every one in turn, and gaps filled.

        Parameters
        ----------
        features : ndarray of shape (n_samples, n_features)
            Features, of which the numbers are kept.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            Features that a row can have.
        """
        rng, features = np.random.RandomState(0), features.copy()
        codes, places = {}, {feature: k for k, feature in enumerate(self.features)}
        for k, feature in enumerate(self.features):
            if feature.level is not None:
                n_levels = len(feature.column.levels)
                known = codes.setdefault(feature.column, rng.permutation(len(features)) % n_levels)
                features[:, k] = known == feature.level
        for k, feature in enumerate(self.features):
            if feature.is_flag:
                features[:, k] = rng.uniform(size=len(features)) < 0.5
                number = places.get(Feature(feature.column))
                if number is not None:
                    features[features[:, k] == 1.0, number] = feature.column.fill
        return features

    def rows(self, features, like=None, has_gaps=False):
        """Return raw rows that have given features.

        Parameters
        ----------
        features : ndarray of shape (n_samples, n_features)
            Features; where no level of a column is indicated, its first one is taken.
        like : pandas module or None, default=None
            Makes a data frame if the table has names.
        has_gaps : bool, default=False
            Whether to leave out a quarter of the cells that the model fills in.

        Returns
        -------
        data frame or ndarray of object of shape (n_samples, n_columns)
            The rows; columns that no feature comes from are 0.
        """
        raw = np.zeros((len(features), self.n_columns), dtype=object)
        for k, feature in enumerate(self.features):
            if feature.is_number:
                raw[:, feature.column.index] = feature.column.cells(features[:, k])
        for k, feature in enumerate(self.features):
            column = feature.column
            if feature.is_flag:
                raw[features[:, k] == 1.0, column.index] = _gap_of(column)[0]
            elif feature.level is not None:
                chosen = (features[:, k] == 1.0) | (feature.level == 0)
                raw[chosen, column.index] = level_cell(column, feature.level)
        rng = np.random.RandomState(1)
        for group in self.groups if has_gaps else ():
            kinds = [_gap_of(self.features[k].column) for k in group]
            if all(fill is not None for _, fill in kinds):
                index = self.features[group[0]].column.index
                raw[rng.uniform(size=len(raw)) < 0.25, index] = kinds[0][0]
        return raw if like is None else frame_of(raw, self.names, like)


def read_features(features, X):
    """Return features of raw rows, reading each column once.

    Parameters
    ----------
    features : sequence of Feature
        The features.
    X : data frame or ndarray of shape (n_samples, n_columns)
        Rows of the user's table.

    Returns
    -------
    ndarray of shape (n_samples, n_features)
        The numbers.
    """
    cells = {column: column.read(X) for column in {f.column: None for f in features}}
    return np.stack([_read(feature, cells[feature.column]) for feature in features], axis=1)


def _is_category(feature):
    return isinstance(feature.column, CategoryColumn)


def level_cell(column, level):
    """Return a cell that holds a level of a column.

    Parameters
    ----------
    column : CategoryColumn or BinnedColumn
        The column.
    level : int
        Index of the level.

    Returns
    -------
    object
        The level, NaN where it is a missing one; of an interval a number inside.
    """
    if isinstance(column, BinnedColumn):
        return column.inside(level)
    value = column.levels[level]
    return np.nan if value is None and not column.is_none else value


def _gap_of(column):
    """Return how a missing cell of a column is written, and what the model fills in."""
    if isinstance(column, BinnedColumn):
        column = column.number
    fill = column.missing_as if isinstance(column, CategoryColumn) else column.fill
    if getattr(column, "is_none", False) and None not in column.levels:
        return None, fill
    return np.nan if column.gap is None else column.gap, fill


def _are_indicators(block):
    """Tell whether rows are 0, with a single 1 at most."""
    return bool(np.isin(block, (0.0, 1.0)).all() and (block.sum(axis=1) <= 1.0).all())


def _read(feature, cells):
    if feature.level is not None:
        return (cells == feature.level).astype(np.float64)
    values, missing = cells
    return missing.astype(np.float64) if feature.is_flag else values
