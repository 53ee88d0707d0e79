"""Shapley values of columns: what each adds, on the mean over the orders of adding them."""

from math import comb

import numpy as np
from scipy.stats import t as student
from sklearn.utils import check_random_state

from skinterp.base import groups_of
from skinterp.importance._attributions import attributions_of, background_rows
from skinterp.importance._methods import ImportanceMethod, register_importance
from skinterp.network import network_for
from skinterp.utils import checked_count

MOST_COLUMNS = 12  # of which all subsets are taken
# Rows that a network is asked at once; rows that "auto" asks about to be exact.
BLOCK, AFFORDABLE = 2**16, 2e7
LEVEL = 0.95
N_ROWS, N_BACKGROUND = 100, 20  # beside other methods


def shapley_values(network, X, background=None, *, method="auto", n_orders=200, random_state=0):
    """Share out the outputs at rows among the columns, by Shapley values.

    ``phi_j = mean over orders of v(S + j) - v(S)``, S the columns before j, and
    ``v(S) = mean_b f(x_S, b_rest)`` the mean output of the network when the columns S are those
    of the row and the others those of the background ("interventional"). Contributions add up to
    the output less the mean output of the background.

    Parameters
    ----------
    network : estimator, Network, ScalarView, tuple or callable
        The network; of a classifier the log-odds (of more than two classes the logits). Pass
        ``as_network(model).margin(k)`` for one class against all others.
    X : array-like or data frame of shape (n_samples, n_columns)
        The rows to explain.
    background : array-like or data frame of shape (m, n_columns) or None, default=None
        Rows that stand for columns which are not known; None takes up to 50 rows of X.
    method : {"auto", "exact", "sampling"}, default="auto"
        "exact": all ``2**n_columns`` subsets, for up to 12 columns. "sampling": random orders of
        the columns, each walked forth and back. "auto": exact where it asks the network
        about no more than 2e7 rows.
    n_orders : int, default=200
        Orders that are drawn, spread evenly over the background; at least two for each of its
        rows.
    random_state : int, RandomState instance or None, default=0
        Seeds the background and the orders.

    Returns
    -------
    Attributions
        The contributions; `errors` are half widths of 95 % intervals, None if they are exact.

    Raises
    ------
    ValueError
        If X or the background do not fit the network, or "exact" has too many columns.

    Notes
    -----
    A column that becomes several inputs, such as ``[site = a]``, is one player. Sampling is exact
    for functions without interactions of three or more columns: every order is walked in both
    directions, and every row of the background is used as often. Its errors are told from orders
    drawn for the same row of the background; where columns act together in rare combinations only,
    no order may show it, and intervals are too short.

    It misleads where columns depend on each other: rows are mixed from two, and the network is
    asked where there are no data. Conditional (path-dependent) values, which avoid
    that, credit columns that the network does not use, and are not given here.

    References
    ----------
    L. S. Shapley, "A value for n-person games", 1953. S. M. Lundberg and S.-I. Lee, "A unified
    approach to interpreting model predictions", arXiv 1705.07874. R. Mitchell, J. Cooper, E. Frank
    and G. Holmes, "Sampling permutations for Shapley value estimation", JMLR 23, 2022 (antithetic
    orders).

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.importance import shapley_values
    >>> X = np.array([[1.0, 2.0], [3.0, 0.0]])
    >>> found = shapley_values(lambda X: X[:, 0] * X[:, 1], X, background=np.zeros((1, 2)))
    >>> found.values[:, :, 0]
    array([[1., 1.],
           [0., 0.]])
    """
    if method not in ("auto", "exact", "sampling"):
        raise ValueError(f"method must be 'auto', 'exact' or 'sampling'. Got {method!r} instead.")
    checked_count(n_orders, "n_orders", 1)
    rng = check_random_state(random_state)
    network = network_for(network, X)
    rows = network.check(X)
    base = background_rows(network, rows, background, rng)
    players = [np.asarray(group) for group in groups_of(network, rows.shape[1])]
    is_affordable = 2.0 ** len(players) * len(rows) * len(base) <= AFFORDABLE
    if method == "exact" and len(players) > MOST_COLUMNS:
        raise ValueError(
            f"method='exact' takes up to {MOST_COLUMNS} columns. Got {len(players)} instead; "
            "pass method='sampling'."
        )
    is_exact = len(players) <= MOST_COLUMNS and (is_affordable or method == "exact")
    if is_exact and method != "sampling":
        values = exact_values(network, rows, base, players)
        return attributions_of(network, X, rows, base, values, "Shapley values, exact")
    values, errors = sampled_values(network, rows, base, players, n_orders, rng)
    return attributions_of(network, X, rows, base, values, "Shapley values, sampled", errors)


def _asked(network, rows):
    """Return the outputs at rows of shape (..., n_features), some at a time."""
    flat = rows.reshape(-1, rows.shape[-1])
    parts = [network.raw_values(flat[i : i + BLOCK]) for i in range(0, len(flat), BLOCK)]
    return np.concatenate(parts).reshape(*rows.shape[:-1], -1)


def subset_weights(n):
    """Return the matrix that makes Shapley values of the values of all subsets.

    Parameters
    ----------
    n : int
        Number of players.

    Returns
    -------
    ndarray of shape (n, 2**n)
        The weights; bit j of a subset's number says whether player j is in it.
    """
    numbers = np.arange(2**n)
    is_in = (numbers >> np.arange(n)[:, np.newaxis]) & 1
    size = is_in.sum(axis=0)
    chances = np.array([1.0 / (n * comb(n - 1, k)) for k in range(n)])
    with_it = chances[np.maximum(size - 1, 0)]
    without = chances[np.minimum(size, n - 1)]
    return np.where(is_in == 1, with_it, -without)


