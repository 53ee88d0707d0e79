"""The only file that touches private names of scikit-learn; everything else imports them here."""

from functools import wraps

import numpy as np
from sklearn.base import _fit_context
from sklearn.model_selection._search import BaseSearchCV
from sklearn.utils import _safe_indexing as take_rows
from sklearn.utils._param_validation import Hidden, Interval, Options, StrOptions
from sklearn.utils.validation import _check_sample_weight as check_sample_weight
from sklearn.utils.validation import _check_y as check_y
from sklearn.utils.validation import _get_feature_names as get_feature_names
from sklearn.utils.validation import _is_fitted as is_fitted
from sklearn.utils.validation import validate_data


def fit_context(**options):
    """Return scikit-learn's decorator of `fit`; a fit that fails leaves what was there before."""

    def decorate(fit):
        checked = _fit_context(**options)(fit)

        @wraps(fit)
        def whole(estimator, *args, **kwargs):
            before = dict(vars(estimator))
            try:
                return checked(estimator, *args, **kwargs)
            except BaseException:
                vars(estimator).clear()
                vars(estimator).update(before)
                raise

        return whole

    return decorate


def diagram_around(estimator, inner):
    """Return how diagrams draw an estimator: around the one that it holds, which stands once."""
    from sklearn.utils._repr_html.estimator import _VisualBlock

    if hasattr(inner, "fit") and hasattr(inner, "get_params") and not isinstance(inner, type):
        return _VisualBlock("parallel", [inner], names=["network"], name_details=[""])
    name = type(estimator).__name__
    return _VisualBlock("single", estimator, names=name, name_details=str(estimator))


def column_indices(column_transformer, name):
    """Return the indices of the input columns that one block of a ColumnTransformer takes."""
    return column_transformer._transformer_to_input_indices[name]


def scaler_behind(power_transformer):
    """Return the scaler that a fitted PowerTransformer applies last; None if it has none."""
    return power_transformer._scaler if power_transformer.standardize else None


def rebuilt_tree(estimator, n_features, features, thresholds, values, impurity):
    """Give a fitted decision tree other columns, thresholds, values and impurities."""
    nodes, state = estimator.tree_, estimator.tree_.__getstate__()
    records = state["nodes"].copy()
    records["feature"], records["threshold"], records["impurity"] = features, thresholds, impurity
    estimator.tree_ = type(nodes)(n_features, nodes.n_classes, nodes.n_outputs)
    estimator.tree_.__setstate__(
        state | {"nodes": records, "values": np.ascontiguousarray(values, dtype=np.float64)}
    )
    estimator.n_features_in_ = estimator.max_features_ = n_features
    return estimator


def without_names(step):
    """Take the names of columns, and the output as data frames, off a copy of a fitted step."""
    for attribute in ("feature_names_in_", "_sklearn_output_config"):
        vars(step).pop(attribute, None)
    return step
