"""Estimators that answer as a network does: checks of the task and of the target."""

import warnings

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin, is_classifier, is_regressor
from sklearn.utils.multiclass import check_classification_targets

from skinterp.base._estimator import NetworkEstimator, check_two_classes, needs_training


def finite(answers):
    """Refuse answers of a network that are not finite.

    Parameters
    ----------
    answers : ndarray of shape (n_samples, n_outputs)
        Values or probabilities.

    Returns
    -------
    ndarray of shape (n_samples, n_outputs)
        The answers.
    """
    bad = ~np.isfinite(answers).all(axis=1)
    if bad.any():
        raise ValueError(
            "The network must have finite values where it is asked. Got NaN or infinite values "
            f"at {bad.sum()} of {len(answers)} points."
        )
    return answers


class ClassifierSurrogate(ClassifierMixin, NetworkEstimator):
    """Base of surrogates of binary and multiclass networks."""

    _kind, _other_kind = "classifier", "regressor"
    _is_other_kind = staticmethod(is_regressor)

    def __sklearn_tags__(self):
        """Say that y is needed only to train an unfitted network."""
        tags = super().__sklearn_tags__()
        tags.target_tags.required = needs_training(self.network)
        return tags

    def _task_of(self, y):
        """Return the task to train a network for, refusing a single class."""
        return "binary" if len(check_two_classes(y)) == 2 else "multiclass"

    def _validate(self, X, y, raw=False):
        """Check X, and y if there is one, and set the number and names of the inputs."""
        X, y = super()._validate(X, y, raw, multi_output=False)
        if y is not None:
            check_classification_targets(y)
        return X, y

    def _check_task(self, network):
        name, other = type(self).__name__, self._other_name()
        if network.task == "multilabel":
            raise ValueError(
                f"{name} needs a network of exclusive classes. Got a multilabel network instead: "
                f"explain one label at a time by {other}(network=as_network(model).margin(k))."
            )
        if network.task == "regression":
            raise ValueError(
                f"{name} needs a classifying network. Got a regression network instead: use "
                f"{other}, or pass classes= to as_network if the values of its arrays or "
                "callable are logits."
            )

    def _match_target(self, network, y):
        """Take the classes from the network, refusing a target with others."""
        self.classes_ = np.array(network.classes)
        known, asked = self.classes_.tolist(), [] if y is None else np.unique(y).tolist()
        unknown = [label for label in asked if label not in known]
        if unknown:
            raise ValueError(
                f"y has labels that the network does not know: {unknown}. Its classes are {known}."
            )

    def _warn_of_one_class(self, answers):
        """Warn when the network answers all that it is asked with one class."""
        if np.all(answers == answers[0]):
            warnings.warn(
                f"The network answers with one class, {answers.tolist()[0]!r}, at all "
                f"{len(answers)} points it was asked about: the surrogate cannot tell where the "
                "class changes.",
                UserWarning,
                stacklevel=6,
            )


class RegressorSurrogate(RegressorMixin, NetworkEstimator):
    """Base of surrogates of regression networks and of scalar views of any network."""

    _kind, _other_kind = "regressor", "classifier"
    _is_other_kind = staticmethod(is_classifier)
    _multi_output = False

    def __sklearn_tags__(self):
        """Say that y is needed only to train an unfitted network."""
        tags = super().__sklearn_tags__()
        tags.target_tags.required = needs_training(self.network)
        tags.target_tags.multi_output = self._multi_output
        return tags

    def _task_of(self, y):
        return "regression"

    def _validate(self, X, y, raw=False):
        """Check X, and y if there is one, and set the number and names of the inputs."""
        X, y = super()._validate(X, y, raw, multi_output=self._multi_output, y_numeric=True)
        if y is None:
            return X, None
        if y.dtype.kind not in "biuf":
            raise ValueError(
                f"{type(self).__name__} needs numbers as y. Got values of type {y.dtype} instead."
            )
        return X, y.ravel() if y.ndim == 2 and y.shape[1] == 1 else y

    def _check_task(self, network):
        name = type(self).__name__
        if network.task != "regression":
            raise ValueError(
                f"{name} needs a regression network. Got a {network.task} network instead: use "
                f"{self._other_name()}, or explain one of its scalar views, "
                "as_network(model).margin(k) or as_network(model).output(k)."
            )
        if network.n_outputs > 1 and not self._multi_output:
            raise ValueError(
                f"{name} explains one output. Got a network with {network.n_outputs} outputs "
                "instead: pass as_network(model).output(k)."
            )
