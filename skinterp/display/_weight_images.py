"""Numbers per pixel as small images, zero in white."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import PanelsDisplay, along, label
from skinterp.display._signs import signed_colours
from skinterp.utils import number_text

_COLUMNS = 10
_WIDTH = 12.0  # of a figure, at most, unless a single image is wider
_FEW = 4  # images that are drawn large
_LARGE, _SMALL = 2.4, 1.05  # sides of square images
_CHARACTER, _LINE, _GAP = 0.075, 0.19, 0.12  # of titles, and between images
_BAR = 1.1


@dataclass(eq=False, repr=False)
class WeightImagesDisplay(PanelsDisplay):
    """A grid of images of signed numbers: red positive, blue negative, white zero.

    Parameters
    ----------
    images : array-like of shape (n_images, height, width)
        Weights, contributions or slopes per pixel.
    titles : sequence of str or None, default=None
        One per image; None is the index, if there are several.
    shared_scale : bool, default=True
        Whether all images have the same limits, so that they can be compared; else each its own,
        which is written above it.
    name : str, default="weight"
        What the numbers are.

    Attributes
    ----------
    figure_, axes_
        The figure and its axes, after `plot`.

    Raises
    ------
    ValueError
        By `plot` and `to_svg`, if there are no images or no numbers in them, or not one title per
        image.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.display import WeightImagesDisplay
    >>> display = WeightImagesDisplay(np.eye(4).reshape(2, 2, 4), ["first", "second"]).plot()
    >>> display.axes_[0].get_title()
    'first'
    """

    images: object
    titles: object = None
    _: KW_ONLY
    shared_scale: bool = True
    name: str = "weight"

    def _checked_images(self):
        images = np.asarray(self.images, dtype=float)
        if images.ndim != 3 or not images.size:
            raise ValueError(
                "images must be an array of shape (n_images, height, width). "
                f"Got shape {images.shape} instead."
            )
        if not np.isfinite(images).any():
            raise ValueError("images must hold finite numbers. Got none.")
        if self.titles is not None and len(self.titles) != len(images):
            raise ValueError(
                f"titles must be {len(images)}, one per image. Got {len(self.titles)} instead."
            )
        return images

    def _limits(self, images):
        """Return the largest absolute value of each image, or of all."""
        limits = np.where(np.isfinite(images), np.abs(images), 0.0).max(axis=(1, 2))
        return np.full(len(images), limits.max()) if self.shared_scale else limits

    def _captions(self, images):
        """Return the caption of each image."""
        n = len(images)
        titles = self.titles
        if titles is None:
            titles = [""] if n == 1 else range(n)
        texts = [label(title, 36 if n <= _FEW else 24) for title in titles]
        if self.shared_scale:
            return texts
        return [
            f"{text}\n±{number_text(x, 2)}".strip() for text, x in zip(texts, self._limits(images))
        ]

    def _panel(self, images):
        """Return width and height in inches of an image, and of its title."""
        height, width = images.shape[1:]
        side = _LARGE if len(images) <= _FEW else _SMALL
        tall = min(np.sqrt(height / width), 2.0)
        lines = [text.split("\n") for text in self._captions(images)]
        longest = max(len(line) for text in lines for line in text)
        return (
            max(side * tall * width / height, _CHARACTER * longest) + _GAP,
            side * tall + _GAP + _LINE * max(map(len, lines)),
        )

    def _grid(self, images):
        columns = min(len(images), _COLUMNS, max(1, int(_WIDTH / self._panel(images)[0])))
        return -(-len(images) // columns), columns

    @property
    def figure_size(self):
        images = self._checked_images()
        rows, columns = self._grid(images)
        width, height = self._panel(images)
        return max(2.6, width * columns + _BAR * self.shared_scale), max(1.6, height * rows)

    def draw_panels(self, figure):
        images = self._checked_images()
        axes = figure.subplots(*self._grid(images), squeeze=False).ravel()
        for ax in axes[len(images) :]:
            ax.remove()
        axes = axes[: len(images)]
        size = "x-small" if self.titles is None else "small"
        drawn = zip(axes, images, self._limits(images), self._captions(images))
        for ax, image, limit, caption in drawn:
            limit = limit or 1.0
            shown = ax.imshow(image, **signed_colours(limit))
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_color("#BBBBBB")
            ax.set_title(caption, fontsize=size, pad=2)
        if self.shared_scale:
            bar = figure.colorbar(shown, ax=list(axes), shrink=0.8, pad=0.02, aspect=30)
            bar.set_label(along(self.name, self.figure_size[1]))
            bar.outline.set_visible(False)
        return axes
