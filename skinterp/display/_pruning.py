"""Fidelity and accuracy of a network as it is pruned."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import GREY, PALETTE, Display, tidy, wrapped
from skinterp.display._log_axis import log_axis
from skinterp.utils import counted
from skinterp.utils._which_rows import DRAWN, NOT_TUNED


@dataclass(eq=False, repr=False)
class PruningPathDisplay(Display):
    """Fidelity and accuracy of pruned networks against their number of weights.

    Parameters
    ----------
    n_weights : array-like of int of shape (n_networks,)
        Weights that are not zero.
    fidelity : array-like of shape (n_networks,)
        Agreement with the network on rows that tuned no weight.
    query_fidelity : array-like of shape (n_networks,) or None, default=None
        The same on points drawn like the data.
    accuracy : array-like of shape (n_networks,) or None, default=None
        Accuracy, or R2, against the target; nan where there is none.
    target_fidelity : float or None, default=None
        Where to draw a line.
    selected : int or None, default=None
        Index of the network to mark.
    rows, fidelity_rows : str, default="rows that tuned no weight"
        Which rows the accuracy, and the fidelity, are on.
    metric : str, default="accuracy"
        What is measured against the target.
    title : str, default="pruned networks beside the whole one"
        What stands above.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Examples
    --------
    >>> from skinterp.display import PruningPathDisplay
    >>> display = PruningPathDisplay([100, 10, 1], [1.0, 0.99, 0.6], selected=1).plot()
    >>> display.ax_.get_xscale()
    'log'
    """

    n_weights: object
    fidelity: object
    query_fidelity: object = None
    accuracy: object = None
    _: KW_ONLY
    target_fidelity: float | None = None
    selected: int | None = None
    rows: str = NOT_TUNED
    fidelity_rows: str = NOT_TUNED
    metric: str = "accuracy"
    title: str = "pruned networks beside the whole one"

    figure_size = (7.2, 4.0)

    def draw(self, ax):
        n_weights, lowest = np.asarray(self.n_weights), 1.0
        for values, look in self._curves():
            if values is None or np.isnan(np.asarray(values, dtype=float)).all():
                continue
            values = np.asarray(values, dtype=float)
            lowest = min(lowest, float(np.nanmin(values)))
            ax.plot(n_weights, values, clip_on=False, **look)
        if self.target_fidelity is not None:
            ax.axhline(self.target_fidelity, color=GREY, linewidth=0.8, label="target fidelity")
        if self.selected is not None:
            x, y = n_weights[self.selected], np.asarray(self.fidelity)[self.selected]
            ring = {"markersize": 12, "fillstyle": "none", "color": "black", "clip_on": False}
            text = f"selected: {counted(int(x), 'weight')}"
            ax.plot([x], [y], "o", zorder=5, label=text, **ring)
        log_axis(ax, n_weights)
        bottom = max(lowest, -0.1)
        ax.set_ylim(bottom - 0.03, 1.0 + 0.05 * (1.03 - bottom))
        ax.set(xlabel="Weights that are not zero", ylabel="Agreement")
        ax.set_title(wrapped(self.title, 64, 2), fontsize="medium")
        tidy(ax)

    def _curves(self):
        """Return values and looks: wide lines and open marks under narrow ones, if both agree."""
        first, second, third = PALETTE[:3]
        own = {"linestyle": "-", "marker": "o", "markersize": 4, "zorder": 4}
        drawn = {"linestyle": "--", "marker": "s", "markersize": 7, "zorder": 3}
        target = {"linestyle": "-", "linewidth": 4, "alpha": 0.5, "marker": "^", "markersize": 10}
        open_ = {"markerfacecolor": "none"}
        return [
            (self.fidelity, own | {"color": first, "label": f"fidelity, {self.fidelity_rows}"}),
            (
                self.query_fidelity,
                drawn | open_ | {"color": second, "label": f"fidelity, {DRAWN}"},
            ),
            (
                self.accuracy,
                target | open_ | {"color": third, "label": f"{self.metric}, {self.rows}"},
            ),
        ]
