"""The abstract network and its scalar views."""

from abc import abstractmethod
from operator import index

import numpy as np
from scipy.special import expit, softmax

from skinterp.network._heads import Linear, LogOdds
from skinterp.network._value import Value, read_only
from skinterp.utils import check_X


def checked_index(value, size, name, lowest=0):
    """Return an index within range(size), counting from the end if negative ones are allowed."""
    try:
        value = index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer index. Got {value!r} instead.") from None
    if not lowest <= value < size:
        raise ValueError(f"{name} must be between {lowest} and {size - 1}. Got {value} instead.")
    return value % size


def _checked_names(feature_names, n_features):
    """Return the names as a tuple, refusing a wrong number and repetitions."""
    names = tuple(str(name) for name in feature_names)
    if n_features not in (None, len(names)):
        raise ValueError(
            f"feature_names must be {n_features} names, one per input. Got {len(names)} instead."
        )
    if len(set(names)) < len(names):
        raise ValueError(f"feature_names must differ from one another. Got {names} instead.")
    return names


class Network(Value):
    """A differentiable function of tabular inputs, with the task it was trained for.

    Networks are immutable values: equal when their content is, hashable, picklable. Make one
    with :func:`as_network`. The parameters are attributes, too.

    Parameters
    ----------
    task : {"regression", "binary", "multiclass", "multilabel"}
        What the network was trained for.
    n_features_in : int or None
        The number of inputs; None if not known.
    n_outputs : int
        The number of columns of `raw_values`.
    classes : array-like or None
        The class labels; None for regression.
    feature_names : sequence of str or None
        The names of the inputs, when known.
    """

    def __init__(self, task, n_features_in, n_outputs, classes, feature_names):
        if feature_names is not None:
            feature_names = _checked_names(feature_names, n_features_in)
            n_features_in = len(feature_names)
        self._set(
            task=task,
            n_features_in=n_features_in,
            n_outputs=n_outputs,
            classes=None if classes is None else read_only(classes),
            feature_names=feature_names,
        )

    @abstractmethod
    def _forward(self, X):
        """Return the raw values (n, n_outputs) of a checked block of rows."""

    @abstractmethod
    def _linearise(self, X):
        """Return the raw values of a block and the function pulling cotangents back to it."""

    @property
    @abstractmethod
    def _block_rows(self):
        """Number of rows worked on at a time, so that memory stays bounded."""

    # values and derivatives

    def _check(self, X):
        return check_X(X, self.n_features_in, self.feature_names, owner="the network")

    def _blocks(self, n_rows):
        step = self._block_rows
        return (slice(start, start + step) for start in range(0, n_rows, step))

    def raw_values(self, X):
        """Return the outputs before the link of a classifier (its logits).

        For regression these are the predictions.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
            The raw values.
        """
        X = self._check(X)
        result = np.empty((len(X), self.n_outputs))
        for rows in self._blocks(len(X)):
            result[rows] = self._forward(X[rows])
        return result

    def pullback(self, X, cotangent):
        """Return the gradient of a weighted sum of the raw values.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            The rows.
        cotangent : array-like, broadcastable to (n_samples, n_outputs)
            The weight of every raw value.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            ``sum_k cotangent[:, k] * d raw_values[:, k] / dX``.
        """
        X = self._check(X)
        shape = (len(X), self.n_outputs)
        try:
            cotangent = np.broadcast_to(np.asarray(cotangent, dtype=np.float64), shape)
        except ValueError:
            raise ValueError(
                f"cotangent must broadcast to (n_samples, n_outputs) = {shape}. "
                f"Got shape {np.shape(cotangent)} instead."
            ) from None
        result = np.empty(X.shape)
        for rows in self._blocks(len(X)):
            result[rows] = self._linearise(X[rows])[1](cotangent[rows])
        return result

    def jacobian(self, X):
        """Return the derivative of every raw value by every input.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs, n_features)
            The Jacobian.
        """
        X = self._check(X)
        result = np.empty((len(X), self.n_outputs, X.shape[1]))
        for rows in self._blocks(len(X)):
            raw, pull = self._linearise(X[rows])
            for k, unit in enumerate(np.eye(self.n_outputs)):
                result[rows, k] = pull(np.broadcast_to(unit, raw.shape))
        return result

    def predict(self, X):
        """Predict class labels, label indicators or regression values.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Labels (indicators when multilabel), or the values of a regression.
        """
        return self.answers(self.raw_values(X))

    def answers(self, raw):
        """Return the predictions that go with raw values.

        Parameters
        ----------
        raw : ndarray of shape (n_samples, n_outputs)
            Raw values, of this network or of one that stands for it.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Labels (indicators when multilabel), or the values of a regression.
        """
        if self.task == "binary":
            return self.classes[(raw[:, 0] > 0.0).astype(int)]
        if self.task == "multiclass":
            return self.classes[raw.argmax(axis=1)]
        if self.task == "multilabel":
            return (raw > 0.0).astype(int)
        return raw[:, 0] if self.n_outputs == 1 else raw

    def predict_proba(self, X):
        """Predict the probability of every class (of every label when multilabel).

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            The probabilities.
        """
        self._require_classes("predict_proba")
        return self.probabilities(self.raw_values(X))

    def probabilities(self, raw):
        """Return the probabilities that go with the logits of a classifier.

        Parameters
        ----------
        raw : ndarray of shape (n_samples, n_outputs)
            Logits, of this network or of one that stands for it.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            The probabilities.
        """
        self._require_classes("probabilities")
        if self.task == "binary":
            return expit(np.hstack([-raw, raw]))
        return expit(raw) if self.task == "multilabel" else softmax(raw, axis=1)

    def _require_classes(self, what):
        if self.classes is None:
            raise ValueError(f"{what} needs a classifier, but the task here is regression.")

    # scalar views

    def output(self, k=0):
        """View one column of the raw values.

        Parameters
        ----------
        k : int, default=0
            Index of the column.

        Returns
        -------
        ScalarView
            A network with this one output.
        """
        k = checked_index(k, self.n_outputs, "k")
        name = "output" if self.n_outputs == 1 else f"output {k}"
        return self._linear_view(np.eye(self.n_outputs)[k], name)

    def margin(self, k=None):
        """View the log-odds of one class against all others.

        Parameters
        ----------
        k : int or None, default=None
            Index of the class; may be left out when there are two, meaning the second one.

        Returns
        -------
        ScalarView
            The logit of the class, in ``(-inf, inf)``; positive where the class is more probable
            than all others together.
        """
        self._require_classes("margin")
        if k is None and self.task != "binary":
            raise ValueError(
                f"margin needs the index of a class, 0 to {len(self.classes) - 1}. "
                "Got None instead."
            )
        k = checked_index(1 if k is None else k, len(self.classes), "k")
        name = f"margin of {self._class_name(k)}"
        if self.task == "binary":
            return self._linear_view(np.array([1.0 if k else -1.0]), name)
        if self.task == "multilabel":
            return self._linear_view(np.eye(self.n_outputs)[k], name)
        return ScalarView(self, LogOdds(k), name)

    def difference(self, j, k):
        """View the raw value of one output (or class) minus that of another.

        Parameters
        ----------
        j, k : int
            Indices of the two; of classes for a classifier.

        Returns
        -------
        ScalarView
            The difference, for classes the log-odds of `j` against `k`.
        """
        size = 2 if self.task == "binary" else self.n_outputs
        j, k = checked_index(j, size, "j"), checked_index(k, size, "k")
        if j == k:
            raise ValueError(f"difference needs two different indices. Got {j} twice.")
        signs = np.eye(size)[j] - np.eye(size)[k]
        weights = signs[1:] if self.task == "binary" else signs
        names = [f"output {i}" if self.classes is None else self._class_name(i) for i in (j, k)]
        return self._linear_view(weights, " against ".join(names))

    def unit(self, layer, j, before_activation=False):
        """View one hidden unit.

        Parameters
        ----------
        layer : int
            Index of the hidden layer; negative counts from the last one.
        j : int
            Index of the unit.
        before_activation : bool, default=False
            Whether to view its input instead of its activation.

        Returns
        -------
        ScalarView
            A network with this one output.
        """
        return self._unit_view(layer, j, before_activation)

    def _unit_view(self, layer, j, before_activation):
        raise TypeError(
            f"{type(self).__name__} has no layers that could be looked into; "
            "pass the network itself to as_network, not a callable."
        )

    def _class_name(self, k):
        label = self.classes.tolist()[k]
        return repr(label) if isinstance(label, str) else f"class {label}"

    def _linear_view(self, weights, name):
        return ScalarView(self, Linear(tuple(weights.tolist())), name)


