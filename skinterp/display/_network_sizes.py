"""How large must a network be? Scores by the number of hidden units."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import GREY, PALETTE, Display, along, check_one_each, tidy, wrapped


@dataclass(eq=False, repr=False)
class NetworkSizesDisplay(Display):
    """Mean scores with standard errors by the number of hidden units, and the smallest that does.

    Parameters
    ----------
    n_units : array-like of shape (n_sizes,)
        Numbers of hidden units.
    means, errors : array-like of shape (n_sizes,)
        Mean scores, and their standard errors.
    chosen : int
        Which size is marked.
    least : float or None, default=None
        The score from which a size will do, drawn as a line.
    name : str, default="score"
        What the scores are, and on which rows.
    title : str, default="networks of few hidden units"
        What stands above.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Raises
    ------
    ValueError
        By `plot` and `to_svg`, if there are not as many scores as sizes.

    Examples
    --------
    >>> from skinterp.display import NetworkSizesDisplay
    >>> display = NetworkSizesDisplay([1, 2, 4], [0.6, 0.9, 0.91], [0.02] * 3, 1).plot()
    >>> [text.get_text() for text in display.ax_.get_xticklabels()]
    ['1', '2', '4']
    """

    n_units: object
    means: object
    errors: object
    chosen: int
    _: KW_ONLY
    least: float | None = None
    name: str = "score"
    title: str = "networks of few hidden units"
    figure_size = (6.4, 3.8)

    def draw(self, ax):
        n_units, means = np.asarray(self.n_units), np.asarray(self.means, dtype=float)
        check_one_each(means, len(n_units), "means", "size")
        check_one_each(self.errors, len(n_units), "errors", "size")
        places = np.arange(len(n_units))
        ax.errorbar(places, means, self.errors, color=PALETTE[0], marker="o", capsize=3)
        ring = {"s": 160, "facecolors": "none", "edgecolors": PALETTE[1], "linewidths": 2}
        ax.scatter(places[self.chosen], means[self.chosen], label="smallest", zorder=3, **ring)
        if self.least is not None:
            style = {"color": GREY, "linestyle": "--", "linewidth": 1}
            ax.axhline(self.least, label="best less its\nstandard error", **style)
        ax.set_xticks(places, [str(n) for n in n_units])
        ax.set(xlabel="Hidden units", ylabel=along(self.name, self.figure_size[1] - 0.8))
        ax.set_title(wrapped(self.title, 54, 2), fontsize="medium")
        tidy(ax, grid="y")
