"""Several displays in one figure: small multiples."""

from dataclasses import dataclass

import numpy as np

from skinterp.display._display import PanelsDisplay, label
from skinterp.utils import counted

_MOST = 12  # displays drawn; more are named by their number


@dataclass(eq=False, repr=False)
class MultiplesDisplay(PanelsDisplay):
    """Several displays below each other, one for each output of a network.

    Parameters
    ----------
    displays : sequence of Display
        What to draw; of more than twelve the first twelve, which the figure says.
    names : sequence of str
        What each of them is of, written above it.
    what : str, default="output"
        What they are one for each of.

    Attributes
    ----------
    figure_, axes_
        The figure and the main axes of all displays, after `plot`.

    Raises
    ------
    ValueError
        By `plot` and `to_svg`, if there is none, or not one name for each.

    Examples
    --------
    >>> from skinterp.display import LinkDisplay, MultiplesDisplay
    >>> links = [LinkDisplay([0, 1, 2], [0, 1, sign * 4]) for sign in (1, -1)]
    >>> len(MultiplesDisplay(links, ["cat", "dog"]).plot().axes_)
    2
    """

    displays: object
    names: object
    what: str = "output"

    @property
    def figure_size(self):
        widths, heights = np.array(
            [d.figure_size for d in self.displays[:_MOST]] or [(4.0, 1.0)]
        ).T
        return widths.max(), heights.sum() + 0.3 * len(heights)

    def draw_panels(self, figure):
        displays = list(self.displays[:_MOST])
        if not displays or len(self.names) != len(self.displays):
            raise ValueError(
                f"names must be one for each of at least one display. Got {len(self.names)} names "
                f"for {counted(len(self.displays), 'display')} instead."
            )
        heights = [display.figure_size[1] + 0.3 for display in displays]
        parts = figure.subfigures(len(displays), 1, height_ratios=heights, squeeze=False)[:, 0]
        axes = []
        for display, name, part in zip(displays, self.names, parts):
            part.suptitle(label(name, 60), x=0.01, ha="left", fontsize="medium", weight="bold")
            axes += display.draw_on(part)
        if len(displays) < len(self.displays):
            last = f"{len(displays)} of {counted(len(self.displays), self.what)} are drawn"
            parts[-1].supxlabel(last, fontsize="small")
        return axes
