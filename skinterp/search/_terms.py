"""Terms: expressions with their values and gradients at the points of a field."""

from collections import OrderedDict
from dataclasses import dataclass
from functools import cache, reduce

import numpy as np

from skinterp.expression import OPERATORS, Constant, Operation, Variable, parse

# Beyond this, squares overflow in sums over points.
HUGE = 1e100
# A term whose squared gradient sits on fewer than this share of the points is a spike.
MIN_PARTICIPATION = 0.05
# A gradient shorter than this share of the values is rounding error: the term is a constant.
FLAT = 1e-12
# Terms asked for by their expression that are remembered, as the parts of tuned sums are.
N_REMEMBERED = 128

_parse = cache(parse)


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """An expression, its price, its values on all rows and its gradients at the field's points.

    Parameters
    ----------
    expression : Expression
        The formula, in raw inputs.
    cost : float
        Price of its operators and leaves.
    values : ndarray of shape (n + n_guard,)
        Values at the field's points, then at the guard rows that bound the domain.
    gradients : ndarray of shape (n, d)
        Gradients in standardised coordinates at the field's points.
    """

    expression: object
    cost: float
    values: np.ndarray
    gradients: np.ndarray


class TermSpace:
    """Builds terms bottom-up at fixed points; a term that is undefined at any of them is None.

    Parameters
    ----------
    points : ndarray of shape (n, p)
        Points of the gradient field, all inputs.
    guard : ndarray of shape (m, p)
        More rows on which every term must be defined.
    scale : ndarray of shape (p,)
        Standard deviation of each input.
    active : sequence of int
        Indices of the d inputs that terms may use; gradients have these columns.
    prices : dict of str to float
        Price of each operator allowed.
    dimensions : Dimensions or None, default=None
        Units of the inputs: inconsistent terms cost more, or are not made.
    """

    def __init__(self, points, guard, scale, active, prices, dimensions=None):
        self.dimensions = dimensions
        self.rows = np.concatenate([points, guard])
        self.n, self.scale, self.active = len(points), scale, list(active)
        self.prices, self.even_weights = prices, np.full(self.n, 1.0 / self.n)
        self._known = OrderedDict()

    def variable(self, j):
        """Return input `j` as a term."""
        gradients = np.zeros((self.n, len(self.active)))
        gradients[:, self.active.index(j)] = self.scale[j]
        return Term(Variable(j), 1.0, self.rows[:, j], gradients)

    def constant(self, value):
        """Return a constant as a term."""
        gradients = np.zeros((self.n, len(self.active)))
        return Term(Constant(value), 1.0, np.full(len(self.rows), float(value)), gradients)

    def apply(self, name, *terms):
        """Apply an operator, or return None where it is not allowed or not defined."""
        if name not in self.prices or any(term is None for term in terms):
            return None
        operator, n = OPERATORS[name], self.n
        arguments = [term.values for term in terms]
        if operator.constant_last:
            if not isinstance(terms[-1].expression, Constant):
                return None
            # one number, not a column
            arguments[-1] = terms[-1].expression.value
        if not operator.domain(*arguments):
            return None
        columns = [term.values[:n] for term in terms]
        with np.errstate(all="ignore"):
            values = operator.function(*arguments)
            gradients = reduce(
                np.add,
                (
                    _times(pullback(1.0, columns, values[:n]), term.gradients)
                    for pullback, term in zip(operator.pullbacks, terms, strict=True)
                ),
            )
        return self._term(name, terms, values, gradients)

    def reciprocal(self, term):
        """Return one over a term, or None where it is not allowed or not defined."""
        return self.apply("div", self.constant(1.0), term)

    def _term(self, name, parts, values, gradients):
        # NaN compares false
        if not (np.abs(values).max() < HUGE and np.abs(gradients).max() < HUGE):
            return None
        cost = self.prices[name] + sum(part.cost for part in parts)
        expression = Operation(name, tuple(part.expression for part in parts))
        if self.dimensions is not None:
            extra = self.dimensions.price(expression)
            cost += extra - sum(self.dimensions.price(part.expression) for part in parts)
            if not np.isfinite(extra):
                return None
        return Term(expression, cost, values, gradients)

    def term(self, expression):
        """Evaluate any expression as a term, or return None where it is undefined."""
        if expression not in self._known:
            inputs = {j: self.variable(j) for j in expression.variables}
            self._known[expression] = self._evaluate(expression, inputs, {})
            if len(self._known) > N_REMEMBERED:
                self._known.popitem(last=False)
        return self._known[expression]

    def formulas(self, terms, *texts):
        """Evaluate formulas in which x0, x1, ... stand for terms; None where undefined."""
        known = {}
        return [self._evaluate(_parse(text), terms, known) for text in texts]

    def _evaluate(self, expression, inputs, known):
        if expression.is_variable:
            return inputs[expression.index]
        if isinstance(expression, Constant):
            return self.constant(expression.value)
        if expression not in known:
            parts = [self._evaluate(argument, inputs, known) for argument in expression.args]
            known[expression] = self.apply(expression.operator_name, *parts)
        return known[expression]


