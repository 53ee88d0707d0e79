"""How likely labels are under a formula: noise on a monotone function of it, and flips."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, ndtr

from skinterp.matching._thresholds import best_threshold

N_NEAR = 1500  # rows next to the threshold, at least; the others are right or flipped
MOST_FLIPS, REACH = 0.5, 6.0
_SQRT_TAU = np.sqrt(2.0 * np.pi)


class LabelFit(NamedTuple):
    """Labels explained by a formula g: ``P(yes) = e/2 + (1 - e) * Phi(+-(g - t)/w)``.

    Parameters
    ----------
    deviance : float
        ``-2 log L``.
    threshold : float
        t.
    width : float
        w, the noise in units of the formula.
    flips : float
        e, twice the share of labels that are flipped whatever the formula says.
    greater : bool
        Whether yes lies above the threshold.
    """

    deviance: float
    threshold: float
    width: float
    flips: float
    greater: bool


def signed_likelihood(z, flips):
    """Return log-likelihoods of labels and their slopes in z and in the flips.

    Parameters
    ----------
    z : ndarray of shape (n,)
        Distance from the threshold in widths, positive on the label's own side.
    flips : float
        e, above 0 and below 1.

    Returns
    -------
    log_p : ndarray of shape (n,)
        ``log(e/2 + (1 - e) * Phi(z))``.
    by_z : ndarray of shape (n,)
        Its derivative.
    by_flips : ndarray of shape (n,)
        Its derivative.
    """
    side = ndtr(z)
    p = flips / 2.0 + (1.0 - flips) * side  # never below flips / 2, which is positive
    density = np.exp(-0.5 * z * z) / _SQRT_TAU
    return np.log(p), (1.0 - flips) * density / p, (0.5 - side) / p


def near_rows(values, threshold, width=0.0, n_near=N_NEAR):
    """Return the rows whose values lie next to a threshold.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Values.
    threshold : float
        The threshold.
    width : float, default=0.0
        Rows within six of it are taken in any case.
    n_near : int, default=1500
        How many are taken at least, if there are as many.

    Returns
    -------
    ndarray of int
        Their indices.
    """
    distances = np.abs(values - threshold)
    n_near = max(n_near, int((distances <= REACH * width).sum()))
    if len(values) <= n_near:
        return np.arange(len(values))
    return np.argpartition(distances, n_near)[:n_near]


def first_width(values, yes, threshold, greater):
    """Return a width to start from: how far wrong labels lie from the threshold.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Values of a formula.
    yes : ndarray of bool of shape (n,)
        Labels.
    threshold : float
        The threshold.
    greater : bool
        Whether yes lies above it.

    Returns
    -------
    float
        The median distance of the wrong rows; without any that of the nearest rows.
    """
    distances = np.abs(values - threshold)
    wrong = ((values > threshold) == greater) != yes
    if wrong.any():
        width = float(np.median(distances[wrong]))
    else:
        width = float(np.partition(distances, min(2, len(values) - 1))[:3].mean())
    spread = float(np.std(values)) or 1.0
    return float(np.clip(width, 1e-6 * spread, 10.0 * spread))


def least_flips(n):
    """Return the smallest share of flips that n labels can tell from none."""
    return 0.5 / (n + 1.0)


def fit_labels(values, yes, *, threshold=None):
    """Fit threshold, width and flips to labels.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Finite values of a formula.
    yes : ndarray of bool of shape (n,)
        Labels.
    threshold : float or None, default=None
        The threshold if it is known, yes lying above it.

    Returns
    -------
    LabelFit
        The most likely ones.

    Notes
    -----
    That noise acts on a monotone function of the formula is an assumption: it lets labels tell
    formulas of the same boundary apart, because the width is the same along the boundary in units
    of the right one only. Flips alone carry no such information, and noise on the inputs can
    mislead.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.matching import fit_labels
    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(size=5000)
    >>> fit = fit_labels(x, x + rng.normal(0, 0.05, size=5000) > 0.3)
    >>> round(fit.threshold, 1), round(fit.width, 2), fit.greater
    (0.3, 0.05, True)
    """
    is_given, greater = threshold is not None, True
    if not is_given:
        threshold, greater, _ = best_threshold(values, yes)
    width = first_width(values, yes, threshold, greater)
    near = near_rows(values, threshold, width)
    far_wrong, far_right = far_counts(values, yes, threshold, greater, near)
    side = np.where(yes[near] == greater, 1.0, -1.0)
    gaps, low, span = values[near] - threshold, least_flips(len(yes)), MOST_FLIPS

    def loss(parameters):
        shift, log_width, logit = parameters
        flips, scale = low + (span - low) * expit(logit), width * np.exp(log_width)
        z = side * (gaps - shift * width) / scale
        log_p, by_z, by_flips = signed_likelihood(z, flips)
        total = log_p.sum() + far_wrong * np.log(flips / 2) + far_right * np.log1p(-flips / 2)
        slope_flips = by_flips.sum() + far_wrong / flips - 0.5 * far_right / (1 - flips / 2)
        inner = expit(logit) * (1 - expit(logit)) * (span - low)
        slopes = (-(by_z * side).sum() * width / scale, -(by_z * z).sum(), slope_flips * inner)
        return -total, -np.array(slopes)

    start = np.array([0.0, 0.0, -4.0])
    bounds = [(0.0, 0.0) if is_given else (-50.0, 50.0), (-8.0, 8.0), (-12.0, 8.0)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    shift, log_width, logit = found.x
    flips = low + (span - low) * expit(logit)
    return LabelFit(
        2.0 * float(found.fun),
        float(threshold + shift * width),
        width * float(np.exp(log_width)),
        float(flips),
        greater,
    )


def far_counts(values, yes, threshold, greater, near):
    """Return how many rows beyond the near ones are wrong, and how many right.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Values of a formula.
    yes : ndarray of bool of shape (n,)
        Labels.
    threshold : float
        The threshold.
    greater : bool
        Whether yes lies above it.
    near : ndarray of int
        The near rows.

    Returns
    -------
    wrong : int
        Rows on the other side than their label says.
    right : int
        The others.
    """
    wrong = ((values > threshold) == greater) != yes
    n_wrong = int(wrong.sum() - wrong[near].sum())
    return n_wrong, len(yes) - len(near) - n_wrong
