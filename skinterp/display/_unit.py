"""One unit: its weights, and how it is excited by each class."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import PALETTE, PanelsDisplay, cycle, label, labels, tidy
from skinterp.display._rows import signed_bars

_N_BINS = 30
MAX_CLASSES = 12


def _share(n_shown, n_there):
    return "" if n_shown == n_there else f" ({n_shown} of {n_there})"


def classes_present(of_rows, classes=None):
    """Return the classes that rows have, with the number of the colour of each.

    Parameters
    ----------
    of_rows : array-like of shape (n_samples,)
        Classes of the rows.
    classes : sequence or None, default=None
        All classes, in the order of their colours; None is those of the rows.

    Returns
    -------
    dict of object to int
        Numbers of colours by class.
    """
    of_rows = np.asarray(of_rows)
    known = np.unique(of_rows).tolist() if classes is None else classes
    return {label: k for k, label in enumerate(known) if (of_rows == label).any()}


def draw_activations(ax, activations, of_rows=None, fontsize=None, classes=None):
    """Draw the distribution of a unit: a box for each class, or bars without classes."""
    values = np.asarray(activations, dtype=float)
    ax.set_xlabel("Activation", fontsize=fontsize)
    ax.tick_params(labelsize=fontsize)
    if of_rows is None:
        ax.hist(values, bins=_N_BINS, color=PALETTE[0])
        ax.set_ylabel("Rows", fontsize=fontsize)
        tidy(ax)
        return
    of_rows = np.asarray(of_rows)
    present = classes_present(of_rows, classes)
    colours, classes = list(present.values()), list(present)[:MAX_CLASSES]
    boxes = ax.boxplot(
        [values[of_rows == c] for c in classes],
        orientation="horizontal",
        widths=0.6,
        patch_artist=True,
        medianprops={"color": "black"},
        flierprops={"markersize": 2},
    )
    for k, box in zip(colours, boxes["boxes"], strict=False):
        box.set_facecolor(cycle(PALETTE, k))
        box.set_alpha(0.7)
    ax.set_yticks(range(1, len(classes) + 1), labels(classes, 20))
    ax.invert_yaxis()
    ax.set_ylabel(f"Class{_share(len(classes), len(present))}", fontsize=fontsize)
    tidy(ax, grid="x")


@dataclass(eq=False, repr=False)
class UnitDisplay(PanelsDisplay):
    """The strongest weights of a unit beside its activations per class.

    Parameters
    ----------
    weights : array-like of shape (n_inputs,)
        Weights of what the unit reads.
    input_names : sequence of str of length n_inputs
        What it reads.
    activations : array-like of shape (n_samples,)
        The unit on rows.
    labels : array-like of shape (n_samples,) or None, default=None
        Classes of the rows.
    name : str, default="unit"
        Which unit.
    max_features : int, default=15
        How many weights to show.
    weight_name : str, default="weight"
        What the weights are.
    classes : sequence or None, default=None
        All classes, in the order of their colours; None is those of `labels`.

    Attributes
    ----------
    figure_, axes_
        The figure and its two axes, after `plot`.

    Examples
    --------
    >>> from skinterp.display import UnitDisplay
    >>> display = UnitDisplay([0.5, -1.0], ["age", "mass"], [0.1, 0.9, 0.4], [0, 1, 0]).plot()
    >>> [text.get_text() for text in display.axes_[0].get_yticklabels()]
    ['mass', 'age']
    """

    weights: object
    input_names: object
    activations: object
    labels: object = None
    _: KW_ONLY
    name: str = "unit"
    max_features: int = 15
    weight_name: str = "weight"
    classes: object = None

    @property
    def figure_size(self):
        n_weights = min(self.max_features, len(self.input_names))
        n_classes = 1 if self.labels is None else min(MAX_CLASSES, len(np.unique(self.labels)))
        return 9.0, max(2.8, 1.0 + 0.26 * max(n_weights, n_classes))

    def draw_panels(self, figure):
        left, right = figure.subplots(1, 2)
        weights = np.asarray(self.weights, dtype=float)
        shown = np.argsort(-np.abs(weights), kind="stable")[: self.max_features]
        signed_bars(left, weights[shown], [self.input_names[j] for j in shown], 28)
        left.set_xlabel(f"{self.weight_name.capitalize()}{_share(len(shown), len(weights))}")
        draw_activations(right, self.activations, self.labels, classes=self.classes)
        figure.suptitle(label(self.name, 60), fontsize="medium")
        return np.array([left, right])
