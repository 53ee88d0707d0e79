"""Linear models of a network's answers, in raw units and with a bound on their inputs."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skinterp.base import (
    ClassifierSurrogate,
    Form,
    LogitsMixin,
    RegressorSurrogate,
    finite,
    register_form,
)
from skinterp.expression import ColumnSpread, Equation, LogisticLink, affine, columns_read
from skinterp.matching._linear import (
    fit_logistic,
    fit_ridge,
    forward_selection,
    in_raw_units,
    standardise,
)
from skinterp.surrogate._equations import equation_shares
from skinterp.surrogate._linear_fits import shown_functions
from skinterp.surrogate._pictures import PlotsEquations
from skinterp.surrogate._row_steps import EquationSteps
from skinterp.surrogate._text import gaps_text, linear_text, number_scales
from skinterp.utils._sklearn import Interval, fit_context


class _LinearMixin(PlotsEquations, EquationSteps):
    """Standardisation, selection and texts of both linear surrogates."""

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None, sample_weight=None):
        """Fit the coefficients to the network's answers.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows on which the network is asked.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Target, needed to train an unfitted network. When the network is fitted it is checked
            and used for nothing else.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weights of the rows, in training an unfitted network too.

        Returns
        -------
        self
            The fitted surrogate.
        """
        X, weight = self._fit_weighted(X, y, sample_weight)
        answers = self._answers(X)
        Z, mean, self.scale_ = standardise(X, weight)
        used = np.arange(X.shape[1])
        if self.max_features is not None and self.scale_.any():
            used = np.sort(forward_selection(Z, answers, self.max_features, weight))
        solution = self._solve(Z[:, used], answers, weight)
        functions = in_raw_units(*solution, used, mean, self.scale_)
        self._set_coefficients(*functions)
        spread = ColumnSpread(mean, self.scale_)
        self._scales = number_scales(self.network_.user_table, X)
        self._shown = shown_functions(*functions, X, spread, self._decide)
        numbers = np.count_nonzero(self.coef_) + np.count_nonzero(self.intercept_)
        self.complexity_ = int(max(1, numbers))
        return self

    def _functions(self):
        """Return pairs of coefficients and intercept, one per linear function."""
        return list(zip(np.atleast_2d(self.coef_), np.atleast_1d(self.intercept_), strict=True))

    def _formula(self, coefficients, constant, shown, **options):
        expression = affine(coefficients, constant, shown.centres)
        table, needs = self.network_.user_table, tuple(shown.needs.items())
        options |= {"table": table, "needed_digits": needs}
        return Equation(expression, self._input_names, **options)

    @property
    def equations_(self):
        """One equation per linear function, in the user's names and units."""
        functions = zip(self._functions(), self._shown, strict=True)
        return tuple(self._equation(slopes, shown) for (slopes, _), shown in functions)

    @property
    def equation_(self):
        """The equation, where there is one only."""
        equations = self.equations_
        if len(equations) > 1:
            raise AttributeError(f"There are {len(equations)} equations; see equations_.")
        return equations[0]

    def input_shares(self, X):
        """Return the importances of the inputs, as shares.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_features,)
            Sizes of the coefficients times standard deviations of the inputs, as shares; of
            several functions their mean.
        """
        return equation_shares(self.equations_, self._rows(X))

    def export_text(self, digits=4):
        """Write the model in the user's names and units, the largest effect first.

        Parameters
        ----------
        digits : int, default=4
            Significant digits, at least: numbers get more where the answers need them, and inputs
            far from 0 are written as distances from a round number.

        Returns
        -------
        str
            For each linear function a title and one line per term.
        """
        check_is_fitted(self)
        texts = [
            linear_text(title, *function, self._input_names, self.scale_, digits, shown)
            for title, function, shown in zip(
                self._titles(), self._functions(), self._shown, strict=True
            )
        ]
        table, used = (
            self.network_.user_table,
            np.flatnonzero(np.atleast_2d(self.coef_).any(axis=0)),
        )
        columns = [] if table is None else columns_read(table, used)
        return "\n".join([*texts, *gaps_text(columns, digits, self._scales)])


