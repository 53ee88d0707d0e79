"""Validation, optional imports and the few scikit-learn internals the package needs.

Nothing here knows a network, a formula or an estimator. ``check_X`` is the one gate through which
user data enters; ``import_optional`` the one way to reach an optional library;
``skinterp.utils._sklearn`` the one file that touches scikit-learn's private names.
"""

from skinterp.utils._optional import import_optional
from skinterp.utils._validation import check_X, feature_names_of

__all__ = ["check_X", "feature_names_of", "import_optional"]
