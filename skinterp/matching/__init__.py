"""In what a formula shall agree with a network: losses, closed-form coefficients, thresholds.

A classifier's logit is nearly an unknown monotone function of its concept, so gradients are
compared by *direction* (:func:`direction_loss`); a regressor's also by value. For a combination
``g = sum_k c_k t_k(x)`` both have closed forms, :class:`DirectionObjective` and
:class:`ValueObjective`; a last one-dimensional fit gives threshold, direction and link.
"""

from skinterp.matching._directions import DirectionObjective
from skinterp.matching._likelihood import LabelFit, fit_labels
from skinterp.matching._losses import cosines, direction_loss, sampson_distance
from skinterp.matching._thresholds import (
    best_threshold,
    classification_link,
    monotone_knots,
    monotone_link,
    rounded_threshold,
)
from skinterp.matching._values import ValueObjective

__all__ = [
    "DirectionObjective",
    "LabelFit",
    "ValueObjective",
    "best_threshold",
    "classification_link",
    "cosines",
    "direction_loss",
    "fit_labels",
    "monotone_knots",
    "monotone_link",
    "rounded_threshold",
    "sampson_distance",
]
