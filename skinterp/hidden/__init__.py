"""Hidden units: their activations, connections, condition, formulas and maxima.

`HiddenLayerTransformer` makes activations features of any pipeline. `top_units` finds the units
that matter for a class, `unit_report` describes one: weights, rows, classes, flags, a formula, and
the input that excites it most (`maximise_activation`). `weight_images` and its kin show units of
networks that look at images.
"""

from skinterp.hidden._activation_maximum import ActivationMaximum
from skinterp.hidden._explain_image import ImageExplanation, explain_image
from skinterp.hidden._images import (
    class_template,
    saliency_image,
    weight_images,
    weight_times_input,
)
from skinterp.hidden._layer_history import LayerHistory, layer_history
from skinterp.hidden._layer_report import LayerReport, layer_report
from skinterp.hidden._maximise import maximise_activation
from skinterp.hidden._nearest_boundary import AnswerChange, NearestBoundary, nearest_boundary
from skinterp.hidden._smallest_networks import NetworkSizes, smallest_networks
from skinterp.hidden._top_units import TopUnits, top_units
from skinterp.hidden._transformer import HiddenLayerTransformer
from skinterp.hidden._unit_activity import UnitActivity
from skinterp.hidden._unit_condition import UnitCondition
from skinterp.hidden._unit_connections import UnitConnections
from skinterp.hidden._unit_formula import UnitFormula
from skinterp.hidden._unit_gallery import UnitGallery, unit_gallery
from skinterp.hidden._unit_images import UnitImages
from skinterp.hidden._unit_linear import LinearDescription
from skinterp.hidden._unit_report import UnitReport, unit_report
from skinterp.hidden._weight_matrices import WeightMatrices, weight_matrices

__all__ = [
    "ActivationMaximum",
    "AnswerChange",
    "HiddenLayerTransformer",
    "ImageExplanation",
    "LayerHistory",
    "LayerReport",
    "LinearDescription",
    "NearestBoundary",
    "NetworkSizes",
    "TopUnits",
    "UnitActivity",
    "UnitCondition",
    "UnitConnections",
    "UnitFormula",
    "UnitGallery",
    "UnitImages",
    "UnitReport",
    "WeightMatrices",
    "class_template",
    "explain_image",
    "layer_history",
    "layer_report",
    "maximise_activation",
    "nearest_boundary",
    "saliency_image",
    "smallest_networks",
    "top_units",
    "unit_gallery",
    "unit_report",
    "weight_images",
    "weight_matrices",
    "weight_times_input",
]
