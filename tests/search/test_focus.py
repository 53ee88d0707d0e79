"""Scoring again on the inputs that the leading formulas hold."""

import numpy as np
import pytest
from search_pool import boundary_problem, uniform_rows

from skinterp import SymbolicSurrogateClassifier
from skinterp.matching import direction_loss
from skinterp.network import as_network
from skinterp.search import Search
from skinterp.search._focus import focus, projected
from skinterp.search._stages import combine_dictionary

ROWS = uniform_rows(1500, 6)


def searched(noise):
    """Return a search of ``x0*x1 + x2`` under small slopes along inputs that decide nothing."""

    def function(X):
        return X[:, 0] * X[:, 1] + X[:, 2] - 0.1 + noise * np.sin(5 * X[:, 3:]).sum(axis=1)

    search = Search(boundary_problem(function, ROWS), noise_floor=0.01, random_state=0)
    combine_dictionary(search)
    return search


def test_noise_along_other_inputs_leaves_the_loss():
    search = searched(0.03)
    before, formula = search.best(), search.best().expression
    focus(search, lambda field: 0.001)
    assert set(formula.variables) == {0, 1, 2}
    assert search.candidates[formula].loss < 0.2 * before.loss
    assert search.noise_floor == 0.001


def test_the_loss_is_the_one_on_the_projected_field():
    search = searched(0.03)
    formula, field = search.best().expression, projected(search.problem.full_field, [0, 1, 2])
    focus(search, lambda field: 0.001)
    gradients = formula.value_and_gradient(field.points)[1] * field.scale
    assert search.candidates[formula].loss == pytest.approx(
        direction_loss(field.directions, gradients, field.weights), abs=1e-9
    )


def test_formulas_in_other_inputs_keep_their_place():
    search = searched(0.03)
    others = [e for e in search.candidates if not set(e.variables) <= {0, 1, 2}]
    n = len(search.candidates)
    focus(search, lambda field: 0.001)
    assert len(search.candidates) == n
    assert all(0 <= search.candidates[e].loss <= 1 for e in others)


def test_nothing_changes_where_nothing_is_left_out():
    search = searched(0.0)
    problem = search.problem
    assert focus(search, lambda field: 0.5).problem is problem
    assert search.noise_floor == 0.01


def test_projected_directions_are_unit_vectors_along_the_inputs():
    field = projected(searched(0.03).problem.full_field, [0, 2])
    assert field.weights.sum() == pytest.approx(1.0)
    assert not field.directions[:, [1, 3, 4, 5]].any()
    assert np.linalg.norm(field.directions[field.weights > 0], axis=1) == pytest.approx(1.0)


def test_hypotheses_are_scored_on_the_field_that_the_others_are_scored_on():
    def logit(X):
        g = X[:, 0] * X[:, 1] + X[:, 2] - 0.1 + 0.012 * np.sin(5 * X[:, 3:]).sum(axis=1)
        return 5 * np.tanh(g)

    network = as_network(logit, n_features_in=6, classes=["off", "on"])
    front = (
        SymbolicSurrogateClassifier(
            network, hypotheses=["x0*x1 + x2"], n_points=200, random_state=0
        )
        .fit(ROWS)
        .front_
    )
    assert set(front.selected.expression.variables) == {0, 1, 2}
    assert front.hypotheses.loss[0] == pytest.approx(front.selected.loss, abs=1e-4)
