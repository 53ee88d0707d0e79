"""Networks of which only a function ``X -> values`` is known."""

from numbers import Integral

import numpy as np

from skinterp.network._network import Network

_ROWS = 4096  # rows given to the user's function at a time


def _checked_count(value, name):
    if value is not None and not (isinstance(value, Integral) and value >= 1):
        raise ValueError(f"{name} must be a positive integer. Got {value!r} instead.")
    return value


def _task(n_outputs, classes, task=None):
    """Return the task and the number of outputs, as the classes say."""
    _checked_count(n_outputs, "n_outputs")
    if task == "multilabel":
        return task, n_outputs
    if classes is None:
        return "regression", n_outputs or 1
    n_classes = len(classes)
    if len(set(classes)) < max(2, n_classes):
        raise ValueError(f"classes must be two or more different labels. Got {classes!r} instead.")
    n_columns = 1 if n_classes == 2 else n_classes
    if n_outputs not in (None, n_columns):
        raise ValueError(
            f"n_outputs must be {n_columns} for {n_classes} classes: the values are logits, one "
            f"column for two classes, else one per class. Got {n_outputs} instead."
        )
    return "binary" if n_classes == 2 else "multiclass", n_columns


def _steps(X, precision):
    """Return a step per column for central differences, in proportion to the column's spread."""
    largest, root = np.abs(X).max(axis=0), np.cbrt(precision)
    spread = X.std(axis=0)
    scale = np.where(np.ptp(X, axis=0) > 0.0, spread, largest)
    # Equal numbers may have a spread of rounding errors: a step must not vanish beside them.
    return root * np.where(largest > 0.0, np.maximum(scale, root * largest), 1.0)


class CallableNetwork(Network):
    """A network of which only a function ``X -> values`` is known.

    Without a gradient function, derivatives are central differences: column j moves by
    ``eps ** (1 / 3)`` times its standard deviation over the rows asked about (its largest
    magnitude if it is constant there), with the ``eps`` of the dtype the function returns.
    Their relative error is about 1e-10 for smooth functions in float64, 1e-5 in float32.

    Parameters
    ----------
    function : callable
        Takes a float64 array (n, d), returns the raw values, (n,) or (n, n_outputs).
    gradient : callable or None, default=None
        Takes the same, returns (n, d) or (n, n_outputs, d).
    n_features_in : int or None, default=None
        The number of inputs.
    n_outputs : int or None, default=None
        The number of outputs; None means one, or as the classes say.
    classes : array-like or None, default=None
        The class labels, if the values are logits: one column for two classes, else one each.
    feature_names : sequence of str or None, default=None
        The names of the inputs.
    task : {"multilabel"} or None, default=None
        Says that the values are logits of labels that may hold together.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.network import as_network
    >>> network = as_network(lambda X: X[:, 0] * X[:, 1], n_features_in=2)
    >>> network.output().gradient([[2.0, 3.0]]).round(6)
    array([[3., 2.]])
    """

    def __init__(
        self,
        function,
        gradient=None,
        n_features_in=None,
        n_outputs=None,
        classes=None,
        feature_names=None,
        task=None,
    ):
        if gradient is not None and not callable(gradient):
            raise TypeError(f"gradient must be a callable X -> array. Got {gradient!r} instead.")
        task, n_outputs = _task(n_outputs, classes, task)
        n_features_in = _checked_count(n_features_in, "n_features_in")
        super().__init__(task, n_features_in, n_outputs, classes, feature_names)
        self._set(function=function, gradient=gradient)

    def forward(self, X):
        return self._ask(X).astype(np.float64, copy=False)

    def _ask(self, X):
        """Return the function's values, checked to be (n, n_outputs)."""
        values = np.asarray(self.function(np.array(X)))  # a copy, as it may be changed in place
        if values.dtype.kind not in "biuf":
            raise ValueError(
                "The function must return numbers, for a classifier its logits (decision_function "
                f"rather than predict). Got dtype {values.dtype} instead."
            )
        if values.shape == X.shape[:1] and self.n_outputs == 1:
            values = values[:, np.newaxis]
        if values.shape != (len(X), self.n_outputs):
            why = f"n_outputs={self.n_outputs}"
            if self.classes is not None:
                why = f"logits of {len(self.classes)} classes"
            raise ValueError(
                f"The function must return an array of shape {(len(X), self.n_outputs)} for "
                f"{len(X)} rows ({why}). Got shape {values.shape} instead."
            )
        return values

    def linearise(self, X):
        values = self._ask(X)
        if self.gradient is None:
            jacobian = self._differences(X, values.dtype)
        else:
            jacobian = self._ask_gradient(X)
        values = values.astype(np.float64, copy=False)
        return values, lambda cotangent: np.einsum("nk,nkd->nd", cotangent, jacobian)

    def _ask_gradient(self, X):
        """Return the gradient function's values, checked to be (n, n_outputs, d)."""
        jacobian = np.asarray(self.gradient(np.array(X)), dtype=np.float64)
        if jacobian.shape == X.shape and self.n_outputs == 1:
            jacobian = jacobian[:, np.newaxis]
        expected = (len(X), self.n_outputs, X.shape[1])
        if jacobian.shape != expected:
            raise ValueError(
                f"The gradient function must return an array of shape {expected} "
                f"(n_samples, n_outputs, n_features). Got shape {jacobian.shape} instead."
            )
        return jacobian

    def _differences(self, X, dtype):
        """Return the Jacobian by central differences."""
        precision = np.finfo(dtype if np.issubdtype(dtype, np.floating) else np.float64).eps
        jacobian = np.empty((len(X), self.n_outputs, X.shape[1]))
        for j, step in enumerate(_steps(X, precision)):
            above, below = X.copy(), X.copy()
            above[:, j] += step
            below[:, j] -= step
            width = (above[:, j] - below[:, j])[:, np.newaxis]
            jacobian[:, :, j] = (self.forward(above) - self.forward(below)) / width
        return jacobian

    @property
    def block_rows(self):
        return _ROWS

    def arguments(self):
        return (
            self.function,
            self.gradient,
            self.n_features_in,
            self.n_outputs,
            self.classes,
            self.feature_names,
            self.task if self.task == "multilabel" else None,
        )

    def __repr__(self):
        name = getattr(self.function, "__name__", type(self.function).__name__)
        return f"CallableNetwork({name}, {self.task})"
