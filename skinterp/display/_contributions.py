"""Signed numbers per input: contributions, derivatives, connection weights."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import PALETTE, area_style, label, tidy, wrapped
from skinterp.display._rows import InputRowsDisplay
from skinterp.display._signs import sign_colours


@dataclass(eq=False, repr=False)
class ContributionsDisplay(InputRowsDisplay):
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
    title : str, default=""
        What stands above.

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

    values: dict
    feature_names: object
    _: KW_ONLY
    strength: object = None
    name: str = "Contribution"
    max_features: int = 20
    title: str = ""

    @property
    def figure_size(self):
        return 7.2, self._height(len(self.values)) + 0.4 * bool(self.title)

    def draw(self, ax):
        table, n_outputs = np.array(list(self.values.values()), dtype=float), len(self.values)
        strength = np.abs(table).max(axis=0) if self.strength is None else self.strength
        shown = self._best(-np.asarray(strength))
        for i, (output, row) in enumerate(zip(self.values, table[:, shown])):
            style = {**area_style(PALETTE, i), "label": label(output, 28)}
            style = style if n_outputs > 1 else {"color": sign_colours(row)}
            self._bars(ax, i, n_outputs, row, **style)
        ax.axvline(0.0, color="black", linewidth=0.8)
        self._label_inputs(ax, shown, "strongest")
        if self.title:
            texts = [wrapped(self.title, 60, 2), ax.get_title(loc="left")]
            ax.set_title("\n".join(filter(None, texts)), loc="left", fontsize="medium")
        only = f", {next(iter(self.values))}" if n_outputs == 1 else ""
        ax.set_xlabel(label(f"{self.name}{only}", 70))
        tidy(ax, grid="x")
