"""The path of pruning: smaller and smaller networks, tuned to answer as the whole one."""

import warnings
from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skinterp.exact._formula import network_to_sympy
from skinterp.exact._lossless import remove_lossless
from skinterp.exact._pruning_path import PruningPath, PruningStep, count_weights
from skinterp.exact._saliency import CRITERIA, drop, fine_tune, kept_weights, saliencies
from skinterp.network import DenseNetwork, dense_of
from skinterp.sampling import draw_queries, feature_scale
from skinterp.utils._sklearn import Interval, StrOptions, fit_context

_HELD_OUT = 0.25  # share of the rows that no weight is tuned on
_N_TUNED, _N_CHECKED = 3000, 2000  # rows and queries to tune on, queries to check on
_LEAST_HELD_OUT = 10


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


class PruningMixin:
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
        self._select()
        del self._tuned, self._held, self._checked
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

    def _faithful(self, step):
        """Return whether a network is faithful on rows and queries, or surely so on rows."""
        least = min(step.fidelity, max(step.query_fidelity, self._sure(step.fidelity)))
        return least >= self.target_fidelity

    def _select(self):
        """Set the smallest network that is faithful enough, or has few enough weights."""
        if self.n_weights is not None:
            fits = [k for k, step in enumerate(self.path_) if step.n_weights <= self.n_weights]
            self.selected_ = fits[0] if fits else len(self.path_) - 1
        else:
            fits = [k for k, step in enumerate(self.path_) if self._faithful(step)]
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
