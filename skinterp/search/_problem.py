"""What a search solves: a gradient field, the rows a formula must hold on, the operators."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from numbers import Real

import numpy as np

from skinterp.expression import OPERATORS
from skinterp.expression._fold import postorder
from skinterp.expression._sums import as_sum
from skinterp.matching import DirectionObjective, ValueObjective
from skinterp.search._dictionary import N_SINGLE, stack
from skinterp.search._front import Candidate
from skinterp.search._terms import TermSpace, varies

DEFAULT_OPERATORS = (
    "add", "sub", "mul", "div", "square", "cube", "sqrt", "exp", "log", "sin", "cos",
)  # fmt: skip
N_GUARD, MIN_ENERGY = 1000, 1e-4
# What a wave costs that stays within half a period, and a curved term that is straight.
WAVES, IMITATION = ("sin", "cos"), 2.0
# Share of a term's variance that is not linear, below which it stands for a linear function.
STRAIGHT = 5e-4
STRONG, MIN_STRONG = 0.01, 3


def operator_prices(operators=None):
    """Return the prices of a set of operators, negation free.

    Parameters
    ----------
    operators : sequence of str, dict of str to float, or None, default=None
        Names, or names with prices; None is the default set.

    Returns
    -------
    dict of str to float
        Prices, with "neg".

    Raises
    ------
    ValueError
        If an operator does not exist, none is given or a price is not positive.
    """
    if operators is None:
        operators = DEFAULT_OPERATORS
    if isinstance(operators, str) or not len(operators):
        raise ValueError(
            f"operators must be a non-empty collection of names out of {sorted(OPERATORS)}. "
            f"Got {operators!r} instead."
        )
    unknown = [name for name in operators if name not in OPERATORS]
    if unknown:
        raise ValueError(
            f"operators must be names out of {sorted(OPERATORS)}. Got {unknown} instead."
        )
    is_priced = isinstance(operators, dict)
    prices = operators if is_priced else {name: OPERATORS[name].price for name in operators}
    if not all(isinstance(price, Real) and 0 < price < np.inf for price in prices.values()):
        raise ValueError(f"prices of operators must be positive numbers. Got {prices} instead.")
    return {"neg": 1.0, **{name: float(price) for name, price in prices.items()}}


@dataclass(frozen=True)
class SearchSettings:
    """How to search.

    Parameters
    ----------
    prices : dict of str to float
        Price of each operator allowed.
    max_terms : int, default=5
        Largest number of terms in a sum.
    max_cost : float, default=40
        Largest cost of a formula.
    max_linear_cost : float, default=0
        Largest cost of a linear formula, where this is larger.
    n_islands : int, default=2
        Independent populations of evolved terms; 0 does not evolve.
    n_jobs : int or None, default=None
        Islands evolved at once.
    deadline : float or None, default=None
        Value of ``time.monotonic()`` at which to stop.
    n_points : int, default=600
        Points of the decision boundary at which the network is asked, and half as many in the
        band; in regression all on the data.
    progress : callable or None, default=None
        Called with a line of text at every stage.
    hypotheses : tuple of Expression, default=()
        Formulas of the user's, judged beside those found.
    dimensions : Dimensions or None, default=None
        The units of the inputs, and what inconsistent formulas pay; None has no units.
    select : {"auto", "elbow", "accurate", "one_se"} or callable, default="auto"
        How to choose from the front, see :class:`Selection`.
    """

    prices: dict
    max_terms: int = 5
    max_cost: float = 40.0
    max_linear_cost: float = 0.0
    n_islands: int = 2
    n_jobs: int | None = None
    deadline: float | None = None
    n_points: int = 600
    progress: Callable | None = None
    hypotheses: tuple = ()
    dimensions: object = None
    select: object = "auto"

    def cost(self, expression):
        """Return the cost of a formula, for its units included; infinite if not allowed.

        Parameters
        ----------
        expression : Expression
            The formula.

        Returns
        -------
        float
            The cost.
        """
        extra = 0.0 if self.dimensions is None else self.dimensions.price(expression)
        return expression.cost(self.prices) + extra

    def report(self, message):
        """Pass a line of text on to `progress`.

        Parameters
        ----------
        message : str
            The line.
        """
        if self.progress is not None:
            self.progress(message)

    def should_stop(self):
        """Tell whether the deadline has passed.

        Returns
        -------
        bool
            Whether it has.
        """
        return self.deadline is not None and time.monotonic() > self.deadline


class Problem:
    """A gradient field, the rows a formula must be defined on, and the losses of formulas.

    Parameters
    ----------
    field : GradientField
        Where the network was asked.
    X : ndarray of shape (m, p)
        Rows on which every formula must be defined.
    fidelity : callable
        ``fidelity(values) -> float``: agreement of a formula's values on `X` with the network.
    settings : SearchSettings
        How to search.
    match_values : bool, default=False
        Match values and gradients (regression) instead of directions (classification).
    ranked : list of int or None, default=None
        Inputs that formulas may hold, the strongest first; None is :func:`rank_inputs`.
    """

    def __init__(self, field, X, fidelity, settings, *, match_values=False, ranked=None):
        self.full_field, self.X, self.settings = field, X, settings
        self.fidelity_of, self.match_values = fidelity, match_values
        self.ranked = rank_inputs(field, X) if ranked is None else ranked
        self.n_strong = count_strong(field, self.ranked)
        active = sorted(self.ranked)
        self.field = replace(field, directions=field.directions[:, active])
        guard = guard_rows(X)
        geometry = (field.points, guard, field.scale, active)
        self.space = TermSpace(*geometry, settings.prices, settings.dimensions)
        # sums, signs and coefficients are part of any formula, whatever operators are allowed
        every = {name: operator.price for name, operator in OPERATORS.items()}
        self.evaluator = TermSpace(*geometry, {**every, **settings.prices})

    def objective(self, values, gradients):
        """Return the objective over terms, given at the field's points."""
        kind = ValueObjective if self.match_values else DirectionObjective
        return kind(self.field, values, gradients)

    def objective_of(self, parts):
        """Return the objective over given expressions; None where one is undefined."""
        terms = [self.evaluator.term(part) for part in parts]
        if any(t is None or not varies(t) for t in terms):
            return None
        return self.objective(*stack(terms, self.space.n))

    def solve(self, parts):
        """Return loss and coefficients of a sum of terms; None where it is undefined."""
        objective = self.objective_of(parts)
        return None if objective is None else objective.solve(range(len(parts)))

    def loss(self, expression):
        """Return the loss of a formula as it stands; infinite where it is undefined."""
        objective = self.objective_of([expression])
        return np.inf if objective is None else objective.loss(np.ones(1))

    def spread(self, expression):
        """Return the standard deviation of an expression at the field's points."""
        return float(np.nanstd(expression.evaluate(self.field.points))) or 1.0

    def offset(self, expression):
        """Return the intercept that centres a formula on the network's values."""
        values = expression.evaluate(self.field.points)
        return float(self.field.weights @ (self.field.values - values))

    def sign(self, expression):
        """Return the sign of the mean cosine: -1 if the formula falls where the network rises."""
        term = self.evaluator.term(expression)
        if term is None:
            return 1.0
        total = np.einsum("n,nd,nd->", self.field.weights, self.field.directions, term.gradients)
        return -1.0 if total < 0 else 1.0

    def _n_imitations(self, expression):
        """Count what simpler functions would do on the rows: short waves, straight curves.

        Of a wave they see less than half a period, as of a polynomial.
        """
        total = 0
        for part in as_sum(expression)[0]:
            waves = [n for n in postorder(part) if n.args and n.operator_name in WAVES]
            short = sum(np.ptp(wave.args[0].evaluate(self.X)) < np.pi for wave in waves)
            total += short or self._is_straight(part)
        return total

    def _is_straight(self, part):
        """Tell whether a curved term is a linear function of its inputs on the rows."""
        if not part.args:
            return False
        columns = self.X[:, list(part.variables)]
        values = part.evaluate(self.X)
        spread = columns.std(axis=0)
        columns = (columns - columns.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
        values = values - values.mean()
        rest = values - columns @ np.linalg.lstsq(columns, values, rcond=None)[0]
        return rest @ rest <= STRAIGHT * (values @ values)

    def candidate(self, expression):
        """Return a formula as a candidate for the front; None where it is undefined."""
        values, loss = expression.evaluate(self.X), self.loss(expression)
        if not (np.isfinite(values).all() and np.isfinite(loss)):
            return None
        cost = self.settings.cost(expression) + IMITATION * self._n_imitations(expression)
        if not np.isfinite(cost):
            return None
        return Candidate(expression, loss, cost, self.fidelity_of(values))


def rank_inputs(field, X):
    """Return the inputs that a field points along, strongest first, constants left out.

    Parameters
    ----------
    field : GradientField
        The field.
    X : ndarray of shape (m, p)
        Rows of data.

    Returns
    -------
    list of int
        At most 30 inputs.

    Raises
    ------
    ValueError
        If every input is constant.
    """
    energy = np.einsum("n,nd->d", field.weights, field.directions**2)
    varies = np.ptp(X, axis=0) > 0
    if not varies.any():
        raise ValueError("X must have at least one column that varies. Got constant columns only.")
    order = np.argsort(-np.where(varies, energy, -1.0), kind="stable")
    strong = [int(j) for j in order if varies[j] and energy[j] >= MIN_ENERGY]
    return strong[:N_SINGLE] or [int(order[0])]


def count_strong(field, ranked):
    """Return how many of the ranked inputs are strong enough to enter terms of several inputs.

    Parameters
    ----------
    field : GradientField
        The field.
    ranked : list of int
        Inputs, the strongest first.

    Returns
    -------
    int
        Those with at least 1 % of the strongest one's energy, and no fewer than three.
    """
    energy = np.einsum("n,nd->d", field.weights, field.directions**2)[ranked]
    return max(MIN_STRONG, int((energy >= STRONG * energy[0]).sum()))


def guard_rows(X):
    """Return rows that bound the domain: evenly spread ones and those of each column's extremes.

    Parameters
    ----------
    X : ndarray of shape (m, p)
        Rows of data.

    Returns
    -------
    ndarray of shape (k, p)
        Some of them.
    """
    spread = np.linspace(0, len(X) - 1, min(len(X), N_GUARD)).astype(int)
    extremes = np.concatenate([X.argmin(axis=0), X.argmax(axis=0)])
    return X[np.unique(np.concatenate([spread, extremes]))]


def linear_loss(problem):
    """Return the loss of the best linear formula in all active inputs.

    Parameters
    ----------
    problem : Problem
        The problem.

    Returns
    -------
    float
        The loss.
    """
    terms = [problem.space.variable(j) for j in problem.space.active]
    return problem.objective(*stack(terms, problem.space.n)).solve(range(len(terms)))[0]
