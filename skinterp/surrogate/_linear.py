"""Linear models of a network's answers, in raw units and with a bound on their inputs."""

from numbers import Integral, Real

import numpy as np
from scipy.special import expit, softmax
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.utils.validation import check_is_fitted

from skinterp.expression import Variable
from skinterp.surrogate._base import ClassifierSurrogate, RegressorSurrogate
from skinterp.utils._sklearn import Interval, check_sample_weight, fit_context

# Log-odds beyond this say no more than certainty.
CERTAIN = 6.0


def forward_selection(Z, targets, n_features, sample_weight=None):
    """Choose columns one by one, each the one that lowers the squared error most.

    Parameters
    ----------
    Z : ndarray of shape (n, d)
        Standardised columns.
    targets : ndarray of shape (n, k)
        What to follow, all k columns at once.
    n_features : int
        How many columns to choose, at the most.
    sample_weight : ndarray of shape (n,) or None, default=None
        Weights.

    Returns
    -------
    ndarray of int
        Sorted indices of the columns.
    """
    weight = np.ones(len(Z)) if sample_weight is None else sample_weight
    root = np.sqrt(weight / weight.sum())[:, None]
    basis = (Z - weight @ Z / weight.sum()) * root
    residual = (targets - weight @ targets / weight.sum()) * root
    chosen = []
    for _ in range(min(n_features, Z.shape[1])):
        lengths = np.einsum("ij,ij->j", basis, basis)
        usable = lengths > 1e-10
        usable[chosen] = False
        if not usable.any():
            break
        gains = ((basis.T @ residual) ** 2).sum(axis=1) / np.where(usable, lengths, 1.0)
        best = int(np.argmax(np.where(usable, gains, -1.0)))
        chosen.append(best)
        direction = basis[:, best] / np.sqrt(lengths[best])
        basis = basis - np.outer(direction, direction @ basis)
        residual = residual - np.outer(direction, direction @ residual)
    return np.array(sorted(chosen), dtype=int)


def linear_text(coefficients, intercept, names, digits=4):
    """Write a linear function in the user's names.

    Parameters
    ----------
    coefficients : ndarray of shape (d,)
        Coefficients in raw units; those at 0 are left out.
    intercept : float
        The constant.
    names : sequence of str
        Names of the inputs.
    digits : int, default=4
        Significant digits.

    Returns
    -------
    str
        The text.
    """
    total = None
    for j in np.flatnonzero(coefficients):
        size, term = abs(float(coefficients[j])), Variable(int(j))
        term = size * term
        if total is None:
            total = term if coefficients[j] > 0 else -term
        else:
            total = total + term if coefficients[j] > 0 else total - term
    if total is None:
        return f"{intercept:.{digits}g}"
    sign = "-" if intercept < 0 else "+"
    return f"{total.format(names, digits)} {sign} {abs(intercept):.{digits}g}"


class _LinearMixin:
    """Parameters and standardisation of both linear surrogates."""

    def _standardised(self, X, targets, sample_weight):
        """Return standardised columns, their scale and mean, and the columns to use."""
        mean = np.average(X, axis=0, weights=sample_weight)
        scale = np.sqrt(np.average((X - mean) ** 2, axis=0, weights=sample_weight))
        varies = scale > 1e-12 * np.maximum(1.0, np.abs(X).max(axis=0))
        scale = np.where(varies, scale, 1.0)
        Z = (X - mean) / scale
        used = np.flatnonzero(varies)
        if self.max_features is not None:
            chosen = forward_selection(Z[:, used], targets, self.max_features, sample_weight)
            used = used[chosen]
        return Z, mean, scale, used

    def _in_raw_units(self, coefficients, intercepts, mean, scale, used):
        """Return coefficients and intercepts that apply to X itself."""
        raw = np.zeros((len(coefficients), len(scale)))
        raw[:, used] = coefficients / scale[used]
        return raw, intercepts - raw @ mean

    def _weights(self, X, sample_weight):
        if sample_weight is None:
            return None
        return check_sample_weight(sample_weight, X, ensure_non_negative=True)


