"""The abstract network and its scalar views."""

from abc import abstractmethod

import numpy as np

from skinterp.network._answers import Answers
from skinterp.network._heads import Linear
from skinterp.network._value import Value, read_only
from skinterp.network._views import Views
from skinterp.utils import check_X


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


class Network(Answers, Views, Value):
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
    user_table : UserTable or None, default=None
        The user's table, where the inputs are features read off it (numbers, indicators of
        categories, flags of missing values): rows of either kind are taken then.
    """

    def __init__(self, task, n_features_in, n_outputs, classes, feature_names, user_table=None):
        if feature_names is not None:
            feature_names = _checked_names(feature_names, n_features_in)
            n_features_in = len(feature_names)
        self._set(
            task=task,
            n_features_in=n_features_in,
            n_outputs=n_outputs,
            classes=None if classes is None else read_only(classes),
            feature_names=feature_names,
            user_table=user_table,
        )

    # what a new kind of network implements

    @abstractmethod
    def forward(self, X):
        """Calculate the raw values of a block of rows.

        Parameters
        ----------
        X : ndarray of shape (n, n_features_in)
            What `check` returned: at most `block_rows` rows of it.

        Returns
        -------
        ndarray of shape (n, n_outputs)
            The raw values.
        """

    @abstractmethod
    def linearise(self, X):
        """Calculate the raw values of a block of rows, and how cotangents are pulled back.

        Parameters
        ----------
        X : ndarray of shape (n, n_features_in)
            What `check` returned: at most `block_rows` rows of it.

        Returns
        -------
        raw : ndarray of shape (n, n_outputs)
            The raw values.
        pull : callable
            ``pull(cotangent)`` turns weights (n, n_outputs) of the raw values into the gradient
            (n, n_features_in) of their weighted sum.
        """

    @property
    @abstractmethod
    def block_rows(self):
        """Number of rows worked on at a time, so that memory stays bounded."""

    @abstractmethod
    def arguments(self):
        """Return the arguments that make an equal network, for copies, pickles and equality.

        Returns
        -------
        tuple
            Arguments of the constructor, in its order.
        """

    # values and derivatives

    def check(self, X):
        """Check rows and return them as the network works on them.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features_in)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples, n_features_in)
            The rows as floats.

        Raises
        ------
        ValueError
            If X has other columns than the network, or values that it does not take.
        """
        if self.user_table is not None and not self.user_table.takes(X):
            X = self.user_table.read(X)
        return check_X(X, self.n_features_in, self.feature_names, owner="the network")

    def for_table(self, X):
        """Return the network for a table like X: callables take frames where X is one.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_columns)
            Rows, as the user passed them.

        Returns
        -------
        Network
            The network.
        """
        return self

    def check_values(self, X):
        """Refuse values that are not what they are taken for: none of layers that were read.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features_in)
            Rows.
        """

    def declared(self):
        """Return the network with values that are what they were taken for on the data.

        Of a callable that does not say what it returns every table is checked; points drawn on
        one side of a boundary may look like something else.

        Returns
        -------
        Network
            The network.
        """
        return self

    @property
    def groups(self):
        """Indices of the inputs that belong together: each by itself, or those of a column."""
        if self.user_table is None:
            return tuple(np.arange(self.n_features_in)[:, np.newaxis])
        return self.user_table.groups

    @property
    def moves(self):
        """Which inputs may take values between those observed: 1 for numbers, 0 for indicators."""
        if self.user_table is None:
            return 1.0
        return self.user_table.is_number.astype(np.float64)

    def moves_at(self, rows):
        """Return which inputs may move at rows: as `moves`, but for numbers that are missing.

        Parameters
        ----------
        rows : ndarray of shape (n_samples, n_features)
            Rows, as `check` returns them.

        Returns
        -------
        float or ndarray of shape (n_samples, n_features)
            1 for inputs that may move, else 0; 1.0 for all without a table of the user's.
        """
        return 1.0 if self.user_table is None else self.user_table.moves_at(rows)

    def renamed(self, feature_names):
        """Return the network with other names for its inputs.

        Parameters
        ----------
        feature_names : sequence of str or None
            The names; None keeps those there are.

        Returns
        -------
        Network
            The network.
        """
        if feature_names is None:
            return self
        names = _checked_names(feature_names, self.n_features_in)
        return self._with(feature_names=names, n_features_in=len(names))

    def retasked(self, task, classes):
        """Return the network with its values taken as logits of another task.

        Parameters
        ----------
        task : {"binary", "multiclass", "multilabel"}
            The task.
        classes : array-like
            The class labels.

        Returns
        -------
        Network
            The network.
        """
        return self._with(task=task, classes=read_only(classes))

    def _with(self, **changes):
        twin = object.__new__(type(self))
        content = {key: value for key, value in self.__dict__.items() if key != "digest"}
        twin._set(**{**content, **changes})
        return twin

    def _blocks(self, n_rows):
        step = self.block_rows
        return (slice(start, start + step) for start in range(0, n_rows, step))

    def raw_values(self, X):
        """Return the outputs before the link of a classifier (its logits).

        For regression these are the predictions.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
            The raw values.
        """
        network = self.for_table(X)
        X = network.check(X)
        result = np.empty((len(X), self.n_outputs))
        for rows in self._blocks(len(X)):
            result[rows] = network.forward(X[rows])
        return result

    def pullback(self, X, cotangent):
        """Return the gradient of a weighted sum of the raw values.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.
        cotangent : array-like, broadcastable to (n_samples, n_outputs)
            The weight of every raw value.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            ``sum_k cotangent[:, k] * d raw_values[:, k] / dX``.
        """
        network = self.for_table(X)
        X = network.check(X)
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
            result[rows] = network.linearise(X[rows])[1](cotangent[rows])
        return result

    def jacobian(self, X):
        """Return the derivative of every raw value by every input.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs, n_features)
            The Jacobian.
        """
        network = self.for_table(X)
        X = network.check(X)
        result = np.empty((len(X), self.n_outputs, X.shape[1]))
        for rows in self._blocks(len(X)):
            raw, pull = network.linearise(X[rows])
            for k, unit in enumerate(np.eye(self.n_outputs)):
                result[rows, k] = pull(np.broadcast_to(unit, raw.shape))
        return result

    # scalar views

    def _unit_view(self, layer, j, before_activation):
        raise TypeError(
            f"{type(self).__name__} has no layers that could be looked into; "
            "pass the network itself to as_network, not a callable."
        )

    def _linear_view(self, weights, name):
        return self._view(Linear(tuple(weights.tolist())), name)

    def _view(self, head, name):
        return ScalarView(self, head, name)


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
        known = network.feature_names, network.user_table
        super().__init__("regression", network.n_features_in, 1, None, *known)
        self._set(network=network, head=head, name=name)

    def value(self, X):
        """Return the number for every row.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

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
            Rows.

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
            Rows.

        Returns
        -------
        values : ndarray of shape (n_samples,)
            The values.
        gradients : ndarray of shape (n_samples, n_features)
            The gradients.
        """
        view = self.for_table(X)
        X = view.check(X)
        values, gradients = np.empty(len(X)), np.empty(X.shape)
        for rows in self._blocks(len(X)):
            raw, pull = view.linearise(X[rows])
            values[rows], gradients[rows] = raw[:, 0], pull(np.ones_like(raw))
        return values, gradients

    def for_table(self, X):
        network = self.network.for_table(X)
        return self if network is self.network else ScalarView(network, self.head, self.name)

    def check_values(self, X):
        self.network.check_values(X)

    def _unit_view(self, layer, j, before_activation):
        return self.network.unit(layer, j, before_activation)

    def forward(self, X):
        return self.head.value(self.network.forward(X))[:, np.newaxis]

    def linearise(self, X):
        raw, pull = self.network.linearise(X)
        value = self.head.value(raw)[:, np.newaxis]
        return value, lambda cotangent: pull(cotangent * self.head.gradient(raw))

    def arguments(self):
        return self.network, self.head, self.name

    @property
    def block_rows(self):
        return self.network.block_rows

    def __repr__(self):
        return f"ScalarView({self.name}, of {self.network!r})"
