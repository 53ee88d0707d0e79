"""The units of a network that looks at images, a row each: weights, exciting rows, classes."""

from dataclasses import dataclass

import numpy as np

from skinterp.hidden._labels import colour_order, row_labels
from skinterp.hidden._pixels import checked_image
from skinterp.hidden._top_units import class_index, margin_of, top_units
from skinterp.hidden._unit_activity import activity_of
from skinterp.hidden._unit_images import gallery_display, images_of
from skinterp.hidden._unit_location import locate_unit
from skinterp.network import DenseNetwork, as_network, dense_of
from skinterp.utils import Result, aligned, checked_count, number_text
from skinterp.utils._which_rows import NEW

_N_UNITS = 6


@dataclass(frozen=True, eq=False, repr=False)
class UnitGallery(Result):
    """Units of a layer as images, with the rows and the classes that excite them.

    Parameters
    ----------
    units : ndarray of int of shape (n_units,)
        Indices in the layer.
    layer : int
        Index of the hidden layer.
    influence : ndarray of shape (n_units,)
        What the units are ordered by: what each adds to the margin of a class, or else how far it
        moves the outputs.
    images : tuple of UnitImages
        Weights and exciting rows of each.
    activities : tuple of UnitActivity
        Values, rows and classes of each.
    ordered_by : str
        What the influence is.
    classes : sequence or None, default=None
        All classes, in the order of their colours.
    """

    units: np.ndarray
    layer: int
    influence: np.ndarray
    images: tuple
    activities: tuple
    ordered_by: str
    classes: object = None
    _index = "unit"

    def _columns(self):
        """Return one line per unit."""
        return {
            "unit": self.units,
            "influence": self.influence,
            "preferred_class": [activity.preferred_class for activity in self.activities],
            "selectivity": [activity.selectivity for activity in self.activities],
            "top_row": [
                None if activity.is_dead else int(activity.top_rows[0])
                for activity in self.activities
            ],
            "largest": [float(activity.values.max()) for activity in self.activities],
            "is_dead": [activity.is_dead for activity in self.activities],
        }

    def display(self):
        """Return the display of the units.

        Returns
        -------
        UnitGalleryDisplay
            The display, not drawn yet.
        """
        names = [f"unit {j}" for j in self.units]
        title = f"units of hidden layer {self.layer}, by {self.ordered_by}"
        return gallery_display(self.images, self.activities, names, title, self.classes)

    def __str__(self):
        lines = []
        for unit, influence, label, selectivity, row, largest, is_dead in zip(
            *self._columns().values(), strict=True
        ):
            tells = "" if label is None else f"{label} ({number_text(selectivity, 2)})"
            tells, row = ("dead", "none") if is_dead else (tells, str(row))
            numbers = number_text(influence, 3), tells, row, number_text(largest, 3)
            lines.append([f"unit {unit}", *numbers])
        head = ["unit", "influence", "prefers class (selectivity)", "top row", "its value"]
        title = f"units of hidden layer {self.layer}, by {self.ordered_by}"
        return f"{title}; on {NEW}:\n{aligned(head, lines, left=(0, 2))}"


def unit_gallery(
    network, X, image_shape=(8, 8), n_units=None, *, layer=-1, label=None, y=None, n_rows=5
):
    """Show the units that matter most in a network that looks at images.

    Parameters
    ----------
    network : estimator, Network or tuple
        A network with hidden layers whose inputs are pixels.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows.
    image_shape : tuple of two int, default=(8, 8)
        Height and width.
    n_units : int or None, default=None
        How many units; None is 6, or all of a smaller layer.
    layer : int, default=-1
        Index of the hidden layer; negative counts from the last one.
    label : object or None, default=None
        The class whose units to show, as `top_units` orders them; None orders units by how far
        they move the outputs: the deviation of the activation on the rows, times the root mean
        square of the slopes of the outputs by it (of logits less their mean over the classes).
    y : array-like of shape (n_samples,) or None, default=None
        Classes of the rows; None is the network's own answers.
    n_rows : int, default=5
        How many of the most exciting rows to show.

    Returns
    -------
    UnitGallery
        The units; `plot()` draws a row for each.

    Raises
    ------
    ValueError
        If the image shape does not match, there is no such layer, class or number of units, or y
        is not a class per row.

    See Also
    --------
    unit_report : One unit in words and numbers.
    explain_image : One image by the units.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.neural_network import MLPClassifier
    >>> from skinterp.hidden import unit_gallery
    >>> X, y = load_digits(n_class=3, return_X_y=True)
    >>> network = MLPClassifier((8,), max_iter=500, random_state=0).fit(X, y)
    >>> gallery = unit_gallery(network, X, (8, 8), n_units=2, y=y)
    >>> gallery.plot().axes_.shape
    (2, 7)
    """
    network = as_network(network)
    dense, rows = dense_of(network, "unit_gallery"), network.check(X)
    shape, labels = checked_image(image_shape, rows.shape[1]), row_labels(network, rows, y)
    n_rows = min(checked_count(n_rows, "n_rows", 1), len(rows))
    index = len(dense.up_to(layer).layers) - 1
    n_there = len(dense.layers[index].bias)
    n_units = min(_N_UNITS, n_there) if n_units is None else n_units
    checked_count(n_units, "n_units", 1, n_there)
    k = None if label is None else class_index(network, label, "label")
    if label is None:
        influence, ordered_by = _influence(network, dense, rows, index), "how far outputs move"
        units = np.argsort(-influence, kind="stable")[:n_units]
        influence = influence[units]
    else:
        best = top_units(network, rows, label, layer=index, n_units=n_units)
        units, influence = best.units, best.margin_contribution
        ordered_by = f"what they add to the {margin_of(network, k).name}"
    found = [_of_unit(dense, rows, labels, index, int(j), n_rows, shape) for j in units]
    images, activities = zip(*found, strict=True)
    classes = colour_order(network, labels)
    return UnitGallery(units, index, influence, images, activities, ordered_by, classes)


def _of_unit(dense, rows, labels, layer, j, n_rows, shape):
    location = locate_unit(dense, dense.n_hidden, layer, j)
    values, slopes = location.view.value_and_gradient(rows)
    activity = activity_of(values, labels, n_rows)
    weights = dense.layers[layer].weights[:, j]
    return images_of(location, weights, slopes.mean(axis=0), rows, activity, shape), activity


def _influence(network, dense, rows, layer):
    """Return how far each unit of a layer moves the outputs, by its deviation and their slopes."""
    activations = dense.hidden_activations(rows, layer)
    slopes = DenseNetwork(dense.layers[layer + 1 :]).jacobian(activations)
    if network.task == "multiclass":
        slopes = slopes - slopes.mean(axis=1, keepdims=True)
    return activations.std(axis=0) * np.sqrt((slopes**2).sum(axis=1).mean(axis=0))
