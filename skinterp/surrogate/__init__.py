"""With which simple form? Estimators that answer as a network does, and say how.

Each takes ``network=``: a fitted network is used as it is and never refitted, not even under
``clone`` or in a grid search; an unfitted one is trained in each ``fit``. Surrogates are grown on
the network's answers: equations by gradient matching, trees and linear models by asking it. A
form is a file here that registers its estimators; nothing else lists it.
"""

from skinterp.base import export_estimators
from skinterp.surrogate._additive import AdditiveSurrogateClassifier, AdditiveSurrogateRegressor
from skinterp.surrogate._hinge import HingeSurrogateClassifier, HingeSurrogateRegressor
from skinterp.surrogate._linear import LinearSurrogateClassifier, LinearSurrogateRegressor
from skinterp.surrogate._symbolic import SymbolicSurrogateClassifier
from skinterp.surrogate._symbolic_regressor import SymbolicSurrogateRegressor
from skinterp.surrogate._tree import TreeSurrogateClassifier, TreeSurrogateRegressor

__all__ = [
    "AdditiveSurrogateClassifier",
    "AdditiveSurrogateRegressor",
    "HingeSurrogateClassifier",
    "HingeSurrogateRegressor",
    "LinearSurrogateClassifier",
    "LinearSurrogateRegressor",
    "SymbolicSurrogateClassifier",
    "SymbolicSurrogateRegressor",
    "TreeSurrogateClassifier",
    "TreeSurrogateRegressor",
]
__all__ += export_estimators(globals())  # those of forms in further files
