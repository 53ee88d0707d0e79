"""Transformers of rows into what a network makes of them, whatever its task."""

import numpy as np
from sklearn.base import TransformerMixin, is_regressor
from sklearn.utils.multiclass import type_of_target

from skinterp.base._estimator import NetworkEstimator, needs_training
from skinterp.utils._sklearn import validate_data


class NetworkTransformer(TransformerMixin, NetworkEstimator):
    """Base of transformers that look into a network of any task.

    Subclasses set `network` and `random_state` (which may be a class attribute) in `__init__`,
    call ``X = self._fit_network(X, y, sample_weight)`` in `fit` and ``X = self._rows(X)`` in
    `transform`.
    """

    random_state = None

    def __sklearn_tags__(self):
        """Say that y is needed only to train an unfitted network."""
        tags = super().__sklearn_tags__()
        tags.target_tags.required = needs_training(self.network)
        return tags

    def _is_other_kind(self, network):
        return False

    def _check_task(self, network):
        """Take a network of any task."""

    def _task_of(self, y):
        """Return the task to train a network for."""
        kind = type_of_target(y, input_name="y")
        if kind.startswith("continuous") or (
            self.network is not None and is_regressor(self.network)
        ):
            return "regression"
        if len(np.unique(y)) < 2:
            raise ValueError(
                "y must have at least two classes to train a network. "
                f"Got one class, {np.unique(y).tolist()[0]!r}, instead."
            )
        return "binary" if kind == "binary" else "multiclass"

    def _validate(self, X, y):
        """Check X, and y if there is one, and set the number and names of the inputs."""
        options = {"dtype": np.float64, "ensure_min_samples": 2}
        if y is None:
            return validate_data(self, X, **options), None
        return validate_data(self, X, y, multi_output=True, **options)
