"""Profiles of a concept, and the functions they look like: a small plot per quantity."""

import re
from dataclasses import KW_ONLY, dataclass

from skinterp.display._display import (
    GREY,
    PALETTE,
    PanelsDisplay,
    along,
    few_ticks,
    labels,
    tidy,
    wrapped,
)

_COLUMNS = 3
_BARE = re.compile(r"^`([^`]*)`$")  # a name alone needs no backticks


@dataclass(eq=False, repr=False)
class ConceptProfilesDisplay(PanelsDisplay):
    """How each quantity acts in an additive model of a concept.

    Parameters
    ----------
    points : sequence of ndarray of shape (n_k,)
        Values of each quantity.
    values : sequence of ndarray of shape (n_k,)
        Its profile.
    identified : sequence of ndarray of shape (n_k,)
        The function that the profile looks like.
    names : sequence of str
        The quantities.
    formulas : sequence of str
        The functions.
    shares : sequence of float
        Shares of the mean squared gradient.
    name : str, default="concept"
        What the quantities act in.

    Attributes
    ----------
    figure_, axes_
        The figure and its axes, after `plot`.

    Examples
    --------
    >>> from skinterp.display import ConceptProfilesDisplay
    >>> s, f = [[0.0, 1.0, 2.0]], [[-0.5, 0.0, 0.5]]
    >>> display = ConceptProfilesDisplay(s, f, f, ["dose"], ["0.5*dose"], [1.0]).plot()
    >>> print(display.axes_[0].get_title())
    0.5*dose
    (100 %)
    """

    points: object
    values: object
    identified: object
    names: object
    formulas: object
    shares: object
    _: KW_ONLY
    name: str = "concept"

    @property
    def _shape(self):
        columns = min(_COLUMNS, len(self.names))
        return -(-len(self.names) // columns), columns

    @property
    def figure_size(self):
        rows, columns = self._shape
        return max(4.6, 2.9 * columns), 2.4 * rows + 0.6

    def draw_panels(self, figure):
        axes = figure.subplots(*self._shape, sharey=True, squeeze=False).ravel()
        for ax in axes[len(self.names) :]:
            ax.remove()
        axes = axes[: len(self.names)]
        names = [_BARE.sub(r"\1", name) for name in self.names]
        panels = zip(axes, self.points, self.values, self.identified, labels(names, 34))
        for ax, s, profile, function, name in panels:
            ax.plot(s, profile, color=PALETTE[0], linewidth=3.0, alpha=0.5)
            ax.plot(s, function, color=PALETTE[1], linewidth=1.4)
            ax.axhline(0.0, color=GREY, linewidth=0.5)
            ax.set_xlabel(name)
            few_ticks(ax, 1.6)
            tidy(ax)
        for ax, formula, share in zip(axes, self.formulas, self.shares):
            text = wrapped(formula, 36, max_lines=2)
            ax.set_title(f"{text}\n({100 * share:.0f} %)", fontsize="small")
        figure.supylabel(along(f"part of the {self.name}", self.figure_size[1]), fontsize="medium")
        figure.legend(
            axes[0].lines[:2],
            ["the network's profile", "the function it looks like"],
            loc="outside lower center",
            ncols=2,
            frameon=False,
        )
        return axes
