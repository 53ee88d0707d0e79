"""Interpret trained neural networks with scikit-learn estimators.

A user brings a network and gets an equation, a tree or a linear model that answers as it does,
and for each how faithful it is, by cross-validation, side by side.
"""

from skinterp.network import as_network, default_network
from skinterp.surrogate import SymbolicSurrogateClassifier, SymbolicSurrogateRegressor

__version__ = "0.1.0.dev0"

__all__ = [
    "SymbolicSurrogateClassifier",
    "SymbolicSurrogateRegressor",
    "__version__",
    "as_network",
    "default_network",
]
