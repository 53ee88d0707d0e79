"""A map of the inputs beside the tree of their clusters."""

from dataclasses import KW_ONLY, dataclass

import numpy as np
from scipy.cluster.hierarchy import dendrogram

from skinterp.display._display import (
    GREY,
    PALETTE,
    PanelsDisplay,
    check_one_each,
    checked_points,
    label_inches,
    labels,
    tidy,
    wrapped,
)
from skinterp.utils import counted


@dataclass(eq=False, repr=False)
class EmbeddingDisplay(PanelsDisplay):
    """Inputs as points of a plane, and their hierarchical clustering.

    Parameters
    ----------
    coordinates : array-like of shape (n_features, 2)
        Positions on the map.
    tree : array-like of shape (n_features - 1, 4)
        Clustering, in scipy's format.
    feature_names : sequence of str of length n_features
        Names of the inputs.
    explained : sequence of two float or None, default=None
        Share of the variance along each axis.
    lengths : array-like of shape (n_features,) or None, default=None
        How much is read from each input: the areas of its point grow with it; None draws all
        alike.
    trainings : array-like of shape (n_trainings, n_features, 2) or None, default=None
        Positions in other trainings, drawn as a pale cloud around each input.
    title : str, default=""
        What stands above.

    Attributes
    ----------
    figure_, axes_
        The figure and its two axes, after `plot`.

    Raises
    ------
    ValueError
        By `plot` and `to_svg`, if the coordinates are no table of two columns.

    Examples
    --------
    >>> from skinterp.display import EmbeddingDisplay
    >>> display = EmbeddingDisplay([[0, 1], [1, 0]], [[0, 1, 1.4, 2]], ["age", "mass"]).plot()
    >>> len(display.axes_)
    2
    """

    coordinates: object
    tree: object
    feature_names: object
    _: KW_ONLY
    explained: object = None
    lengths: object = None
    trainings: object = None
    title: str = ""

    @property
    def figure_size(self):
        return 10.0, max(3.6, 0.22 * len(self.feature_names) + 1.0)

    def draw_panels(self, figure):
        if self.title:
            text = wrapped(self.title, 90, 2)
            figure.suptitle(text, x=0.01, ha="left", fontsize="medium")
        plane, branches = figure.subplots(1, 2, width_ratios=(1.15, 1.0))
        points = checked_points(self.coordinates, "coordinates")
        n = len(points)
        plane.axhline(0, color="#DDDDDD", linewidth=0.8)
        plane.axvline(0, color="#DDDDDD", linewidth=0.8)
        self._draw_trainings(plane, points)
        plane.scatter(*points.T, s=self._areas(n), color=PALETTE[0], zorder=3)
        names = labels(self.feature_names, 22)
        is_right = points[:, 0] <= np.median(points[:, 0])
        for j in self._with_room(points, names, is_right):
            plane.annotate(
                names[j],
                points[j],
                xytext=(4 if is_right[j] else -4, 2),
                textcoords="offset points",
                ha="left" if is_right[j] else "right",
                fontsize="small" if n <= 12 else "x-small",
            )
        axes = ("First direction", "Second direction")
        if self.explained is not None:
            axes = [f"{a} ({share:.0%})" for a, share in zip(axes, self.explained)]
        plane.set(xlabel=axes[0], ylabel=axes[1])
        plane.margins(0.12)
        tidy(plane)
        self._draw_tree(branches)
        return np.array([plane, branches])

    def _areas(self, n):
        """Return the areas of points, in proportion to lengths."""
        if self.lengths is None:
            return 18.0
        lengths = np.asarray(self.lengths, dtype=float)
        check_one_each(lengths, n, "lengths", "input")
        return 6.0 + 114.0 * lengths / (lengths.max(initial=0.0) or 1.0)

    def _draw_trainings(self, ax, points):
        """Draw where the inputs are in other trainings, a line from each to its point."""
        for other in () if self.trainings is None else self.trainings:
            other = checked_points(other, "trainings")
            check_one_each(other, len(points), "trainings", "input")
            lines = np.stack([points, other], axis=1)
            ax.plot(*lines.T, color=PALETTE[0], linewidth=0.5, alpha=0.25, zorder=1)
            ax.scatter(*other.T, s=8, color=PALETTE[1], alpha=0.5, zorder=2)
        if self.trainings is not None:
            n = counted(len(self.trainings), "other training")
            ax.set_title(f"small points: {n}", loc="left", fontsize="small", color=GREY)

    def _with_room(self, points, names, is_right):
        """Return the points whose names overlap no other, those far from the centre first."""
        spread = np.maximum(np.ptp(points, axis=0), 1e-300)
        inches = np.array([4.0, self.figure_size[1] - 0.8])
        positions = points / spread * inches / 1.24
        widths = 0.8 * np.array([label_inches([name]) for name in names])
        left = np.where(is_right, positions[:, 0], positions[:, 0] - widths)
        shown = []
        for j in np.argsort(-np.hypot(*points.T), kind="stable"):
            is_beside = (left[j] + widths[j] < left[shown]) | (left + widths < left[j])[shown]
            is_apart = np.abs(positions[j, 1] - positions[shown, 1]) > 0.13
            if (is_beside | is_apart).all():
                shown.append(int(j))
        return shown

    def _draw_tree(self, ax):
        n = len(self.feature_names)
        dendrogram(
            np.asarray(self.tree, dtype=float),
            ax=ax,
            orientation="left",
            labels=labels(self.feature_names, 26),
            color_threshold=0.0,
            above_threshold_color=PALETTE[0],
            leaf_font_size=9 if n <= 25 else 7,
        )
        ax.set_xlabel("Distance of clusters")
        tidy(ax, grid="x")
