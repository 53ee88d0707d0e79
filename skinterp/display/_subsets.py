"""Scores of models trained on few of the inputs."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import (
    GREY,
    MARKERS,
    PALETTE,
    Display,
    check_one_each,
    cycle,
    label,
    legend_inches,
    tidy,
    wrapped,
)

_TITLES = {"ranked": "this ranking", "forest": "the forest's", "random": "random"}
_MOST_WRITTEN = 25  # p-values


@dataclass(eq=False, repr=False)
class SubsetsDisplay(Display):
    """Scores against the number of inputs, one curve per way to choose them.

    Parameters
    ----------
    sizes : sequence of int
        Numbers of inputs.
    means : dict of str to array-like of shape (n_sizes,)
        Mean scores.
    deviations : dict of str to array-like of shape (n_sizes,)
        Their deviations over folds.
    reference : float or None, default=None
        Score with all inputs.
    name : str, default="accuracy, held-out rows"
        What the score is.
    p_values : array-like of shape (n_sizes,) or None, default=None
        Of the first curve against all inputs, written above.
    title : str, default="models of few inputs"
        What stands above.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Examples
    --------
    >>> from skinterp.display import SubsetsDisplay
    >>> means, deviations = {"ranked": [0.8, 0.9]}, {"ranked": [0.02, 0.01]}
    >>> display = SubsetsDisplay([1, 2], means, deviations, reference=0.92).plot()
    >>> display.ax_.get_xlabel()
    'Inputs'
    """

    sizes: object
    means: dict
    deviations: dict
    _: KW_ONLY
    reference: float | None = None
    name: str = "accuracy, held-out rows"
    p_values: object = None
    title: str = "models of few inputs"

    @property
    def figure_size(self):
        above = 0.0 if self.p_values is None else 0.7
        return 6.6, max(3.8, legend_inches(len(self.means) + 1)) + above

    def draw(self, ax):
        sizes = np.asarray(self.sizes)
        for i, (kind, mean) in enumerate(self.means.items()):
            mean, deviation = np.asarray(mean), np.asarray(self.deviations[kind])
            colour, line = cycle(PALETTE, i), f"{cycle(MARKERS, i)}-"
            ax.plot(sizes, mean, line, color=colour, label=label(_TITLES.get(kind, kind), 28))
            ax.fill_between(
                sizes, mean - deviation, mean + deviation, color=colour, alpha=0.15, linewidth=0
            )
        if self.reference is not None:
            ax.axhline(self.reference, color=GREY, linestyle="--", linewidth=1, label="all inputs")
        ax.set(xlabel="Inputs", ylabel=label(self.name))
        ax.locator_params(axis="x", integer=True)
        ax.set_title(wrapped(self.title, 50, 3), fontsize="medium")
        tidy(ax)
        if self.p_values is not None:
            self._write_p_values(ax)

    def _write_p_values(self, ax):
        """Write p-values above their sizes, of many sizes some."""
        check_one_each(self.p_values, len(self.sizes), "p_values", "size")
        some = slice(None, None, -(-len(self.sizes) // _MOST_WRITTEN))
        above = ax.secondary_xaxis("top")
        texts = [f"{p:.2g}" for p in self.p_values][some]
        above.set_xticks(np.asarray(self.sizes)[some], texts, rotation=90, fontsize="x-small")
        kind = next(iter(self.means))
        first = label(_TITLES.get(kind, kind), 28)
        above.set_xlabel(f"p of {first} against all inputs", fontsize="small")
        above.spines["top"].set_visible(False)
