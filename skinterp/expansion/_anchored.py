"""Terms read off a network by asking it at one row with a few categories replaced."""

import numpy as np

from skinterp.expansion._gauge import centre, grid, subsets

_FLOATS = 2**22  # numbers held at a time: 32 MB


def expand_around(function, rows, weights, order):
    """Expand a function around given rows: other variables stay as they are in the row.

    With the measure of a reference category, and the row of the references, this is the anchored
    expansion, exactly. With probabilities, and rows drawn from them, it is an unbiased estimate of
    the zero-sum expansion; the categories compared in one row have all else in common.

    Parameters
    ----------
    function : CodedFunction
        The function.
    rows : ndarray of int of shape (n_rows, n_variables)
        Rows of codes.
    weights : sequence of ndarray
        Probabilities of the categories of each variable: the gauge.
    order : int
        Highest order.

    Yields
    ------
    S : tuple of int
        The variables of a term.
    tensors : ndarray of shape (n_rows, n_outputs, q_i, q_j, ...)
        The term, around each row.
    """
    base = function.first(rows)
    for S in subsets(len(weights), order):
        yield S, _around(function, rows, base, S, [weights[i] for i in S])


def _around(function, rows, base, S, weights):
    """Return one term around each row."""
    if not S:
        return function.rest(base)
    sizes = [len(w) for w in weights]
    changes = sum(function.tables[i][codes] for i, codes in zip(S, grid(sizes).T, strict=True))
    rest = base - sum(function.tables[i][rows[:, i]] for i in S)
    shape = (len(changes), function.n_outputs)
    values = np.empty((len(rows), *shape))
    step = max(1, _FLOATS // changes.size)
    for k in range(0, len(rows), step):
        block = (rest[k : k + step, np.newaxis] + changes).reshape(-1, changes.shape[1])
        values[k : k + step] = function.rest(block).reshape(-1, *shape)
    tensors = np.moveaxis(values, 1, 2).reshape(len(rows), function.n_outputs, *sizes)
    return centre(tensors, weights, first_axis=2)
