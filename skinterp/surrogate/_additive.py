"""Sums of smooth profiles of single inputs, and of pairs, that answer as a network does."""

from skinterp.base import ClassifierSurrogate, Form, LogitsMixin, RegressorSurrogate, register_form
from skinterp.expression import Equation, LogisticLink
from skinterp.surrogate._additive_base import _AdditiveBase


class AdditiveSurrogateClassifier(_AdditiveBase, LogitsMixin, ClassifierSurrogate):
    """A sum of smooth profiles of single inputs, and of pairs, that classifies as a network does.

    The logits are ``b + sum_j f_j(x_j) + sum_(j,k) f_jk(x_j, x_k)``: cubic splines with a penalty
    on their bends, levels of categories, and smooth functions of pairs, without what curves could
    say. They follow the network's logits at the rows and at `n_queries` further points, near
    its decisions most: ``sum_i w_i |f(x_i) - g(x_i)|^2 + sum_j l_j int f_j''^2``, where the
    l_j are those of restricted maximum likelihood.

    Parameters
    ----------
    network : estimator, Network, tuple, callable or None, default=None
        The network to explain: anything :func:`skinterp.network.as_network` takes. A fitted one
        is used as it is; an unfitted one is trained in `fit`; None trains
        :func:`skinterp.network.default_network`.
    n_pairs : int, default=0
        How many pairs of inputs to choose beside the curves.
    pairs : list of pairs of str, or None, default=None
        Pairs of columns to put in beside those chosen.
    smoothing : "reml" or float, default="reml"
        What bends cost: chosen for each profile, or one number for all, in units of each input's
        standard deviation.
    n_knots : int, default=8
        Inner knots of a curve at the most.
    monotonic_cst : array-like of int, dict of str to int, or None, default=None
        Per column 1 for profiles that may only rise, -1 for those that may only fall, else 0.
    max_atoms : int or None, default=None
        Bound of `complexity_`: profiles become smoother, then inputs of least share are left out.
    n_queries : int, default=2000
        Points beside the data that the network is asked about.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network and the queries.

    Attributes
    ----------
    intercept_ : ndarray of shape (1,) or (n_classes,)
        Means of the logits; parts have the mean 0.
    shares_ : dict of str to float
        Share of each part in the sum of all parts' variances.
    pairs_ : tuple of pairs of str
        The pairs in the sum.
    penalties_ : ndarray of shape (n_parts,)
        What bends of each part cost.
    complexity_ : int
        Atoms: effective degrees of freedom of all parts, and constants.
    equation_ : Equation
        The sum as a formula (two classes only), to export as sympy or code.
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
        are not finite; if a pair or a monotone course is asked for that cannot be.

    Warns
    -----
    UserWarning
        If the network answers with one class at all points.

    Notes
    -----
    It misleads where inputs act together: the profile of each is then a mean over the others,
    true for none. See how much fidelity pairs add. Where inputs go together, their shares may
    pass from one to the other.

    References
    ----------
    T. J. Hastie and R. J. Tibshirani, "Generalized additive models", 1990; Y. Lou, R. Caruana,
    J. Gehrke and G. Hooker, "Accurate intelligible models with pairwise interactions", KDD 2013;
    S. N. Wood and M. Fasiolo, Biometrics 73, 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import AdditiveSurrogateClassifier, as_network
    >>> X = np.random.default_rng(0).normal(size=(500, 3))
    >>> network = as_network(lambda X: X[:, 0] ** 2 - X[:, 2] - 1, classes=["off", "on"])
    >>> additive = AdditiveSurrogateClassifier(network, random_state=0).fit(X)
    >>> round(additive.score(X, network.predict(X)), 1)
    1.0
    """

    def _check_answers(self, values):
        self._warn_of_one_class(self.network_.answers(values))

    def _titles(self):
        if len(self.classes_) == 2:
            return [f"log-odds of {self.classes_[1]}"]
        return [f"score of {label}" for label in self.classes_]

    def _equation(self, expression, output):
        table = self.network_.user_table
        if len(self.classes_) > 2:
            return Equation(expression, self._input_names, table=table)
        return Equation(
            expression,
            self._input_names,
            threshold=0.0,
            classes=tuple(self.classes_.tolist()),
            link=LogisticLink(0.0, slope=1.0),
            table=table,
        )


