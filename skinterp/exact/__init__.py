"""What a piecewise-linear network is, exactly: a tree, a set of linear regions, a picture.

`ExactTreeClassifier` and `ExactTreeRegressor` are the network as an oblique decision tree,
`LinearRegions` its local linear models with their inequalities, `slice_regions` and `breakpoints`
their exact pictures, `count_regions` how many there are, `class_regions` the classes as few convex
cells with their boundary. `extreme_output`, `reach_class`,
`nearest_counterfactual`, `robustness_radius` and `verify_monotonicity` prove what it answers in a
box. All stand on `PiecewiseLinear`, layers and activation patterns.
"""

from skinterp.exact.classes._class_regions import ClassRegions, class_regions
from skinterp.exact.optima._changes import Counterfactual
from skinterp.exact.optima._counterfactuals import nearest_counterfactual, robustness_radius
from skinterp.exact.optima._extremes import ClassReach, ExtremeOutput, extreme_output, reach_class
from skinterp.exact.optima._monotonicity import Monotonicity, verify_monotonicity
from skinterp.exact.pieces._halfspace_cells import LinearProgramWarning
from skinterp.exact.pieces._piecewise import PiecewiseLinear, piecewise_linear
from skinterp.exact.regions._counting import RegionCount, count_regions
from skinterp.exact.regions._inequalities import Inequalities
from skinterp.exact.regions._linear_regions import LinearRegions
from skinterp.exact.regions._merging import MergedRegions
from skinterp.exact.slices._region_slices import RegionSlice, slice_regions
from skinterp.exact.slices._segments import Segments, breakpoints
from skinterp.exact.trees._exact_trees import ExactTreeClassifier, ExactTreeRegressor
from skinterp.exact.trees._oblique import ObliqueTree

__all__ = [
    "ClassReach",
    "ClassRegions",
    "Counterfactual",
    "ExactTreeClassifier",
    "ExactTreeRegressor",
    "ExtremeOutput",
    "Inequalities",
    "LinearProgramWarning",
    "LinearRegions",
    "MergedRegions",
    "Monotonicity",
    "ObliqueTree",
    "PiecewiseLinear",
    "RegionCount",
    "RegionSlice",
    "Segments",
    "breakpoints",
    "class_regions",
    "count_regions",
    "extreme_output",
    "nearest_counterfactual",
    "piecewise_linear",
    "reach_class",
    "robustness_radius",
    "slice_regions",
    "verify_monotonicity",
]
