"""Where to ask a network: gradient fields on the data, on the decision boundary, in a band.

A :class:`GradientField` holds points, the unit directions of a scalar view's gradient there
(in standardised coordinates, so that units do not matter), values and weights. Strategies are
functions with one signature, ``strategy(view, X, *, n_points, ..., random_state)``; they are
joined by :func:`concatenate_fields` and thinned by nothing but the caller's ``n_points``.
:func:`support` tells how far rows support their points, :func:`draw_queries` draws new points that
fill the data's own distribution.
"""

from skinterp.sampling._field import (
    GradientField,
    concatenate_fields,
    feature_scale,
    gradient_field,
    smooth_gradient,
)
from skinterp.sampling._projection import boundary_field, project_on_boundary
from skinterp.sampling._queries import draw_queries
from skinterp.sampling._strategies import band_field, data_field
from skinterp.sampling._support import support

__all__ = [
    "GradientField",
    "band_field",
    "boundary_field",
    "concatenate_fields",
    "data_field",
    "draw_queries",
    "feature_scale",
    "gradient_field",
    "project_on_boundary",
    "smooth_gradient",
    "support",
]
