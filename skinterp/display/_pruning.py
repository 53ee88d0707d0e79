"""Fidelity and accuracy of a network as it is pruned."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import GREY, PALETTE, Display, tidy
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

    figure_size = (7.2, 3.8)

    def draw(self, ax):
        curves = [
            (f"fidelity, {self.fidelity_rows}", self.fidelity, "-", "o"),
            (f"fidelity, {DRAWN}", self.query_fidelity, "--", "s"),
            (f"{self.metric}, {self.rows}", self.accuracy, ":", "^"),
        ]
        n_weights = np.asarray(self.n_weights)
        lowest = 1.0
        for k, (name, values, line, marker) in enumerate(curves):
            if values is None or np.isnan(np.asarray(values, dtype=float)).all():
                continue
            values = np.asarray(values, dtype=float)
            lowest = min(lowest, float(np.nanmin(values)))
            ax.plot(
                n_weights, values, line, marker=marker, markersize=4, color=PALETTE[k], label=name
            )
        if self.target_fidelity is not None:
            ax.axhline(self.target_fidelity, color=GREY, linewidth=0.8, label="target fidelity")
        if self.selected is not None:
            x, y = n_weights[self.selected], np.asarray(self.fidelity)[self.selected]
            ax.plot(
                x,
                y,
                "o",
                markersize=12,
                fillstyle="none",
                color="black",
                label=f"selected: {x} weights",
            )
        ax.set_xscale("log")
        ax.set_ylim(max(lowest, -0.1) - 0.03, 1.02)
        ax.set(xlabel="Weights that are not zero", ylabel="Agreement")
        tidy(ax)
