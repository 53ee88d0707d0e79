"""Fidelity against complexity: what a simpler form costs."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import (
    GREY,
    MARKERS,
    PALETTE,
    Display,
    cycle,
    label,
    legend_inches,
    tidy,
)
from skinterp.display._log_axis import log_axis

_DASHES = ("--", ":", "-.", (0, (6, 2, 1, 2, 1, 2)))
_LOG_RATIO = 20  # complexities farther apart than this are shown on a logarithmic axis


@dataclass(eq=False, repr=False)
class FidelityComplexityDisplay(Display):
    """Agreement of surrogates with their network, against how much there is to read.

    Parameters
    ----------
    names : sequence of str of length n_surrogates
        What the surrogates are called.
    complexity, fidelity : array-like of shape (n_surrogates,)
        The means over the folds.
    complexity_std, fidelity_std : array-like of shape (n_surrogates,) or None, default=None
        Their deviations, drawn as error bars.
    references : dict of str to float or None, default=None
        Fidelities drawn as horizontal lines, for example of a forest and of the majority class.
    fidelity_name : str, default="Agreement with the network"
        What the vertical axis shows.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Examples
    --------
    >>> from skinterp.display import FidelityComplexityDisplay
    >>> display = FidelityComplexityDisplay(
    ...     ["tree", "linear"], [8, 15], [0.93, 0.91], references={"forest": 0.95}
    ... )
    >>> display.plot().ax_.get_ylabel()
    'Agreement with the network'
    """

    names: object
    complexity: object
    fidelity: object
    _: KW_ONLY
    complexity_std: object = None
    fidelity_std: object = None
    references: dict | None = None
    fidelity_name: str = "Agreement with the network"

    @property
    def figure_size(self):
        return 7.6, max(4.0, legend_inches(len(self.names) + len(self.references or {})))

    def draw(self, ax):
        handles = [*self._draw_points(ax), *self._draw_references(ax)]
        largest, smallest = max(self.complexity), min(self.complexity)
        if smallest > 0 and largest / smallest > _LOG_RATIO:
            log_axis(ax, self.complexity)
        else:
            ax.set_xlim(left=0, right=max(1.0, 1.08 * ax.get_xlim()[1]))
        ax.margins(y=0.1)
        ax.set_xlabel("Atoms (conditions and numbers to read)")
        ax.set_ylabel(self.fidelity_name)
        tidy(ax, handles=handles)

    def _draw_points(self, ax):
        """Draw a point with its deviations for every surrogate."""
        zeros = np.zeros(len(self.names))
        widths = zeros if self.complexity_std is None else self.complexity_std
        heights = zeros if self.fidelity_std is None else self.fidelity_std
        points = zip(self.names, self.complexity, self.fidelity, widths, heights)
        for i, (name, x, y, width, height) in enumerate(points):
            yield ax.errorbar(
                x,
                y,
                xerr=width,
                yerr=height,
                fmt=cycle(MARKERS, i),
                color=cycle(PALETTE, i),
                markersize=8,
                capsize=3,
                linewidth=1.4,
                label=label(name, 24),
            )

    def _draw_references(self, ax):
        """Draw a line for every reference."""
        for i, (name, value) in enumerate((self.references or {}).items()):
            text = f"{label(name, 24)}: {value:.3f}"
            style = cycle(_DASHES, i)
            yield ax.axhline(value, color=GREY, linestyle=style, linewidth=1.2, label=text)
