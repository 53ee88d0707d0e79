"""Integrated gradients of many rows, on the mean over the rows of a background."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state

from skinterp.importance._attributions import attributions_of, background_rows
from skinterp.importance._importances import column_sums
from skinterp.importance._levels import check_levels, contributions
from skinterp.importance._paths import mean_gradient
from skinterp.network import network_for
from skinterp.utils import noting_incomplete

MOST_BACKGROUND = 10


def expected_gradients(network, X, background=None, *, random_state=0):
    """Share out the outputs at rows by integrated gradients from the rows of a background.

    ``mean_b (x_i - b_i) * integral_0^1 df/dx_i (b + t (x - b)) dt``; with the mean output of the
    background, the sum over columns is the output. A background of one row is the baseline of
    :func:`integrated_gradients`.

    Parameters
    ----------
    network : estimator, Network, ScalarView, tuple or callable
        The network; of a classifier the log-odds (of more than two classes the logits).
    X : array-like or data frame of shape (n_samples, n_columns)
        The rows to explain.
    background : array-like or data frame of shape (m, n_columns) or None, default=None
        Rows to compare with; None takes up to ten rows of X.
    random_state : int, RandomState instance or None, default=0
        Seeds the choice of the background.

    Returns
    -------
    Attributions
        The contributions; `gap` says how well they add up, `notes` if an integral is not as
        precise as wanted.

    Raises
    ------
    ValueError
        If X or the background do not fit the network.

    Warns
    -----
    ConvergenceWarning
        If an integral is not as precise as wanted.

    Notes
    -----
    Every integral is exact for piecewise-linear networks and adaptive for others; all rows of
    the background are taken, none is sampled. One path costs a millisecond or several, and there
    are ``n_samples * m`` of them. The lines may lead where there are no data.

    References
    ----------
    G. Erion, J. D. Janizek, P. Sturmfels, S. M. Lundberg and S.-I. Lee, "Improving performance
    of deep learning models with axiomatic attribution priors and expected gradients", Nature
    Machine Intelligence 3, 2021.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.importance import expected_gradients
    >>> network = ([[[2.0], [-1.0]]], [[1.0]], ["identity"])
    >>> X = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> expected_gradients(network, X).values[:, :, 0]
    array([[ 1. ,  0.5],
           [-1. , -0.5]])
    """
    network = network_for(network, X)
    rows, rng = network.check(X), check_random_state(random_state)
    base = background_rows(network, rows, background, rng, MOST_BACKGROUND)
    for name, some in (("X", rows), ("background", base)):
        for row in some if network.user_table is not None else ():
            check_levels(network, row, name)
    found, said = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        with noting_incomplete(said):
            for row in rows:
                parts = [contributions(network, other, row, mean_gradient) for other in base]
                found.append(column_sums(network.user_table, np.mean(parts, axis=0)))
    notes = _one_note(said)
    for note in notes:
        warnings.warn(note, ConvergenceWarning, stacklevel=2)
    method = "Expected gradients"
    return attributions_of(network, X, rows, base, np.stack(found), method, notes=notes)


def _one_note(said):
    """Return the first of several notes on lines, and that there are more."""
    if len(said) < 2:
        return tuple(said)
    return (f"{said[0]} There are more such lines.",)
