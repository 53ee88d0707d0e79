"""Rankings of the inputs, and how far they agree."""

from abc import abstractmethod

import numpy as np
from scipy.stats import kendalltau, rankdata, spearmanr

from skinterp.utils import Result


def ranked_names(names, costs):
    """Return names by their costs, the smallest first; of equal ones the first comes first.

    Parameters
    ----------
    names : sequence of str
        The names.
    costs : ndarray of shape (n_names,)
        What they are ordered by.

    Returns
    -------
    list of str
        The names in order.
    """
    return [names[j] for j in np.argsort(costs, kind="stable")]


class MethodRankings(Result):
    """Base of results that rank the inputs (`feature_names`) by several `methods`."""

    @property
    @abstractmethod
    def _costs(self):
        """Numbers by which inputs are ranked, the smallest first: (n_methods, n_features)."""

    def ranking(self, method=None):
        """Return the inputs, the most important first.

        Parameters
        ----------
        method : str or None, default=None
            By which method; None is the mean over all of them.

        Returns
        -------
        list of str
            Names; of equal ones the first comes first.

        Raises
        ------
        ValueError
            If there is no such method.
        """
        if method is None:
            return ranked_names(self.feature_names, self._costs.mean(axis=0))
        if method not in self.methods:
            raise ValueError(
                f"method must be one of {list(self.methods)}. Got {method!r} instead."
            )
        return ranked_names(self.feature_names, self._costs[self.methods.index(method)])


def _matrix(shares, statistic):
    n = len(shares)
    result = np.eye(n)
    for i in range(n):
        for j in range(i):
            constant = np.ptp(shares[i]) == 0 or np.ptp(shares[j]) == 0
            value = np.nan if constant else statistic(shares[i], shares[j]).statistic
            result[i, j] = result[j, i] = value
    return result


def kendall_matrix(shares):
    """Return Kendall's tau-b between the rankings of several methods.

    Parameters
    ----------
    shares : ndarray of shape (n_methods, n_features)
        Importances, not negative.

    Returns
    -------
    ndarray of shape (n_methods, n_methods)
        From -1, opposite, to 1, the same; nan where a method ranks nothing.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.importance import kendall_matrix
    >>> kendall_matrix(np.array([[3.0, 2.0, 1.0], [3.0, 1.0, 2.0]]))[0, 1].round(3)
    np.float64(0.333)
    """
    return _matrix(np.asarray(shares, dtype=float), kendalltau)


def spearman_matrix(shares):
    """Return Spearman's rank correlation between the rankings of several methods.

    Parameters
    ----------
    shares : ndarray of shape (n_methods, n_features)
        Importances, not negative.

    Returns
    -------
    ndarray of shape (n_methods, n_methods)
        From -1, opposite, to 1, the same; nan where a method ranks nothing.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.importance import spearman_matrix
    >>> spearman_matrix(np.array([[3.0, 2.0, 1.0], [3.0, 1.0, 2.0]]))[0, 1].round(3)
    np.float64(0.5)
    """
    return _matrix(np.asarray(shares, dtype=float), spearmanr)


def top_k_overlap(shares, k):
    """Return which part of their k most important inputs methods have in common.

    Parameters
    ----------
    shares : ndarray of shape (n_methods, n_features)
        Importances, not negative; of equal ones the first counts as more important.
    k : int
        How many inputs.

    Returns
    -------
    ndarray of shape (n_methods, n_methods)
        From 0 to 1.

    Raises
    ------
    ValueError
        If k is not from 1 to the number of inputs.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.importance import top_k_overlap
    >>> top_k_overlap(np.array([[3.0, 2.0, 1.0], [3.0, 1.0, 2.0]]), k=2)[0, 1]
    np.float64(0.5)
    """
    shares = np.asarray(shares, dtype=float)
    if not 1 <= k <= shares.shape[1]:
        raise ValueError(f"k must be from 1 to {shares.shape[1]}. Got {k} instead.")
    best = (rankdata(-shares, method="ordinal", axis=1) <= k).astype(float)
    return best @ best.T / k