class LinearSurrogateClassifier(_LinearMixin, ClassifierSurrogate):
    """A logistic regression that classifies as a network does.

    Fitted to the network's classes in standardised inputs, ``min sum_i w_i log(1 +
    exp(-s_i (z_i c + b))) + |c|^2 / (2 C)`` (softmax for several classes), and reported in raw
    units: ``decision_function(X) = X @ coef_.T + intercept_``. With `max_features` the inputs are
    chosen by forward selection on the network's log-odds.

    Parameters
    ----------
    network : estimator, Network, tuple, callable or None, default=None
        The network to explain: anything :func:`skinterp.network.as_network` takes. A fitted one
        is used as it is; an unfitted one is trained in `fit`; None trains
        :func:`skinterp.network.default_network`.
    max_features : int or None, default=None
        Largest number of inputs with non-zero coefficients; None is no bound.
    C : float, default=1.0
        Inverse strength of the ridge penalty.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network.

    Attributes
    ----------
    coef_ : ndarray of shape (1, n_features_in_) or (n_classes, n_features_in_)
        Coefficients per raw unit of each input.
    intercept_ : ndarray of shape (1,) or (n_classes,)
        Intercepts.
    complexity_ : int
        Number of non-zero coefficients.
    network_ : Network
        The network explained.
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    n_features_in_ : int
        Number of inputs.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the inputs, if X had them.

    Raises
    ------
    ValueError
        If the network does not classify, or answers with one class only.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import LinearSurrogateClassifier, as_network
    >>> X = np.random.default_rng(0).normal(size=(500, 3))
    >>> network = as_network(lambda X: 2 * X[:, 0] - X[:, 2], n_features_in=3, classes=[0, 1])
    >>> linear = LinearSurrogateClassifier(network, max_features=2).fit(X)
    >>> np.flatnonzero(linear.coef_)
    array([0, 2])
    """

    _parameter_constraints = {
        "network": "no_validation",
        "max_features": [None, Interval(Integral, 1, None, closed="left")],
        "C": [Interval(Real, 0, None, closed="neither")],
        "random_state": ["random_state"],
    }

    def __init__(self, network=None, *, max_features=None, C=1.0, random_state=None):
        self.network = network
        self.max_features = max_features
        self.C = C
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None, sample_weight=None):
        """Fit the coefficients to the network's classes.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows on which the network is asked.
        y : array-like of shape (n_samples,) or None, default=None
            Classes; needed only to train an unfitted network.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weights of the rows.

        Returns
        -------
        self
            The fitted surrogate.
        """
        X = self._fit_network(X, y, sample_weight)
        weights = self._weights(X, sample_weight)
        answers, logits = self.network_.predict(X), self.network_.raw_values(X)
        if len(np.unique(answers)) < 2:
            raise ValueError(
                "The network must answer with at least two classes on X. "
                f"Got one class, {answers[0]!r}, at all {len(X)} rows instead."
            )
        targets = np.clip(logits - logits.mean(axis=1, keepdims=True), -CERTAIN, CERTAIN)
        if logits.shape[1] == 1:
            targets = np.clip(logits, -CERTAIN, CERTAIN)
        Z, mean, scale, used = self._standardised(X, targets, weights)
        model = LogisticRegression(C=self.C, max_iter=5000)
        model.fit(Z[:, used], answers, sample_weight=weights)
        coefficients, intercepts = self._for_all_classes(model)
        self.coef_, self.intercept_ = self._in_raw_units(
            coefficients, intercepts, mean, scale, used
        )
        self.complexity_ = int(np.count_nonzero(self.coef_))
        return self

    def _for_all_classes(self, model):
        """Return one row per class of the network (one row in all if it has two)."""
        n = len(self.classes_)
        if n == 2 or len(model.classes_) == n:
            return model.coef_, model.intercept_
        rows = np.searchsorted(self.classes_, model.classes_)
        coefficients = np.zeros((n, model.coef_.shape[1]))
        intercepts = np.full(n, -1e3)
        if len(rows) == 2:
            half = model.coef_[0] / 2, model.intercept_[0] / 2
            coefficients[rows], intercepts[rows] = [-half[0], half[0]], [-half[1], half[1]]
        else:
            coefficients[rows], intercepts[rows] = model.coef_, model.intercept_
        return coefficients, intercepts

    def decision_function(self, X):
        """Return the linear function of each row.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            Log-odds of the second class, or a logit per class.
        """
        rows = self._rows(X)
        scores = rows @ self.coef_.T + self.intercept_
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def predict(self, X):
        """Classify by the linear function, without the network.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            Class labels.
        """
        scores = self.decision_function(X)
        if scores.ndim == 1:
            return self.classes_[(scores > 0).astype(int)]
        return self.classes_[np.argmax(scores, axis=1)]

    def predict_proba(self, X):
        """Return the class probabilities of the logistic model.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities.
        """
        scores = self.decision_function(X)
        if scores.ndim == 1:
            return np.stack([expit(-scores), expit(scores)], axis=1)
        return softmax(scores, axis=1)

    def export_text(self, digits=4):
        """Write the model in the user's names and units, a line per row of `coef_`.

        Parameters
        ----------
        digits : int, default=4
            Significant digits.

        Returns
        -------
        str
            For two classes the inequality of the second one, else a logit per class.
        """
        check_is_fitted(self)
        lines = [
            linear_text(c, b, self._input_names, digits)
            for c, b in zip(self.coef_, self.intercept_, strict=True)
        ]
        if len(lines) == 1:
            return f"{self.classes_[1]}: {lines[0]} > 0"
        return "\n".join(
            f"{label}: {line}" for label, line in zip(self.classes_, lines, strict=True)
        )


