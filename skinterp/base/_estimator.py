"""The rule for networks: what all estimators that take a network share."""

import inspect
from collections.abc import Callable
from copy import copy

import numpy as np
from sklearn.base import BaseEstimator, clone, is_regressor
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted

from skinterp.base._explains import ExplainsItself
from skinterp.network import as_network, default_network, takes_tables
from skinterp.table import as_table
from skinterp.utils import check_kinds, check_X, feature_names_of, is_mixed, preformatted
from skinterp.utils._saved import Saved
from skinterp.utils._sklearn import (
    check_sample_weight,
    check_y,
    diagram_around,
    is_fitted,
    validate_data,
)


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
        Weights of the rows, handed to the last step of a pipeline.

    Returns
    -------
    estimator
        The fitted clone.
    """
    if y is None:
        raise ValueError("y must be passed, because network is not fitted and has to be trained.")
    network = clone(network)
    return network.fit(X, y, **_weights_for(network, sample_weight))


def repeated(weight):
    """Return as many rows as there are, each as often as its share of the weight says.

    Parameters
    ----------
    weight : ndarray of shape (n_samples,)
        Weights above 0.

    Returns
    -------
    ndarray of int of shape (n_samples,)
        Indices of rows, ascending: every row once if all weights are equal.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.base._estimator import repeated
    >>> repeated(np.array([5.0, 5.0, 5.0])), repeated(np.array([1.0, 2.0, 1.0, 4.0]))
    (array([0, 1, 2]), array([0, 1, 3, 3]))
    """
    # rounded, as sums of equal weights are not quite the multiples of one
    ends = np.round(np.cumsum(weight) / weight.sum() * len(weight), 9)
    return np.searchsorted(ends, np.arange(len(weight)) + 0.5)


def check_two_classes(y):
    """Refuse a target of one class, for which no network can be trained.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels.

    Returns
    -------
    ndarray of shape (n_classes,)
        The different labels, sorted.
    """
    labels = np.unique(y)
    if len(labels) < 2:
        raise ValueError(
            "y must have at least two classes to train a network. "
            f"Got one class, {labels.tolist()[0]!r}, instead."
        )
    return labels


class NetworkEstimator(ExplainsItself, Saved, BaseEstimator):
    """Base of estimators that explain a network, whatever its task.

    A fitted `network` is used as it is and never refitted or copied, not even by
    :func:`sklearn.base.clone`; an unfitted one is cloned and trained in each `fit`.
    (In a grid over `network` itself, scikit-learn clones the values: write
    ``{"network": [as_network(first), as_network(second)]}`` for fitted ones.)

    Subclasses set `network` in `__init__`, call ``rows = self._fit_network(X, y, sample_weight)``
    in `fit` and ``rows = self._rows(X)`` in `predict` or `transform`.
    """

    random_state = 0  # of those that take no seed: the default network is always the same

    def __sklearn_tags__(self):
        """Say that y is needed only to train an unfitted network."""
        tags = super().__sklearn_tags__()
        tags.target_tags.required = needs_training(self.network)
        return tags

    def __getstate__(self):
        """Return what is saved: of a fitted network what was read of it, not its training."""
        state = super().__getstate__()
        known = state.get("network_")
        if known is not None and not needs_training(self.network):
            state["network"] = known
        return state

    def _sk_visual_block_(self):
        return diagram_around(self, self.network)

    def _repr_mimebundle_(self, **options):
        """Return what notebooks show: the estimator's diagram and, fitted, what it says."""
        bundle = super()._repr_mimebundle_(**options)
        if "text/html" in bundle:
            bundle["text/html"] += self._said_in_notebooks()
        return bundle

    @property
    def _repr_html_(self):
        diagram = super()._repr_html_
        return lambda: diagram() + self._said_in_notebooks()

    def _said_in_notebooks(self):
        if not hasattr(self, "network_"):
            return ""
        has_own = type(self).__str__ is not object.__str__
        return preformatted(str(self) if has_own else self.export_text())

    def __copy__(self):
        copied = object.__new__(type(self))
        copied.__dict__.update(self.__dict__)
        return copied

    def __sklearn_clone__(self):
        """Clone all parameters but a fitted network, which is shared."""
        if needs_training(self.network):
            return super().__sklearn_clone__()
        shell = copy(self)
        shell.network = None
        copied = super(NetworkEstimator, shell).__sklearn_clone__()
        copied.network = self.network
        return copied

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

    def _fit_network(self, X, y=None, sample_weight=None, *, read=as_network):
        """Set `network_`, training it if needed, and return X as checked rows.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows as the user passed them.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Target; needed to train an unfitted network.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weights of the rows in training.
        read : callable, default=as_network
            ``read(model) -> Network``.

        Returns
        -------
        ndarray or data frame of shape (n_samples, n_features)
            What `_validate` makes of X.
        """
        training = needs_training(self.network)
        if training:
            self._check_trainable(y)
            if self.network is None and hasattr(X, "columns"):
                X = as_table(X)  # of any library as pandas's
            raw = is_mixed(X) if self.network is None else takes_tables(self.network)
            if not raw:
                self._check_rows(X)
        else:
            network = read(self.network).for_table(X)
            self._check_task(network)
            network.check(X)
            network.check_values(X)
            raw = network.user_table is not None
        rows, y = self._validate(X, y, raw)
        if training:
            network = read(self._train(X, y, sample_weight))
            self._check_task(network)
        self._match_target(network, y)
        self.network_ = network
        return rows if network.user_table is None else network.check(X)

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
        """Return the model, trained on the user's own rows."""
        counted = y
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, X, ensure_non_negative=True)
            counted = y[sample_weight > 0.0]
        task, network = self._task_of(counted), self.network
        if network is None:
            network = self._default_network(task, X)
        return train(network, X, y, sample_weight)

    # what kinds of estimators decide otherwise

    _check_rows: Callable = staticmethod(check_X)

    def _default_network(self, task, X):
        return default_network(task, random_state=self.random_state, X=X)

    def _is_other_kind(self, network):
        return False

    def _check_task(self, network):
        """Refuse a network of another task: none here."""

    def _task_of(self, y):
        """Return the task to train a network for."""
        kind = type_of_target(y, input_name="y")
        if kind.startswith("continuous") or (
            self.network is not None and is_regressor(self.network)
        ):
            return "regression"
        check_two_classes(y)
        return "binary" if kind == "binary" else "multiclass"

    def _validate(self, X, y, raw=False, multi_output=True, y_numeric=False):
        """Check X, and y if there is one, and set the number and names of the columns of X.

        Of a raw table, which the network's own steps read, only the columns are checked.
        """
        if raw:
            validate_data(self, X, skip_check_array=True)
            return X, None if y is None else check_y(y, multi_output, y_numeric, estimator=self)
        options = {"dtype": np.float64, "ensure_min_samples": 2}
        if y is None:
            return validate_data(self, X, **options), None
        options.update(multi_output=multi_output, y_numeric=y_numeric)
        return validate_data(self, X, y, **options)

    def _match_target(self, network, y):
        """Take from the network what the target must agree with: nothing here."""

    def _other_name(self):
        here, there = self._kind.capitalize(), self._other_kind.capitalize()
        return type(self).__name__.replace(here, there)

    def _fit_weighted(self, X, y, sample_weight):
        """Set `network_` and return the rows of a weight above 0, and their weights."""
        X = self._fit_network(X, y, sample_weight)
        weight = check_sample_weight(sample_weight, X, ensure_non_negative=True)
        if not weight.any():
            raise ValueError("Sample weights must contain at least one non-zero number.")
        rows, weight = X[weight > 0.0], weight[weight > 0.0]
        # only proportions matter, but near-ties are decided by last digits: those are rounded off
        ratio = weight / weight.min()
        unit = 10.0 ** np.floor(np.log10(ratio))
        return rows, np.round(ratio / unit, 12) * unit

    def _fit_repeated(self, X, y, sample_weight):
        """Set `network_` and return rows and targets, repeated in proportion to their weights.

        For forms that are searched, not fitted: equal weights change nothing, whatever they are,
        and rows of weight 0 are left out.
        """
        rows, weight = self._fit_weighted(X, y, sample_weight)
        if y is not None:
            y = np.asarray(y)
            y = y if sample_weight is None else y[np.asarray(sample_weight) > 0.0]
        taken = repeated(weight)
        return rows[taken], None if y is None else y[taken]

    @property
    def _input_names(self):
        """Names of the inputs: those of X, of the network, or x0, x1, ..."""
        if hasattr(self, "feature_names_in_") and self.network_.user_table is None:
            return tuple(str(name) for name in self.feature_names_in_)
        if self.network_.feature_names is not None:
            return self.network_.feature_names
        return tuple(f"x{j}" for j in range(self.n_features_in_))

    def _rows(self, X):
        """Check rows to predict and return them as an array."""
        check_is_fitted(self, "network_")
        feature_names_of(X)  # refuses repeated names
        if self.network_.user_table is None:
            check_kinds(X)
            return validate_data(self, X, dtype=np.float64, reset=False)
        validate_data(self, X, skip_check_array=True, reset=False)
        return self.network_.check(X)