def _times(partial, gradients):
    partial = np.asarray(partial, dtype=float)
    return partial * gradients if partial.ndim == 0 else partial[:, None] * gradients


def varies(term):
    """Tell whether a term varies by more than rounding errors of its values.

    Parameters
    ----------
    term : Term
        The term.

    Returns
    -------
    bool
        False for a constant.
    """
    return bool(np.abs(term.gradients).max() > FLAT * np.abs(term.values).max())


def participation(term, weights):
    """Return the share of the points that carry a term's squared gradient, in (0, 1].

    ``(sum w s)^2 / sum w s^2`` for squared lengths s: 1 when all gradients are as long, near 0
    for a spike, whose closed-form coefficient would be decided by a few points.

    Parameters
    ----------
    term : Term
        The term.
    weights : ndarray of shape (n,)
        Trust in each point, summing to 1.

    Returns
    -------
    float
        The participation; 0 for a constant.
    """
    squared = np.einsum("ij,ij->i", term.gradients, term.gradients)
    peak = squared.max()
    if not np.isfinite(peak) or peak <= 0:
        return 0.0
    squared = squared / peak
    return float((weights @ squared) ** 2 / (weights @ squared**2))


def carries(term, weights):
    """Tell whether a term can carry a formula: it is neither a constant nor a spike.

    Parameters
    ----------
    term : Term
        The term.
    weights : ndarray of shape (n,)
        Trust in each point, summing to 1.

    Returns
    -------
    bool
        False for constants and spikes.
    """
    return varies(term) and participation(term, weights) >= MIN_PARTICIPATION


def _fingerprint(term):
    """Return bytes that agree for terms whose gradient fields differ by a factor only."""
    sample = term.gradients[:: max(1, len(term.gradients) // 97)]
    length = np.sqrt(np.einsum("ij,ij->", term.gradients, term.gradients))
    unit = sample / length
    anchor = unit.flat[np.argmax(np.abs(unit))]
    return (np.round(unit * np.sign(anchor), 7) + 0.0).tobytes()


def distinct_terms(terms, weights, max_terms):
    """Keep the cheapest of terms that are the same up to a factor, without spikes.

    Parameters
    ----------
    terms : iterable of Term or None
        Candidates; None is skipped.
    weights : ndarray of shape (n,)
        Trust in each point.
    max_terms : int
        How many to keep, the cheapest first.

    Returns
    -------
    list of Term
        Distinct terms by rising cost.
    """
    kept, seen = [], set()
    for term in sorted((t for t in terms if t is not None), key=lambda t: t.cost):
        if len(kept) == max_terms:
            break
        if not carries(term, weights):
            continue
        key = _fingerprint(term)
        if key not in seen:
            seen.add(key)
            kept.append(term)
    return kept
