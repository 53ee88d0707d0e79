"""`SimpleImputer` and `MissingIndicator`: what is made of missing cells."""

import numpy as np
from sklearn.impute import MissingIndicator, SimpleImputer

from skinterp.network._columns import Raw
from skinterp.network._steps import Step, register_step
from skinterp.table import plain


def _read_imputer(step, cells):
    gap, outputs = plain(step.missing_values), []
    for k, statistic in enumerate(step.statistics_):
        is_empty = statistic is not None and plain(statistic) is None
        if is_empty and not step.keep_empty_features:
            continue  # a column without any value is dropped
        output = cells.filled(k, 0.0 if is_empty else plain(statistic), gap)
        is_none = step.missing_values is None and isinstance(output, Raw)
        outputs.append(output._replace(is_none=True) if is_none else output)
    flagged = () if step.indicator_ is None else step.indicator_.features_
    return outputs + [cells.flag(k, gap) for k in flagged]


def _read_indicator(step, cells):
    gap = plain(step.missing_values)
    return [cells.flag(k, gap) for k in np.asarray(step.features_)]


register_step(Step("imputer", (SimpleImputer,), read_cells=_read_imputer, on_sums=True))
register_step(Step("flags", (MissingIndicator,), read_cells=_read_indicator, on_sums=True))
