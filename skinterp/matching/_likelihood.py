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


class Sides(NamedTuple):
    """Labels next to a threshold, and how many rows beyond are wrong and right.

    Parameters
    ----------
    near : ndarray of int
        The rows next to the threshold.
    side : ndarray of shape (n_near,)
        1 where a label asks for values above the threshold, else -1.
    wrong : int
        Rows further off, on the other side than their label says.
    right : int
        The other rows further off.
    """

    near: np.ndarray
    side: np.ndarray
    wrong: int
    right: int

    @classmethod
    def of(cls, values, yes, threshold, width, greater):
        """Return the sides of labels about a threshold."""
        near = near_rows(values, threshold, width)
        off = ((values > threshold) == greater) != yes
        wrong = int(off.sum() - off[near].sum())
        side = np.where(yes[near] == greater, 1.0, -1.0)
        return cls(near, side, wrong, len(yes) - len(near) - wrong)

    @property
    def least_flips(self):
        """The smallest share of flips that as many labels can tell from none."""
        return 0.5 / (len(self.near) + self.wrong + self.right + 1.0)

    def flips(self, logit):
        """Return the share of flips that a free number stands for."""
        return self.least_flips + (MOST_FLIPS - self.least_flips) * expit(logit)

    def logit(self, flips):
        """Return the free number that stands for a share of flips."""
        share = (flips - self.least_flips) / (MOST_FLIPS - self.least_flips)
        share = np.clip(share, 1e-5, 0.999)
        return np.log(share / (1 - share))

    def log_likelihood(self, z, logit):
        """Return the log-likelihood and its slopes.

        Parameters
        ----------
        z : ndarray of shape (n_near,)
            Distances from the threshold in widths, positive on the labels' own sides.
        logit : float
            What stands for the share of flips.

        Returns
        -------
        total : float
            The log-likelihood of all rows.
        by_z : ndarray of shape (n_near,)
            Its derivative.
        by_logit : float
            Its derivative.
        """
        e, share = self.flips(logit), expit(logit)
        log_p, by_z, by_flips = signed_likelihood(z, e)
        total = log_p.sum() + self.wrong * np.log(e / 2) + self.right * np.log1p(-e / 2)
        slope = by_flips.sum() + self.wrong / e - 0.5 * self.right / (1 - e / 2)
        return total, by_z, slope * share * (1 - share) * (MOST_FLIPS - self.least_flips)


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
    sides = Sides.of(values, yes, threshold, width, greater)
    gaps, side = values[sides.near] - threshold, sides.side

    def loss(parameters):
        shift, log_width, logit = parameters
        scale = width * np.exp(log_width)
        z = side * (gaps - shift * width) / scale
        total, by_z, by_logit = sides.log_likelihood(z, logit)
        slopes = (-(by_z * side).sum() * width / scale, -(by_z * z).sum(), by_logit)
        return -total, -np.array(slopes)

    start = np.array([0.0, 0.0, -4.0])
    bounds = [(0.0, 0.0) if is_given else (-50.0, 50.0), (-8.0, 8.0), (-12.0, 8.0)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    shift, log_width, logit = found.x
    return LabelFit(
        2.0 * float(found.fun),
        float(threshold + shift * width),
        width * float(np.exp(log_width)),
        float(sides.flips(logit)),
        greater,
    )
