"""The parts of a sum: a curve with its band for each input, a map for each pair."""

from dataclasses import KW_ONLY, dataclass
from typing import NamedTuple

import numpy as np

from skinterp.display._display import (
    PALETTE,
    PanelsDisplay,
    along,
    beside_each_other,
    cycle,
    few_ticks,
    label,
    label_inches,
    labels,
    line_style,
    tidy,
)
from skinterp.display._signs import signed_colours

_COLUMNS, _MOST = 4, 12


class Panel(NamedTuple):
    """A part of a sum, to draw.

    Parameters
    ----------
    names : tuple of str of length 1 or 2
        The inputs.
    grids : tuple of ndarray
        Values of each input; names of levels for a category, of a pair for either.
    values : ndarray of shape (n_outputs, n_steps) or (n_steps, n_steps)
        The part, by output, or on the grid of both inputs.
    width : ndarray of shape (n_outputs, n_steps) or None, default=None
        Half the width of bands.
    outputs : tuple of str, default=()
        What the curves are.
    """

    names: tuple
    grids: tuple
    values: np.ndarray
    width: object = None
    outputs: tuple = ()


@dataclass(eq=False, repr=False)
class ProfilesDisplay(PanelsDisplay):
    """The parts of a sum, a small plot for each; of more than twelve the first.

    Parameters
    ----------
    panels : sequence of Panel
        The parts.
    name : str, default="output"
        What the sum is.

    Attributes
    ----------
    figure_, axes_
        The figure and its axes, after `plot`.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.display import Panel, ProfilesDisplay
    >>> curve = Panel(("age",), (np.array([0.0, 1.0]),), np.array([[0.5, 1.5]]))
    >>> len(ProfilesDisplay([curve]).plot().axes_[0].lines)
    1
    """

    panels: object
    _: KW_ONLY
    name: str = "output"

    @property
    def _shown(self):
        return list(self.panels)[:_MOST]

    @property
    def _inches(self):
        """The length of an axis; beside maps there are bars of colours."""
        return 1.0 if any(len(p.names) == 2 for p in self._shown) else 1.6

    @property
    def _shape(self):
        columns = min(_COLUMNS, len(self._shown))
        return -(-len(self._shown) // columns), columns

    @property
    def figure_size(self):
        rows, columns = self._shape
        beside = label_inches([text for p in self._shown for text in labels(p.outputs, 20)])
        return max(4.6, 2.4 * columns + 0.4 + beside), max(2.8, 2.2 * rows + 0.5)

    def draw_panels(self, figure):
        axes = figure.subplots(*self._shape, squeeze=False).ravel()
        for ax in axes[len(self._shown) :]:
            ax.remove()
        axes = axes[: len(self._shown)]
        for ax, panel in zip(axes, self._shown):
            ax.set_xlabel(label(panel.names[0], 26), fontsize="small")
            if len(panel.names) == 2:
                self._draw_map(figure, ax, panel)
            else:
                self._draw_curves(ax, panel)
        text = along(f"part of {self.name}", self.figure_size[1])
        figure.supylabel(text, fontsize="medium")
        most = max((p for p in self._shown if len(p.names) == 1), key=_n_outputs, default=None)
        if most is not None and _n_outputs(most) > 1:
            index = next(k for k, p in enumerate(self._shown) if p is most)
            texts = [label(text, 20) for text in most.outputs]
            figure.legend(axes[index].lines, texts, loc="outside right upper", frameon=False)
        return axes

    def _draw_curves(self, ax, panel):
        grid = panel.grids[0]
        is_category, places = _places(grid)
        style = {"marker": "o", "linestyle": "none"} if is_category else {"linewidth": 1.4}
        for k, curve in enumerate(panel.values):
            colour = cycle(PALETTE, k)
            line = {**line_style(k), **style}
            if panel.width is not None and is_category:
                ax.errorbar(places, curve, panel.width[k], fmt="none", ecolor=colour, alpha=0.5)
            elif panel.width is not None:
                low, high = curve - panel.width[k], curve + panel.width[k]
                ax.fill_between(places, low, high, color=colour, alpha=0.2, linewidth=0)
            ax.plot(places, curve, **line)
        self._name_values(ax, grid)
        tidy(ax)

    def _name_values(self, ax, grid):
        """Write the levels of a category along the x axis, or a few numbers."""
        if not _places(grid)[0]:
            few_ticks(ax, self._inches)
            return
        texts = labels(grid, 12)
        turn = beside_each_other(texts, self._inches)
        ax.set_xticks(range(len(texts)), texts, rotation=turn, fontsize="small")

    def _draw_map(self, figure, ax, panel):
        largest = np.abs(panel.values).max() or 1.0
        (_, across), (is_category, upward) = map(_places, panel.grids)
        image = ax.pcolormesh(
            across,
            upward,
            panel.values.T,
            rasterized=True,
            **signed_colours(largest),
        )
        ax.set_ylabel(label(panel.names[1], 20), fontsize="small")
        if is_category:
            ax.set_yticks(upward, labels(panel.grids[1], 12), fontsize="small")
        else:
            ax.locator_params(axis="y", nbins=4)
        self._name_values(ax, panel.grids[0])
        figure.colorbar(image, ax=ax)


def _places(grid):
    """Return whether values are levels of a category, and where they stand on an axis."""
    is_category = np.asarray(grid).dtype.kind in "OUS"
    return is_category, np.arange(len(grid)) if is_category else grid


def _n_outputs(panel):
    return len(panel.values)
