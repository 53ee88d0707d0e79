"""A formula's value against the network's output: how well one number stands for the network."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import GREY, PALETTE, Display, along, tidy, wrapped
from skinterp.display._log_axis import log_axis
from skinterp.utils import number_text, output_index

_SHARE = 0.99  # of the rows shown; heavy tails would squeeze the rest into a corner
_LOG_RATIO = 30  # positive values farther apart than this are shown on a logarithmic axis


def _chosen(equations, classes, k):
    """Return the index, None for a single equation, and the equation."""
    n = len(equations)
    if n == 1 and k is None:
        return None, equations[0]
    if n == 1:
        raise ValueError(f"k must be left out where there is one equation. Got {k!r} instead.")
    labels = classes
    if classes is None or len(classes) != n:
        labels = [
            str(e.classes[1]) if e.is_classifier else f"output {j}"
            for j, e in enumerate(equations)
        ]
    k = output_index(k, labels, "k")
    return k, equations[k]


def _output_of(estimator, X, equation, k):
    """Return what of the network an equation stands for, and its name."""
    network = estimator.network_
    if equation.is_classifier:
        yes, no = (k, None) if k is None else estimator.sides_[k]
        yes, no = (None if side is None else network.classes[side] for side in (yes, no))
        view = network.margin(yes) if no is None else network.difference(yes, no)
        return view.value(X), f"Logit of {equation.classes[1]} by the network"
    if k is None:
        return network.output().value(X), "Prediction of the network"
    raw, classes = network.raw_values(X), network.classes
    if classes is None:
        return raw[:, k], f"Prediction of the network, output {k}"
    return raw[:, k] - raw.mean(axis=1), f"Score of {classes[k]} by the network"


@dataclass(eq=False, repr=False)
class LinkDisplay(Display):
    """The network's output against the value of a formula, row by row.

    Points on one rising or falling curve mean that the formula orders the rows as the network
    does. Where they cross zero (a logit's decision) is where the threshold should stand.

    Parameters
    ----------
    value : array-like of shape (n_samples,)
        The formula's value.
    output : array-like of shape (n_samples,)
        The network's output: a logit, or the prediction of a regression.
    threshold : float or None, default=None
        Where the formula decides, drawn as a vertical line.
    link : tuple of two array-like of shape (n_points,) or None, default=None
        Values and outputs of the monotone curve from formula to output.
    formula : str or None, default=None
        The formula, written above the plot.
    output_name : str, default="Logit of the network"
        What the vertical axis shows.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.display import LinkDisplay
    >>> value = np.linspace(0.1, 2.0, 50)
    >>> display = LinkDisplay(value, 3 * np.log(value), threshold=1.0, formula="a/b > 1")
    >>> display.plot().ax_.get_title(loc="left")
    'a/b > 1'
    """

    value: object
    output: object
    _: KW_ONLY
    threshold: float | None = None
    link: object = None
    formula: str | None = None
    output_name: str = "Logit of the network"

    @classmethod
    def from_estimator(cls, estimator, X, k=None):
        """Show how well the equation of a fitted symbolic surrogate stands for its network.

        Parameters
        ----------
        estimator : object
            Has `network_` and `equations_`, one per class (or output), or a single one.
        X : array-like or data frame of shape (n_samples, n_features)
            The rows to show.
        k : int, str or None, default=None
            The equation: its class, or its index; to be left out where there is one equation.

        Returns
        -------
        LinkDisplay
            The display, not drawn yet.

        Raises
        ------
        ValueError
            If there are several equations and `k` is none of them, or one and `k` is given.
        """
        k, equation = _chosen(estimator.equations_, getattr(estimator, "classes_", None), k)
        value = equation.values(X)
        output, name = _output_of(estimator, X, equation, k)
        linked = equation.log_odds(X) if equation.is_classifier else equation.predict(X)
        order = np.argsort(value)
        steps = np.diff(linked[order])
        is_curve = bool((steps >= 0).all() or (steps <= 0).all() or not equation.is_classifier)
        return cls(
            value,
            output,
            threshold=equation.threshold,
            link=(value[order], linked[order]) if is_curve else None,
            formula=str(equation),
            output_name=name,
        )

    figure_size = (7.6, 4.2)

    def draw(self, ax):
        value, output = np.asarray(self.value, float), np.asarray(self.output, float)
        low, high = self._limits(value[np.isfinite(value)])
        inside = (value >= low) & (value <= high)
        self._draw_rows(ax, value[inside], output[inside])
        if self.link is not None:
            ax.plot(*self.link, color=PALETTE[1], linewidth=2, label="monotone link")
        if self.threshold is not None:
            text = f"threshold: {number_text(self.threshold)}"
            ax.axvline(self.threshold, color="black", linestyle="--", linewidth=1.2, label=text)
            ax.axhline(0.0, color=GREY, linewidth=0.8)
        if low < high:
            ax.set_xlim(low, high)
        if low > 0 and high / low > _LOG_RATIO:
            log_axis(ax, [low, high])
        hidden = len(value) - inside.sum()
        ax.set_xlabel("Value of the formula" + (f" ({hidden} rows outside)" if hidden else ""))
        ax.set_ylabel(along(self.output_name, 4.0))
        if self.formula is not None:
            ax.set_title(wrapped(self.formula), loc="left", fontsize="medium")
        tidy(ax)

    def _limits(self, value):
        """Return the range holding nearly all rows, and the threshold."""
        low, high = np.quantile(value, [(1 - _SHARE) / 2, (1 + _SHARE) / 2])
        if self.threshold is not None:
            low, high = min(low, self.threshold), max(high, self.threshold)
        return low, high

    @staticmethod
    def _draw_rows(ax, value, output):
        """Draw the rows as dots, the fainter the more there are."""
        ax.plot(
            value,
            output,
            "o",
            color=PALETTE[0],
            alpha=min(0.8, 30 / np.sqrt(len(value) + 1)),
            markersize=3,
            markeredgewidth=0,
            rasterized=True,
            label="rows",
        )
