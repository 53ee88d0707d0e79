"""The user's table: what its columns are, and how a model's features read them.

A `UserTable` knows, for each column a model takes, whether it holds numbers or categories, with
which levels and with what in place of missing values. It turns a raw table (a data frame, an array
of objects) into readable features: numbers in the user's units, indicators ``[site = b]`` and
``[age in [20, 35)]``, flags ``[dose is missing]``; and folds what was measured per feature back to
the columns.
"""

from skinterp.table._cells import as_table, cells_of, frame_of, numbers_of, plain
from skinterp.table._columns import BinnedColumn, CategoryColumn, NumberColumn
from skinterp.table._user_table import Feature, UserTable, level_cell, read_features

__all__ = [
    "BinnedColumn",
    "CategoryColumn",
    "Feature",
    "NumberColumn",
    "UserTable",
    "as_table",
    "cells_of",
    "frame_of",
    "level_cell",
    "numbers_of",
    "plain",
    "read_features",
]
