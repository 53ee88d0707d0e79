"""From a formula's value to a class and a probability: threshold, direction, monotone link."""

import numpy as np
from scipy.stats import spearmanr
from sklearn.isotonic import IsotonicRegression

from skinterp.expression import IsotonicLink
from skinterp.utils import round_to_digits

N_KNOTS = 32


def _midpoints(levels):
    """Return numbers between neighbours: not below the lower one, below the upper one."""
    middle = levels[:-1] / 2.0 + levels[1:] / 2.0
    return np.where(middle < levels[1:], np.maximum(middle, levels[:-1]), levels[:-1])


def best_threshold(values, answers, *, prior=None, slack=5e-4):
    """Return the threshold and direction on which ``values > t`` agrees best with `answers`.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Finite values of a formula.
    answers : ndarray of shape (n,), dtype bool
        The network's answers.
    prior : float or None, default=None
        The value on the network's decision boundary, if it has one. It is the threshold where
        it agrees on at least the best share minus `slack`; else the nearest such cut is.
    slack : float, default=5e-4
        Agreement given up to be near `prior`.

    Returns
    -------
    threshold : float
        Where to cut, between two values.
    greater : bool
        Whether True answers lie above the threshold.
    agreement : float
        Share of rows on which the cut agrees.

    Raises
    ------
    ValueError
        If there are no values.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.matching import best_threshold
    >>> values, answers = np.array([0.0, 1.0, 4.0, 5.0]), np.array([True, True, False, False])
    >>> best_threshold(values, answers)
    (2.5, False, 1.0)
    >>> best_threshold(values, answers, prior=3.9)
    (3.9, False, 1.0)
    """
    if not len(values):
        raise ValueError("best_threshold needs at least one value. Got an empty array instead.")
    if prior is not None and not np.isfinite(prior):
        prior = None
    order = np.argsort(values, kind="stable")
    levels, yes = values[order], answers[order].astype(float)
    n = len(levels)
    # cut i lies before level i: rows i.. are above
    above = np.concatenate([[0.0], np.cumsum(yes[::-1])])[::-1]
    below_no = np.concatenate([[0.0], np.cumsum(1.0 - yes)])
    right = (above + below_no) / n
    possible = np.concatenate([[True], levels[1:] > levels[:-1], [True]])
    greater = bool(right[possible].max() >= (1.0 - right[possible]).max())
    score = np.where(possible, right if greater else 1.0 - right, -1.0)
    inner = _midpoints(levels)
    cuts = np.concatenate([[np.nextafter(levels[0], -np.inf)], inner, [levels[-1]]])
    enough = score.max() - (slack if prior is not None else 0.0)
    if prior is not None:
        at_prior = score[np.searchsorted(levels, prior, side="right")]
        if at_prior >= enough:
            return float(prior), greater, float(at_prior)
    good = np.flatnonzero(score >= enough)
    middle = (len(good) - 1) // 2
    chosen = good[middle if prior is None else np.argmin(np.abs(cuts[good] - prior))]
    return float(cuts[chosen]), greater, float(score[chosen])


def rounded_threshold(values, answers, *, prior=None, slack=5e-4):
    """Return the best threshold, in the fewest digits that lose no more than `slack` agreement.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Finite values of a formula.
    answers : ndarray of shape (n,), dtype bool
        The network's answers.
    prior : float or None, default=None
        The value on the network's decision boundary, see :func:`best_threshold`.
    slack : float, default=5e-4
        Agreement given up to be near `prior`, and again to be round.

    Returns
    -------
    threshold : float
        Where to cut.
    greater : bool
        Whether True answers lie above the threshold.

    Raises
    ------
    ValueError
        If there are no values.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.matching import rounded_threshold
    >>> rounded_threshold(np.array([1.0, 2.0, 2.457]), np.array([False, False, True]))
    (2.2, True)
    """
    threshold, greater, _ = best_threshold(values, answers, prior=prior, slack=slack)

    def agreement(cut):
        return np.mean(((values > cut) == greater) == answers)

    floor = agreement(threshold) - slack
    trials = [0.0, *(round_to_digits(threshold, digits) for digits in range(2, 7))]
    return next((t for t in trials if agreement(t) >= floor), threshold), greater


