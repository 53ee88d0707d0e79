"""Units of networks that look at images: what goes in, and the rows that excite them."""

from typing import NamedTuple

import numpy as np

from skinterp.display import UnitGalleryDisplay
from skinterp.utils import number_text


class UnitImages(NamedTuple):
    """Images of one unit.

    Parameters
    ----------
    weights : ndarray of shape (height, width)
        Its weights by the pixels, or mean slopes where it reads them through other units.
    weight_name : str
        Which of both.
    rows : ndarray of shape (n_rows, height, width)
        The rows that excite it most, the most exciting first; nan of a dead unit, which none
        excites.
    """

    weights: np.ndarray
    weight_name: str
    rows: np.ndarray


def images_of(location, weights, slopes, rows, activity, shape):
    """Return the images of a unit.

    Parameters
    ----------
    location : UnitLocation
        The unit.
    weights, slopes : ndarray
        Weights of what it reads, and its mean slopes by the pixels.
    rows : ndarray of shape (n_samples, n_features)
        Rows.
    activity : UnitActivity
        The unit on these.
    shape : tuple of two int
        Height and width.

    Returns
    -------
    UnitImages
        The images.
    """
    reads_pixels = location.layer == 0
    return UnitImages(
        (weights if reads_pixels else slopes).reshape(shape),
        "weights" if reads_pixels else "mean slopes",
        np.full((len(activity.top_rows), *shape), np.nan)
        if activity.is_dead
        else rows[activity.top_rows].reshape(-1, *shape),
    )


def _row_names(activity):
    """Return what stands above the rows that excite a unit; of a dead one once, that it is."""
    if activity.is_dead:
        return ["dead", *[""] * (len(activity.top_rows) - 1)]
    return [f"row {row}: {number_text(activity.values[row], 3)}" for row in activity.top_rows]


def gallery_display(images, activities, names, title="", classes=None):
    """Return the display of several units, a row each.

    Parameters
    ----------
    images : sequence of UnitImages
        The images of each unit.
    activities : sequence of UnitActivity
        The units on the same rows.
    names : sequence of str
        What the units are called.
    title : str, default=""
        What stands above.
    classes : sequence or None, default=None
        All classes, in the order of their colours.

    Returns
    -------
    UnitGalleryDisplay
        The display, not drawn yet.
    """
    return UnitGalleryDisplay(
        np.array([image.weights for image in images]),
        np.array([image.rows for image in images]),
        np.array([activity.values for activity in activities]),
        activities[0].labels,
        names=names,
        row_names=[_row_names(activity) for activity in activities],
        weight_name=images[0].weight_name,
        title=title,
        classes=classes,
    )
