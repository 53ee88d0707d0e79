"""How likely labels are under a formula: noise on a monotone function of it, and flips."""

from typing import NamedTuple

import numpy as np
from scipy.special import expit, ndtr

from skinterp.matching._thresholds import best_threshold

N_NEAR = 1500  # rows next to the threshold, at least; the others are right or flipped
MOST_FLIPS, REACH, FIRST_LOGIT = 0.5, 6.0, -4.0
_SQRT_TAU = np.sqrt(2.0 * np.pi)
# Damped scoring: the first damping, how it changes, and the gain at which it has settled.
LEAST_DAMPING = 1e-10
MOST_STEPS, DAMPING, EASED, HARDENED, MOST_DAMPING, SETTLED = 40, 1e-3, 10.0, 10.0, 1e8, 2e-3


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


class Slopes(NamedTuple):
    """A log-likelihood with its slopes, and what is expected of its curvature.

    Parameters
    ----------
    total : float
        The log-likelihood of all rows.
    by_z : ndarray of shape (n,)
        Its derivatives by the distances of the rows near the threshold.
    by_logit : float
        Its derivative by the number that stands for flips.
    zz, z_logit : ndarray of shape (n,)
        Fisher information of the distances, and what they share with the flips.
    logit_logit : float
        Fisher information of the flips.
    """

    total: float
    by_z: np.ndarray
    by_logit: float
    zz: np.ndarray
    z_logit: np.ndarray
    logit_logit: float

    def through(self, by_parameters):
        """Return the loss, its gradient and its information in parameters and the flips.

        Parameters
        ----------
        by_parameters : ndarray of shape (n, k)
            Derivatives of the distances by k parameters.

        Returns
        -------
        loss : float
            The negative log-likelihood.
        gradient : ndarray of shape (k + 1,)
            Its gradient, the flips last.
        information : ndarray of shape (k + 1, k + 1)
            Its Fisher information.
        """
        k = by_parameters.shape[1]
        information = np.empty((k + 1, k + 1))
        information[:k, :k] = (by_parameters * self.zz[:, None]).T @ by_parameters
        information[k, :k] = information[:k, k] = self.z_logit @ by_parameters
        information[k, k] = self.logit_logit
        return -self.total, -np.append(self.by_z @ by_parameters, self.by_logit), information


def fisher_scoring(evaluate, start, lower, upper):
    """Minimise a negative log-likelihood by damped steps of Fisher scoring.

    Parameters
    ----------
    evaluate : callable
        ``evaluate(u) -> (loss, gradient, information)``; the loss may be infinite.
    start : ndarray of shape (k,)
        Where to start.
    lower, upper : ndarray of shape (k,)
        Bounds of the parameters.

    Returns
    -------
    u : ndarray of shape (k,)
        The parameters.
    loss : float
        The loss there.
    information : ndarray of shape (k, k)
        The information there.
    """
    u, damping = np.array(start, dtype=float), DAMPING
    loss, gradient, information = evaluate(u)
    free = lower < upper
    for _ in range(MOST_STEPS):
        stuck = ~free | ((u <= lower) & (gradient > 0)) | ((u >= upper) & (gradient < 0))
        moves = np.flatnonzero(~stuck)
        matrix = information[np.ix_(moves, moves)]
        sizes = np.sqrt(np.diag(matrix))
        sizes = np.where(sizes > 0, sizes, 1.0)
        matrix = matrix / np.outer(sizes, sizes) + max(damping, LEAST_DAMPING) * np.eye(len(moves))
        trial = u.copy()
        trial[moves] -= np.linalg.solve(matrix, gradient[moves] / sizes) / sizes
        trial = np.clip(trial, lower, upper)
        there = evaluate(trial)
        gain = loss - there[0]
        if gain > 0:
            u, (loss, gradient, information) = trial, there
            damping /= EASED
            if gain < SETTLED:
                break
        else:
            damping = HARDENED * max(damping, DAMPING)
            if damping > MOST_DAMPING or np.array_equal(trial, u) or not np.isfinite(loss):
                break
    return u, loss, information


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
        """Return the log-likelihood with its slopes and its Fisher information.

        Parameters
        ----------
        z : ndarray of shape (n_near,)
            Distances from the threshold in widths, positive on the labels' own sides.
        logit : float
            What stands for the share of flips.

        Returns
        -------
        Slopes
            Of ``log(e/2 + (1 - e) * Phi(z))``, summed over the rows near the threshold, and of
            ``log(e/2)`` and ``log(1 - e/2)`` for the others.
        """
        e, share = self.flips(logit), expit(logit)
        by = share * (1 - share) * (MOST_FLIPS - self.least_flips)  # de / d logit
        inside = ndtr(z)
        p = e / 2.0 + (1.0 - e) * inside  # never below e / 2, which is positive
        density = (1.0 - e) * np.exp(-0.5 * z * z) / _SQRT_TAU
        turned, other = by * (0.5 - inside), 1.0 / (p * (1.0 - p))
        far = self.wrong / e - 0.5 * self.right / (1 - e / 2)
        known = 0.25 * (self.wrong + self.right) / (e / 2 * (1 - e / 2))
        return Slopes(
            np.log(p).sum() + self.wrong * np.log(e / 2) + self.right * np.log1p(-e / 2),
            density / p,
            (turned / p).sum() + far * by,
            density * density * other,
            density * turned * other,
            (turned * turned * other).sum() + known * by * by,
        )


def fit_labels(values, yes, *, threshold=None, width=None, flips=None):
    """Fit threshold, width and flips to labels.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Finite values of a formula.
    yes : ndarray of bool of shape (n,)
        Labels.
    threshold : float or None, default=None
        The threshold if it is known, yes lying above it.
    width, flips : float or None, default=None
        Where to start from, if that is known.

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
    if width is None:
        width = first_width(values, yes, threshold, greater)
    sides = Sides.of(values, yes, threshold, width, greater)
    gaps, side = values[sides.near] - threshold, sides.side

    def evaluate(parameters):
        shift, log_width, logit = parameters
        scale = width * np.exp(log_width)
        z = side * (gaps - shift * width) / scale
        by_parameters = np.stack([side * (-width / scale), -z], axis=1)
        return sides.log_likelihood(z, logit).through(by_parameters)

    free = 0.0 if is_given else 50.0
    lower, upper = np.array([-free, -8.0, -12.0]), np.array([free, 8.0, 8.0])
    start = np.array([0.0, 0.0, FIRST_LOGIT if flips is None else sides.logit(flips)])
    (shift, log_width, logit), loss, _ = fisher_scoring(evaluate, start, lower, upper)
    return LabelFit(
        2.0 * float(loss),
        float(threshold + shift * width),
        width * float(np.exp(log_width)),
        float(sides.flips(logit)),
        greater,
    )
