"""Growth of the loss of a network when noise is added to one input."""

from numbers import Real

import numpy as np
from scipy.special import xlogy
from sklearn.utils import check_random_state

from skinterp.base import checked_target, groups_of, is_held
from skinterp.importance._checks import is_view_of_classes, scale_of
from skinterp.importance._importances import Importances, by_column
from skinterp.importance._methods import ImportanceMethod, register_importance
from skinterp.network import input_names, network_for
from skinterp.utils import checked_count

_LEAST_PROBABILITY = 1e-15
_N_REPEATS = 5  # beside other methods


def _wanted(network, X, y):
    """Return the target as the network should answer it: probabilities of classes, or values."""
    if y is None:
        return network.raw_values(X) if network.task == "regression" else network.predict_proba(X)
    y = checked_target(y, len(X))
    if is_view_of_classes(network):
        raise ValueError(
            f"y must be left out for a view of a classifier, which answers log-odds. Got y for "
            f"{network!r} instead; pass the classifier itself."
        )
    if network.task in ("binary", "multiclass"):
        return _one_hot(y, network.classes)
    y = y.reshape(len(X), -1)
    if y.shape[1] != network.n_outputs:
        raise ValueError(
            f"y must have one column per output, {network.n_outputs}. Got {y.shape[1]} instead."
        )
    return y.astype(float)


def _one_hot(y, classes):
    if y.ndim == 2:
        raise ValueError(f"y must be one column of class labels. Got shape {y.shape} instead.")
    unknown = np.setdiff1d(y, classes).tolist()
    if unknown:
        raise ValueError(
            f"y has labels that the network does not know: {unknown}. "
            f"Its classes are {classes.tolist()}."
        )
    return (y[:, np.newaxis] == classes).astype(float)


def losses(network, X, wanted):
    """Return the loss of a network at rows.

    Parameters
    ----------
    network : Network
        The network.
    X : ndarray of shape (n_samples, n_features)
        Rows.
    wanted : ndarray of shape (n_samples, n_answers)
        Probabilities of the classes, or values.

    Returns
    -------
    ndarray of shape (n_samples,)
        Cross-entropy, or squares over the variance of the wanted values.
    """
    if network.task == "regression":
        variance, errors = wanted.var(axis=0), network.raw_values(X) - wanted
        return (errors**2 / np.where(variance > 0, variance, 1)).mean(axis=1)
    p = np.clip(network.predict_proba(X), _LEAST_PROBABILITY, 1.0)
    if network.task == "multilabel":
        q = np.clip(1.0 - p, _LEAST_PROBABILITY, 1.0)
        return -(xlogy(wanted, p) + xlogy(1.0 - wanted, q)).sum(axis=1)
    return -xlogy(wanted, p).sum(axis=1)


def perturbation(network, X, y=None, *, noise=0.5, n_repeats=10, random_state=0):
    """Measure how much the loss of a network grows when noise is added to one input.

    ``mean(loss(x + noise * s_i * z * e_i) - loss(x))`` with z normal and s_i the standard
    deviation of input i. The loss is the cross-entropy of classifiers and the mean squared error
    over the variance of the target of regression networks.

    Parameters
    ----------
    network : estimator, Network, ScalarView, tuple or callable
        The network.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs) or None, default=None
        Target; None is the network's own answers, so that the growth is what the noise changes.
        Views of classifiers answer log-odds and take none.
    noise : float, default=0.5
        Standard deviation of the noise, in those of the inputs.
    n_repeats : int, default=10
        How often noise is drawn; all inputs get the same.
    random_state : int, RandomState instance or None, default=0
        Seeds the noise.

    Returns
    -------
    Importances
        Growth of the loss, with its standard deviation over repeats in `statistics`. Negative
        values mean that blurring does no harm; inputs are ranked by the positive part.

    Raises
    ------
    ValueError
        If X or y do not fit the network, or `noise` or `n_repeats` is not positive.

    Notes
    -----
    Categories of a user's table are not blurred but taken from another row, all inputs of their
    column together; numbers that are missing stay so. Rows with one blurred input may be rows that
    cannot exist. An input whose information another one carries, too, counts by what this network
    reads from it.

    References
    ----------
    M. Gevrey, I. Dimopoulos and S. Lek, "Review and comparison of methods to study the
    contribution of variables in artificial neural network models", Ecological Modelling 160, 2003.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.importance import perturbation
    >>> X = np.random.default_rng(0).normal(size=(500, 2))
    >>> network = ([[[2.0], [0.0]]], [[0.0]], ["identity"])
    >>> found = perturbation(network, X)
    >>> found.ranking(), float(found.values[1, 0])
    (['x0', 'x1'], 0.0)
    """
    if not isinstance(noise, Real) or not noise > 0:
        raise ValueError(f"noise must be a positive number. Got {noise!r} instead.")
    checked_count(n_repeats, "n_repeats", 1)
    network = network_for(network, X)
    rows = network.check(X)
    wanted, scale = _wanted(network, rows, y), noise * scale_of(rows, " to add noise to")
    before = losses(network, rows, wanted).mean()
    rng = check_random_state(random_state)
    growth = np.empty((n_repeats, rows.shape[1]))
    moves, held = np.broadcast_to(network.moves, scale.shape), is_held(network, rows)
    for repeat in range(n_repeats):
        z = rng.standard_normal(len(rows))
        others = None if network.user_table is None else rng.permutation(len(rows))
        for group in groups_of(network, rows.shape[1]):
            moved = rows.copy()
            if moves[group].any():
                moved[:, group] += np.where(held, 0.0, np.outer(z, scale))[:, group]
            else:
                moved[:, group] = rows[others][:, group]
            grown = losses(network, moved, wanted).mean() - before
            growth[repeat, group] = grown / len(group)
    values, deviations = growth.mean(axis=0)[:, np.newaxis], growth.std(axis=0)[:, np.newaxis]
    names, title = input_names(network, X), f"Growth under noise of {noise:g} standard deviations"
    strength = np.maximum(values, 0.0)
    found = Importances(values, names, ("loss",), title, strength, {"std": deviations})
    return by_column(found, network.user_table)


def _growth_of_loss(network, X, y, random_state):
    """Return the importances by noise; a view of a classifier is held to its own answers."""
    target = None if is_view_of_classes(network) else y
    return perturbation(network, X, target, n_repeats=_N_REPEATS, random_state=random_state)


register_importance(ImportanceMethod("perturbation", _growth_of_loss, 50))
