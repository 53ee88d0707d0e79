"""Problems with known answers that the tests of this folder share."""

import numpy as np

from skinterp.matching import best_threshold
from skinterp.network import as_network
from skinterp.sampling import boundary_field, data_field
from skinterp.search import Problem, Search, SearchSettings, operator_prices
from skinterp.search._terms import TermSpace


def uniform_rows(n, d, low=-1.0, high=1.0, seed=0):
    """Return rows of independent uniform inputs."""
    return np.random.RandomState(seed).uniform(low, high, size=(n, d))


def term_space(points, operators=None, active=None, guard=None):
    """Return a space of terms over rows, all inputs active unless said otherwise."""
    active = range(points.shape[1]) if active is None else active
    guard = points[:0] if guard is None else guard
    return TermSpace(points, guard, points.std(axis=0), active, operator_prices(operators))


def boundary_problem(function, X, *, operators=None, n_points=200, **settings):
    """Return the problem of the boundary ``function = 0``, judged on its signs."""
    view = as_network(function, n_features_in=X.shape[1]).output()
    field = boundary_field(view, X, n_points=n_points, smoothing=0, random_state=0)
    answers = view.value(X) > 0
    return Problem(
        field,
        X,
        lambda values: best_threshold(values, answers)[2],
        SearchSettings(operator_prices(operators), **settings),
    )


def value_problem(function, X, *, operators=None, **settings):
    """Return the problem of following values and gradients of a function on rows."""
    view = as_network(function, n_features_in=X.shape[1]).output()
    field = data_field(view, X, n_points=300, smoothing=0, random_state=0)
    target = view.value(X)
    return Problem(
        field,
        X,
        lambda values: 1 - np.mean((target - values) ** 2) / target.var(),
        SearchSettings(operator_prices(operators), **settings),
        match_values=True,
    )


def searched(problem, seed=0):
    """Return a finished search."""
    return Search(problem, noise_floor=0.0, random_state=seed).run()


def concept_cosine(expression, gradient, X):
    """Return the mean absolute cosine between the gradients of a formula and the true ones."""
    found, true = expression.value_and_gradient(X)[1], gradient(X)
    lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(true, axis=1)
    return abs(np.mean(np.einsum("nd,nd->n", found, true) / lengths))


def operators_in(expression):
    """Return the names of the operators in a formula."""
    own = {expression.operator_name} if hasattr(expression, "operator_name") else set()
    return own.union(*map(operators_in, expression.args))