class LinearSurrogateClassifier(_LinearMixin, LogitsMixin, ClassifierSurrogate):
    """A logistic regression that classifies as a network does.

    Fitted to the network's *probabilities* p(x) in standardised inputs z, with a ridge penalty:
    ``min mean_i sum_k -p_k(x_i) log q_k(z_i) + |c|^2 / (2 C)``, the mean weighted, where q is the
    logistic (for several classes the softmax) of ``z c + b``; and reported in raw units:
    ``decision_function(X) = X @ coef_.T + intercept_``. With `max_features` the inputs are chosen
    first, by forward selection on the probabilities.

    Parameters
    ----------
    network : estimator, Network, tuple, callable or None, default=None
        The network to explain: anything :func:`skinterp.network.as_network` takes. A fitted one
        is used as it is; an unfitted one is trained in `fit`; None trains
        :func:`skinterp.network.default_network`.
    max_features : int or None, default=None
        Largest number of inputs with non-zero coefficients (for any class or output); None is no
        bound.
    C : float, default=1e4
        Inverse strength of the ridge penalty on standardised coefficients.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network.

    Attributes
    ----------
    coef_ : ndarray of shape (1, n_features_in_) or (n_classes, n_features_in_)
        Coefficients per raw unit of each input; of the second class if there are two.
    intercept_ : ndarray of shape (1,) or (n_classes,)
        Intercepts.
    scale_ : ndarray of shape (n_features_in_,)
        Standard deviations of the inputs: ``coef_ * scale_`` are effects that can be compared.
    complexity_ : int
        Atoms: non-zero coefficients and constants.
    equation_ : Equation
        The linear function with its threshold (two classes only), to export as LaTeX or code.
    equations_ : tuple of Equation
        The same; with more than two classes the score of each class.
    network_ : Network
        The network explained.
    classes_ : ndarray of shape (n_classes,)
        Class labels, those of the network.
    n_features_in_ : int
        Number of inputs.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the inputs, if X had them.

    Raises
    ------
    ValueError
        If the network does not classify, is multilabel, expects other inputs, or has values that
        are not finite.

    Warns
    -----
    UserWarning
        If the network answers all rows with one class.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import LinearSurrogateClassifier, as_network
    >>> X = np.random.default_rng(0).normal(size=(500, 3))
    >>> network = as_network(lambda X: 2 * X[:, 0] - X[:, 2] + 1, classes=["off", "on"])
    >>> linear = LinearSurrogateClassifier(network, max_features=2, C=1e6).fit(X)
    >>> print(linear.export_text(digits=3))
    log-odds of on =
        1
        + 2 * x0
        - 1 * x2
    """

    _parameter_constraints = {
        "max_features": [None, Interval(Integral, 1, None, closed="left")],
        "C": [Interval(Real, 0, None, closed="neither")],
        "random_state": ["random_state"],
    }

    def __init__(self, network=None, *, max_features=None, C=1e4, random_state=None):
        self.network = network
        self.max_features = max_features
        self.C = C
        self.random_state = random_state

    def _answers(self, X):
        probabilities = finite(self.network_.predict_proba(X))
        self._warn_of_one_class(self.classes_[probabilities.argmax(axis=1)])
        return probabilities

    def _solve(self, Z, probabilities, weight):
        return fit_logistic(Z, probabilities, weight, self.C)

    def _set_coefficients(self, coefficients, intercepts):
        self.coef_, self.intercept_ = coefficients, intercepts

    def _titles(self):
        if len(self.classes_) == 2:
            return [f"log-odds of {self.classes_[1]}"]
        return [f"score of {label}" for label in self.classes_]

    @staticmethod
    def _decide(values):
        return values > 0.0 if values.shape[1] == 1 else values.argmax(axis=1)

    def _equation(self, coefficients, shown):
        if len(self.classes_) > 2:
            return self._formula(coefficients, shown.constant, shown)
        threshold = -float(shown.constant)
        return self._formula(
            coefficients,
            0.0,
            shown,
            threshold=threshold,
            classes=tuple(self.classes_.tolist()),
            link=LogisticLink(threshold, slope=1.0),
        )

    def _raw_values(self, rows):
        return rows @ self.coef_.T + self.intercept_


