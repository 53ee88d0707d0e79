"""The input that excites a view most: printed, tabulated and drawn beside rows and their mean."""

from dataclasses import dataclass

import numpy as np

from skinterp.display import ContributionsDisplay, ImagePartsDisplay
from skinterp.utils import DIGITS, Result, aligned, digits_within, needed_text, number_text

_WRITTEN = 12  # inputs that are printed
_PART = 0.05  # of a deviation, by which a number shown may be off


@dataclass(frozen=True, eq=False, repr=False)
class ActivationMaximum(Result):
    """The input inside a box at which a view of a network is largest, as far as was found.

    Parameters
    ----------
    x : ndarray of shape (n_features,)
        The best input found, in input units.
    value : float
        The view there.
    points : ndarray of shape (n_points, n_features)
        Where the climbs ended, best first: fewer than asked for if many starts came together.
    values : ndarray of shape (n_points,)
        The view there.
    best_row : int
        The row of the data with the largest value.
    best_row_value : float
        The view there.
    feature_names : tuple of str
        Names of the inputs.
    name : str
        What was maximised.
    row : ndarray of shape (n_features,)
        The best row of the data.
    mean, scale : ndarray of shape (n_features,)
        Means and standard deviations of the data.
    image_shape : tuple of two int or None, default=None
        Height and width, if the inputs are pixels.
    held : ndarray of bool of shape (n_features,) or None, default=None
        Which inputs could not move: levels of categories, and gaps, stay those of the best row.
    """

    x: np.ndarray
    value: float
    points: np.ndarray
    values: np.ndarray
    best_row: int
    best_row_value: float
    feature_names: tuple
    name: str
    row: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    image_shape: tuple | None = None
    held: np.ndarray | None = None

    @property
    def _is_free(self):
        """Which inputs could move."""
        return np.ones(len(self.x), dtype=bool) if self.held is None else ~self.held

    @property
    def from_mean(self):
        """How far each input is from its mean, in standard deviations; nan of a constant one,
        and of one that could not move."""
        return self._deviations(self.mean)

    @property
    def from_row(self):
        """How far each input is from that of the best row, in standard deviations."""
        return self._deviations(self.row)

    def _deviations(self, start):
        moved, known = self.x - start, self.scale > 0.0
        known |= np.abs(moved) <= 1e-9 * np.abs(start)
        moved = np.where(known & self._is_free, moved, np.nan)
        return moved / np.where(self.scale > 0.0, self.scale, 1.0)

    def _columns(self):
        """Return the inputs and the value, one line per climb, best first."""
        return dict(zip(self.feature_names, self.points.T)) | {"value": self.values}

    def display(self, max_features=20):
        """Return the display of the input: as an image, or how far each column moved.

        Parameters
        ----------
        max_features : int, default=20
            How many inputs to show, those farthest from their mean.

        Returns
        -------
        ImagePartsDisplay or ContributionsDisplay
            The display, not drawn yet.
        """
        moved = np.nan_to_num(self.from_mean), np.nan_to_num(self.from_row)
        if self.image_shape is None:
            free = np.flatnonzero(self._is_free)
            moved = [values[free] for values in moved]
            return ContributionsDisplay(
                {"from the mean": moved[0], f"from row {self.best_row}": moved[1]},
                [self.feature_names[j] for j in free],
                strength=np.abs(moved[0]),
                name="Moved, in standard deviations",
                max_features=max_features,
                title=f"what excites most: {self.name}",
            )
        shape = self.image_shape
        images = {"input found": self.x, f"best row, {self.best_row}": self.row}
        maps = {"from the mean": moved[0], f"from row {self.best_row}": moved[1]}
        return ImagePartsDisplay(
            {title: image.reshape(shape) for title, image in images.items()},
            {title: image.reshape(shape) for title, image in maps.items()},
            name="standard deviations moved",
            title=self.headline,
        )

    @property
    def headline(self):
        """The value reached beside that of the best row, as a sentence."""
        return (
            f"{self.name}: {number_text(self.value)} at the best input found, "
            f"{number_text(self.best_row_value)} at row {self.best_row}, the best of the data"
        )

    def __str__(self):
        order = np.argsort(-np.nan_to_num(np.abs(self.from_mean)), kind="stable")
        order = order[self._is_free[order]]
        lines = [self._cells(j) for j in order[:_WRITTEN]]
        head = ["input", "found", f"row {self.best_row}", "moved from it", "from the mean, in sd"]
        rest = len(order) - len(lines)
        more = [] if rest <= 0 else [f"{rest} more inputs, nearer to their mean"]
        more += self._held_line()
        return "\n".join([self.headline, aligned(head, lines), *more])

    def _held_line(self):
        """Return what could not move, in a line if there is any."""
        held = np.flatnonzero(~self._is_free).tolist()
        if not held:
            return []
        texts = [f"{self.feature_names[j]} {number_text(self.x[j])}" for j in held[:_WRITTEN]]
        texts += [f"{len(held) - _WRITTEN} more"] * (len(held) > _WRITTEN)
        return [f"held as in row {self.best_row}: {', '.join(texts)}"]

    def _cells(self, j):
        tolerance = _PART * self.scale[j]
        cells = (
            needed_text(value, DIGITS, digits_within(value, tolerance or np.inf))
            for value in (self.x[j], self.row[j])
        )
        moved = (f"{moved:+.2f}" for moved in (self.from_row[j], self.from_mean[j]))
        return [self.feature_names[j], *cells, *("" if "nan" in text else text for text in moved)]
