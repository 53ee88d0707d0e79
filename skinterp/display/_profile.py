"""Answers along single inputs, the others held: a small plot per input."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import (
    PanelsDisplay,
    along,
    few_ticks,
    label,
    labels,
    tidy,
    title_inches,
    wrapped,
)
from skinterp.utils import import_optional, number_text

_COLUMNS = 4


@dataclass(eq=False, repr=False)
class ProfileDisplay(PanelsDisplay):
    """Curves of an output along single inputs, one per quantile of the others.

    Parameters
    ----------
    grids : array-like of shape (n_features, n_steps)
        Values of each input.
    values : array-like of shape (n_features, n_quantiles, n_steps)
        The output.
    quantiles : sequence of float
        Where the other inputs are held.
    feature_names : sequence of str
        Names of the inputs.
    name : str, default="output"
        What the output is.
    units : dict of str to str or None, default=None
        Units of the inputs by name, written at their axes.
    title : str, default=""
        What stands above.

    Attributes
    ----------
    figure_, axes_
        The figure and its axes, after `plot`.

    Examples
    --------
    >>> from skinterp.display import ProfileDisplay
    >>> curves = [[[0.0, 1.0], [0.5, 1.5]]]
    >>> display = ProfileDisplay([[0.0, 1.0]], curves, [0.1, 0.9], ["age"]).plot()
    >>> len(display.axes_[0].lines)
    2
    """

    grids: object
    values: object
    quantiles: object
    feature_names: object
    _: KW_ONLY
    name: str = "output"
    units: dict | None = None
    title: str = ""

    @property
    def _names(self):
        """Return the names of the inputs, with their units."""
        units = self.units or {}
        names = labels(self.feature_names, 26)
        return [
            f"{text} [{label(units[name], 12)}]" if name in units else text
            for name, text in zip(self.feature_names, names, strict=True)
        ]

    @property
    def _shape(self):
        n = len(self.feature_names)
        columns = min(_COLUMNS, n)
        return -(-n // columns), columns

    @property
    def figure_size(self):
        rows, columns = self._shape
        return max(4.6, 2.3 * columns + 1.0), max(2.8, 1.9 * rows + 0.5) + title_inches(self.title)

    def draw_panels(self, figure):
        matplotlib = import_optional("matplotlib", extra="plot", purpose="Plotting")
        colours = matplotlib.colormaps["viridis"](np.linspace(0.0, 0.9, len(self.quantiles)))
        axes = figure.subplots(*self._shape, sharey=True, squeeze=False).ravel()
        for ax in axes[len(self.feature_names) :]:
            ax.remove()
        axes = axes[: len(self.feature_names)]
        for ax, grid, curves, name in zip(axes, self.grids, self.values, self._names):
            for colour, curve in zip(colours, curves):
                ax.plot(grid, curve, color=colour, linewidth=1.3)
            ax.set_xlabel(name, fontsize="small")
            few_ticks(ax, 1.6)
            tidy(ax)
        if self.title:
            text = wrapped(self.title, int(10 * self.figure_size[0]), 2)
            figure.suptitle(text, x=0.01, ha="left", fontsize="medium")
        figure.supylabel(along(self.name, self.figure_size[1]), fontsize="medium")
        figure.legend(
            axes[0].lines,
            [number_text(q, 3) for q in self.quantiles],
            loc="outside right upper",
            title="others at\nquantile",
            frameon=False,
        )
        return axes