class AdditiveSurrogateRegressor(_AdditiveBase, RegressorSurrogate):
    """A sum of smooth profiles of single inputs, and of pairs, that predicts as a network does.

    The prediction is ``b + sum_j f_j(x_j) + sum_(j,k) f_jk(x_j, x_k)``: cubic splines with a
    penalty on their bends, levels of categories, and smooth functions of pairs, without what
    curves could say. It follows the values of a regression network, or of a scalar view, at the
    rows and at `n_queries` further points: ``sum_i w_i (f(x_i) - g(x_i))^2 + sum_j l_j int
    f_j''^2``, where the l_j are those of restricted maximum likelihood.

    Parameters
    ----------
    network : estimator, Network, ScalarView, tuple, callable or None, default=None
        The network to explain: anything :func:`skinterp.network.as_network` takes with one
        output, or a scalar view such as ``as_network(model).unit(layer, j)``. A fitted one is
        used as it is; an unfitted one is trained in `fit`; None trains
        :func:`skinterp.network.default_network`.
    n_pairs : int, default=0
        How many pairs of inputs to choose beside the curves.
    pairs : list of pairs of str, or None, default=None
        Pairs of columns to put in beside those chosen.
    smoothing : "reml" or float, default="reml"
        What bends cost: chosen for each profile, or one number for all, in units of each input's
        standard deviation.
    n_knots : int, default=8
        Inner knots of a curve at the most.
    monotonic_cst : array-like of int, dict of str to int, or None, default=None
        Per column 1 for profiles that may only rise, -1 for those that may only fall, else 0.
    max_atoms : int or None, default=None
        Bound of `complexity_`: profiles become smoother, then inputs of least share are left out.
    n_queries : int, default=2000
        Points beside the data that the network is asked about.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network and the queries.

    Attributes
    ----------
    intercept_ : ndarray of shape (1,)
        Mean of the values; parts have the mean 0.
    shares_ : dict of str to float
        Share of each part in the sum of all parts' variances.
    pairs_ : tuple of pairs of str
        The pairs in the sum.
    penalties_ : ndarray of shape (n_parts,)
        What bends of each part cost.
    complexity_ : int
        Atoms: effective degrees of freedom of all parts, and the constant.
    equation_ : Equation
        The sum as a formula, to export as sympy or code.
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
        are not finite; if a pair or a monotone course is asked for that cannot be.

    Notes
    -----
    It misleads where inputs act together: the profile of each is then a mean over the others,
    true for none. See how much fidelity pairs add. Where inputs go together, their shares may
    pass from one to the other.

    References
    ----------
    T. J. Hastie and R. J. Tibshirani, "Generalized additive models", 1990; Y. Lou, R. Caruana,
    J. Gehrke and G. Hooker, "Accurate intelligible models with pairwise interactions", KDD 2013;
    S. N. Wood and M. Fasiolo, Biometrics 73, 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import AdditiveSurrogateRegressor
    >>> X = np.random.default_rng(0).uniform(-1, 1, size=(300, 2))
    >>> additive = AdditiveSurrogateRegressor(lambda X: X[:, 0] ** 2, random_state=0).fit(X)
    >>> {name: round(share, 2) for name, share in additive.shares_.items()}
    {'x0': 1.0, 'x1': 0.0}
    """

    def _check_answers(self, values):
        """Take all answers of a regression."""

    def _titles(self):
        return [getattr(self.network_, "name", "output")]

    def _equation(self, expression, output):
        return Equation(expression, self._input_names, table=self.network_.user_table)

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


for position, (name, options) in enumerate({"additive": {}, "pairs": {"n_pairs": 5}}.items()):
    register_form(
        Form(
            name,
            AdditiveSurrogateClassifier,
            AdditiveSurrogateRegressor,
            options=options,
            is_default=True,
            bounds=lambda estimator, max_atoms, n_outputs: {"max_atoms": max_atoms},
            position=5 + position,
        )
    )
