"""Interpret trained neural networks with scikit-learn estimators.

A user brings a network and gets an equation, a tree or a linear model that answers as it does,
and for each how faithful it is, by cross-validation, side by side.
"""

from skinterp.evaluation import compare_surrogates
from skinterp.metrics import complexity, fidelity_score
from skinterp.network import as_network, default_network
from skinterp.surrogate import (
    LinearSurrogateClassifier,
    LinearSurrogateRegressor,
    SymbolicSurrogateClassifier,
    SymbolicSurrogateRegressor,
    TreeSurrogateClassifier,
    TreeSurrogateRegressor,
)

__version__ = "0.1.0.dev0"

__all__ = [
    "LinearSurrogateClassifier",
    "LinearSurrogateRegressor",
    "SymbolicSurrogateClassifier",
    "SymbolicSurrogateRegressor",
    "TreeSurrogateClassifier",
    "TreeSurrogateRegressor",
    "__version__",
    "as_network",
    "compare_surrogates",
    "complexity",
    "default_network",
    "fidelity_score",
]