def exact_values(network, rows, base, players):
    """Return Shapley values from the outputs for all subsets of players.

    Parameters
    ----------
    network : Network
        The network.
    rows : ndarray of shape (n, d)
        Rows.
    base : ndarray of shape (m, d)
        Background.
    players : sequence of ndarray of int
        Inputs of each column.

    Returns
    -------
    ndarray of shape (n, n_players, n_outputs)
        The values.
    """
    weights = subset_weights(len(players))
    is_in = np.zeros((weights.shape[1], rows.shape[1]), dtype=bool)
    for j, inputs in enumerate(players):
        is_in[:, inputs] = ((np.arange(len(is_in)) >> j) & 1).astype(bool)[:, np.newaxis]
    found = []
    at_once = max(1, BLOCK // len(is_in))
    for row in rows:
        value = 0.0
        for i in range(0, len(base), at_once):
            others = base[i : i + at_once, np.newaxis]
            value = value + _asked(network, np.where(is_in, row, others)).sum(axis=0)
        found.append(weights @ (value / len(base)))
    return np.stack(found)


def sampled_values(network, rows, base, players, n_orders, rng):
    """Return Shapley values from random orders of players, and half widths of their intervals.

    Parameters
    ----------
    network : Network
        The network.
    rows : ndarray of shape (n, d)
        Rows.
    base : ndarray of shape (m, d)
        Background.
    players : sequence of ndarray of int
        Inputs of each column.
    n_orders : int
        Orders, at least; each is walked forth and back.
    rng : RandomState
        Draws the orders.

    Returns
    -------
    values, errors : ndarray of shape (n, n_players, n_outputs)
        The values, and half widths of 95 % intervals.
    """
    m, n_players = len(base), len(players)
    repeats = max(2, -(-n_orders // m))
    at_rows, at_base = _asked(network, rows), _asked(network, base)
    owner = np.empty(rows.shape[1], dtype=int)
    for j, inputs in enumerate(players):
        owner[inputs] = j
    total = np.zeros((len(rows), n_players, at_rows.shape[1]))
    variance, squares = np.zeros_like(total), np.zeros_like(total)
    for other, start in zip(base, at_base, strict=True):
        walks = []
        for _ in range(repeats):
            entry = rng.random_sample((len(rows), n_players)).argsort(axis=1)
            ends = at_rows, start
            forth = _walk(network, rows, other, owner, entry, ends)
            back = _walk(network, rows, other, owner, n_players - 1 - entry, ends)
            walks.append(0.5 * (forth + back))
        total += np.mean(walks, axis=0) / m
        part = np.var(walks, axis=0, ddof=1) / repeats / m**2
        variance += part
        squares += part**2
    # of variances that differ from row to row (Welch and Satterthwaite)
    freedom = (repeats - 1) * variance**2 / np.where(squares > 0.0, squares, 1.0)
    reach = student.ppf(0.5 + LEVEL / 2, np.maximum(freedom, 1.0))
    return total, reach * np.sqrt(variance)


def _walk(network, rows, other, owner, entry, ends):
    """Return what each player adds when players enter one after the other.

    Parameters
    ----------
    network : Network
        The network.
    rows : ndarray of shape (n, d)
        Rows.
    other : ndarray of shape (d,)
        The row of the background.
    owner : ndarray of int of shape (d,)
        Player of each input.
    entry : ndarray of int of shape (n, n_players)
        When each player enters at each row, from 0.
    ends : tuple of ndarray of shape (n, n_outputs) and (n_outputs,)
        Outputs at the rows and at the row of the background.

    Returns
    -------
    ndarray of shape (n, n_players, n_outputs)
        The rises.
    """
    n, n_players = entry.shape
    rises = np.empty((n, n_players, ends[0].shape[1]))
    steps = np.arange(1, n_players)[:, np.newaxis]
    at_once = max(1, BLOCK // n_players)
    for i in range(0, n, at_once):
        block = slice(i, i + at_once)
        last = ends[0][block, np.newaxis]
        values = [np.broadcast_to(ends[1], last.shape), last]
        if n_players > 1:
            is_in = entry[block, np.newaxis][:, :, owner] < steps
            path = np.where(is_in, rows[block, np.newaxis], other)
            values.insert(1, _asked(network, path))
        rise = np.diff(np.concatenate(values, axis=1), axis=1)
        rises[block] = np.take_along_axis(rise, entry[block, :, np.newaxis], axis=1)
    return rises


def _mean_sizes(network, X, y, random_state):
    """Return mean absolute Shapley values, in equal parts for the inputs of a column."""
    rng = np.random.RandomState(random_state)
    some = rng.permutation(len(X))
    rows, base = X[some[:N_ROWS]], X[some[-N_BACKGROUND:]]
    players = groups_of(network, X.shape[1])
    values, _ = sampled_values(network, rows, base, players, len(base), rng)
    if network.task == "multiclass":
        values = values - values.mean(axis=2, keepdims=True)
    sizes, found = np.abs(values).mean(axis=(0, 2)), np.zeros(X.shape[1])
    for size, group in zip(sizes, players, strict=True):
        found[group] = size / len(group)
    return found


register_importance(
    ImportanceMethod("Shapley values", _mean_sizes, 60, in_comparison=False, in_stability=False)
)
