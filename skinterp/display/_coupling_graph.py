"""The strongest couplings between variables, as a graph."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._couplings import CouplingsDisplay
from skinterp.display._display import GREY, PALETTE, label_inches, labels, write_title
from skinterp.utils import counted

_RADIUS = 2.0  # of the circle, in inches


@dataclass(eq=False, repr=False)
class CouplingGraphDisplay(CouplingsDisplay):
    """Variables on a circle, joined where they are coupled: the stronger, the wider the line.

    Parameters
    ----------
    strengths : array-like of shape (n, n)
        Symmetric; the diagonal is ignored.
    names : sequence of str of length n
        Names of the variables.
    corrected : bool, default=False
        Whether to subtract the average product of each pair.
    title : str, default=""
        What stands above.
    max_edges : int, default=30
        How many couplings to show, the strongest ones, down to a twentieth of the first.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Examples
    --------
    >>> from skinterp.display import CouplingGraphDisplay
    >>> strengths = [[0.0, 1.0, 0.0], [1.0, 0.0, 0.2], [0.0, 0.2, 0.0]]
    >>> CouplingGraphDisplay(strengths, ["p1", "p2", "p3"]).plot().edges
    [(0, 1), (1, 2)]
    """

    _: KW_ONLY
    max_edges: int = 30

    @property
    def _labels(self):
        return labels(self.names, 18)

    @property
    def _reach(self):
        return 1.15 + label_inches(self._labels) / _RADIUS

    @property
    def figure_size(self):
        side = 2.0 * _RADIUS * self._reach
        return side, side + 0.3

    @property
    def edges(self):
        """Pairs of variables that are joined, the strongest first."""
        values = self._values
        pairs = [(int(i), int(j)) for i, j in zip(*np.triu_indices(len(values), 1), strict=True)]
        ranked = sorted(pairs, key=lambda pair: -values[pair])[: self.max_edges]
        return [pair for pair in ranked if values[pair] > 0.05 * max(values[ranked[0]], 0.0)]

    def draw(self, ax):
        n, values, edges = len(self.names), self._values, self.edges
        angles = np.pi / 2 - 2 * np.pi * np.arange(n) / n
        x, y = np.cos(angles), np.sin(angles)
        for i, j in edges[::-1]:
            share = values[i, j] / values[edges[0]]
            ax.plot(
                [x[i], x[j]], [y[i], y[j]], color=PALETTE[0], linewidth=0.6 + 5.0 * share,
                alpha=0.25 + 0.65 * share, solid_capstyle="round", zorder=1,
            )  # fmt: skip
        joined = {i for edge in edges for i in edge}
        colours = [PALETTE[1] if i in joined else "#BBBBBB" for i in range(n)]
        ax.scatter(x, y, s=60 if n <= 40 else 18, color=colours, zorder=2)
        for i, name in enumerate(self._labels):
            if n <= 40 or i in joined:
                self._write(ax, name, angles[i], i in joined)
        limits = (-self._reach, self._reach)
        ax.set(xlim=limits, ylim=limits, aspect="equal", xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
        ax.set_xlabel(counted(len(edges), "strongest coupling") if edges else "no couplings")
        write_title(ax, self.title)

    def _write(self, ax, text, angle, is_joined):
        degrees = np.degrees(angle) % 360
        is_left, is_short = 90 < degrees < 270, max(map(len, self._labels)) <= 3
        turn = 0.0 if is_short else degrees - 180.0 * is_left
        ax.text(
            1.1 * np.cos(angle), 1.1 * np.sin(angle), text, rotation=turn, rotation_mode="anchor",
            ha="center" if is_short else "right" if is_left else "left", va="center",
            fontsize="small", color="black" if is_joined else GREY,
        )  # fmt: skip
