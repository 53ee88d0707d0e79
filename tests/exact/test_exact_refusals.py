"""Arguments that are not finite numbers are refused by their names."""

import numpy as np
import pytest
from random_networks import uniform

from skinterp.exact import LinearRegions, breakpoints, slice_regions

HALF = ([[[1.0], [0.5]], [[1.0]]], [[0.0], [0.0]], ["relu", "identity"])


@pytest.mark.parametrize(
    "name, call",
    [
        ("level", lambda X: slice_regions(HALF, X, level=np.nan)),
        ("origin", lambda X: slice_regions(HALF, X, origin=[0, np.nan], directions=np.eye(2))),
        ("directions", lambda X: slice_regions(HALF, X, directions=[[np.nan, 0], [0, 1]])),
        ("direction", lambda X: breakpoints(HALF, X, direction=[np.nan, 0])),
        ("features", lambda X: slice_regions(HALF, X, features=0)),
        ("reference", lambda X: LinearRegions(HALF).fit(X).contributions(X, [np.nan, 0])),
        ("n_regions", lambda X: LinearRegions(HALF).fit(X).merge("3")),
        ("n_regions", lambda X: LinearRegions(HALF).fit(X).merge(1.5)),
        ("region", lambda X: LinearRegions(HALF).fit(X).inequalities(0.7)),
    ],
    ids=lambda case: case if isinstance(case, str) else "",
)
def test_arguments_that_are_not_finite_numbers_are_refused_by_name(name, call):
    with pytest.raises((ValueError, TypeError), match=name):
        call(uniform(30, 2))
