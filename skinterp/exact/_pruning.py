"""The simplest network that still answers as a network does."""

import warnings
from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skinterp.base import ClassifierSurrogate, RegressorSurrogate
from skinterp.display import PruningPathDisplay
from skinterp.exact._formula import network_to_sympy
from skinterp.exact._lossless import remove_lossless
from skinterp.exact._saliency import CRITERIA, drop, fine_tune, saliencies
from skinterp.network import DenseNetwork, ScalarView
from skinterp.sampling import draw_queries, feature_scale
from skinterp.utils import import_optional
from skinterp.utils._sklearn import Interval, StrOptions, fit_context

_HELD_OUT = 0.25  # share of the rows that no weight is tuned on
_N_TUNED, _N_CHECKED = 3000, 2000  # rows and queries to tune on, queries to check on
_LEAST_HELD_OUT = 10


def count_weights(network):
    """Return the number of weights that are not zero, biases not counted.

    Parameters
    ----------
    network : DenseNetwork
        The network.

    Returns
    -------
    int
        The number.
    """
    return int(sum(np.count_nonzero(layer.weights) for layer in network.layers))


def dense_of(network, name):
    """Return the fully connected network behind a network or a linear view of one.

    Parameters
    ----------
    network : Network
        The network.
    name : str
        Who asks, for the error.

    Returns
    -------
    DenseNetwork
        The network.
    """
    if isinstance(network, ScalarView) and network.network.n_outputs == 1:
        network = network.network
    if not isinstance(network, DenseNetwork):
        raise ValueError(
            f"{name} needs a network with layers. Got {network!r} instead: use a surrogate."
        )
    return network


def rescaled(network, mean, scale):
    """Return the network as a function of ``(x - mean) / scale``.

    Parameters
    ----------
    network : DenseNetwork
        The network.
    mean, scale : ndarray of shape (n_features,)
        The change of inputs.

    Returns
    -------
    DenseNetwork
        The network.
    """
    first, *others = network.layers
    bias = first.bias + mean @ first.weights
    layers = [first._replace(weights=first.weights * scale[:, np.newaxis], bias=bias), *others]
    return DenseNetwork(layers, network.task, network.classes, network.feature_names)


@dataclass(frozen=True)
class PruningStep:
    """A network on the way of pruning.

    Parameters
    ----------
    n_weights : int
        Weights that are not zero, biases not counted.
    n_units : int
        Hidden units.
    fidelity : float
        Agreement with the network on rows that no weight was tuned on: share of equal classes, or
        R2.
    query_fidelity : float
        The same on points drawn like the data, `draw_queries`.
    accuracy : float
        Accuracy, or R2, against the target on these rows; nan without a target.
    network : DenseNetwork
        The pruned network, in input units.
    """

    n_weights: int
    n_units: int
    fidelity: float
    query_fidelity: float
    accuracy: float
    network: DenseNetwork


