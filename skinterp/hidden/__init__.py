"""What hidden units are looking for.

`HiddenLayerTransformer` makes activations features of any pipeline. `top_units` finds the units
that matter for a class, `unit_report` describes one: weights, rows, classes, flags, a formula, and
the input that excites it most (`maximise_activation`). `weight_images` and its kin show units of
networks that look at images.
"""

from skinterp.hidden._describe import unit_report
from skinterp.hidden._images import (
    class_template,
    saliency_image,
    weight_images,
    weight_times_input,
)
from skinterp.hidden._maximise import ActivationMaximum, maximise_activation
from skinterp.hidden._report import UnitReport
from skinterp.hidden._top import TopUnits, top_units
from skinterp.hidden._transformer import HiddenLayerTransformer

__all__ = [
    "ActivationMaximum",
    "HiddenLayerTransformer",
    "TopUnits",
    "UnitReport",
    "class_template",
    "maximise_activation",
    "saliency_image",
    "top_units",
    "unit_report",
    "weight_images",
    "weight_times_input",
]
