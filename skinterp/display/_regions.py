"""The linear regions of a network on a plane, with its exact decision boundary."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import GREY, LIGHT, MARKERS, PALETTE, Display, cycle, label, tidy
from skinterp.utils import import_optional

_MAX_POINTS = 1000  # rows drawn; more hide the regions


@dataclass(eq=False, repr=False)
class RegionsDisplay(Display):
    """The linear regions of a network on a plane, with its exact decision boundary.

    Parameters
    ----------
    polygons : sequence of array-like of shape (n_vertices, 2)
        The regions.
    values : array-like of shape (n_regions,)
        The network's answer in each: index into `classes`, or a number if `classes` is None.
    boundary : sequence of array-like of shape (n_points, 2), default=()
        The decision boundary, or a level set, as lines.
    classes : sequence or None, default=None
        The class labels; None for regression.
    names : tuple of two str, default=("x", "y")
        What the coordinates are.
    points : array-like of shape (n_samples, 2) or None, default=None
        Coordinates of data.
    labels : array-like of shape (n_samples,) or None, default=None
        Classes of these.
    n_regions : int or None, default=None
        Number of linear regions, where `polygons` are parts of them; None is that of `polygons`.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Examples
    --------
    >>> from skinterp.display import RegionsDisplay
    >>> squares = [[[0, 0], [1, 0], [1, 1], [0, 1]], [[1, 0], [2, 0], [2, 1], [1, 1]]]
    >>> display = RegionsDisplay(squares, [0, 1], [[[1, 0], [1, 1]]], classes=["a", "b"]).plot()
    >>> [text.get_text() for text in display.ax_.get_legend().get_texts()]
    ['network: a', 'network: b', 'decision boundary']
    """

    polygons: object
    values: object
    boundary: tuple = ()
    _: KW_ONLY
    classes: object = None
    names: tuple = ("x", "y")
    points: object = None
    labels: object = None
    n_regions: int | None = None

    figure_size = (7.2, 5.0)

    def draw(self, ax):
        collections = import_optional("matplotlib.collections", extra="plot", purpose="Plotting")
        areas = collections.PolyCollection(
            [np.asarray(p) for p in self.polygons],
            edgecolors="white" if self.classes is None else GREY,
            linewidths=0.3,
        )
        self._colour(ax, areas)
        ax.add_collection(areas)
        self._draw_points(ax)
        for k, line in enumerate(self.boundary):
            name = "decision boundary" if self.classes is not None else "level set"
            x, y = np.asarray(line).T
            ax.plot(x, y, color="black", linewidth=1.8, label=None if k else name, zorder=3)
        corners = np.concatenate([np.asarray(p) for p in self.polygons])
        (left, low), (right, high) = corners.min(axis=0), corners.max(axis=0)
        ax.set(xlim=(left, right), ylim=(low, high))
        n_regions = len(self.polygons) if self.n_regions is None else self.n_regions
        ax.set(xlabel=label(self.names[0]), ylabel=label(self.names[1]))
        ax.set_title(f"{n_regions} linear regions", loc="left", fontsize="medium")
        tidy(ax)
        ax.grid(False)

    def _colour(self, ax, areas):
        values = np.asarray(self.values)
        if self.classes is None:
            areas.set(array=values.astype(float), cmap="cividis", alpha=0.8)
            ax.figure.colorbar(areas, ax=ax, label="value at the centroid", location="left")
            return
        areas.set_facecolor([cycle(LIGHT, k) for k in values])
        for k in np.unique(values):
            name = f"network: {label(self.classes[k])}"
            ax.fill([], [], facecolor=cycle(LIGHT, k), edgecolor=GREY, label=name)

    def _draw_points(self, ax):
        if self.points is None:
            return
        points = np.asarray(self.points)
        step = -(-len(points) // _MAX_POINTS)
        points = points[::step]
        style = {"s": 12, "edgecolors": "white", "linewidths": 0.3, "zorder": 2}
        if self.labels is None:
            ax.scatter(*points.T, color=GREY, label="data", **style)
            return
        labels = np.asarray(self.labels)[::step]
        known = list(np.unique(labels) if self.classes is None else self.classes)
        for k, name in enumerate(known):
            chosen = points[labels == name]
            if len(chosen):
                ax.scatter(
                    *chosen.T,
                    color=cycle(PALETTE, k),
                    marker=cycle(MARKERS, k),
                    label=f"data: {label(name)}",
                    **style,
                )
