"""The smallest network that still answers as a network does, of any activation.

`remove_lossless` takes away the units without which a network computes the same. Then
`PrunedMLPClassifier` and `PrunedMLPRegressor` remove weight after weight, the least salient first,
and tune the others to the answers of the whole network: a `PruningPath` of smaller and smaller
networks, of which the smallest faithful one is taken.
"""

from skinterp.pruning._estimators import PrunedMLPClassifier, PrunedMLPRegressor
from skinterp.pruning._lossless import remove_lossless
from skinterp.pruning._path import PruningPath, PruningStep
from skinterp.pruning._path_scores import PathScores

__all__ = [
    "PathScores",
    "PrunedMLPClassifier",
    "PrunedMLPRegressor",
    "PruningPath",
    "PruningStep",
    "remove_lossless",
]