class LinearSurrogateRegressor(_LinearMixin, RegressorSurrogate):
    """A ridge regression that predicts as a regression network, or a scalar view, does.

    Fitted to the network's values in standardised inputs, ``min sum_i w_i (f_i - z_i c - b)^2 +
    alpha |c|^2``, and reported in raw units: ``predict(X) = X @ coef_ + intercept_``. With
    `max_features` the inputs are chosen by forward selection.

    Parameters
    ----------
    network : estimator, Network, ScalarView, tuple, callable or None, default=None
        The network to explain, with one output: anything :func:`skinterp.network.as_network`
        takes, such as ``as_network(model).unit(layer, j)``. A fitted one is used as it is; an
        unfitted one is trained in `fit`; None trains :func:`skinterp.network.default_network`.
    max_features : int or None, default=None
        Largest number of inputs with non-zero coefficients; None is no bound.
    alpha : float, default=1e-3
        Strength of the ridge penalty.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features_in_,)
        Coefficients per raw unit of each input.
    intercept_ : float
        Intercept.
    complexity_ : int
        Number of non-zero coefficients.
    network_ : Network
        The network explained.
    n_features_in_ : int
        Number of inputs.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the inputs, if X had them.

    Raises
    ------
    ValueError
        If the network classifies or has several outputs.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import LinearSurrogateRegressor
    >>> X = np.random.default_rng(0).normal(size=(100, 2))
    >>> linear = LinearSurrogateRegressor(lambda X: 3 * X[:, 0] + 1, max_features=1).fit(X)
    >>> print(linear.export_text(digits=3))
    3*x0 + 1
    """

    _parameter_constraints = {
        "network": "no_validation",
        "max_features": [None, Interval(Integral, 1, None, closed="left")],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(self, network=None, *, max_features=None, alpha=1e-3, random_state=None):
        self.network = network
        self.max_features = max_features
        self.alpha = alpha
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None, sample_weight=None):
        """Fit the coefficients to the network's values.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows on which the network is asked.
        y : array-like of shape (n_samples,) or None, default=None
            Targets; needed only to train an unfitted network.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weights of the rows.

        Returns
        -------
        self
            The fitted surrogate.
        """
        X = self._fit_network(X, y, sample_weight)
        weights = self._weights(X, sample_weight)
        answers = self.network_.raw_values(X)
        Z, mean, scale, used = self._standardised(X, answers, weights)
        model = Ridge(alpha=self.alpha).fit(Z[:, used], answers[:, 0], sample_weight=weights)
        raw, intercept = self._in_raw_units(
            model.coef_[None, :], np.array([model.intercept_]), mean, scale, used
        )
        self.coef_, self.intercept_ = raw[0], float(intercept[0])
        self.complexity_ = int(np.count_nonzero(self.coef_))
        return self

    def predict(self, X):
        """Predict by the linear function, without the network.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            Predictions.
        """
        rows = self._rows(X)
        return rows @ self.coef_ + self.intercept_

    def export_text(self, digits=4):
        """Write the model in the user's names and units.

        Parameters
        ----------
        digits : int, default=4
            Significant digits.

        Returns
        -------
        str
            The linear function.
        """
        check_is_fitted(self)
        return linear_text(self.coef_, self.intercept_, self._input_names, digits)
