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

RIDGE, C = 1e-6, 1e4
# A coefficient and an input cost no less, as a rule.
LEAST_COST = 3.0


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


def linear_path(X, values, most, *, classifies):
    """Yield linear functions of rising numbers of inputs, chosen by forward selection.

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

    Yields
    ------
    inputs : tuple of int
        The inputs.
    coefficients : ndarray of shape (m,)
        Their coefficients.
    """
    weight = np.ones(len(X))
    Z, mean, scale = standardise(X, weight)
    answers = values[:, np.newaxis]
    if classifies:
        answers = expit(answers * [-1.0, 1.0])
    for size in range(1, min(most, X.shape[1]) + 1):
        used = forward_selection(Z, answers, size, weight)
        if len(used) < size:
            return
        if classifies:
            solution = fit_logistic(Z[:, used], answers, weight, C)
        else:
            solution = fit_ridge(Z[:, used], answers, weight, RIDGE)
        slopes = in_raw_units(*solution, used, mean, scale)[0][0, used]
        if np.isfinite(slopes).all() and slopes.all():
            yield tuple(used.tolist()), slopes


def add_linear(search, values, *, classifies):
    """Add linear formulas, fitted to a network's answers, to the candidates of a search.

    Parameters
    ----------
    search : Search
        The search.
    values : ndarray of shape (n,)
        The network's log-odds or values on the rows of the problem.
    classifies : bool
        Whether they are log-odds.
    """
    problem, settings = search.problem, search.settings
    active, most = problem.space.active, int(settings.max_cost // LEAST_COST) + 1
    for inputs, slopes in linear_path(problem.X[:, active], values, most, classifies=classifies):
        parts = tuple(Variable(active[j]) for j in inputs)
        found = finish(problem, parts, slopes)
        if found is not None and found.cost <= settings.max_cost:
            search.candidates.setdefault(found.expression, found)
