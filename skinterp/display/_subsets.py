"""Scores of models trained on few of the inputs."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import (
    GREY,
    MARKERS,
    PALETTE,
    Display,
    cycle,
    label,
    legend_inches,
    tidy,
)


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

    @property
    def figure_size(self):
        return 6.6, max(3.6, legend_inches(len(self.means) + 1))

    def draw(self, ax):
        sizes = np.asarray(self.sizes)
        titles = {"ranked": "this ranking", "forest": "the forest's", "random": "random"}
        for i, (kind, mean) in enumerate(self.means.items()):
            mean, deviation = np.asarray(mean), np.asarray(self.deviations[kind])
            colour, line = cycle(PALETTE, i), f"{cycle(MARKERS, i)}-"
            ax.plot(sizes, mean, line, color=colour, label=label(titles.get(kind, kind), 28))
            ax.fill_between(
                sizes, mean - deviation, mean + deviation, color=colour, alpha=0.15, linewidth=0
            )
        if self.reference is not None:
            ax.axhline(self.reference, color=GREY, linestyle="--", linewidth=1, label="all inputs")
        ax.set(xlabel="Inputs", ylabel=label(self.name))
        ax.locator_params(axis="x", integer=True)
        tidy(ax)
