"""Units that look at images: weights, the rows that excite each most, and its classes."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import PanelsDisplay, check_one_each, label, wrapped
from skinterp.display._image_parts import checked_images, draw_picture
from skinterp.display._signs import fold_over_signs
from skinterp.display._unit import MAX_CLASSES, draw_activations

_SIDE, _WIDE, _CLASS = 1.25, 3.4, 0.17  # of images, of distributions, of a class, in inches
_LETTERS = 16  # of a title above an image


@dataclass(eq=False, repr=False)
class UnitGalleryDisplay(PanelsDisplay):
    """A row per unit: its weights as an image, the rows that excite it most, its classes.

    Parameters
    ----------
    weights : array-like of shape (n_units, height, width)
        Signed numbers per pixel, each unit on its own scale: plus in red, minus in blue.
    rows : array-like of shape (n_units, n_rows, height, width)
        The images that excite each unit most, drawn in grey.
    activations : array-like of shape (n_units, n_samples)
        The units on rows.
    labels : array-like of shape (n_samples,) or None, default=None
        Classes of these rows.
    names : sequence of str or None, default=None
        What the units are called; None is their number.
    row_names : array-like of str of shape (n_units, n_rows) or None, default=None
        What stands above the images.
    weight_name : str, default="weights"
        What the numbers per pixel are.
    title : str, default=""
        What stands above.
    classes : sequence or None, default=None
        All classes, in the order of their colours; None is those of `labels`.

    Attributes
    ----------
    figure_, axes_
        The figure and its axes of shape (n_units, n_rows + 2), after `plot`.

    Raises
    ------
    ValueError
        By `plot` and `to_svg`, if there are no images, or not as many as units.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.display import UnitGalleryDisplay
    >>> rows = np.ones((1, 2, 3, 3))
    >>> display = UnitGalleryDisplay([np.eye(3)], rows, [[0.1, 0.9]], ["no", "yes"]).plot()
    >>> display.axes_.shape
    (1, 4)
    """

    weights: object
    rows: object
    activations: object
    labels: object = None
    _: KW_ONLY
    names: object = None
    row_names: object = None
    weight_name: str = "weights"
    title: str = ""
    classes: object = None

    @property
    def _n_rows(self):
        return np.shape(self.rows)[1]

    @property
    def _height(self):
        n_classes = 0 if self.labels is None else min(MAX_CLASSES, len(np.unique(self.labels)))
        height, width = checked_images(self.weights, "weights").shape[1:]
        tall = _SIDE * min(max(height / width, 0.5), 2.0)
        return max(tall + 0.35, 0.75 + _CLASS * n_classes)

    @property
    def figure_size(self):
        width = (_SIDE + 0.15) * (self._n_rows + 1) + _WIDE + 0.4
        return width, max(1.9, self._height * len(self.weights) + 0.35 * bool(self.title) + 0.3)

    def draw_panels(self, figure):
        weights = checked_images(self.weights, "weights")
        check_one_each(self.rows, len(weights), "rows", "unit")
        check_one_each(self.activations, len(weights), "activations", "unit")
        widths = [_SIDE] * (self._n_rows + 1) + [_WIDE]
        axes = figure.subplots(len(weights), len(widths), squeeze=False, width_ratios=widths)
        names = [f"unit {i}" for i in range(len(weights))] if self.names is None else self.names
        for i, row in enumerate(axes):
            draw_picture(row[0], weights[i], self.weight_name, fold_over_signs(weights[i]))
            row[0].set_ylabel(label(names[i], _LETTERS))
            for k, ax in enumerate(row[1:-1]):
                above = "" if self.row_names is None else self.row_names[i][k]
                draw_picture(ax, self.rows[i][k], above, letters=_LETTERS)
            about = {"fontsize": "x-small", "classes": self.classes}
            draw_activations(row[-1], self.activations[i], self.labels, **about)
            if i < len(axes) - 1:
                row[-1].set_xlabel("")
        if self.title:
            figure.suptitle(wrapped(self.title, int(self.figure_size[0] * 11), 2))
        return axes
