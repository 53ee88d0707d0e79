"""Where two formulas answer differently: points in the plane of two inputs."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import GREY, PALETTE, Display, check_one_each, label, tidy, wrapped

_MOST_DRAWN = 500  # rows of each kind; more hide each other, and fill a page


@dataclass(eq=False, repr=False)
class DifferenceDisplay(Display):
    """Points on which two formulas agree and differ, and the point to ask next.

    Parameters
    ----------
    x, y : array-like of shape (n_points,)
        Two inputs.
    differs : array-like of bool of shape (n_points,)
        Where the formulas differ.
    names : tuple of two str, default=("", "")
        Names of the inputs.
    region : tuple of two (float, float), default=((-inf, inf), (-inf, inf))
        Lower and upper bounds between which they differ, shaded.
    experiment : tuple of two float or None, default=None
        The point that would tell them apart best.
    title : str, default=""
        The formulas.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Raises
    ------
    ValueError
        By `plot` and `to_svg`, if `y` or `differs` are not one per point, or there is no point.

    Examples
    --------
    >>> from skinterp.display import DifferenceDisplay
    >>> display = DifferenceDisplay([0, 1, 2], [0, 1, 4], [False, False, True], names=("a", "b"))
    >>> display.plot().ax_.get_ylabel()
    'b'
    """

    x: object
    y: object
    differs: object
    _: KW_ONLY
    names: tuple = ("", "")
    region: tuple = ((-np.inf, np.inf), (-np.inf, np.inf))
    experiment: object = None
    title: str = ""

    figure_size = (6.4, 4.6)

    def draw(self, ax):
        """Draw the points, the region and the experiment."""
        x, y = np.asarray(self.x, float), np.asarray(self.y, float)
        differs = np.asarray(self.differs, bool)
        for name, values in (("x", x), ("y", y), ("differs", differs)):
            if values.ndim != 1 or not len(values):
                raise ValueError(
                    f"{name} must be of shape (n_points,), with one point at least. "
                    f"Got shape {values.shape} instead."
                )
            check_one_each(values, len(x), name, "point")
        limits = [(values.min(), values.max()) for values in (x, y)]
        pads = [0.04 * ((high - low) or 1.0) for low, high in limits]
        limits = [(low - pad, high + pad) for (low, high), pad in zip(limits, pads)]
        if np.isfinite(self.region).any():
            (left, right), (low, high) = (
                np.clip(bounds, *ends) for bounds, ends in zip(self.region, limits)
            )
            ax.fill_between(
                [left, right], low, high, color=PALETTE[1], alpha=0.15, label="mostly here"
            )
        same, other = (np.flatnonzero(mask) for mask in (~differs, differs))
        same, other = (rows[:: max(1, -(-len(rows) // _MOST_DRAWN))] for rows in (same, other))
        ax.scatter(x[same], y[same], s=8, color=GREY, alpha=0.5, label="same answer")
        ax.scatter(x[other], y[other], s=14, color=PALETTE[1], label="other answer")
        if self.experiment is not None:
            ax.scatter(
                *self.experiment, s=140, marker="*", color="black", zorder=3, label="ask here"
            )
        ax.set_xlim(*limits[0])
        ax.set_ylim(*limits[1])
        ax.set_xlabel(label(self.names[0], 60))
        ax.set_ylabel(label(self.names[1], 60))
        if not self.names[1]:
            ax.set_yticks([])
        ax.set_title(
            "\n".join(wrapped(line, 56) for line in self.title.split("\n")),
            loc="left",
            fontsize="medium",
        )
        tidy(ax)