class ScalarView(Network):
    """One number computed from a network's raw values: a network with one output.

    Parameters
    ----------
    network : Network
        The network looked at.
    head : Linear or LogOdds
        The function of its raw values.
    name : str
        What the number is, for titles and legends.
    """

    def __init__(self, network, head, name):
        super().__init__("regression", network.n_features_in, 1, None, network.feature_names)
        self._set(network=network, head=head, name=name)

    def value(self, X):
        """Return the number for every row.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            The values.
        """
        return self.raw_values(X)[:, 0]

    def gradient(self, X):
        """Return its derivative by every input.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            The gradients.
        """
        return self.value_and_gradient(X)[1]

    def value_and_gradient(self, X):
        """Return values and gradients from one forward pass.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        values : ndarray of shape (n_samples,)
            The values.
        gradients : ndarray of shape (n_samples, n_features)
            The gradients.
        """
        X = self._check(X)
        values, gradients = np.empty(len(X)), np.empty(X.shape)
        for rows in self._blocks(len(X)):
            raw, pull = self._linearise(X[rows])
            values[rows], gradients[rows] = raw[:, 0], pull(np.ones_like(raw))
        return values, gradients

    def _unit_view(self, layer, j, before_activation):
        return self.network.unit(layer, j, before_activation)

    def _forward(self, X):
        return self.head.value(self.network._forward(X))[:, np.newaxis]

    def _linearise(self, X):
        raw, pull = self.network._linearise(X)
        value = self.head.value(raw)[:, np.newaxis]
        return value, lambda cotangent: pull(cotangent * self.head.gradient(raw))

    def _arguments(self):
        return self.network, self.head, self.name

    @property
    def _block_rows(self):
        return self.network._block_rows

    def __repr__(self):
        return f"ScalarView({self.name}, of {self.network!r})"
