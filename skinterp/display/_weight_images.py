"""Numbers per pixel as small images, zero in white."""

import numpy as np

from skinterp.display._display import PanelsDisplay, label

_COLUMNS = 10


class WeightImagesDisplay(PanelsDisplay):
    """A grid of images of signed numbers: red positive, blue negative, white zero.

    Parameters
    ----------
    images : array-like of shape (n_images, height, width)
        Weights, contributions or slopes per pixel.
    titles : sequence of str or None, default=None
        One per image.
    shared_scale : bool, default=True
        Whether all images have the same limits, so that they can be compared; else each its own.
    name : str, default="weight"
        What the numbers are.

    Attributes
    ----------
    figure_, axes_
        The figure and its axes, after `plot`.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.display import WeightImagesDisplay
    >>> display = WeightImagesDisplay(np.eye(4).reshape(2, 2, 4), ["first", "second"]).plot()
    >>> display.axes_[0].get_title()
    'first'
    """

    def __init__(self, images, titles=None, *, shared_scale=True, name="weight"):
        self.images = images
        self.titles = titles
        self.shared_scale = shared_scale
        self.name = name

    @property
    def _shape(self):
        n = len(self.images)
        columns = min(_COLUMNS, n)
        return -(-n // columns), columns

    @property
    def _size(self):
        rows, columns = self._shape
        side = 2.6 if len(self.images) <= 4 else 1.05
        return max(2.6, side * columns + 1.0), max(1.6, (side + 0.25) * rows)

    def _draw_panels(self, figure):
        images = np.asarray(self.images, dtype=float)
        limits = np.abs(images).max(axis=(1, 2))
        limits = np.full(len(images), limits.max()) if self.shared_scale else limits
        axes = figure.subplots(*self._shape, squeeze=False).ravel()
        for ax in axes[len(images) :]:
            ax.remove()
        axes = axes[: len(images)]
        for k, (ax, image, limit) in enumerate(zip(axes, images, limits)):
            limit = limit or 1.0
            shown = ax.imshow(image, cmap="RdBu_r", vmin=-limit, vmax=limit)
            ax.set_xticks([])
            ax.set_yticks([])
            ax.spines[:].set_color("#BBBBBB")
            if self.titles is not None:
                ax.set_title(label(self.titles[k], 24), fontsize="small", pad=2)
        if self.shared_scale:
            bar = figure.colorbar(shown, ax=list(axes), shrink=0.8, pad=0.02, aspect=30)
            bar.set_label(self.name)
            bar.outline.set_visible(False)
        return axes
