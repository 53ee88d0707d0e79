"""Rows of data as points on a plane, coloured by their classes."""

import numpy as np

from skinterp.display._display import (
    GREY,
    MARKERS,
    PALETTE,
    check_one_each,
    checked_points,
    cycle,
    label,
)
from skinterp.utils import check_labels

MAX_POINTS = 1000  # rows drawn; more hide what is under them
_STYLE = {"s": 12, "edgecolors": "white", "linewidths": 0.3, "zorder": 2}


def draw_points(ax, points, labels=None, classes=None, areas=None):
    """Draw rows as points, one colour and marker for each class.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    points : array-like of shape (n_points, 2)
        Coordinates.
    labels : array-like of shape (n_points,) or None, default=None
        Their classes.
    classes : sequence or None, default=None
        All classes, in the order of their colours; None is those of `labels`.
    areas : matplotlib.cm.ScalarMappable or None, default=None
        Areas of numbers: labels that are numbers get the colours that these have there.
    """
    points = checked_points(points)
    step = max(1, -(-len(points) // MAX_POINTS))
    if labels is None:
        ax.scatter(*points[::step].T, color=GREY, label="data", **_STYLE)
        return
    check_one_each(labels, len(points), "labels", "point")
    labels, points = np.asarray(labels)[::step], points[::step]
    if areas is not None and labels.dtype.kind in "iuf":
        shades = {"c": labels, "cmap": areas.get_cmap(), "norm": areas.norm}
        shades |= {**_STYLE, "s": 16, "edgecolors": "black"}
        ax.scatter(*points.T, label="data, in the colours of their values", **shades)
        return
    if classes is not None:
        labels = check_labels(labels, classes, "labels")
    for k, name in enumerate(np.unique(labels) if classes is None else classes):
        chosen = points[labels == name]
        if len(chosen):
            look = {"color": cycle(PALETTE, k), "marker": cycle(MARKERS, k)}
            ax.scatter(*chosen.T, label=f"data: {label(name, 20)}", **look, **_STYLE)
