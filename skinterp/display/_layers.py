"""How classes come apart from layer to layer, and in the course of training."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import (
    GREY,
    PALETTE,
    PanelsDisplay,
    along,
    beside_each_other,
    check_one_each,
    label_inches,
    labels,
    line_style,
    tidy,
    wrapped,
)

_SIDE, _HEIGHT = 3.3, 3.0


@dataclass(eq=False, repr=False)
class LayersDisplay(PanelsDisplay):
    """Measures of representations, a plot each: by layer, or by epoch with a line per layer.

    Parameters
    ----------
    measures : dict of str to array-like of shape (n_layers,) or (n_epochs, n_layers)
        The measures, by what they are and on which rows.
    layers : sequence of str of length n_layers
        Names of the layers.
    epochs : array-like of shape (n_epochs,) or None, default=None
        When they were measured; None if once.
    title : str, default=""
        What stands above.
    references : dict of str to float or None, default=None
        By a measure, a level that is drawn as a dashed line, such as that of a guess.

    Attributes
    ----------
    figure_, axes_
        The figure and its axes, one per measure, after `plot`.

    Raises
    ------
    ValueError
        By `plot` and `to_svg`, if there are not as many numbers as layers, or as epochs.

    Examples
    --------
    >>> from skinterp.display import LayersDisplay
    >>> display = LayersDisplay({"purity": [0.6, 0.9]}, ["input", "hidden layer 0"]).plot()
    >>> display.axes_[0].get_ylabel()
    'purity'
    """

    measures: dict
    layers: object
    _: KW_ONLY
    epochs: object = None
    title: str = ""
    references: dict | None = None

    @property
    def _names(self):
        return labels(self.layers, 24)

    @property
    def _above(self):
        width = int(_SIDE * len(self.measures) * 10)
        return "\n".join(wrapped(line, width, 2) for line in self.title.split("\n"))

    @property
    def figure_size(self):
        below = label_inches(self._names) if self.epochs is None else 0.3
        beside = 0.0 if self.epochs is None else 0.6 + label_inches(self._names)
        width = _SIDE * len(self.measures) + beside
        return max(4.0, width), _HEIGHT + below + 0.25 * self._above.count("\n") + 0.4 * bool(
            self.title
        )

    def draw_panels(self, figure):
        axes = figure.subplots(1, len(self.measures), squeeze=False)[0]
        for ax, (name, values) in zip(axes, self.measures.items(), strict=True):
            table = np.atleast_2d(np.asarray(values, dtype=float))
            table = np.where(np.isfinite(table), table, np.nan)
            check_one_each(table.T, len(self.layers), name, "layer")
            if self.epochs is None:
                self._draw_once(ax, table[0])
            else:
                check_one_each(table, len(self.epochs), name, "epoch")
                self._draw_epochs(ax, table)
            if name in (self.references or {}):
                style = {"color": GREY, "linestyle": "--", "linewidth": 1}
                ax.axhline(self.references[name], **style)
            ax.set_ylabel(along(name, _HEIGHT))
            tidy(ax)
            if ax.get_legend() is not None:
                ax.get_legend().remove()
        if self.epochs is not None:
            figure.legend(axes[0].lines, self._names, loc="outside right upper", frameon=False)
        if self.title:
            figure.suptitle(self._above, fontsize="medium")
        return axes

    def _draw_once(self, ax, values):
        places = np.arange(len(values))
        ax.plot(places, values, "o-", color=PALETTE[0])
        ax.set_xticks(places, self._names, rotation=beside_each_other(self._names, _SIDE - 0.8))
        ax.margins(x=0.1)

    def _draw_epochs(self, ax, table):
        for k, values in enumerate(table.T):
            ax.plot(self.epochs, values, marker="o", markersize=4, **line_style(k))
        ax.set_xlabel("Epochs")
