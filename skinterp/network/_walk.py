"""The one walk through pipelines, column transformers and unions of fitted steps."""

from sklearn.compose import ColumnTransformer
from sklearn.pipeline import FeatureUnion, Pipeline

from skinterp.utils import is_identity
from skinterp.utils._sklearn import column_indices


def _blocks(step, n_columns):
    """Yield name, transformer and indices of its columns, of what stands side by side."""
    if isinstance(step, FeatureUnion):
        for name, block in step.transformer_list:
            yield name, block, range(n_columns)
    else:
        for name, block, _ in step.transformers_:
            yield name, block, column_indices(step, name)


def walk(step, name, columns, apply, weigh):
    """Follow columns through a fitted step and all inside it, in the order of the data.

    Parameters
    ----------
    step : transformer, "passthrough" or None
        The step.
    name : str
        Its name.
    columns : list
        What it takes, an item a column.
    apply : callable
        ``apply(step, name, columns) -> columns`` of each step that holds no others.
    weigh : callable
        ``weigh(columns, factor) -> columns``: multiplied, as by `transformer_weights`.

    Returns
    -------
    list
        What it puts out.
    """
    if is_identity(step):
        return columns
    if isinstance(step, Pipeline):
        for inner_name, inner in step.steps:
            columns = walk(inner, inner_name, columns, apply, weigh)
        return columns
    if not isinstance(step, ColumnTransformer | FeatureUnion):
        return apply(step, name, columns)
    found = []
    for inner_name, inner, indices in _blocks(step, len(columns)):
        if (isinstance(inner, str) and inner == "drop") or not len(indices):
            continue
        taken = walk(inner, inner_name, [columns[j] for j in indices], apply, weigh)
        weight = (step.transformer_weights or {}).get(inner_name, 1.0)
        found += weigh(taken, weight) if weight != 1.0 else taken
    return found
