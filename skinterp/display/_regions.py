"""The linear regions of a network on a plane, with its exact decision boundary."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import (
    GREY,
    LIGHT,
    Display,
    area_style,
    label,
    legend_inches,
    tidy,
    wrapped,
)
from skinterp.display._points import draw_points
from skinterp.utils import check_labels, import_optional


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
        Classes of these; or, if `classes` is None, numbers, in the colours of the areas.
    n_regions : int or None, default=None
        Number of linear regions, where `polygons` are parts of them; None is that of `polygons`.
    value_name : str, default="value"
        What the values are.
    boundary_name : str or None, default=None
        What the lines are; None is "decision boundary", or "level set".
    note : str, default=""
        Where the plane lies, written above the plot.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Raises
    ------
    ValueError
        By `plot` and `to_svg`, if the points are no table of two columns, or not one label per
        point, or a label is none of `classes`.

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
    value_name: str = "value"
    boundary_name: str | None = None
    note: str = ""

    @property
    def figure_size(self):
        n_areas = 0 if self.classes is None else 2 * len(self.classes)
        return 7.2, max(5.0, legend_inches(n_areas + 1))

    def draw(self, ax):
        areas = (self._draw_values if self.classes is None else self._draw_classes)(ax)
        if self.points is not None:
            draw_points(ax, self.points, self.labels, self.classes, areas)
        name = "decision boundary" if self.classes is not None else "level set"
        name = label(self.boundary_name or name, 30)
        for k, line in enumerate(self.boundary):
            x, y = np.asarray(line).T
            ax.plot(x, y, color="black", linewidth=1.8, label=None if k else name, zorder=3)
        corners = np.concatenate([np.asarray(p) for p in self.polygons])
        (left, low), (right, high) = corners.min(axis=0), corners.max(axis=0)
        ax.set(xlim=(left, right), ylim=(low, high))
        n_regions = len(self.polygons) if self.n_regions is None else self.n_regions
        ax.set(xlabel=label(self.names[0]), ylabel=label(self.names[1]))
        title = "; ".join(filter(None, (f"{n_regions} linear regions", self.note, self._missed)))
        ax.set_title(wrapped(title, 62), loc="left", fontsize="medium")
        tidy(ax)
        ax.grid(False)

    @property
    def _missed(self):
        """What is said of classes that rows have, but no region."""
        if self.classes is None or self.labels is None:
            return ""
        rest = set(range(len(self.classes))) - set(np.asarray(self.values, dtype=int).tolist())
        found = check_labels(self.labels, self.classes, "labels")
        missed = [str(self.classes[k]) for k in sorted(rest) if (found == self.classes[k]).any()]
        return f"no region of {', '.join(missed)}" if missed else ""

    def _areas(self, ax, indices, **style):
        """Draw some of the polygons."""
        collections = import_optional("matplotlib.collections", extra="plot", purpose="Plotting")
        polygons = [np.asarray(self.polygons[i]) for i in indices]
        areas = collections.PolyCollection(polygons, linewidths=0.3, **style)
        return ax.add_collection(areas)

    def _draw_values(self, ax):
        values = np.asarray(self.values, dtype=float)
        areas = self._areas(
            ax, range(len(values)), edgecolors="white", array=values, cmap="cividis", alpha=0.8
        )
        ax.figure.colorbar(
            areas, ax=ax, label=f"{label(self.value_name)} at the centroid", location="left"
        )
        return areas

    def _draw_classes(self, ax):
        values = np.asarray(self.values)
        for k in np.unique(values):
            style = area_style(LIGHT, int(k))
            style = {"facecolor": style["color"], "edgecolor": GREY, "hatch": style["hatch"]}
            self._areas(ax, np.flatnonzero(values == k), **style)
            ax.fill([], [], label=f"network: {label(self.classes[k])}", **style)
