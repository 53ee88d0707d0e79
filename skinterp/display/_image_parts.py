"""Images in grey beside maps of signed numbers per pixel, with a bar for what each adds up to."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import PanelsDisplay, along, label, wrapped
from skinterp.display._rows import signed_bars
from skinterp.display._signs import fold_over_signs, signed_colours

_COLUMNS = 7
_SIDE, _TITLE, _BAR = 1.5, 0.22, 0.26  # of an image, of its title, and of a bar, in inches
_INK = "gray_r"
_LETTERS, _LINES, _LINE = 18, 3, 0.14  # of a title above an image: letters, lines, their inches


def checked_images(images, name):
    """Return images as an array of shape (n_images, height, width), refusing other shapes."""
    images = np.asarray(images, dtype=float)
    if images.ndim != 3 or not images.size:
        raise ValueError(
            f"{name} must be an array of shape (n_images, height, width). "
            f"Got shape {images.shape} instead."
        )
    return images


def draw_picture(ax, image, title="", limit=None, letters=_LETTERS):
    """Draw an image in grey, or, with a limit, signed numbers per pixel; return what was drawn."""
    colours = {"cmap": _INK} if limit is None else signed_colours(limit)
    drawn = ax.imshow(image, **colours)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_color("#BBBBBB")
    ax.set_title(wrapped(title, letters, _LINES), fontsize="small", pad=3)
    return drawn


@dataclass(eq=False, repr=False)
class ImagePartsDisplay(PanelsDisplay):
    """Images, maps of signed numbers per pixel, and what the maps add up to as bars.

    Parameters
    ----------
    images : dict of str to array-like of shape (height, width)
        Images, by title; drawn in grey.
    maps : dict of str to array-like of shape (height, width)
        Signed numbers per pixel, by title: plus in red, minus in blue, on one scale.
    values : array-like of shape (n_maps,) or None, default=None
        A number per map, drawn as a bar; None draws none.
    name : str, default="contribution"
        What the numbers of maps and bars are.
    title : str, default=""
        What stands above.

    Attributes
    ----------
    figure_, axes_
        The figure and its axes, after `plot`: images, maps, and the bars, if there are any.

    Raises
    ------
    ValueError
        By `plot` and `to_svg`, if images or maps are of different shapes, or there is not one
        number per map.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.display import ImagePartsDisplay
    >>> maps = {"unit 0": np.eye(2), "other units": -np.eye(2)}
    >>> display = ImagePartsDisplay({"image": np.ones((2, 2))}, maps, [2.0, -2.0]).plot()
    >>> [ax.get_title() for ax in display.axes_[:3]]
    ['image', 'unit 0', 'other units']
    """

    images: dict
    maps: dict
    values: object = None
    _: KW_ONLY
    name: str = "contribution"
    title: str = ""

    @property
    def _n_shown(self):
        return len(self.images) + len(self.maps)

    @property
    def _grid(self):
        columns = min(_COLUMNS, self._n_shown)
        return -(-self._n_shown // columns), columns

    @property
    def _heights(self):
        """Return the heights of the rows of images, and of the bars."""
        height, width = checked_images(list(self.images.values()), "images").shape[1:]
        titles = [wrapped(title, _LETTERS, _LINES) for title in (*self.images, *self.maps)]
        above = _TITLE + _LINE * max(title.count("\n") for title in titles)
        tall = _SIDE * min(max(height / width, 0.3), 2.0) + above
        n_bars = 0 if self.values is None else len(self.maps)
        return [tall] * self._grid[0] + [0.7 + _BAR * n_bars] * (n_bars > 0)

    @property
    def figure_size(self):
        return max(4.8, _SIDE * self._grid[1] + 1.3), sum(self._heights) + 0.4 * bool(self.title)

    def draw_panels(self, figure):
        rows, columns = self._grid
        pictures = {**self.images, **self.maps}
        checked_images(list(pictures.values()), "images")
        grid = figure.add_gridspec(len(self._heights), columns, height_ratios=self._heights)
        axes = [figure.add_subplot(grid[k // columns, k % columns]) for k in range(self._n_shown)]
        limit = fold_over_signs(np.array([*self.maps.values()], dtype=float))
        for k, (ax, (title, image)) in enumerate(zip(axes, pictures.items(), strict=True)):
            is_map = k >= len(self.images)
            shown = draw_picture(ax, image, title, limit if is_map else None)
        if self.maps:
            bar = figure.colorbar(shown, ax=axes, shrink=0.85, pad=0.02, aspect=24)
            bar.set_label(along(f"{self.name} per pixel", rows * _SIDE))
            bar.outline.set_visible(False)
        if self.values is not None:
            axes.append(self._draw_bars(figure.add_subplot(grid[rows, :])))
        if self.title:
            figure.suptitle(wrapped(self.title, int(self.figure_size[0] * 11), 2))
        return np.array(axes)

    def _draw_bars(self, ax):
        values = np.asarray(self.values, dtype=float)
        if values.shape != (len(self.maps),):
            raise ValueError(
                f"values must be {len(self.maps)}, one per map. Got shape {values.shape} instead."
            )
        signed_bars(ax, values, list(self.maps), 32)
        ax.set_xlabel(label(self.name.capitalize(), 60))
        return ax
