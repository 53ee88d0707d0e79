"""What a piecewise-linear network is, exactly: a tree, a set of linear regions, a picture.

`ExactTreeClassifier` and `ExactTreeRegressor` are the network as an oblique decision tree,
`LinearRegions` its local linear models with their inequalities, `slice_regions` and `breakpoints`
their exact pictures, `count_regions` how many there are: all stand on
`PiecewiseLinear`, layers and activation patterns.
"""

from skinterp.exact._cells import LinearProgramWarning
from skinterp.exact._count import RegionCount, count_regions
from skinterp.exact._inequalities import Inequalities
from skinterp.exact._merge import MergedRegions
from skinterp.exact._oblique import ObliqueTree
from skinterp.exact._piecewise import PiecewiseLinear, piecewise_linear
from skinterp.exact._regions import LinearRegions
from skinterp.exact._segments import Segments, breakpoints
from skinterp.exact._slices import RegionSlice, slice_regions
from skinterp.exact._tree import ExactTreeClassifier, ExactTreeRegressor

__all__ = [
    "ExactTreeClassifier",
    "ExactTreeRegressor",
    "Inequalities",
    "LinearProgramWarning",
    "LinearRegions",
    "MergedRegions",
    "ObliqueTree",
    "PiecewiseLinear",
    "RegionCount",
    "RegionSlice",
    "Segments",
    "breakpoints",
    "count_regions",
    "piecewise_linear",
    "slice_regions",
]