class LinearSurrogateRegressor(_LinearMixin, RegressorSurrogate):
    """A ridge regression that predicts as a regression network, or a scalar view, does.

    Fitted to the network's values f(x) in standardised inputs z, ``min mean_i |f(x_i) - z_i c -
    b|^2 + alpha |c|^2``, the mean weighted, and reported in raw units: ``predict(X) = X @ coef_.T
    + intercept_``.
    With `max_features` the inputs are chosen first, by forward selection on the values.

    Parameters
    ----------
    network : estimator, Network, ScalarView, tuple, callable or None, default=None
        The network to explain: anything :func:`skinterp.network.as_network` takes, also with
        several outputs, or a scalar view such as ``as_network(model).unit(layer, j)``. A fitted
        one is used as it is; an unfitted one is trained in `fit`; None trains
        :func:`skinterp.network.default_network`.
    max_features : int or None, default=None
        Largest number of inputs with non-zero coefficients (for any class or output); None is no
        bound.
    alpha : float, default=1e-6
        Strength of the ridge penalty on standardised coefficients. A network's values have no
        noise, so that little is needed.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features_in_,) or (n_outputs, n_features_in_)
        Coefficients per raw unit of each input.
    intercept_ : float or ndarray of shape (n_outputs,)
        Intercept.
    scale_ : ndarray of shape (n_features_in_,)
        Standard deviations of the inputs: ``coef_ * scale_`` are effects that can be compared.
    complexity_ : int
        Atoms: non-zero coefficients and constants.
    equation_ : Equation
        The linear function (one output only), to export as LaTeX or code.
    equations_ : tuple of Equation
        One linear function per output.
    network_ : Network
        The network explained.
    n_features_in_ : int
        Number of inputs.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the inputs, if X had them.

    Raises
    ------
    ValueError
        If the network classifies, expects other inputs, or has values that are not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import LinearSurrogateRegressor
    >>> X = np.random.default_rng(0).normal(size=(100, 2))
    >>> linear = LinearSurrogateRegressor(lambda X: 3 * X[:, 0] + 1, max_features=1).fit(X)
    >>> print(linear.export_text(digits=3))
    output =
        1
        + 3 * x0
    """

    _parameter_constraints = {
        "max_features": [None, Interval(Integral, 1, None, closed="left")],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
    }
    _multi_output = True

    def __init__(self, network=None, *, max_features=None, alpha=1e-6, random_state=None):
        self.network = network
        self.max_features = max_features
        self.alpha = alpha
        self.random_state = random_state

    def _answers(self, X):
        return finite(self.network_.raw_values(X))

    def _solve(self, Z, values, weight):
        return fit_ridge(Z, values, weight, self.alpha)

    def _set_coefficients(self, coefficients, intercepts):
        if len(coefficients) == 1:
            coefficients, intercepts = coefficients[0], float(intercepts[0])
        self.coef_, self.intercept_ = coefficients, intercepts

    def _titles(self):
        if self.network_.n_outputs == 1:
            return [getattr(self.network_, "name", "output")]
        return [f"output {k}" for k in range(self.network_.n_outputs)]

    @staticmethod
    def _decide(values):
        return 0

    def _equation(self, coefficients, shown):
        return self._formula(coefficients, shown.constant, shown)

    def predict(self, X):
        """Predict by the linear function, without the network.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Predictions.
        """
        X = self._rows(X)
        return X @ self.coef_.T + self.intercept_


register_form(
    Form(
        "linear",
        LinearSurrogateClassifier,
        LinearSurrogateRegressor,
        is_default=True,
        bounds=lambda estimator, max_atoms, n_outputs: {
            "max_features": max(1, max_atoms // n_outputs - 1)
        },
        position=3,
    )
)
