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

MAX_POINTS = 1000  # rows drawn; more hide what is under them
_STYLE = {"s": 12, "edgecolors": "white", "linewidths": 0.3, "zorder": 2}


def draw_points(ax, points, labels=None, classes=None):
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
    """
    points = checked_points(points)
    step = max(1, -(-len(points) // MAX_POINTS))
    if labels is None:
        ax.scatter(*points[::step].T, color=GREY, label="data", **_STYLE)
        return
    check_one_each(labels, len(points), "labels", "point")
    labels, points = np.asarray(labels)[::step], points[::step]
    for k, name in enumerate(np.unique(labels) if classes is None else classes):
        chosen = points[labels == name]
        if len(chosen):
            look = {"color": cycle(PALETTE, k), "marker": cycle(MARKERS, k)}
            ax.scatter(*chosen.T, label=f"data: {label(name, 20)}", **look, **_STYLE)
