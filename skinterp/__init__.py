"""Interpret trained neural networks with scikit-learn estimators.

A user brings a network and gets an equation, a tree or a linear model that answers as it does,
and for each how faithful it is, by cross-validation, side by side; its exact structure, the
importances of its inputs, and a look into its hidden units.
"""

from typing import TYPE_CHECKING

from skinterp._lazy import lazy_names

if TYPE_CHECKING:
    from skinterp.evaluation import compare_importances, compare_surrogates
    from skinterp.exact import ExactTreeClassifier, ExactTreeRegressor, LinearRegions
    from skinterp.expansion import CategoricalExpansion
    from skinterp.explanation import explain
    from skinterp.hidden import HiddenLayerTransformer
    from skinterp.metrics import complexity, fidelity_score
    from skinterp.network import as_network, default_network
    from skinterp.pruning import PrunedMLPClassifier, PrunedMLPRegressor
    from skinterp.surrogate import (
        AdditiveSurrogateClassifier,
        AdditiveSurrogateRegressor,
        HingeSurrogateClassifier,
        HingeSurrogateRegressor,
        LinearSurrogateClassifier,
        LinearSurrogateRegressor,
        SymbolicSurrogateClassifier,
        SymbolicSurrogateRegressor,
        TreeSurrogateClassifier,
        TreeSurrogateRegressor,
    )
    from skinterp.utils import show_versions
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "evaluation": ["compare_importances", "compare_surrogates"],
            "exact": ["ExactTreeClassifier", "ExactTreeRegressor", "LinearRegions"],
            "explanation": ["explain"],
            "expansion": ["CategoricalExpansion"],
            "hidden": ["HiddenLayerTransformer"],
            "metrics": ["complexity", "fidelity_score"],
            "network": ["as_network", "default_network"],
            "pruning": ["PrunedMLPClassifier", "PrunedMLPRegressor"],
            "surrogate": [
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
            ],
            "utils": ["show_versions"],
            "base": [],
            "command": [],
            "display": [],
            "expression": [],
            "importance": [],
            "matching": [],
            "report": [],
            "sampling": [],
            "search": [],
            "table": [],
        },
    )

__version__ = "0.1.0.dev0"

__all__ = [
    "AdditiveSurrogateClassifier",
    "AdditiveSurrogateRegressor",
    "CategoricalExpansion",
    "ExactTreeClassifier",
    "ExactTreeRegressor",
    "HiddenLayerTransformer",
    "HingeSurrogateClassifier",
    "HingeSurrogateRegressor",
    "LinearRegions",
    "LinearSurrogateClassifier",
    "LinearSurrogateRegressor",
    "PrunedMLPClassifier",
    "PrunedMLPRegressor",
    "SymbolicSurrogateClassifier",
    "SymbolicSurrogateRegressor",
    "TreeSurrogateClassifier",
    "TreeSurrogateRegressor",
    "__version__",
    "as_network",
    "compare_importances",
    "compare_surrogates",
    "complexity",
    "default_network",
    "explain",
    "fidelity_score",
    "show_versions",
]
