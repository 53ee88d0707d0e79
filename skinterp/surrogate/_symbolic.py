"""Equations that decide as a network does, found by matching directions of gradients."""

import warnings
from dataclasses import replace

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from sklearn.utils import check_random_state, column_or_1d

from skinterp.base import ClassifierSurrogate, Form, LogitsMixin, register_form
from skinterp.search import deadline, explain_margin, margin_by
from skinterp.search._linear_path import LEAST_COST
from skinterp.search._said import COMMONEST
from skinterp.surrogate._class_scores import (
    NOTICEABLE,
    class_scores,
    linear_class_scores,
    unanswered,
)
from skinterp.surrogate._equation_bodies import BoundaryBody, ScoresBody
from skinterp.surrogate._equations import MIN_ROWS, EquationsMixin, node_bound
from skinterp.surrogate._references import referenced
from skinterp.surrogate._several_classes import (
    ENOUGH,
    MOST_PAIRED,
    Answers,
    Judge,
    joint_linear,
    one_vs_one,
    one_vs_rest,
    terms_of,
    values_of,
)
from skinterp.surrogate._symbolic_regressor import SymbolicSurrogateRegressor
from skinterp.utils import is_one_of_many
from skinterp.utils._sklearn import StrOptions, fit_context

# Rows that linear equations are fitted on, and the rules of choice beside which they may stand.
N_LINEAR, LINEAR_IS_A_RIVAL = 4000, ("auto", "accurate", "one_se")


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
    multiclass : {"auto", "ovr", "ovo"}, default="auto"
        What equations decide where there are more than two classes: "ovr": each class against the
        rest; "ovo": every pair of classes; "auto": each class against the rest, and for three
        classes every pair, if that is more faithful to the network. Linear equations of
        all classes together are taken where they are more faithful.
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
    sides_ : tuple of (int, int or None)
        For each equation the index of the class that it answers, and of the class that it tells
        it from; None is all others.
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
    _parameter_constraints = {
        **EquationsMixin._parameter_constraints,
        "multiclass": [StrOptions({"auto", "ovr", "ovo"})],
    }

    def __init__(
        self,
        network=None,
        *,
        operators=None,
        max_complexity="auto",
        select="auto",
        multiclass="auto",
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
        self.multiclass = multiclass

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
        y = None if y is None else column_or_1d(y)
        rng = check_random_state(self.random_state)
        labels = self.classes_.tolist()
        if len(labels) == 2:
            questions = one_vs_rest(self.network_, labels)
            results = self._searched(questions, X, y, rng)
        else:
            questions, results, self.scores_ = self._of_several(X, y, rng)
        self.sides_ = tuple(question.sides for question in questions)
        self._store(results, X)
        if len(labels) > 2:
            self._say_unanswered(X)
        return self

    def _of_several(self, X, y, rng):
        """Return the equations of several classes that answer best together."""
        network, labels = self.network_, self.classes_.tolist()
        held = self._held_points(X)
        points, judge = np.concatenate([X, held]), Judge(network, held, X, y)
        probabilities = network.predict_proba(points)

        def answered(questions):
            results = tuple(self._searched(questions, X, y, rng))
            sides = [question.sides for question in questions]
            scores = class_scores(values_of(results, points), probabilities, sides)
            return Answers(questions, results, scores)

        if self.multiclass == "ovo":
            return answered(one_vs_one(network, labels))
        found = answered(one_vs_rest(network, labels))
        if self._interruption(found.results) or self.time_budget is not None:
            return found
        try:
            if self.select in LINEAR_IS_A_RIVAL:
                found = self._or_linear(found, X, points, probabilities, judge)
            few = len(labels) <= MOST_PAIRED and judge.agreement(found.of).mean() < ENOUGH
            if self.multiclass == "auto" and few:
                rival = answered(one_vs_one(network, labels))
                found = rival if judge.prefers(rival.of, found.of) else found
        except KeyboardInterrupt:
            if is_one_of_many():
                raise
            (equation, front), *others = found.results
            notes = (*front.notes, "interrupted: the equations found until then are kept")
            return found._replace(results=((equation, replace(front, notes=notes)), *others))
        return found

    def _or_linear(self, found, X, points, probabilities, judge):
        """Return linear equations of all classes together where they answer better."""
        settings, network = self._settings(None, len(X)), self.network_
        most = int(max(settings.max_cost, settings.max_linear_cost) // LEAST_COST)
        rows = X[:: max(1, len(X) // N_LINEAR)]
        asked = network.predict_proba(rows), judge.points, network.predict(judge.points)
        inputs, slopes = joint_linear(rows, *asked, self.classes_, most)
        logits = points[:, inputs] @ slopes.T
        scores = linear_class_scores(logits, logits, probabilities)
        if not judge.prefers(lambda rows: scores.of(rows[:, inputs] @ slopes.T), found.of):
            return found
        results, spread = [], points[:, inputs].std(axis=0)
        for question, (_, front), slope in zip(found.questions, found.results, slopes):
            view, n_classes = referenced(question.view, X), len(self.classes_)
            options = view, X, settings, question.classes, self.random_state
            formula = terms_of(inputs, slope, spread)
            results.append(margin_by(formula, front, *options, n_classes=n_classes))
        scores = linear_class_scores(values_of(results, points), logits, probabilities)
        linear = Answers(found.questions, tuple(results), scores)
        return linear if judge.prefers(linear.of, found.of) else found

    def _say_unanswered(self, X):
        """Say which class is never answered, and whether equations say more than one answer."""
        network, points = self.network_, np.concatenate([X, self._held_points(X)])
        predictions = network.answers(self.scores_.of(self._values(points)))
        answers = network.predict(points)
        commonest = max(np.mean(answers == label) for label in self.classes_)
        if np.mean(answers == predictions) <= commonest < 1.0:
            self._warn_of_little(COMMONEST)
        missing = unanswered(self.classes_, answers[: len(X)], predictions[: len(X)])
        for label, share in missing:
            index = self.classes_.tolist().index(label)
            k = next(k for k, sides in enumerate(self.sides_) if index in sides)
            note = f"never answered: the network answers {label!r} at {share:.1%} of the rows"
            noted = replace(self.fronts_[k], notes=(*self.fronts_[k].notes, note))
            self.fronts_ = (*self.fronts_[:k], noted, *self.fronts_[k + 1 :])
        noticed = [label for label, share in missing if share >= NOTICEABLE]
        if noticed:
            warnings.warn(
                f"The equations never answer {noticed}, as the network does: allow them a larger "
                "max_complexity, or use another form.",
                UserWarning,
                stacklevel=5,
            )

    def _searched(self, questions, X, y, rng):
        """Search for the equation of every question, several at once in one pool."""
        is_single, n = len(questions) == 1, len(questions)
        seeds = [rng] if is_single else rng.randint(np.iinfo(np.int32).max, size=n)
        n_at_once = min(effective_n_jobs(self.n_jobs), n)
        held, classes = self._held_points(X), self.classes_
        told = self.network_.predict(X) if y is None else y
        held_told = self.network_.predict(held)

        def search(k, explain, budget):
            question = questions[k]
            settings = self._settings(deadline(budget, n_at_once / n), len(X))
            # one pool: populations of classes that are searched at once are evolved in turn
            settings = settings if is_single else replace(settings, n_jobs=1)
            concerned = question.concerns(classes, told)
            concerned = concerned if concerned.sum() >= MIN_ROWS else np.ones(len(X), dtype=bool)
            rows, view = X[concerned], referenced(question.view, X)
            yes = None if y is None else np.asarray(y == classes[question.yes])[concerned]
            near = held[question.concerns(classes, held_told)]
            near = near if len(near) >= MIN_ROWS else held
            options = view, rows, settings, self._input_names, question.classes, seeds[k]
            return explain(*options, n_classes=len(classes), yes=yes, held=near)

        if n_at_once > 1:
            explain = delayed(explain_margin)
            searches = (search(k, explain, self.time_budget) for k in range(n))
            return Parallel(n_jobs=self.n_jobs)(searches)
        results = []
        for k in range(n):
            # after an interruption the other classes get the first stage only
            budget = 0.0 if self._interruption(results) else self.time_budget
            results.append(search(k, explain_margin, budget))
        return results

    def _values(self, rows):
        return np.stack([equation.values(rows) for equation in self.equations_], axis=1)

    def _raw_values(self, rows):
        return self._form_body().values(rows)

    def _form_body(self):
        if len(self.equations_) == 1:
            return BoundaryBody.of(self.equation_)
        return ScoresBody(tuple(e.expression for e in self.equations_), self.scores_)


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