def monotone_knots(values, targets, *, n_knots=N_KNOTS):
    """Fit a monotone piecewise linear function from a formula's values to targets.

    Isotonic regression, its direction that of the rank correlation, averaged into at most
    `n_knots` bins of equal counts.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Finite values of a formula.
    targets : ndarray of shape (n,)
        What they shall be mapped to, such as the network's log-odds.
    n_knots : int, default=32
        Number of knots, at the most.

    Returns
    -------
    knots_x : ndarray of shape (m,)
        Strictly increasing values.
    knots_y : ndarray of shape (m,)
        Monotone targets at the knots.

    Raises
    ------
    ValueError
        If there are no values.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.matching import monotone_knots
    >>> monotone_knots(np.array([0.0, 1.0, 2.0, 3.0]), np.array([5.0, 2.0, 3.0, 0.0]))
    (array([0., 1., 2., 3.]), array([5. , 2.5, 2.5, 0. ]))
    """
    if not len(values):
        raise ValueError("monotone_knots needs at least one value. Got an empty array instead.")
    if np.ptp(values) == 0:
        return np.array([values[0]], dtype=float), np.array([targets.mean()])
    correlation = spearmanr(values, targets).statistic if np.ptp(targets) > 0 else 1.0
    model = IsotonicRegression(increasing=bool(correlation >= 0), out_of_bounds="clip").fit(
        values, targets
    )
    edges = np.quantile(values, np.linspace(0, 1, n_knots + 1))
    bins = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, n_knots - 1)
    counts = np.bincount(bins, minlength=n_knots)
    filled = counts > 0
    x = np.bincount(bins, weights=values, minlength=n_knots)[filled] / counts[filled]
    fitted = model.predict(values)
    y = np.bincount(bins, weights=fitted, minlength=n_knots)[filled] / counts[filled]
    distinct = np.concatenate([[True], np.diff(x) > 0])
    # averages of equal numbers differ in the last bit
    monotone = np.maximum.accumulate if correlation >= 0 else np.minimum.accumulate
    return x[distinct], monotone(y[distinct])


def monotone_link(values, targets, *, n_knots=N_KNOTS):
    """Return the monotone function from a formula to a network's values.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Values of the formula; rows where it is undefined do not count.
    targets : ndarray of shape (n,)
        The network's values on the same rows.
    n_knots : int, default=32
        Number of knots, at the most.

    Returns
    -------
    IsotonicLink
        The link.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.matching import monotone_link
    >>> link = monotone_link(np.array([0.0, 1.0, 2.0, np.nan]), np.array([1.0, 4.0, 5.0, 0.0]))
    >>> link.log_odds(np.array([0.5]))
    array([2.5])
    """
    known = np.isfinite(values)
    x, y = monotone_knots(values[known], targets[known], n_knots=n_knots)
    return IsotonicLink(tuple(x), tuple(y))


def classification_link(values, log_odds, threshold, greater):
    """Return a monotone link from a formula to log-odds that changes sign at the threshold.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Finite values of the formula.
    log_odds : ndarray of shape (n,)
        The network's log-odds on the same rows.
    threshold : float
        Where the class changes.
    greater : bool
        Whether log-odds rise with the formula.

    Returns
    -------
    IsotonicLink
        The link.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.matching import classification_link
    >>> values, log_odds = np.array([0.0, 1.0, 3.0]), np.array([-2.0, -1.0, 3.0])
    >>> classification_link(values, log_odds, threshold=2.0, greater=True)
    IsotonicLink(knots_x=(0.0, 1.0, 2.0, 3.0), knots_y=(-2.0, -1.0, 0.0, 3.0))
    """
    sign = 1.0 if greater else -1.0
    x, y = monotone_knots(values, log_odds)
    if len(y) > 1 and sign * (y[-1] - y[0]) < 0:
        y = np.full(len(y), y.mean())
    side = sign * np.sign(x - threshold)
    y = np.where(side > 0, np.maximum(y, 0.0), np.where(side < 0, np.minimum(y, 0.0), 0.0))
    off = x != threshold
    knots = sorted([*zip(x[off], y[off], strict=True), (threshold, 0.0)])
    return IsotonicLink(tuple(k[0] for k in knots), tuple(k[1] for k in knots))
