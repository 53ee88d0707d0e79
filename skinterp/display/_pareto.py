"""The Pareto front of a search: loss against complexity."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import GREY, PALETTE, Display, tidy, wrapped

_NAMED = 3  # tied formulas that are written


def _written(entry, front):
    """Return an entry's formula in the names of a front."""
    return getattr(entry, "formula", entry.expression.format)(front.feature_names)


@dataclass(eq=False, repr=False)
class ParetoFrontDisplay(Display):
    """The best loss found at every complexity, with the entry that was chosen.

    Parameters
    ----------
    complexity, loss : array-like of shape (n_entries,)
        The entries of the front: their costs, in prices of operators and leaves, and losses.
    chosen : int or None, default=None
        Index of the entry that was chosen.
    tied : sequence of int, default=()
        Indices of entries the search could not tell from the chosen one.
    expression : str or None, default=None
        The chosen formula, written above the plot.
    tied_expressions : sequence of str, default=()
        The formulas of the tied entries, written below it; of more than three the first three.
    loss_name : str, default="Loss"
        What the vertical axis shows.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Examples
    --------
    >>> from skinterp.display import ParetoFrontDisplay
    >>> display = ParetoFrontDisplay([1, 3, 5], [0.4, 0.02, 0.018], chosen=1, tied=[2])
    >>> display.plot().ax_.get_yscale()
    'log'
    """

    complexity: object
    loss: object
    _: KW_ONLY
    chosen: int | None = None
    tied: tuple = ()
    expression: object = None
    tied_expressions: tuple = ()
    loss_name: str = "Loss"

    @classmethod
    def from_front(cls, front, **options):
        """Show the front of a search.

        Parameters
        ----------
        front : sequence
            Entries with `expression`, `cost`, `loss`, `selected` and `tied`; the front may have
            the `feature_names` its expressions are written in.
        **options
            Passed to the constructor.

        Returns
        -------
        ParetoFrontDisplay
            The display, not drawn yet.
        """
        entries = list(front)
        chosen = next((i for i, entry in enumerate(entries) if entry.selected), None)
        tied = [i for i, entry in enumerate(entries) if entry.tied and i != chosen]
        if chosen is not None and hasattr(front, "feature_names"):
            first, *others = (_written(entries[i], front) for i in (chosen, *tied))
            options = {"expression": first, "tied_expressions": others} | options
        return cls(
            [entry.cost for entry in entries],
            [entry.loss for entry in entries],
            chosen=chosen,
            tied=tied,
            **options,
        )

    @property
    def figure_size(self):
        return 7.6, 4.0 + 0.3 * min(len(self.tied_expressions), _NAMED + 1)

    def draw(self, ax):
        x, loss = np.asarray(self.complexity, dtype=float), np.asarray(self.loss, dtype=float)
        y = np.maximum(loss, 0.1 * loss[loss > 0].min(initial=1.0))  # a logarithm needs no zeros
        order = np.lexsort((y, x))
        least = np.minimum.accumulate(y[order])
        ax.step(x[order], least, where="post", color=GREY, linewidth=1.0)
        is_least = np.isin(np.arange(len(y)), order[y[order] == least])
        ax.plot(x[is_least], y[is_least], "o", color=PALETTE[0], label="best at its cost")
        if not is_least.all():
            ax.plot(*np.array([x, y])[:, ~is_least], "o", color=GREY, label="larger loss")
        if len(self.tied):
            self._ring(ax, x, y, list(self.tied), "D", PALETTE[2], "not told apart from it")
        if self.chosen is not None:
            self._ring(ax, x, y, [self.chosen], "s", PALETTE[1], "chosen")
        ax.set_yscale("log")
        ax.margins(x=0.06, y=0.1)
        ax.set_xlabel("Cost (prices of operators, and 1 for each leaf)")
        ax.set_ylabel(f"{self.loss_name} (logarithmic)")
        if self.expression is not None:
            others = [wrapped(f"or {text}", max_lines=2) for text in self.tied_expressions]
            more = [f"or {len(others) - _NAMED} more"] * (len(others) > _NAMED)
            lines = [wrapped(self.expression), *others[:_NAMED], *more]
            ax.set_title("\n".join(lines), loc="left", fontsize="medium")
        tidy(ax)

    @staticmethod
    def _ring(ax, x, y, indices, marker, color, text):
        ax.plot(
            x[indices],
            y[indices],
            marker,
            markersize=13,
            markerfacecolor="none",
            markeredgecolor=color,
            markeredgewidth=1.8,
            label=text,
        )
