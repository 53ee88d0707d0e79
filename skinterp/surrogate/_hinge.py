"""Sparse sums of hinges and of their products, fitted to values and slopes of a network."""

from skinterp.base import ClassifierSurrogate, Form, LogitsMixin, RegressorSurrogate, register_form
from skinterp.expression import Equation, LogisticLink
from skinterp.surrogate._hinge_base import _HingeBase
from skinterp.surrogate._hinge_fits import sum_expression


class HingeSurrogateClassifier(_HingeBase, LogitsMixin, ClassifierSurrogate):
    """A sparse sum of hinges that classifies as a network does (MARS).

    The logits are ``b + sum_t c_t prod_j max(0, s_tj (x_j - k_tj))``; an input by itself may
    stand for a hinge. Terms are taken one by one, each the one that explains most of the
    network's *logits and their slopes* near its decisions, ``sum_i w_i |f - g|^2 + r sum_i w_i
    |df/dz - dg/dz|^2``, at the rows and at `n_queries` further points; then terms are taken off
    again, as generalised cross-validation advises. The coefficients are those of a logistic (for
    several classes a softmax) fit to the network's probabilities, made equally sure for every
    network.

    Parameters
    ----------
    network : estimator, Network, tuple, callable or None, default=None
        The network to explain: anything :func:`skinterp.network.as_network` takes. A fitted one
        is used as it is; an unfitted one is trained in `fit`; None trains
        :func:`skinterp.network.default_network`.
    max_terms : int, default=10
        Largest number of terms beside the constant.
    max_degree : int, default=2
        Largest number of factors in a term; 1 makes the sum additive and piecewise linear.
    max_atoms : int or None, default=None
        Bound of `complexity_`, which terms are taken off for; None is no bound.
    n_queries : int, default=2000
        Points beside the data that the network is asked about.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network and the queries.

    Attributes
    ----------
    terms_ : tuple of tuple of Factor
        The terms: factors of an input (`feature`), a direction (`sign`, 0 for the input itself)
        and a bend (`knot`).
    coef_ : ndarray of shape (1, n_terms) or (n_classes, n_terms)
        Their coefficients; of the second class if there are two, else against the first class.
    intercept_ : ndarray of shape (1,) or (n_classes,)
        The constants.
    complexity_ : int
        Atoms: coefficients and constants, knots, and further inputs of products.
    equation_ : Equation
        The sum with its threshold (two classes only), to export as LaTeX, sympy or code.
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
        If the network answers with one class at all points.

    Notes
    -----
    It misleads beyond the data, where hinges go on as straight lines, and where inputs go
    together: one of two that say the same stands for both.

    References
    ----------
    J. H. Friedman, "Multivariate adaptive regression splines", Annals of Statistics 19, 1991.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import HingeSurrogateClassifier, as_network
    >>> X = np.random.default_rng(0).normal(size=(500, 3))
    >>> network = as_network(lambda X: np.maximum(0, X[:, 0]) + X[:, 2], classes=["off", "on"])
    >>> hinges = HingeSurrogateClassifier(network, max_terms=3, random_state=0).fit(X)
    >>> round(hinges.score(X, network.predict(X)), 1)
    1.0
    """

    def _check_answers(self, values):
        self._warn_of_one_class(self.network_.answers(values))

    def _titles(self):
        if len(self.classes_) == 2:
            return [f"log-odds of {self.classes_[1]}"]
        return [f"score of {label}" for label in self.classes_]

    def _equation(self, coefficients, intercept, table):
        if len(self.classes_) > 2:
            expression = sum_expression(self.terms_, coefficients, intercept)
            return Equation(expression, self._input_names, table=table)
        threshold = -float(intercept)
        return Equation(
            sum_expression(self.terms_, coefficients, 0.0),
            self._input_names,
            threshold=threshold,
            classes=tuple(self.classes_.tolist()),
            link=LogisticLink(threshold, slope=1.0),
            table=table,
        )


class HingeSurrogateRegressor(_HingeBase, RegressorSurrogate):
    """A sparse sum of hinges that predicts as a regression network, or a scalar view, does (MARS).

    The prediction is ``b + sum_t c_t prod_j max(0, s_tj (x_j - k_tj))``; an input by itself may
    stand for a hinge. Terms are taken one by one, each the one that explains most of the
    network's *values and slopes*, ``sum_i w_i |f - g|^2 + r sum_i w_i |df/dz - dg/dz|^2``, at the
    rows and at `n_queries` further points; then terms are taken off again, as generalised
    cross-validation advises. The coefficients are those of least squares to the values.

    Parameters
    ----------
    network : estimator, Network, ScalarView, tuple, callable or None, default=None
        The network to explain: anything :func:`skinterp.network.as_network` takes with one
        output, or a scalar view such as ``as_network(model).unit(layer, j)``. A fitted one is
        used as it is; an unfitted one is trained in `fit`; None trains
        :func:`skinterp.network.default_network`.
    max_terms : int, default=10
        Largest number of terms beside the constant.
    max_degree : int, default=2
        Largest number of factors in a term; 1 makes the sum additive and piecewise linear.
    max_atoms : int or None, default=None
        Bound of `complexity_`, which terms are taken off for; None is no bound.
    n_queries : int, default=2000
        Points beside the data that the network is asked about.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network and the queries.

    Attributes
    ----------
    terms_ : tuple of tuple of Factor
        The terms: factors of an input (`feature`), a direction (`sign`, 0 for the input itself)
        and a bend (`knot`).
    coef_ : ndarray of shape (1, n_terms)
        Their coefficients.
    intercept_ : ndarray of shape (1,)
        The constant.
    complexity_ : int
        Atoms: coefficients and constants, knots, and further inputs of products.
    equation_ : Equation
        The sum, to export as LaTeX, sympy or code.
    equations_ : tuple of Equation
        The same.
    network_ : Network
        The network explained.
    n_features_in_ : int
        Number of inputs.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the inputs, if X had them.

    Raises
    ------
    ValueError
        If the network classifies, has several outputs, expects other inputs, or has values that
        are not finite.

    Notes
    -----
    It misleads beyond the data, where hinges go on as straight lines, and where inputs go
    together: one of two that say the same stands for both.

    References
    ----------
    J. H. Friedman, "Multivariate adaptive regression splines", Annals of Statistics 19, 1991.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import HingeSurrogateRegressor
    >>> X = np.linspace(-1, 1, 201).reshape(-1, 1)
    >>> hinges = HingeSurrogateRegressor(lambda X: np.abs(X[:, 0]), random_state=0).fit(X)
    >>> hinges.score(X, np.abs(X[:, 0])) > 0.99
    True
    """

    def _check_answers(self, values):
        """Take all answers of a regression."""

    def _titles(self):
        return [getattr(self.network_, "name", "output")]

    def _equation(self, coefficients, intercept, table):
        expression = sum_expression(self.terms_, coefficients, intercept)
        return Equation(expression, self._input_names, table=table)

    def predict(self, X):
        """Predict by the sum, without the network.

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
        return self._raw_values(rows)[:, 0]


register_form(
    Form(
        "hinges",
        HingeSurrogateClassifier,
        HingeSurrogateRegressor,
        is_default=True,
        bounds=lambda estimator, max_atoms, n_outputs: {"max_atoms": max_atoms},
        position=4,
    )
)
