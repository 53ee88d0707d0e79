"""Equations that decide as a network does, found by matching directions of gradients."""

import warnings
from dataclasses import replace

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from sklearn.utils import check_random_state, column_or_1d

from skinterp.base import ClassifierSurrogate, Form, LogitsMixin, RegressorSurrogate, register_form
from skinterp.matching import monotone_link
from skinterp.search import deadline, explain_margin, explain_values
from skinterp.search._front import INFIDELITY_FLOOR, PRICE
from skinterp.search._said import COMMONEST
from skinterp.surrogate._class_scores import NOTICEABLE, class_scores, unanswered
from skinterp.surrogate._equations import EquationsMixin, node_bound
from skinterp.surrogate._references import referenced
from skinterp.utils import number_text
from skinterp.utils._sklearn import StrOptions, fit_context

LOG_ODDS_OF_UNDEFINED = 1e-3
N_KNOTS = 64


class SymbolicSurrogateClassifier(EquationsMixin, LogitsMixin, ClassifierSurrogate):
    """A formula and a threshold that classify as a network does.

    A classifier's logit f is nearly a monotone function of its concept g, so that their gradients
    are parallel. The search minimises ``1 - |mean cos(grad f, grad g)|`` on the network's
    decision boundary and in a band around it, over sparse sums of small terms and of terms
    evolved by gplearn, and takes the elbow of the front of loss against complexity, unless a
    formula on the front (with linear ones fitted to the answers) is more faithful. Threshold,
    direction and a monotone link to log-odds are fitted last, to the network's answers. With more
    than two classes there is one equation per class, from its log-odds against the rest; their
    scores are calibrated together.

    Parameters
    ----------
    network : estimator, Network, tuple, callable or None, default=None
        The network to explain: anything :func:`skinterp.network.as_network` takes. A fitted one
        is used as it is; an unfitted one is trained in `fit`; None trains
        :func:`skinterp.network.default_network`.
    operators : sequence of str, dict of str to float or None, default=None
        Operators that formulas may use, or their prices by name; None is add, sub, mul, div,
        square, cube, sqrt, exp, log, sin and cos.
    max_complexity : int, default=40
        Largest cost of a formula: the prices of its operators, and 1 for each leaf.
    select : {"auto", "elbow", "accurate", "one_se"} or callable, default="auto"
        Which formula of the front is taken. "elbow": the one at the elbow of loss against
        complexity; "accurate": the one most faithful to the network on 2,000 new points that are
        distributed as the rows are; "one_se": the simplest that is as faithful there, within a
        standard error of the difference or 0.005; "auto": the elbow if it is as faithful, else
        "one_se". ``select(candidates)`` takes a tuple of :class:`~skinterp.search.Candidate`,
        cheapest first, and returns an index.
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
        Points of the decision boundary at which the network is asked, and half as many in the
        band. More rows than needed are subsampled.
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
        The equation of the second class (two classes only).
    equations_ : tuple of Equation
        One equation per class; of the second class only if there are two.
    front_ : Front
        The Pareto front of the formulas found, cheapest first (two classes only).
    fronts_ : tuple of Front
        One front per equation.
    complexity_ : int
        Atoms of all equations: inputs with their numbers, free numbers, and thresholds.
    network_ : Network
        The network explained.
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    n_features_in_ : int
        Number of inputs.
    scores_ : ClassScores
        Monotone functions from the formulas to scores of the classes, fitted together to the
        network's probabilities (more than two classes only).
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the inputs, if X had them.

    Raises
    ------
    ValueError
        If the network does not classify, gives the same answer at all rows, or its gradients
        vanish.

    Notes
    -----
    Formulas with the same boundary differ only off it, where a network's gradients are less
    reliable; ``front_`` marks near-ties. On strongly correlated inputs gradients point away from
    the data, where the network was never trained: look at the fidelity on held-out rows.

    References
    ----------
    S. J. Wetzel, "Closed-form interpretation of neural network classifiers with symbolic
    gradients", arXiv:2401.04978; "Closed-form interpretation of neural network latent spaces with
    symbolic gradients", arXiv:2409.05305.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import SymbolicSurrogateClassifier
    >>> X = np.random.default_rng(0).uniform(-1, 1, size=(2000, 3))
    >>> logit = lambda X: 5 * np.tanh(X[:, 0] * X[:, 1] - X[:, 2])
    >>> from skinterp.network import as_network
    >>> network = as_network(logit, n_features_in=3, classes=["off", "on"])
    >>> surrogate = SymbolicSurrogateClassifier(network, random_state=0).fit(X)
    >>> print(surrogate.equation_)
    on if x1*x0 - x2 > 0
    """

    _uses_labels = True

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None, sample_weight=None):
        """Search the equations.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows on which the network is asked.
        y : array-like of shape (n_samples,) or None, default=None
            Classes; needed to train an unfitted network. Where they are given they also choose
            among the formulas found, and constants are fitted to them: the equation then
            describes the data and the network. With None it describes the network alone.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weights of the rows: each counts as often as its share says.

        Returns
        -------
        self
            The fitted surrogate.
        """
        X, y = self._searched_rows(X, y, sample_weight)
        rng = check_random_state(self.random_state)
        network = self.network_
        is_binary = network.task == "binary"
        labels = self.classes_.tolist()
        if is_binary:
            pairs = [(network.margin(), tuple(labels), labels[1])]
        else:
            pairs = [
                (network.margin(k), (f"not {label}", str(label)), label)
                for k, label in enumerate(labels)
            ]
        y = None if y is None else column_or_1d(y)
        self._store(self._searched(pairs, X, y, rng), X)
        if not is_binary:
            self._calibrate(X)
        return self

    def _calibrate(self, X):
        """Fit the scores of the classes together, and say which class is never answered."""
        network, points = self.network_, np.concatenate([X, self._held_points(X)])
        values = self._values(points)
        self.scores_ = class_scores(values, network.predict_proba(points))
        predictions = network.answers(self.scores_.of(values))
        answers = network.predict(points)
        commonest = max(np.mean(answers == label) for label in self.classes_)
        if np.mean(answers == predictions) <= commonest < 1.0:
            self._warn_of_little(COMMONEST)
        missing = unanswered(self.classes_, answers[: len(X)], predictions[: len(X)])
        for label, share in missing:
            k = self.classes_.tolist().index(label)
            note = f"never answered: the network answers {label!r} at {share:.1%} of the rows"
            noted = replace(self.fronts_[k], notes=(*self.fronts_[k].notes, note))
            self.fronts_ = (*self.fronts_[:k], noted, *self.fronts_[k + 1 :])
        noticed = [label for label, share in missing if share >= NOTICEABLE]
        if noticed:
            warnings.warn(
                f"The equations never answer {noticed}, as the network does: allow them a larger "
                "max_complexity, or use another form.",
                UserWarning,
                stacklevel=4,
            )

    def _searched(self, pairs, X, y, rng):
        """Search for every (view, classes, label), several at once in one pool."""
        is_single = len(pairs) == 1
        seeds = [rng] if is_single else rng.randint(np.iinfo(np.int32).max, size=len(pairs))
        n_at_once = min(effective_n_jobs(self.n_jobs), len(pairs))
        held = self._held_points(X)

        def search(k, explain, budget):
            view, classes, label = pairs[k]
            settings = self._settings(deadline(budget, n_at_once / len(pairs)), len(X))
            # one pool: populations of classes that are searched at once are evolved in turn
            settings = settings if is_single else replace(settings, n_jobs=1)
            yes = None if y is None else np.asarray(y == label)
            names, view = self._input_names, referenced(view, X)
            kinds = {"need_boundary": self.network_.task == "binary", "yes": yes, "held": held}
            return explain(view, X, settings, names, classes, seeds[k], **kinds)

        if n_at_once > 1:
            explain = delayed(explain_margin)
            searches = (search(k, explain, self.time_budget) for k in range(len(pairs)))
            return Parallel(n_jobs=self.n_jobs)(searches)
        results = []
        for k in range(len(pairs)):
            # after an interruption the other classes get the first stage only
            budget = 0.0 if self._interruption(results) else self.time_budget
            results.append(search(k, explain_margin, budget))
        return results

    def _values(self, rows):
        return np.stack([equation.values(rows) for equation in self.equations_], axis=1)

    def _raw_values(self, rows):
        if len(self.equations_) == 1:
            return self._log_odds(self.equation_, rows)[:, np.newaxis]
        values = self._values(rows)
        n_undefined = int(np.isnan(values).any(axis=1).sum())
        self._warn_undefined(n_undefined, "the share of the class whose formula it is")
        return self.scores_.of(values)

    def _log_odds(self, equation, X):
        values = equation.values(X)
        undefined = np.isnan(values)
        label = equation.classes[int(equation.undefined_as)]
        self._warn_undefined(int(undefined.sum()), f"class {label!r}")
        # Just beyond and before the threshold the link may be flat at zero: the sign stays that
        # of the decision, so that predict and the printed equation agree.
        decided = np.where(equation.decide(X), 1.0, -1.0)
        size = np.abs(np.nan_to_num(equation.log_odds(X)))
        return decided * np.maximum(size, LOG_ODDS_OF_UNDEFINED)


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
    max_complexity : int, default=40
        Largest cost of a formula: the prices of its operators, and 1 for each leaf.
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
        max_complexity=40,
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
        values = self.equation_.predict(rows)
        if self.link_ is not None:
            values = self.link_.log_odds(values)
        undefined = np.isnan(values)
        self._warn_undefined(
            int(undefined.sum()), f"the mean {number_text(self.undefined_value_)}"
        )
        return np.where(undefined, self.undefined_value_, values)


register_form(
    Form(
        "symbolic",
        SymbolicSurrogateClassifier,
        SymbolicSurrogateRegressor,
        is_default=True,
        bounds=node_bound,
        position=1,
    )
)
