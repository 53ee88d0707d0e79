"""Linear formulas of few and of many inputs: what any other formula must be better than."""

import numpy as np
from scipy.special import expit

from skinterp.expression import Variable
from skinterp.expression._sums import as_sum
from skinterp.matching._linear import (
    fit_logistic,
    fit_ridge,
    forward_selection,
    in_raw_units,
    standardise,
)
from skinterp.search._formulas import finish
from skinterp.search._front import pareto

RIDGE, C = 1e-6, 1e4
# A coefficient and an input cost no less, as a rule.
LEAST_COST = 3.0
GROWTH = 1.2


def is_linear(expression):
    """Tell whether a formula is linear in the inputs.

    Parameters
    ----------
    expression : Expression
        The formula.

    Returns
    -------
    bool
        Whether it is a sum of inputs, with coefficients and a constant.
    """
    return all(isinstance(part, Variable) for part in as_sum(expression)[0])


class LinearPath:
    """Linear functions of rising numbers of inputs, chosen one by one.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        Rows.
    values : ndarray of shape (n,)
        What to follow: log-odds of a classifier, as probabilities, or values.
    most : int
        Largest number of inputs.
    classifies : bool
        Whether these are log-odds.

    Attributes
    ----------
    order : ndarray of int
        Columns, the first choice first; fewer than `most` if these explain the values.
    """

    def __init__(self, X, values, most, *, classifies):
        self._weight, self._classifies = np.ones(len(X)), classifies
        self._Z, self._mean, self._scale = standardise(X, self._weight)
        answers = values[:, np.newaxis]
        self._answers = expit(answers * [-1.0, 1.0]) if classifies else answers
        self.order = forward_selection(self._Z, self._answers, most, self._weight)

    def at(self, size):
        """Fit the linear function of the first inputs.

        Parameters
        ----------
        size : int
            How many.

        Returns
        -------
        inputs : tuple of int
            The inputs, in their order.
        coefficients : ndarray of shape (size,)
            Their coefficients; 0 or not finite where they cannot be told.
        """
        used = np.sort(self.order[:size])
        fit, strength = (fit_logistic, C) if self._classifies else (fit_ridge, RIDGE)
        solution = fit(self._Z[:, used], self._answers, self._weight, strength)
        slopes = in_raw_units(*solution, used, self._mean, self._scale)[0][0, used]
        return tuple(used.tolist()), slopes


def add_linear(search, values, held, *, classifies):
    """Add linear formulas, fitted to a network's answers, to the candidates of a search.

    Where linear formulas may be longer than others, longer ones are added until one is nearly as
    faithful as that of all inputs, if this is more faithful than all that is as short as others.

    Parameters
    ----------
    search : Search
        The search.
    values : ndarray of shape (n,)
        The network's log-odds or values on the rows of the problem.
    held : HeldPoints
        Points on which formulas are compared.
    classifies : bool
        Whether the values are log-odds.
    """
    problem, settings = search.problem, search.settings
    active = problem.space.active
    path = LinearPath(problem.X[:, active], values, len(active), classifies=classifies)

    def finished(size):
        inputs, slopes = path.at(size)
        if not (np.isfinite(slopes).all() and slopes.all()):
            return None
        return finish(problem, tuple(Variable(active[j]) for j in inputs), slopes)

    def added(size, most):
        found = finished(size)
        if found is None or found.cost > most:
            return None
        return search.candidates.setdefault(found.expression, found)

    short, all_inputs = int(settings.max_cost // LEAST_COST) + 1, len(path.order)
    for size in range(1, min(short, all_inputs) + 1):
        added(size, settings.max_cost)
    if settings.max_linear_cost <= settings.max_cost or not search.may_go_on():
        return
    whole, rivals = finished(all_inputs), pareto(search.candidates.values())
    if whole is None or is_matched([rival.expression for rival in rivals], whole.expression, held):
        return
    for size in longer_sizes(short, all_inputs):
        found = added(size, settings.max_linear_cost)
        if found is not None and is_matched([found.expression], whole.expression, held):
            return


def is_matched(expressions, whole, held):
    """Tell whether one of the formulas is as faithful as the linear one of all inputs."""
    return bool(held.as_faithful([*expressions, whole])[:-1].any())


def add_refitted(search, log_odds):
    """Add the sums on the front of a classifier with coefficients that follow its answers.

    Directions on the boundary fix coefficients by slopes; where no sum follows those exactly,
    other coefficients answer more often as the network does.

    Parameters
    ----------
    search : Search
        The search.
    log_odds : ndarray of shape (n,)
        The network's log-odds on the rows of the problem.
    """
    problem, settings = search.problem, search.settings
    for candidate in pareto(search.candidates.values()):
        parts = tuple(as_sum(candidate.expression)[0])
        if len(parts) < 2 or is_linear(candidate.expression) or settings.should_stop():
            continue
        columns = np.stack([part.evaluate(problem.X) for part in parts], axis=1)
        if not np.isfinite(columns).all():
            continue
        path = LinearPath(columns, log_odds, len(parts), classifies=True)
        slopes = path.at(len(parts))[1]
        if len(slopes) == len(parts) and np.isfinite(slopes).all() and slopes.all():
            found = finish(problem, parts, slopes)
            if found is not None and found.cost <= settings.max_cost:
                search.candidates.setdefault(found.expression, found)


def longer_sizes(first, last):
    """Yield rising sizes, each a fifth larger than the one before, the last one included.

    Parameters
    ----------
    first, last : int
        The smallest and the largest.

    Yields
    ------
    int
        The sizes.
    """
    size = first
    while size < last:
        yield size
        size = max(size + 1, int(GROWTH * size))
    yield last
