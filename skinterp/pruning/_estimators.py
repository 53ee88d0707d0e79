"""The simplest network that still answers as a network does."""

import numpy as np
from sklearn.metrics import accuracy_score, r2_score

from skinterp.base import ClassifierSurrogate, Form, LogitsMixin, RegressorSurrogate, register_form
from skinterp.network import dense_of
from skinterp.pruning._base import PruningMixin


class PrunedMLPClassifier(PruningMixin, LogitsMixin, ClassifierSurrogate):
    """The smallest pruned network that still classifies as a network does.

    First, units without which the network computes the same are removed (`remove_lossless`).
    Then, step after step, the weights that matter least are set to zero, and the others are tuned
    to the answers of the network by cross-entropy, ``-sum_k p_k(x) log q_k(x)`` with p the
    probabilities of the network and q those of the pruned one. Of the networks on this path the
    smallest is taken whose fidelity reaches `target_fidelity` on rows that no weight was tuned
    on, and either on points drawn like the data, too, or on the rows by two standard errors.

    Parameters
    ----------
    network : estimator, Network, tuple or None, default=None
        The network to prune: anything with layers that :func:`skinterp.network.as_network` takes,
        of any activation. A fitted one is used as it is and never changed; an unfitted one is
        trained in `fit`; None trains :func:`skinterp.network.default_network`.
    target_fidelity : float, default=0.98
        Least share of equal classes.
    n_weights : int or None, default=None
        Largest number of weights, instead of `target_fidelity`.
    criterion : {"second_order", "activation", "magnitude"}, default="second_order"
        Which weights matter least: by the loss that removing one costs (Gauss-Newton), by
        abs(weight x activation), or by abs(weight); all in standardised inputs.
    structure : {"weights", "units"}, default="weights"
        Whether to remove single weights, or hidden units as a whole first.
    keep_ratio : float, default=0.7
        Share of the weights that each step keeps.
    n_tuning_steps : int, default=100
        Largest number of steps of L-BFGS after each removal; 0 is no tuning.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network, the choice of rows and the points drawn.

    Attributes
    ----------
    pruned_network_ : DenseNetwork
        The pruned network, in input units: every other tool takes it.
    path_ : PruningPath
        All networks on the way, the whole one first, with weights, fidelity and accuracy.
    selected_ : int
        Index of the pruned network in ``path_``.
    n_weights_ : int
        Weights of it that are not zero, biases not counted.
    used_features_ : tuple of str
        Names of the inputs that it looks at.
    complexity_ : int
        Number of weights, too.
    unfinished_ : tuple of str
        What says that pruning was interrupted; empty otherwise.
    network_ : Network
        The network.
    classes_ : ndarray of shape (n_classes,)
        Class labels, those of the network.
    n_features_in_ : int
        Number of inputs.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the inputs, if X had them.

    Raises
    ------
    ValueError
        If the network does not classify, is multilabel, or has no layers.

    Warns
    -----
    UserWarning
        If it was interrupted; the path then ends early.

    Notes
    -----
    The fidelity of the network chosen is a little flattering, because it was chosen by it: measure
    it on rows that `fit` has not seen. With fewer than 20 rows all of them tune and measure. A
    pruned network is one of many that answer alike: another seed may keep other weights of
    correlated inputs.

    References
    ----------
    Y. LeCun, J. S. Denker and S. A. Solla, "Optimal brain damage", NIPS 1989.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skinterp import default_network
    >>> from skinterp.pruning import PrunedMLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> network = default_network("multiclass", random_state=0).fit(X, y)
    >>> pruned = PrunedMLPClassifier(network, target_fidelity=0.95, random_state=0).fit(X)
    >>> pruned.n_weights_ < 0.05 * pruned.path_[0].n_weights
    True
    """

    _score = staticmethod(accuracy_score)

    @staticmethod
    def _lower_bound(fidelity, n_rows):
        """Return a lower bound of a fidelity, two standard errors below it (Agresti-Coull)."""
        n = n_rows + 4
        share = (fidelity * n_rows + 2.0) / n
        return share - 2.0 * np.sqrt(share * (1.0 - share) / n)


class PrunedMLPRegressor(PruningMixin, RegressorSurrogate):
    """The smallest pruned network that still predicts as a network, or a scalar view, does.

    First, units without which the network computes the same are removed (`remove_lossless`).
    Then, step after step, the weights that matter least are set to zero, and the others are tuned
    to the values of the network by least squares, each output over its variance. Of the networks
    on this path the smallest is taken whose R2 to the network reaches `target_fidelity`, both on
    rows that no weight was tuned on and on points drawn like the data.

    Parameters
    ----------
    network : estimator, Network, ScalarView, tuple or None, default=None
        The network to prune: anything with layers that :func:`skinterp.network.as_network` takes,
        of any activation, or a linear view of one such as
        ``as_network(model).unit(layer, j, before_activation=True)``. A fitted one is used as it is
        and never changed; an unfitted one is trained in `fit`; None trains
        :func:`skinterp.network.default_network`.
    target_fidelity : float, default=0.98
        Least R2.
    n_weights : int or None, default=None
        Largest number of weights, instead of `target_fidelity`.
    criterion : {"second_order", "activation", "magnitude"}, default="second_order"
        Which weights matter least: by the loss that removing one costs (Gauss-Newton), by
        abs(weight x activation), or by abs(weight); all in standardised inputs.
    structure : {"weights", "units"}, default="weights"
        Whether to remove single weights, or hidden units as a whole first.
    keep_ratio : float, default=0.7
        Share of the weights that each step keeps.
    n_tuning_steps : int, default=100
        Largest number of steps of L-BFGS after each removal; 0 is no tuning.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network, the choice of rows and the points drawn.

    Attributes
    ----------
    pruned_network_ : DenseNetwork
        The pruned network, in input units: every other tool takes it.
    path_ : PruningPath
        All networks on the way, the whole one first, with weights, fidelity and accuracy.
    selected_ : int
        Index of the pruned network in ``path_``.
    n_weights_ : int
        Weights of it that are not zero, biases not counted.
    used_features_ : tuple of str
        Names of the inputs that it looks at.
    complexity_ : int
        Number of weights, too.
    unfinished_ : tuple of str
        What says that pruning was interrupted; empty otherwise.
    network_ : Network
        The network.
    n_features_in_ : int
        Number of inputs.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the inputs, if X had them.

    Raises
    ------
    ValueError
        If the network classifies, or has no layers.

    Warns
    -----
    UserWarning
        If it was interrupted; the path then ends early.

    References
    ----------
    Y. LeCun, J. S. Denker and S. A. Solla, "Optimal brain damage", NIPS 1989.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.pruning import PrunedMLPRegressor
    >>> weights = [[[1.0, 1e-6], [1e-6, 1e-6]], [[2.0], [1e-6]]]
    >>> network = (weights, [[0.0, 0.0], [0.0]], ["relu", "identity"])
    >>> X = np.random.RandomState(0).standard_normal((100, 2))
    >>> pruned = PrunedMLPRegressor(network, random_state=0).fit(X)
    >>> pruned.n_weights_, pruned.used_features_
    (2, ('x0',))
    """

    _score = staticmethod(r2_score)
    _lower_bound = staticmethod(lambda fidelity, n_rows: -np.inf)
    _multi_output = True


register_form(
    Form(
        "pruned",
        PrunedMLPClassifier,
        PrunedMLPRegressor,
        bounds=lambda estimator, max_atoms, n_outputs: {"n_weights": max_atoms},
        check=lambda network: dense_of(network, "The form 'pruned'"),
        position=9,
    )
)
