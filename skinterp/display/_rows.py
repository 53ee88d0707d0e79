"""Rows of bars, one per input or pattern: their heights, colours and labels."""

import numpy as np

from skinterp.display._display import Display, labels, tidy
from skinterp.display._signs import sign_colours


def row_centres(n_rows, i, n_series):
    """Return the heights of one series of bars or markers, of which each row holds a group."""
    return np.arange(n_rows) - 0.4 + (i + 0.5) * 0.8 / n_series


def label_rows(ax, names, width):
    """Write the names of the rows, the first one on top."""
    ax.set_yticks(range(len(names)), labels(names, width))
    ax.set_ylim(max(len(names), 1) - 0.5, -0.5)


def signed_bars(ax, values, names, width):
    """Draw one bar per row, coloured by its sign, and label the rows."""
    ax.barh(range(len(values)), values, color=sign_colours(values), height=0.7)
    ax.axvline(0.0, color="black", linewidth=0.8)
    label_rows(ax, names, width)
    tidy(ax, grid="x")


class InputRowsDisplay(Display):
    """Base of displays with a row per input, at most `max_features` of `feature_names`."""

    @property
    def _n_shown(self):
        return min(self.max_features, len(self.feature_names))

    def _height(self, n_series, lowest=2.2, row=0.26, per_series=0.1, gap=0.08):
        """Return the height of a figure whose rows hold groups of bars or markers."""
        return max(lowest, 1.0 + max(row, per_series * n_series + gap) * self._n_shown)

    def _best(self, costs):
        """Return the inputs that are shown: those of the smallest costs."""
        return np.argsort(costs, kind="stable")[: self._n_shown]

    def _bars(self, ax, i, n_series, values, **style):
        """Draw one series of bars, of which each row holds a group."""
        ax.barh(row_centres(len(values), i, n_series), values, height=0.8 / n_series, **style)

    def _label_inputs(self, ax, shown, which=None):
        """Write the names of the inputs; above the plot which ones these are, if not all."""
        label_rows(ax, [self.feature_names[j] for j in shown], 32)
        if which is not None and len(shown) < len(self.feature_names):
            text = f"The {len(shown)} {which} of {len(self.feature_names)} inputs"
            ax.set_title(text, loc="left", fontsize="medium")
