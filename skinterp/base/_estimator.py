"""What all estimators that take a network share: the rule for networks and checks of data."""

import inspect
from copy import copy

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_is_fitted

from skinterp.network import as_network, default_network
from skinterp.utils import check_X
from skinterp.utils._sklearn import check_sample_weight, is_fitted, validate_data


def needs_training(network):
    """Tell whether a `network` parameter is an unfitted estimator, to be trained in `fit`.

    Parameters
    ----------
    network : object
        What the user passed; None stands for the default network.

    Returns
    -------
    bool
        False for fitted estimators, networks, arrays and callables, which are used as they are.
    """
    if network is None:
        return True
    is_estimator = hasattr(network, "fit") and hasattr(network, "get_params")
    return is_estimator and not isinstance(network, type) and not is_fitted(network)


def _weights_for(network, sample_weight):
    """Return the keywords that hand weights to a network's `fit`, or to its last step's."""
    if sample_weight is None:
        return {}
    name, last = getattr(network, "steps", [(None, network)])[-1]
    parameters = inspect.signature(last.fit).parameters.values()
    if not any(p.name == "sample_weight" or p.kind is p.VAR_KEYWORD for p in parameters):
        raise ValueError(
            f"sample_weight cannot be passed on, because {type(last).__name__}.fit does not take "
            "it. Pass a fitted network, or no sample_weight."
        )
    return {"sample_weight" if name is None else f"{name}__sample_weight": sample_weight}


def train(network, X, y, sample_weight=None):
    """Train a clone of an unfitted network.

    Parameters
    ----------
    network : estimator
        Unfitted.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows, as the user passed them.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Targets.
    sample_weight : array-like of shape (n_samples,) or None, default=None
        Weights, handed to the last step of a pipeline.

    Returns
    -------
    estimator
        The fitted clone.
    """
    network = clone(network)
    return network.fit(X, y, **_weights_for(network, sample_weight))


class NetworkEstimator(BaseEstimator):
    """Base of estimators that explain a network.

    A fitted `network` is used as it is and never refitted or copied, not even by
    :func:`sklearn.base.clone`; an unfitted one is cloned and trained in each `fit`.
    (In a grid over `network` itself, scikit-learn clones the values: write
    ``{"network": [as_network(first), as_network(second)]}`` for fitted ones.)
    """

    def __sklearn_clone__(self):
        """Clone all parameters but a fitted network, which is shared."""
        if needs_training(self.network):
            return super().__sklearn_clone__()
        shell = copy(self)
        shell.network = None
        twin = super(NetworkEstimator, shell).__sklearn_clone__()
        twin.network = self.network
        return twin

    def set_params(self, **params):
        """Set parameters; those inside a fitted network are refused.

        Parameters
        ----------
        **params : dict
            Parameters, nested ones as ``network__alpha``.

        Returns
        -------
        self
            The estimator.

        Raises
        ------
        ValueError
            If a parameter of a fitted network is set: it would change the user's network
            without training it.
        """
        inner = next((name for name in params if name.startswith("network__")), None)
        network = params.get("network", self.network)
        if inner and network is None:
            raise ValueError(
                f"{inner} cannot be set, because network is None. Pass the network to tune, such "
                "as skinterp.network.default_network(task)."
            )
        if inner and not needs_training(network):
            raise ValueError(
                f"{inner} cannot be set, because network is already fitted and is used as it is. "
                "Pass an unfitted network, such as sklearn.base.clone(network), to tune it."
            )
        return super().set_params(**params)

    def _fit_network(self, X, y=None, sample_weight=None):
        """Set `network_`, training it if needed, and return X as a checked array."""
        training = needs_training(self.network)
        if training:
            self._check_trainable(y)
            check_X(X)
        else:
            network = as_network(self.network)
            self._check_task(network)
            check_X(X, network.n_features_in, network.feature_names)
        array, y = self._validate(X, y)
        if training:
            network = self._train(X, y, sample_weight)
        self._match_target(network, y)
        self.network_ = network
        return array

    def _check_trainable(self, y):
        """Refuse a missing target and a network made for another task, before training it."""
        name, network = type(self).__name__, self.network
        if y is None:
            raise ValueError(
                f"{name} requires y to be passed, but the target y is None: network is not fitted "
                "yet and has to be trained. Pass y or a fitted network."
            )
        if network is not None and self._is_other_kind(network):
            raise ValueError(
                f"{name} cannot explain {type(network).__name__}, which is a {self._other_kind}: "
                f"use {self._other_name()}."
            )

    def _train(self, X, y, sample_weight):
        """Return the network, trained on the user's own rows."""
        counted = y
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, X, ensure_non_negative=True)
            counted = y[sample_weight > 0.0]
        task, network = self._task_of(counted), self.network
        if network is None:
            network = default_network(task, random_state=self.random_state)
        network = as_network(train(network, X, y, sample_weight))
        self._check_task(network)
        return network

    def _match_target(self, network, y):
        """Take from the network what the target must agree with: nothing in regression."""

    def _other_name(self):
        here, there = self._kind.capitalize(), self._other_kind.capitalize()
        return type(self).__name__.replace(here, there)

    def _weighted_rows(self, X, sample_weight):
        """Return the rows that count, as scikit-learn treats a weight of 0, and their weights."""
        weight = check_sample_weight(sample_weight, X, ensure_non_negative=True)
        if not weight.any():
            raise ValueError("Sample weights must contain at least one non-zero number.")
        return X[weight > 0.0], weight[weight > 0.0]

    @property
    def _input_names(self):
        """Names of the inputs: those of X, of the network, or x0, x1, ..."""
        if hasattr(self, "feature_names_in_"):
            return tuple(str(name) for name in self.feature_names_in_)
        if self.network_.feature_names is not None:
            return self.network_.feature_names
        return tuple(f"x{j}" for j in range(self.n_features_in_))

    def _rows(self, X):
        """Check rows to predict and return them as an array."""
        check_is_fitted(self, "network_")
        return validate_data(self, X, dtype=np.float64, reset=False)