class PruningPath(tuple):
    """The networks of a pruning, largest first: a sequence of `PruningStep`."""

    def to_frame(self):
        """Return one line per network.

        Returns
        -------
        pandas.DataFrame
            Weights, units, layer sizes, fidelities and accuracy.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        pandas = import_optional("pandas", extra="plot", purpose="to_frame")
        names = ("n_weights", "n_units", "fidelity", "query_fidelity", "accuracy")
        frame = pandas.DataFrame([{name: getattr(step, name) for name in names} for step in self])
        return frame.assign(hidden_layer_sizes=[step.network.hidden_layer_sizes for step in self])

    def plot(self, target_fidelity=None, selected=None, ax=None):
        """Draw fidelity and accuracy against the number of weights.

        Parameters
        ----------
        target_fidelity : float or None, default=None
            Where to draw a line.
        selected : int or None, default=None
            Index of the network to mark.
        ax : matplotlib.axes.Axes or None, default=None
            Where to draw; a new figure by default.

        Returns
        -------
        PruningPathDisplay
            The display.
        """
        display = PruningPathDisplay(
            [step.n_weights for step in self],
            [step.fidelity for step in self],
            [step.query_fidelity for step in self],
            [step.accuracy for step in self],
            target_fidelity=target_fidelity,
            selected=selected,
        )
        return display.plot(ax)


def kept_weights(scores, masks, n_weights, structure):
    """Return which weights to keep so that at most some are left.

    Parameters
    ----------
    scores : list of ndarray of shape (n_in, n_out)
        Saliencies.
    masks : list of ndarray of bool of shape (n_in, n_out)
        Weights there are.
    n_weights : int
        How many to leave.
    structure : {"weights", "units"}
        Whether to remove single weights, or all weights of hidden units; the last weights of
        single units are removed one by one.

    Returns
    -------
    list of ndarray of bool of shape (n_in, n_out)
        Weights to keep.
    """
    masks = [mask.copy() for mask in masks]
    if structure == "units":
        _drop_units(scores, masks, n_weights)
    flat = np.concatenate([np.where(m, s, -1.0).ravel() for s, m in zip(scores, masks)])
    best = np.argsort(-flat, kind="stable")[:n_weights]
    kept = np.zeros(len(flat), dtype=bool)
    kept[best] = True
    ends = np.cumsum([mask.size for mask in masks])[:-1]
    return [part.reshape(mask.shape) & mask for part, mask in zip(np.split(kept, ends), masks)]


def _drop_units(scores, masks, n_weights):
    """Remove whole hidden units, the least salient first, while too many weights are left."""
    units = [
        (scores[layer][:, j].sum() + scores[layer + 1][j].sum(), layer, j)
        for layer in range(len(masks) - 1)
        for j in range(masks[layer].shape[1])
    ]
    for _, layer, j in sorted(units):
        if sum(mask.sum() for mask in masks) <= n_weights:
            return
        if masks[layer].any(axis=0).sum() > 1:
            masks[layer][:, j] = masks[layer + 1][j] = False


class _PruningMixin:
    """Parameters, path and answers of both pruned networks."""

    _parameter_constraints = {
        "network": "no_validation",
        "target_fidelity": [Interval(Real, 0, 1, closed="right")],
        "n_weights": [None, Interval(Integral, 1, None, closed="left")],
        "criterion": [StrOptions(set(CRITERIA))],
        "structure": [StrOptions({"weights", "units"})],
        "keep_ratio": [Interval(Real, 0, 1, closed="neither")],
        "n_tuning_steps": [Interval(Integral, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        network=None,
        *,
        target_fidelity=0.98,
        n_weights=None,
        criterion="second_order",
        structure="weights",
        keep_ratio=0.7,
        n_tuning_steps=100,
        random_state=None,
    ):
        self.network = network
        self.target_fidelity = target_fidelity
        self.n_weights = n_weights
        self.criterion = criterion
        self.structure = structure
        self.keep_ratio = keep_ratio
        self.n_tuning_steps = n_tuning_steps
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None):
        """Prune the network.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows: three quarters of them tune weights, the others measure fidelity.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Target, needed to train an unfitted network; with a fitted one it only adds the
            accuracy to ``path_``.

        Returns
        -------
        self
            The fitted surrogate.
        """
        X = self._fit_network(X, y)
        network = dense_of(self.network_, type(self).__name__)
        rng = check_random_state(self.random_state)
        order = rng.permutation(len(X))
        n_held = max(_LEAST_HELD_OUT, int(_HELD_OUT * len(X)))
        few = len(X) < 2 * _LEAST_HELD_OUT
        held, tuned = (order, order) if few else (order[:n_held], order[n_held:])
        tuned = tuned[:_N_TUNED]
        queries = draw_queries(X[tuned], _N_TUNED - len(tuned), random_state=rng)
        self._tuned = np.concatenate([X[tuned], queries])
        self._held = X[held], None if y is None else np.asarray(y)[held]
        self._checked = draw_queries(X, _N_CHECKED, random_state=rng)
        self._descend(network, X)
        del self._tuned, self._held, self._checked
        self._select()
        return self

    def _descend(self, network, X):
        """Set `path_`, smaller and smaller networks; an interrupted path keeps what it has."""
        deviation = feature_scale(X)
        mean, scale = X.mean(axis=0), np.where(deviation > 0.0, deviation, 1.0)
        small = rescaled(remove_lossless(network), mean, scale)
        target = network.raw_values(self._tuned)
        rows = (self._tuned - mean) / scale
        steps = [self._step(network), self._step(rescaled(small, -mean / scale, 1.0 / scale))]
        try:
            while (size := self._next_size(count_weights(small), small.n_outputs)) is not None:
                masks = [layer.weights != 0.0 for layer in small.layers]
                scores = saliencies(small, rows, self.criterion)
                masks = kept_weights(scores, masks, size, self.structure)
                small = remove_lossless(drop(small, rows, masks))
                small = fine_tune(small, rows, target, self.n_tuning_steps)
                steps.append(self._step(rescaled(small, -mean / scale, 1.0 / scale)))
        except KeyboardInterrupt:
            warnings.warn(
                f"Pruning was interrupted at {steps[-1].n_weights} weights; the path ends there.",
                UserWarning,
                stacklevel=3,
            )
        self.path_ = PruningPath(steps)

    def _next_size(self, n_weights, n_outputs):
        """Return how many weights to keep next; None at the end of the path."""
        floor = 1 if self.n_weights is None else min(self.n_weights, n_weights)
        if n_weights <= floor:
            return None
        return max(floor, min(n_weights - 1, int(n_weights * self.keep_ratio)))

    def _step(self, network):
        X, y = self._held
        score = self._measure
        return PruningStep(
            count_weights(network),
            sum(network.hidden_layer_sizes),
            score(self.network_, network, X),
            score(self.network_, network, self._checked),
            np.nan if y is None else float(self._score(y, network.predict(X))),
            network,
        )

    def _measure(self, network, pruned, X):
        return float(self._score(network.predict(X), pruned.predict(X)))

    def _select(self):
        """Set the smallest network that is faithful enough, or has few enough weights."""
        if self.n_weights is not None:
            fits = [k for k, step in enumerate(self.path_) if step.n_weights <= self.n_weights]
            self.selected_ = fits[0] if fits else len(self.path_) - 1
        else:
            fits = [
                k
                for k, step in enumerate(self.path_)
                if min(step.fidelity, step.query_fidelity) >= self.target_fidelity
            ]
            self.selected_ = max(fits, key=lambda k: (-self.path_[k].n_weights, -k))
        self.pruned_network_ = self.path_[self.selected_].network

    @property
    def n_weights_(self):
        """Number of weights that are not zero, biases not counted."""
        check_is_fitted(self, "pruned_network_")
        return count_weights(self.pruned_network_)

    @property
    def complexity_(self):
        """Number of weights that are not zero, too."""
        return self.n_weights_

    @property
    def used_features_(self):
        """Names of the inputs that the pruned network looks at."""
        check_is_fitted(self, "pruned_network_")
        used = self.pruned_network_.layers[0].weights.any(axis=1)
        return tuple(np.array(self._input_names, dtype=object)[used])

    def predict(self, X):
        """Predict by the pruned network.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Class labels or values.
        """
        X = self._rows(X)
        return self.pruned_network_.predict(X)

    def plot_path(self, ax=None):
        """Draw fidelity and accuracy against the number of weights.

        Parameters
        ----------
        ax : matplotlib.axes.Axes or None, default=None
            Where to draw; a new figure by default.

        Returns
        -------
        PruningPathDisplay
            The display.
        """
        check_is_fitted(self, "pruned_network_")
        target = self.target_fidelity if self.n_weights is None else None
        return self.path_.plot(target, self.selected_, ax)

    def to_sympy(self, output=0, digits=None):
        """Return the pruned network as a formula of its inputs.

        Parameters
        ----------
        output : int, default=0
            Which raw value: a logit, or a value of a regression.
        digits : int or None, default=None
            Significant digits of the numbers; None is all.

        Returns
        -------
        sympy.Expr
            The formula.

        Raises
        ------
        ValueError
            If it would be too long to read; see `network_to_sympy`.
        """
        check_is_fitted(self, "pruned_network_")
        return network_to_sympy(
            self.pruned_network_, output, digits=digits, names=self._input_names
        )


class PrunedMLPClassifier(_PruningMixin, ClassifierSurrogate):
    """The smallest pruned network that still classifies as a network does.

    First, units without which the network computes the same are removed (`remove_lossless`).
    Then, step after step, the weights that matter least are set to zero, and the others are tuned
    to the answers of the network by cross-entropy, ``-sum_k p_k(x) log q_k(x)`` with p the
    probabilities of the network and q those of the pruned one. Of the networks on this path the
    smallest is taken whose fidelity reaches `target_fidelity`, both on rows that no weight was
    tuned on and on points drawn like the data.

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
        |weight x activation|, or by |weight|; all in standardised inputs.
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
    >>> from skinterp.exact import PrunedMLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> network = default_network("multiclass", random_state=0).fit(X, y)
    >>> pruned = PrunedMLPClassifier(network, target_fidelity=0.95, random_state=0).fit(X)
    >>> pruned.n_weights_ < 0.05 * pruned.path_[0].n_weights
    True
    """

    _score = staticmethod(accuracy_score)

    def decision_function(self, X):
        """Return the logits of the pruned network.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            The logit of the second class if there are two, else one per class.
        """
        X = self._rows(X)
        raw = self.pruned_network_.raw_values(X)
        return raw[:, 0] if self.network_.task == "binary" else raw

    def predict_proba(self, X):
        """Return the probabilities of the pruned network.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities.
        """
        X = self._rows(X)
        return self.pruned_network_.predict_proba(X)


class PrunedMLPRegressor(_PruningMixin, RegressorSurrogate):
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
        |weight x activation|, or by |weight|; all in standardised inputs.
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
    >>> from skinterp.exact import PrunedMLPRegressor
    >>> weights = [[[1.0, 1e-6], [1e-6, 1e-6]], [[2.0], [1e-6]]]
    >>> network = (weights, [[0.0, 0.0], [0.0]], ["relu", "identity"])
    >>> X = np.random.RandomState(0).standard_normal((100, 2))
    >>> pruned = PrunedMLPRegressor(network, random_state=0).fit(X)
    >>> pruned.n_weights_, pruned.used_features_
    (2, ('x0',))
    """

    _score = staticmethod(r2_score)
    _multi_output = True
