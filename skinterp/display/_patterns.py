"""Contributions of patterns of categories to the output of one row."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import Display, label
from skinterp.display._rows import signed_bars
from skinterp.utils import signed_text


@dataclass(eq=False, repr=False)
class PatternsDisplay(Display):
    """Contributions of patterns to one output of one row, as bars, the strongest first.

    Parameters
    ----------
    patterns : sequence of str
        The patterns.
    values : sequence of float
        What each contributes, the strongest first.
    constant : float, default=0.0
        The constant, for the title.
    network_value : float or None, default=None
        The network's own output, for the title.
    output : str, default="output"
        What is explained.
    max_patterns : int, default=15
        How many patterns to show; the others are added up in one bar.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Examples
    --------
    >>> from skinterp.display import PatternsDisplay
    >>> display = PatternsDisplay(["odour=foul", "cap=red, ring=none"], [2.0, -0.5]).plot()
    >>> [text.get_text() for text in display.ax_.get_yticklabels()]
    ['odour=foul', 'cap=red, ring=none']
    """

    patterns: object
    values: object
    _: KW_ONLY
    constant: float = 0.0
    network_value: float | None = None
    output: str = "output"
    max_patterns: int = 15

    @property
    def _bars(self):
        patterns, values = list(self.patterns), list(self.values)
        if len(values) <= self.max_patterns:
            return patterns, values
        k = self.max_patterns
        return [*patterns[:k], f"{len(values) - k} more"], [*values[:k], sum(values[k:])]

    @property
    def figure_size(self):
        return 7.4, max(2.0, 1.2 + 0.28 * len(self._bars[1]))

    def draw(self, ax):
        patterns, values = self._bars
        signed_bars(ax, values, patterns, 44)
        reach = float(np.abs(values).max(initial=0.0)) or 1.0
        for k, value in enumerate(values):
            ax.text(
                value + 0.015 * reach * (1 if value > 0 else -1), k, signed_text(value, 3),
                ha="left" if value > 0 else "right", va="center", fontsize="small",
            )  # fmt: skip
        low, high = min(0.0, 0.0, *values), max(0.0, 0.0, *values)
        low, high = (low, high) if low < high else (-reach, reach)
        ax.set_xlim(
            low - (0.22 * reach if low < 0 else 0), high + (0.22 * reach if high > 0 else 0)
        )
        ax.set_xlabel(f"contribution to {label(self.output)}")
        total = self.constant + sum(self.values)
        text = f"constant {signed_text(self.constant, 3)}, all together {signed_text(total, 3)}"
        if self.network_value is not None:
            text += f"; the network {signed_text(self.network_value, 3)}"
        ax.set_title(text, loc="left", fontsize="small")
