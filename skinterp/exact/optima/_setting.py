"""Boxes and outputs of a network that users ask about, in coordinates of the box."""

from dataclasses import dataclass, replace

import numpy as np

from skinterp.base import check_numbers
from skinterp.exact.optima._levels import refuse_impossible_levels
from skinterp.exact.pieces._boxes import Box, checked_box
from skinterp.exact.pieces._piecewise import PiecewiseLinear, piecewise_linear
from skinterp.network import Network, as_network, input_names, output_names, raw_value_names
from skinterp.utils import output_index, signed_output


@dataclass(frozen=True, eq=False)
class Setting:
    """A network in a box.

    Parameters
    ----------
    network : Network
        The network.
    pieces : PiecewiseLinear
        Its layers.
    box : Box
        The box; inputs whose bounds are equal are held.
    names : tuple of str
        Names of the inputs.
    """

    network: Network
    pieces: PiecewiseLinear
    box: Box
    names: tuple

    @classmethod
    def of(cls, model, box, may_be_flat=False):
        """Read a network and the box that a user asks for, in which an input must vary or may."""
        network = as_network(model)
        names = input_names(network)
        pieces = piecewise_linear(network)
        bounds = checked_box(box, names=names, flat=True)
        if not bounds.is_finite:
            raise ValueError(f"box must be finite. Got {box!r} instead.")
        varying = np.flatnonzero(bounds.lower < bounds.upper)
        if not varying.size and not may_be_flat:
            raise ValueError(
                "An input must vary in box. Got equal bounds for all of them instead."
            )
        check_numbers(network, varying, "Inputs that vary in a box")
        refuse_impossible_levels(network, bounds)
        return cls(network, pieces, bounds, names)

    @property
    def moving(self):
        """Which inputs are not held, (d,)."""
        return self.box.lower < self.box.upper

    @property
    def middle(self):
        """The middle of the box, (d,)."""
        return 0.5 * (self.box.lower + self.box.upper)

    @property
    def half(self):
        """Half the width of the box along the inputs that are not held, (n_moving,)."""
        return 0.5 * (self.box.upper - self.box.lower)[self.moving]

    def functions(self, C):
        """Return the network of the functions ``C @ outputs`` of the coordinates.

        Parameters
        ----------
        C : ndarray of shape (n_functions, n_outputs)
            The functions.

        Returns
        -------
        PiecewiseLinear
            The network of as many inputs as are not held; the box is [-1, 1] of each.
        """
        W, b = self.pieces.weights[-1] @ C.T, self.pieces.biases[-1] @ C.T
        weights, biases = (*self.pieces.weights[:-1], W), (*self.pieces.biases[:-1], b)
        directions = np.zeros((len(self.half), len(self.middle)))
        directions[:, self.moving] = np.diag(self.half)
        pieces = replace(self.pieces, weights=weights, biases=biases)
        return pieces.on_plane(self.middle, directions)

    def inputs(self, u):
        """Return points (n, n_moving) of the coordinates as inputs (n, d) in the box."""
        X = np.tile(self.middle, (len(u), 1))
        X[:, self.moving] += u * self.half
        return np.clip(X, *self.box)

    def at(self, row):
        """Return the setting with the inputs that are held at those of a row."""
        lower, upper = (np.where(self.moving, side, row) for side in self.box)
        return replace(self, box=Box(lower, upper))

    def within(self, lower, upper):
        """Return the setting of the part of the box within bounds."""
        box = Box(np.maximum(self.box.lower, lower), np.minimum(self.box.upper, upper))
        return replace(self, box=box)


def chosen_output(network, output):
    """Return the function of the outputs that a user chose, and its name.

    Parameters
    ----------
    network : Network
        The network.
    output : object
        A label of a class or output, or an index of a raw value; None is the only one. The first
        of two classes is the only raw value with the sign turned.

    Returns
    -------
    weights : ndarray of shape (n_outputs,)
        The function ``outputs @ weights``.
    name : str
        What it is called.
    """
    if network.task == "binary" and output is not None:
        first, *second = network.classes.tolist()
        _, sign, label = signed_output(output, second, first)
        return np.array([sign]), f"logit of {label}"
    k = output_index(output, output_names(network))
    return np.eye(network.n_outputs)[k], raw_value_names(network)[k]


def refuse_no_classes(network, purpose):
    """Refuse a network without classes.

    Parameters
    ----------
    network : Network
        The network.
    purpose : str
        What needs classes.
    """
    if network.task not in ("binary", "multiclass"):
        raise ValueError(
            f"{purpose} needs a classifier. Got a network for {network.task} instead; "
            "extreme_output bounds its values."
        )


def beaten_by(network, k, others):
    """Return the functions ``C @ outputs`` that are negative where a class beats others.

    Parameters
    ----------
    network : Network
        A classifier.
    k : int
        The class.
    others : sequence of int
        The others.

    Returns
    -------
    ndarray of shape (n_others, n_outputs)
        The functions C.
    """
    if network.task == "binary":
        return np.array([[1.0 if k == 0 else -1.0]])
    identity = np.eye(network.n_outputs)
    return identity[list(others)] - identity[k]


def ended(minimum, tolerance):
    """Return what says that a minimum is not proven, one text or none.

    Parameters
    ----------
    minimum : Minimum
        The minimum.
    tolerance : float
        Relative difference of value and bound.

    Returns
    -------
    tuple of str
        The text.
    """
    if minimum.is_near(minimum.bound, tolerance):
        return ()
    how = minimum.stopped or "ended where the solver did"
    return (f"The search {how} after {minimum.n_boxes} boxes, before the bound was proven.",)
