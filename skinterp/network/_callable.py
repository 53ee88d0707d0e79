"""Networks of which only a function ``X -> values`` is known."""

import warnings
from numbers import Integral

import numpy as np

from skinterp.network._frames import Frames, holds_numbers
from skinterp.network._network import Network
from skinterp.network._returns import check_returns, check_undeclared, raw_of, slopes_of_logits

_TRIED = 2  # rows on which it is seen whether the function takes data frames
_ROWS = 4096  # rows given to the user's function at a time


def _checked_count(value, name):
    if value is not None and not (isinstance(value, Integral) and value >= 1):
        raise ValueError(f"{name} must be a positive integer. Got {value!r} instead.")
    return value


def _task(n_outputs, classes, task=None, returns=None):
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
    taken = (None, n_columns, n_classes) if returns == "probabilities" else (None, n_columns)
    if n_outputs not in taken:
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
        Takes a float64 array (n, d), or a data frame where `frames` is given; returns (n,) or
        (n, n_outputs).
    gradient : callable or None, default=None
        Takes the same, returns the derivative of what the function returns, (n, d) or
        (n, n_outputs, d).
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
    returns : {"logits", "probabilities", "values", "labels"} or None, default=None
        What the function returns. None is logits if there are classes, else values, checked
        on ten rows or more.
    frames : Frames or None, default=None
        The data frames that the function takes; None if it takes arrays.

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
        returns=None,
        frames=None,
    ):
        if gradient is not None and not callable(gradient):
            raise TypeError(f"gradient must be a callable X -> array. Got {gradient!r} instead.")
        task, n_outputs = _task(n_outputs, classes, task, returns)
        check_returns(returns, task)
        if returns == "labels" and gradient is not None:
            raise ValueError("gradient does not go with returns='labels', which have no slope.")
        n_features_in = _checked_count(n_features_in, "n_features_in")
        table = None if frames is None else frames.user_table
        super().__init__(task, n_features_in, n_outputs, classes, feature_names, table)
        self._set(function=function, gradient=gradient, returns=returns, frames=frames)

    def for_table(self, X):
        if self.frames is not None or not hasattr(X, "columns"):
            return self
        if holds_numbers(X) and not self._takes(X[:_TRIED]):
            return self
        frames = Frames.of(X)
        *first, task, returns, _ = self.arguments()
        if frames.user_table is not None:
            names = frames.user_table.feature_names
            first[2], first[5] = len(names), names
        return CallableNetwork(*first, task, returns, frames)

    def _takes(self, frame):
        """Tell whether the function takes data frames, or was made for arrays."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # scikit-learn only warns of what it was fitted on
                self.function(frame)
        except Exception:  # noqa: BLE001 - whatever a function of arrays does with a frame
            return False
        return True

    def check_values(self, X):
        if self.returns is None:
            rows = self.check(X)[:_ROWS]
            check_undeclared(self._ask(rows), self.task, self.classes)

    def declared(self):
        known = "values" if self.classes is None else "logits"
        return self._with(returns=known) if self.returns is None else self

    def raw_values(self, X):
        raw = super().raw_values(X)
        if self.returns is None:
            check_undeclared(raw, self.task, self.classes)
        return raw

    def forward(self, X):
        return self._ask(X).astype(np.float64, copy=False)

    def _given(self, X):
        """Return rows as the function takes them: a copy, as it may be changed in place."""
        return np.array(X) if self.frames is None else self.frames.rows(X)

    def _ask(self, X):
        """Return the function's raw values, checked to be (n, n_outputs)."""
        return self._raw(self._returned(X), len(X))

    def _returned(self, X):
        values = np.asarray(self.function(self._given(X)))
        if values.dtype.kind not in "biuf" and self.returns != "labels":
            raise ValueError(
                "The function must return numbers, for a classifier its logits (decision_function "
                "rather than predict), or labels with returns='labels' and classes=[...]. "
                f"Got dtype {values.dtype} instead."
            )
        return values

    def _raw(self, returned, n_rows):
        """Return raw values from what the function returned."""
        values = raw_of(returned, self.returns, self.classes, self.task)
        if values.shape == (n_rows,) and self.n_outputs == 1:
            values = values[:, np.newaxis]
        if values.shape != (n_rows, self.n_outputs):
            raise ValueError(self._wrong_shape(returned.shape, n_rows))
        return values

    def _wrong_shape(self, shape, n_rows):
        why, hint = f"n_outputs={self.n_outputs}", ""
        if self.classes is not None:
            why = f"logits of {len(self.classes)} classes"
            if shape == (n_rows, len(self.classes)) and self.returns is None:
                hint = " If these are probabilities, pass returns='probabilities'."
        return (
            f"The function must return an array of shape {(n_rows, self.n_outputs)} for "
            f"{n_rows} rows ({why}). Got shape {shape} instead.{hint}"
        )

    def linearise(self, X):
        returned = self._returned(X)
        values = self._raw(returned, len(X))
        if self.returns == "labels":
            jacobian = np.zeros((len(X), self.n_outputs, X.shape[1]))
        elif self.gradient is None:
            jacobian = self._differences(X, returned.dtype)
        else:
            jacobian = self._ask_gradient(X, returned)
        values = values.astype(np.float64, copy=False)
        return values, lambda cotangent: np.einsum("nk,nkd->nd", cotangent, jacobian)

    def _ask_gradient(self, X, returned):
        """Return the derivative of the raw values, checked to be (n, n_outputs, d)."""
        jacobian = np.asarray(self.gradient(self._given(X)), dtype=np.float64)
        n_columns = 1 if returned.ndim == 1 else returned.shape[1]
        if jacobian.shape == X.shape and n_columns == 1:
            jacobian = jacobian[:, np.newaxis]
        expected = (len(X), n_columns, X.shape[1])
        if jacobian.shape != expected:
            raise ValueError(
                f"The gradient function must return an array of shape {expected} "
                f"(n_samples, n_outputs, n_features). Got shape {jacobian.shape} instead."
            )
        if self.returns == "probabilities":
            return slopes_of_logits(returned.reshape(len(X), -1), jacobian, self.task)
        return jacobian

    def _differences(self, X, dtype):
        """Return the Jacobian by central differences, of indicators by exchange."""
        precision = np.finfo(dtype if np.issubdtype(dtype, np.floating) else np.float64).eps
        jacobian = np.empty((len(X), self.n_outputs, X.shape[1]))
        is_number = np.broadcast_to(self.moves, X.shape[1:]) > 0.0
        steps = _steps(X, precision)
        for j in np.flatnonzero(is_number):
            above, below = X.copy(), X.copy()
            above[:, j] += steps[j]
            below[:, j] -= steps[j]
            width = (above[:, j] - below[:, j])[:, np.newaxis]
            jacobian[:, :, j] = (self.forward(above) - self.forward(below)) / width
        for j in np.flatnonzero(~is_number):
            on, off = self.frames.exchanged(X, j)
            jacobian[:, :, j] = self.forward(on) - self.forward(off)
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
            self.returns,
            self.frames,
        )

    def __repr__(self):
        name = getattr(self.function, "__name__", type(self.function).__name__)
        return f"CallableNetwork({name}, {self.task})"
