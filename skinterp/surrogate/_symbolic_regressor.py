"""Equations that predict as a network does, found by matching values and gradients."""

import numpy as np
from sklearn.utils import check_random_state

from skinterp.base import RegressorSurrogate
from skinterp.matching import monotone_link
from skinterp.search import deadline, explain_values
from skinterp.search._front import INFIDELITY_FLOOR, PRICE
from skinterp.surrogate._equation_bodies import LinkedBody
from skinterp.surrogate._equations import EquationsMixin
from skinterp.surrogate._references import referenced
from skinterp.utils._sklearn import StrOptions, fit_context

N_KNOTS = 64


def _length(result):
    """Return what is not explained, and the price of the formula, on one scale."""
    chosen = result[1].selected
    return np.log(max(1.0 - chosen.fidelity, 0.0) + INFIDELITY_FLOOR) + PRICE * chosen.cost


class SymbolicSurrogateRegressor(EquationsMixin, RegressorSurrogate):
    """A formula that predicts as a regression network, or any scalar view of a network, does.

    Minimises the squared error of values and of gradients (in standardised coordinates), both
    relative to their spread, over sparse sums of small terms and of terms evolved by gplearn,
    and takes the elbow of the front of loss against complexity, unless a formula on the front
    (with linear ones fitted to the values) is more faithful.

    Parameters
    ----------
    network : estimator, Network, ScalarView, tuple, callable or None, default=None
        The network to explain: anything :func:`skinterp.network.as_network` takes, with one
        output, such as ``as_network(model).unit(layer, j)``. A fitted one is used as it is; an
        unfitted one is trained in `fit`; None trains :func:`skinterp.network.default_network`.
    operators : sequence of str, dict of str to float or None, default=None
        Operators that formulas may use, or their prices by name; None is add, sub, mul, div,
        square, cube, sqrt, exp, log, sin and cos.
    max_complexity : int or "auto", default="auto"
        Largest cost of a formula: the prices of its operators, and 1 for each leaf. "auto" is 40,
        and linear formulas may be longer where no shorter formula is nearly as faithful.
    select : {"auto", "elbow", "accurate", "one_se"} or callable, default="auto"
        Which formula of the front is taken. "elbow": the one at the elbow of loss against
        complexity; "accurate": the one most faithful to the network on 2,000 new points that are
        distributed as the rows are; "one_se": the simplest that is as faithful there, within a
        standard error of the difference or 0.005; "auto": the elbow if it is as faithful, else
        "one_se". ``select(candidates)`` takes a tuple of :class:`~skinterp.search.Candidate`,
        cheapest first, and returns an index.
    match : {"values", "directions", "auto"}, default="values"
        What to follow: values and gradients, or the directions of gradients only. A hidden unit, a
        bottleneck or an ordinal score is a concept up to a monotone function: "directions" finds
        the concept, and `link_` is fitted after. "auto" searches both and takes the formula that
        explains more of the variance (of values, or of ranks) for its length.
    hypotheses : sequence of str, sympy.Expr or Expression, or None, default=None
        Formulas of your own, in the names of the inputs, such as ``["dose/weight"]``: their
        constants are fitted, starting from the numbers given, and they are judged beside those
        found, see ``front_.hypotheses``.
    units : dict of str to str, "names" or None, default=None
        Units of inputs by their names, such as ``{"dose": "mg", "weight": "kg"}`` (extra
        ``units``); inputs without one are pure numbers. "names" reads them from a data frame's
        ``attrs["units"]`` and from names such as ``dose_mg`` or ``dose [mg]``.
    dimensions : {"prefer", "require"}, default="prefer"
        What happens, where there are units, to formulas that need a constant with a unit and do
        not show it, such as ``dose + time`` or ``exp(dose)``: they cost more, or are not searched.
        Coefficients with units cost one node each.
    n_points : int, default=600
        Two thirds of the rows on which the network is asked, at the most.
    time_budget : float or None, default=None
        Seconds after which the search ends with the best it has. With a budget the result may
        depend on the speed of the machine.
    verbose : int, default=0
        Whether to write a line per stage to the standard error.
    n_jobs : int or None, default=None
        Populations evolved at once, or classes searched at once; the result does not depend on it.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network, the points and the evolution.

    Attributes
    ----------
    equation_ : Equation
        The equation.
    front_ : Front
        The Pareto front of the formulas found, cheapest first.
    equations_ : tuple of Equation
        The equation, as the only one.
    fronts_ : tuple of Front
        The front, as the only one.
    complexity_ : int
        Atoms of the equation: inputs with their numbers, and free numbers.
    link_ : IsotonicLink or None
        The monotone function from the formula to predictions, where directions were matched.
    undefined_value_ : float
        Prediction where the formula is undefined: the mean of the network's on the rows of `fit`.
    network_ : Network
        The network explained.
    n_features_in_ : int
        Number of inputs.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the inputs, if X had them.

    Raises
    ------
    ValueError
        If the network classifies, has several outputs, or its gradients vanish.

    References
    ----------
    S. J. Wetzel, arXiv:2401.04978 and arXiv:2409.05305, where values are not matched.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import SymbolicSurrogateRegressor
    >>> X = np.random.default_rng(0).uniform(1, 2, size=(500, 3))
    >>> surrogate = SymbolicSurrogateRegressor(lambda X: 3 * X[:, 0] / X[:, 1], random_state=0)
    >>> print(surrogate.fit(X).equation_)
    3*x0/x1
    """

    _parameter_constraints = {
        **EquationsMixin._parameter_constraints,
        "match": [StrOptions({"values", "directions", "auto"})],
    }

    def __init__(
        self,
        network=None,
        *,
        operators=None,
        max_complexity="auto",
        select="auto",
        match="values",
        hypotheses=None,
        units=None,
        dimensions="prefer",
        n_points=600,
        time_budget=None,
        verbose=0,
        n_jobs=None,
        random_state=None,
    ):
        super().__init__(
            network,
            operators=operators,
            max_complexity=max_complexity,
            select=select,
            hypotheses=hypotheses,
            units=units,
            dimensions=dimensions,
            n_points=n_points,
            time_budget=time_budget,
            verbose=verbose,
            n_jobs=n_jobs,
            random_state=random_state,
        )
        self.match = match

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None, sample_weight=None):
        """Search the equation.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows on which the network is asked.
        y : array-like of shape (n_samples,) or None, default=None
            Targets; needed only to train an unfitted network.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weights of the rows: each counts as often as its share says.

        Returns
        -------
        self
            The fitted surrogate.
        """
        X, y = self._searched_rows(X, y, sample_weight)
        view = self.network_.output(0)
        settings = self._settings(deadline(self.time_budget), len(X))
        rng = check_random_state(self.random_state)
        options = referenced(view, X), X, settings, self._input_names
        held = self._held_points(X)

        def explain(match):
            return explain_values(*options, rng, match, held=held)

        result, is_monotone = self._matched(explain)
        self.link_ = None
        if is_monotone:
            self.link_ = monotone_link(result[0].values(X), view.value(X), n_knots=N_KNOTS)
        self.undefined_value_ = float(view.value(X).mean())
        self._store([result], X)
        return self

    def _matched(self, explain):
        """Return what was found, and whether it is a formula up to a monotone function."""
        if self.match != "auto":
            return explain(self.match), self.match == "directions"
        by_values, by_directions = explain("values"), explain("directions")
        is_better = _length(by_directions) < _length(by_values)
        return (by_directions if is_better else by_values), is_better

    def predict(self, X):
        """Predict by the equation, without the network.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            Predictions; `undefined_value_` where the formula is undefined.
        """
        rows = self._rows(X)
        return self._form_body().values(rows)[:, 0]

    def _form_body(self):
        return LinkedBody(self.equation_.prediction, self.link_, self.undefined_value_)
