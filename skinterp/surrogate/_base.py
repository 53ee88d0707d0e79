"""What all surrogates share: the rule for networks, checks of data and task."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from skinterp.network import Network, as_network, default_network
from skinterp.utils import feature_names_of
from skinterp.utils._sklearn import is_fitted, validate_data


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
    if isinstance(network, Network) or not hasattr(network, "fit"):
        return False
    return not is_fitted(network)


def _clone_parameter(name, value):
    if name == "network" and not needs_training(value):
        return value
    return clone(value, safe=False)


def train(network, X, y, sample_weight=None):
    """Train a clone of an unfitted network, with weights if its last step takes them.

    Parameters
    ----------
    network : estimator
        Unfitted.
    X : array-like or data frame of shape (n, d)
        Rows.
    y : array-like of shape (n,)
        Targets.
    sample_weight : array-like of shape (n,) or None, default=None
        Weights.

    Returns
    -------
    estimator
        The fitted clone.
    """
    network = clone(network)
    if sample_weight is None:
        return network.fit(X, y)
    steps = getattr(network, "steps", None)
    name = "sample_weight" if steps is None else f"{steps[-1][0]}__sample_weight"
    return network.fit(X, y, **{name: sample_weight})


class NetworkSurrogate(BaseEstimator):
    """Base of estimators that explain a network.

    A fitted `network` is used as it is and never refitted or copied, not even by
    :func:`sklearn.base.clone`; an unfitted one is cloned and trained in each `fit`.
    """

    def __sklearn_clone__(self):
        """Clone all parameters but a fitted network, which is shared."""
        parameters = self.get_params(deep=False)
        return type(self)(**{k: _clone_parameter(k, v) for k, v in parameters.items()})

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
        inner = [key for key in params if key.startswith("network__")]
        network = params.get("network", self.network)
        if inner and network is not None and not needs_training(network):
            raise ValueError(
                f"{inner[0]} cannot be set, because network is already fitted and is used as it "
                "is. Pass an unfitted network, such as sklearn.base.clone(network), to tune it."
            )
        return super().set_params(**params)

    def _fit_network(self, X, y, sample_weight=None):
        """Set `network_`, `n_features_in_` and the names, and return X as an array."""
        names = feature_names_of(X)
        training = needs_training(self.network)
        if training and y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None: "
                "network is not fitted yet and has to be trained. Pass y or a fitted network."
            )
        array = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        if y is not None:
            y = self._check_target(X, y)
        if training:
            network = self.network
            if network is None:
                network = default_network(self._task(y), self._seed())
            self.network_ = as_network(train(network, X, y, sample_weight))
        else:
            self.network_ = as_network(self.network)
        self._check_network(names, y)
        return array

    def _seed(self):
        return getattr(self, "random_state", None)

    def _check_network(self, names, y):
        network = self.network_
        if network.n_features_in not in (None, self.n_features_in_):
            raise ValueError(
                f"X has {self.n_features_in_} features, but the network expects "
                f"{network.n_features_in}. Pass the columns that the network was trained on."
            )
        if names is not None and network.feature_names not in (None, names):
            missing = sorted(set(network.feature_names) - set(names))
            extra = sorted(set(names) - set(network.feature_names))
            detail = (
                f"missing {missing}, unexpected {extra}" if missing or extra else "other order"
            )
            raise ValueError(
                f"The columns of X differ from those the network was trained on: {detail}."
            )
        self._check_task()

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
        return validate_data(self, X, dtype=np.float64, reset=False)


class ClassifierSurrogate(ClassifierMixin, NetworkSurrogate):
    """Base of surrogates of binary and multiclass networks."""

    def _task(self, y):
        return "binary" if len(np.unique(y)) <= 2 else "multiclass"

    def _check_target(self, X, y):
        _, y = validate_data(self, X, y, dtype=np.float64, reset=False)
        check_classification_targets(y)
        if type_of_target(y) not in ("binary", "multiclass"):
            raise ValueError(
                f"y must be one column of class labels. Got {type_of_target(y)} instead."
            )
        if len(np.unique(y)) < 2:
            raise ValueError(
                f"y must have at least two classes. Got one class, {np.unique(y)[0]!r}, instead."
            )
        return y

    def _check_task(self):
        task, name = self.network_.task, type(self).__name__
        if task in ("binary", "multiclass"):
            return
        if task == "multilabel":
            raise ValueError(
                f"{name} needs a network with exclusive classes. Got a multilabel network "
                "instead: explain one label at a time by "
                f"{name.replace('Classifier', 'Regressor')}(network=as_network(model).margin(k))."
            )
        raise ValueError(
            f"{name} needs a classifying network. Got a regression network instead: use "
            f"{name.replace('Classifier', 'Regressor')}, or pass classes= to as_network if its "
            "values are logits."
        )

    def _check_network(self, names, y):
        super()._check_network(names, y)
        self.classes_ = np.array(self.network_.classes)
        unknown = [] if y is None else np.setdiff1d(y, self.classes_).tolist()
        if unknown:
            raise ValueError(
                f"y has labels that the network does not know: {unknown}. "
                f"Its classes are {self.classes_.tolist()}."
            )


class RegressorSurrogate(RegressorMixin, NetworkSurrogate):
    """Base of surrogates of regression networks and of scalar views of any network."""

    def _task(self, y):
        return "regression"

    def _check_target(self, X, y):
        _, y = validate_data(
            self, X, y, dtype=np.float64, reset=False, y_numeric=True, multi_output=True
        )
        return y

    def _check_task(self):
        network, name = self.network_, type(self).__name__
        if network.task != "regression":
            raise ValueError(
                f"{name} needs a regression network. Got a {network.task} network instead: use "
                f"{name.replace('Regressor', 'Classifier')}, or explain one of its scalar views, "
                "as_network(model).margin(k) or .output(k)."
            )
        if network.n_outputs > 1:
            raise ValueError(
                f"{name} explains one output. Got a network with {network.n_outputs} outputs "
                "instead: pass as_network(model).output(k)."
            )
