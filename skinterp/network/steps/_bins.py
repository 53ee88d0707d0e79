"""`KBinsDiscretizer` and `Binarizer`: numbers as indicators of the interval they lie in."""

from functools import partial

import numpy as np
from sklearn.preprocessing import Binarizer, KBinsDiscretizer

from skinterp.network._columns import Raw
from skinterp.network._steps import Step, refusal, register_step
from skinterp.table import BinnedColumn


def _is_in(edges, is_right, k, value):
    """Return 1 for a number in an interval, else 0."""
    return float(np.searchsorted(edges, value, side="left" if is_right else "right") == k)


def _indicators(step, cells, k, edges, is_right=False):
    """Return the outputs that say in which interval a column lies, one an interval."""
    edges = tuple(map(float, edges))
    if isinstance(cells.columns[k], Raw):
        number = cells.number(k)
        column = BinnedColumn(number.name, number.index, edges, number, is_right)
        return [cells.sum({source: 1.0}) for source in cells.indicators(column)]
    found = [cells.mapped(k, partial(_is_in, edges, is_right, i)) for i in range(len(edges) + 1)]
    if None in found:
        why = "which must stand on the user's columns, in front of other steps than imputers"
        raise TypeError(refusal(step, cells.name, why))
    return found


def _read_bins(step, cells):
    outputs = []
    for k, edges in enumerate(step.bin_edges_):
        found = _indicators(step, cells, k, edges[1:-1])
        is_ordinal = step.encode == "ordinal"
        outputs += [cells.plus(found, range(len(found)))] if is_ordinal else found
    return outputs


def _read_binarizer(step, cells):
    edge = np.atleast_1d(step.threshold)
    return [_indicators(step, cells, k, edge, True)[1] for k in range(len(cells.columns))]


register_step(Step("bins", (KBinsDiscretizer,), read_cells=_read_bins, on_sums=True))
register_step(Step("threshold", (Binarizer,), read_cells=_read_binarizer, on_sums=True))
