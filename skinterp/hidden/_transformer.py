"""Activations of a hidden layer as features."""

from numbers import Integral

import numpy as np
from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_is_fitted

from skinterp.base import NetworkEstimator
from skinterp.network import hidden_of
from skinterp.utils._sklearn import Interval, fit_context


class HiddenLayerTransformer(TransformerMixin, NetworkEstimator):
    """The activations of a hidden layer, as features for any other estimator.

    Parameters
    ----------
    network : estimator, Network, tuple or None, default=None
        The network: anything with layers that :func:`skinterp.network.as_network` takes. A fitted
        one is used as it is; an unfitted one is trained in `fit`; None trains
        :func:`skinterp.network.default_network`.
    layer : int, default=-1
        Index of the hidden layer; negative counts from the last one.
    before_activation : bool, default=False
        Whether to return the inputs of the units instead of their activations.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network.

    Attributes
    ----------
    network_ : Network
        The network.
    layer_ : int
        Index of the layer, counted from the first one.
    before_activation_ : bool
        Whether `transform` returns the inputs of the units.
    n_units_ : int
        Number of units of the layer.
    n_features_in_ : int
        Number of inputs.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the inputs, if X had them.

    Raises
    ------
    ValueError
        If the network has no layers, no hidden layer, or not this one.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.neural_network import MLPClassifier
    >>> from sklearn.pipeline import make_pipeline
    >>> from skinterp.hidden import HiddenLayerTransformer
    >>> X, y = load_iris(return_X_y=True)
    >>> network = MLPClassifier((3,), solver="lbfgs", max_iter=500, random_state=0).fit(X, y)
    >>> features = HiddenLayerTransformer(network)
    >>> model = make_pipeline(features, LogisticRegression(max_iter=1000)).fit(X, y)
    >>> model[0].get_feature_names_out().tolist()
    ['layer0_unit0', 'layer0_unit1', 'layer0_unit2']
    """

    _parameter_constraints = {
        "network": "no_validation",
        "layer": [Interval(Integral, None, None, closed="neither")],
        "before_activation": ["boolean"],
        "random_state": ["random_state"],
    }

    def __init__(self, network=None, *, layer=-1, before_activation=False, random_state=None):
        self.network = network
        self.layer = layer
        self.before_activation = before_activation
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None, sample_weight=None):
        """Train the network if it is not, and find the layer.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Target, needed to train an unfitted network and used for nothing else.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weights of the rows in training an unfitted network.

        Returns
        -------
        self
            The fitted transformer.
        """
        X = self._fit_network(X, y, sample_weight)
        self._hidden = hidden_of(self.network_, "HiddenLayerTransformer")
        self.n_units_ = self._hidden.hidden_activations(X[:1], self.layer).shape[1]
        self.layer_ = self.layer % self._hidden.n_hidden
        self.before_activation_ = self.before_activation
        return self

    def transform(self, X):
        """Return the activations of the layer.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples, n_units)
            The activations, or what goes into them.
        """
        X = self._rows(X)
        return self._hidden.hidden_activations(X, self.layer_, self.before_activation_)

    def get_feature_names_out(self, input_features=None):
        """Return the names of the units.

        Parameters
        ----------
        input_features : object, default=None
            Ignored; present by convention.

        Returns
        -------
        ndarray of str of shape (n_units,)
            For example ``"layer0_unit3"``.
        """
        check_is_fitted(self, "n_units_")
        names = [f"layer{self.layer_}_unit{j}" for j in range(self.n_units_)]
        return np.array(names, dtype=object)
