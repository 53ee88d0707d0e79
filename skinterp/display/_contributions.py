"""Signed numbers per input: contributions, derivatives, connection weights."""

import numpy as np

from skinterp.display._display import PALETTE, Display, cycle, label, labels, legend_beside, tidy


class ContributionsDisplay(Display):
    """Signed values of the inputs as bars, the strongest on top.

    Parameters
    ----------
    values : dict of str to array-like of shape (n_features,)
        The values, by output.
    feature_names : sequence of str of length n_features
        The names of the inputs.
    strength : array-like of shape (n_features,) or None, default=None
        What inputs are ordered by; None is the largest size over the outputs.
    name : str, default="Contribution"
        What the values are.
    max_features : int, default=20
        How many inputs to show.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Examples
    --------
    >>> from skinterp.display import ContributionsDisplay
    >>> display = ContributionsDisplay({"logit": [0.2, -0.7]}, ["age", "mass"]).plot()
    >>> [text.get_text() for text in display.ax_.get_yticklabels()]
    ['mass', 'age']
    """

    def __init__(
        self, values, feature_names, *, strength=None, name="Contribution", max_features=20
    ):
        self.values = values
        self.feature_names = feature_names
        self.strength = strength
        self.name = name
        self.max_features = max_features

    @property
    def _n_shown(self):
        return min(self.max_features, len(self.feature_names))

    @property
    def _size(self):
        group = max(0.26, 0.1 * len(self.values) + 0.08)
        return 7.2, max(2.2, 1.0 + group * self._n_shown)

    def _order(self):
        strength = self.strength
        if strength is None:
            strength = np.abs([np.asarray(row, float) for row in self.values.values()]).max(axis=0)
        return np.argsort(-np.asarray(strength), kind="stable")[: self._n_shown]

    def _draw(self, ax):
        shown = self._order()
        height, places = 0.8 / len(self.values), np.arange(len(shown))
        for i, (output, row) in enumerate(self.values.items()):
            row = np.asarray(row, dtype=float)[shown]
            single = len(self.values) == 1
            colours = [PALETTE[int(v < 0)] for v in row] if single else cycle(PALETTE, i)
            ax.barh(
                places - 0.4 + (i + 0.5) * height,
                row,
                height=height,
                color=colours,
                label=label(output, 28),
            )
        ax.axvline(0.0, color="black", linewidth=0.8)
        ax.set_yticks(places, labels([self.feature_names[j] for j in shown], 32))
        ax.set_ylim(len(shown) - 0.5, -0.5)
        only = f", {next(iter(self.values))}" if len(self.values) == 1 else ""
        ax.set_xlabel(label(f"{self.name}{only}", 70))
        if len(shown) < len(self.feature_names):
            ax.set_title(
                f"The {len(shown)} strongest of {len(self.feature_names)} inputs",
                loc="left",
                fontsize="medium",
            )
        tidy(ax, grid="x")
        if len(self.values) > 1:
            legend_beside(ax)
