"""The one unwrapping of pipelines, searches, frozen and transformed-target models."""

from copy import copy
from typing import NamedTuple

from sklearn.compose import TransformedTargetRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.validation import check_is_fitted

from skinterp.utils._sklearn import BaseSearchCV


class Unwrapped(NamedTuple):
    """A fitted estimator taken out of all that is wrapped around it.

    Parameters
    ----------
    model : object
        The innermost estimator.
    steps : tuple of (str, transformer)
        Fitted steps between the user's table and the estimator, the first one first.
    targets : tuple of TransformedTargetRegressor
        Models that transform the estimator's predictions back, the outermost first.
    """

    model: object
    steps: tuple = ()
    targets: tuple = ()

    @property
    def feature_names(self):
        """Names of the user's columns, None if the estimator was fitted on an array."""
        first = next((step for _, step in self.steps if not is_identity(step)), self.model)
        names = getattr(first, "feature_names_in_", None)
        return None if names is None else tuple(str(name) for name in names)

    def transform(self, X):
        """Return rows of the user's table as the estimator takes them.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows of the user's table.

        Returns
        -------
        array-like or data frame of shape (n_samples, n_columns)
            The output of the last step.
        """
        for _, step in self.steps:
            X = X if is_identity(step) else step.transform(X)
        return X

    def behind_steps(self):
        """Return the estimator behind the steps, its predictions transformed back.

        Returns
        -------
        object
            A fitted estimator that takes what the steps put out.
        """
        model = copy(self.model)
        if hasattr(model, "feature_names_in_"):
            del model.feature_names_in_  # those of the steps' output
        for target in reversed(self.targets):
            shell = copy(target)
            shell.regressor_ = model
            model = shell
        return model


def is_identity(step):
    """Tell whether a step of a pipeline passes its input through unchanged.

    Parameters
    ----------
    step : transformer, "passthrough" or None
        The step.

    Returns
    -------
    bool
        Whether nothing changes.
    """
    if isinstance(step, FunctionTransformer):
        return step.func is None
    return step is None or (isinstance(step, str) and step == "passthrough")


def unwrap(model):
    """Take a fitted estimator out of pipelines, searches, frozen and transformed-target models.

    Parameters
    ----------
    model : object
        Fitted; anything that is no wrapper stands for itself.

    Returns
    -------
    Unwrapped
        The estimator, the steps in front of it and the models that transform its target.

    Raises
    ------
    ValueError
        If a search was not refitted.
    NotFittedError
        If a search or a transformed-target model is not fitted.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skinterp.utils import unwrap
    >>> found = unwrap(make_pipeline(StandardScaler(), Ridge()))
    >>> found.model, [name for name, _ in found.steps]
    (Ridge(), ['standardscaler'])
    """
    if isinstance(model, Pipeline):
        *steps, (_, last) = model.steps
        inner = unwrap(last)
        return inner._replace(steps=(*steps, *inner.steps))
    if isinstance(model, BaseSearchCV):
        if not model.refit:
            raise ValueError(
                f"{type(model).__name__} with refit=False holds no fitted network; use refit=True."
            )
        check_is_fitted(model)
        return unwrap(model.best_estimator_)
    if isinstance(model, FrozenEstimator):
        return unwrap(model.estimator)
    if isinstance(model, TransformedTargetRegressor):
        check_is_fitted(model)
        inner = unwrap(model.regressor_)
        return inner._replace(targets=(model, *inner.targets))
    return Unwrapped(model)
