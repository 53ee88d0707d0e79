"""Concepts with known formulas that the tests of symbolic surrogates share."""

from dataclasses import dataclass

import numpy as np

from skinterp import SymbolicSurrogateClassifier, SymbolicSurrogateRegressor
from skinterp.expression import parse
from skinterp.network import as_network


def rows_between(low, high, n=600, seed=0):
    """Return rows of independent uniform inputs."""
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    return np.random.RandomState(seed).uniform(low, high, size=(n, len(low)))


@dataclass(frozen=True)
class Concept:
    """A quantity that decides at a threshold, and the box its inputs come from."""

    text: str
    threshold: float
    low: tuple
    high: tuple

    @property
    def expression(self):
        return parse(self.text)

    def rows(self, n=600, seed=0):
        return rows_between(self.low, self.high, n, seed)

    def logit(self, X):
        return 5 * np.tanh(self.expression.evaluate(X) - self.threshold)

    def network(self, classes=("off", "on"), names=None):
        return as_network(
            self.logit, n_features_in=len(self.low), classes=classes, feature_names=names
        )

    def cosine(self, expression, X):
        """Return the mean absolute cosine between the gradients of a formula and the truth."""
        found, true = expression.value_and_gradient(X)[1], self.expression.value_and_gradient(X)[1]
        lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(true, axis=1)
        return abs(np.mean(np.einsum("nd,nd->n", found, true) / lengths))


# The last input never matters.
CONCEPTS = {
    "ellipse": Concept("x0**2 + 2*x1**2", 0.8, (-1, -1, -1), (1, 1, 1)),
    "product": Concept("x0*x1", 0.1, (-1, -1, -1), (1, 1, 1)),
    "quotient": Concept("x0/x1", 1.0, (0.5, 0.5, 0.5), (2, 2, 2)),
    "switch": Concept("x0*x1/x2**2", 1.0, (0.5,) * 4, (2,) * 4),
    "sine and square": Concept("sin(x0) + x1**2/2", 0.5, (-2, -2, -2), (2, 2, 2)),
}


def explained(concept, X=None, **options):
    """Return a classifier fitted to a concept's network."""
    X = concept.rows() if X is None else X
    options = {"n_points": 300, "random_state": 0, **options}
    return SymbolicSurrogateClassifier(concept.network(), **options).fit(X)


def regressed(function, X, **options):
    """Return a regressor fitted to a function."""
    options = {"n_points": 300, "random_state": 0, **options}
    return SymbolicSurrogateRegressor(function, **options).fit(X)


def operators_in(expression):
    """Return the names of the operators in a formula."""
    own = {expression.operator_name} if hasattr(expression, "operator_name") else set()
    return own.union(*map(operators_in, expression.args))
