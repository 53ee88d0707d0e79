"""`KBinsDiscretizer` and `Binarizer`: numbers as indicators of the interval they lie in."""

import numpy as np
from sklearn.preprocessing import Binarizer, KBinsDiscretizer

from skinterp.network._steps import Step, register_step
from skinterp.table import BinnedColumn


def _column(cells, k, edges, is_right=False):
    number = cells.number(k)
    edges = tuple(map(float, edges))
    return BinnedColumn(number.name, number.index, edges, number, is_right)


def _read_bins(step, cells):
    outputs = []
    for k, edges in enumerate(step.bin_edges_):
        sources = cells.indicators(_column(cells, k, edges[1:-1]))
        if step.encode == "ordinal":
            outputs.append(cells.sum({source: float(i) for i, source in enumerate(sources)}))
        else:
            outputs += [cells.sum({source: 1.0}) for source in sources]
    return outputs


def _read_binarizer(step, cells):
    outputs = []
    for k in range(step.n_features_in_):
        sources = cells.indicators(_column(cells, k, np.atleast_1d(step.threshold), True))
        outputs.append(cells.sum({sources[1]: 1.0}))
    return outputs


register_step(Step("bins", (KBinsDiscretizer,), read_cells=_read_bins))
register_step(Step("threshold", (Binarizer,), read_cells=_read_binarizer))
