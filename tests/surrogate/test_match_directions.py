"""Regressors up to a monotone function: the concept of units and of ordinal outputs."""

import numpy as np
import pytest

from skinterp import SymbolicSurrogateRegressor
from skinterp.network import as_network

X = np.random.default_rng(0).uniform(0.5, 2.5, size=(800, 3))


def score(Z):
    return np.exp(1.5 * np.tanh(Z[:, 0] * Z[:, 1] / Z[:, 2] - 1.0))


@pytest.mark.parametrize("match", ["directions", "auto"])
def test_the_concept_is_found_and_its_link_fitted_after(match):
    surrogate = SymbolicSurrogateRegressor(score, match=match, random_state=0).fit(X)
    found = surrogate.equation_.expression.value_and_gradient(X)[1]
    ratio = X[:, 0] * X[:, 1] / X[:, 2]
    true = np.column_stack([ratio / X[:, 0], ratio / X[:, 1], -ratio / X[:, 2]])
    lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(true, axis=1)
    assert np.abs(np.einsum("nd,nd->n", found, true) / lengths).mean() > 0.999
    assert surrogate.score(X, score(X)) > 0.99
    assert surrogate.export_text().startswith(("a rising function of", "a falling function of"))
    assert surrogate.link_ is not None


def test_values_are_matched_by_default():
    surrogate = SymbolicSurrogateRegressor(lambda Z: 3 * Z[:, 0] / Z[:, 1], random_state=0).fit(X)
    assert surrogate.link_ is None
    assert surrogate.export_text() == str(surrogate.equation_)


def test_predictions_of_matched_directions_are_monotone_in_the_formula():
    view = as_network(score).output()
    surrogate = SymbolicSurrogateRegressor(view, match="directions", random_state=0).fit(X)
    order = np.argsort(surrogate.equation_.values(X))
    steps = np.diff(surrogate.predict(X)[order])
    assert (steps >= -1e-12).all() or (steps <= 1e-12).all()


def test_another_word_is_refused():
    with pytest.raises(ValueError, match="'match' parameter of SymbolicSurrogateRegressor"):
        SymbolicSurrogateRegressor(score, match="ranks").fit(X)
