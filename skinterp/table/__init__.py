"""The user's table: what its columns are, and how a model's features read them.

A `UserTable` knows, for each column a model takes, whether it holds numbers or categories, with
which levels and with what in place of missing values. It turns a raw table (a data frame, an array
of objects) into readable features: numbers in the user's units, indicators ``[site = b]``, flags
``[dose is missing]``; and folds what was measured per feature back to the columns.
"""

from skinterp.table._columns import CategoryColumn, NumberColumn, plain
from skinterp.table._user_table import Feature, UserTable

__all__ = ["CategoryColumn", "Feature", "NumberColumn", "UserTable", "plain"]
