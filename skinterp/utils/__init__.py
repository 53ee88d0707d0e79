"""Validation, optional imports and the few scikit-learn internals the package needs.

Nothing here knows a network, a formula or an estimator. ``check_X`` is the one gate through which
user data enters, ``checked_count`` and ``output_index`` refuse numbers and names out of range;
``import_optional`` is the one way to reach an optional library;
``skinterp.utils._sklearn`` the one file that touches scikit-learn's private names.
"""

from skinterp.utils._optional import import_optional
from skinterp.utils._validation import check_X, checked_count, feature_names_of, output_index

__all__ = [
    "check_X",
    "checked_count",
    "feature_names_of",
    "import_optional",
    "output_index",
]
