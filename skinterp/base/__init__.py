"""Bases of everything with ``network=``: the rule for networks, kept in one place.

A fitted network is used as it is and never refitted or copied, not even by ``clone``; an unfitted
one is cloned and trained in each ``fit``. `ClassifierSurrogate` and `RegressorSurrogate` answer as
a network does; `NetworkTransformer` turns rows into what a network makes of them.
"""

from skinterp.base._estimator import NetworkEstimator, needs_training, train
from skinterp.base._surrogate import ClassifierSurrogate, RegressorSurrogate, finite
from skinterp.base._transformer import NetworkTransformer

__all__ = [
    "ClassifierSurrogate",
    "NetworkEstimator",
    "NetworkTransformer",
    "RegressorSurrogate",
    "finite",
    "needs_training",
    "train",
]
