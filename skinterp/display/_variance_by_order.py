"""How the variance of a network is shared among the orders of an expansion."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import PALETTE, Display, tidy, write_title


@dataclass(eq=False, repr=False)
class VarianceByOrderDisplay(Display):
    """Variance of each order as a share of the total, and their running sum.

    Parameters
    ----------
    variances : array-like of shape (n_orders,)
        Variances of the orders 1, 2, ...
    total : float or None, default=None
        Variance of the network; None is the sum of those given.
    max_orders : int, default=12
        How many orders to show.
    title : str, default=""
        What stands above.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Examples
    --------
    >>> from skinterp.display import VarianceByOrderDisplay
    >>> display = VarianceByOrderDisplay([3.0, 1.0]).plot()
    >>> display.ax_.get_ylabel()
    'share of the variance'
    """

    variances: object
    total: float | None = None
    _: KW_ONLY
    max_orders: int = 12
    title: str = ""

    figure_size = (5.6, 3.4)

    def draw(self, ax):
        variances = np.asarray(self.variances, dtype=float)
        total = float(variances.sum() if self.total is None else self.total) or 1.0
        shares = variances[: self.max_orders] / total
        orders = np.arange(1, len(shares) + 1)
        ax.bar(orders, shares, color=PALETTE[0], width=0.65)
        for order, share in zip(orders, shares, strict=True):
            text = "0" if share < 1e-12 else f"{share:.1%}" if share >= 1e-3 else f"{share:.0e}"
            ax.text(order, share + 0.03, text, ha="center", va="bottom", fontsize="small")
        ax.plot(orders, np.cumsum(shares), "o--", color=PALETTE[1], markersize=4)
        rest = 1.0 - shares.sum()
        if rest > 1e-3:
            last = len(shares) + 1
            ax.bar(last, rest, color="#CCCCCC", width=0.65)
            ax.text(last, rest + 0.03, f"{rest:.1%}", ha="center", va="bottom", fontsize="small")
            ax.set_xticks([*orders, last], [*map(str, orders), f"> {len(shares)}"])
        else:
            ax.set_xticks(orders)
        ax.set(ylim=(0.0, 1.15), xlabel="order", ylabel="share of the variance")
        write_title(ax, self.title, "bars: each order; dots: up to it")
        tidy(ax, grid="y")
