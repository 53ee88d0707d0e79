"""Inputs that are pixels of images."""

from numbers import Integral

import numpy as np
from scipy.sparse import diags_array, eye_array, kron

from skinterp.network import checked_row


def checked_image(image_shape, n_features, name="image_shape"):
    """Return the shape of images, refusing one that does not match.

    Parameters
    ----------
    image_shape : tuple of two int
        Height and width.
    n_features : int
        Number of inputs.
    name : str, default="image_shape"
        What it is called, for the error.

    Returns
    -------
    tuple of two int
        The shape.

    Raises
    ------
    ValueError
        If it is no pair, or has another number of pixels.
    """
    height, width = checked_pair(image_shape, name)
    if height * width != n_features:
        raise ValueError(
            f"{name} must have {n_features} pixels, one per input. "
            f"Got {height} x {width} = {height * width} instead."
        )
    return height, width


def checked_pair(image_shape, name="image_shape"):
    """Return height and width.

    Parameters
    ----------
    image_shape : tuple of two int
        Height and width.
    name : str, default="image_shape"
        What it is called, for the error.

    Returns
    -------
    tuple of two int
        The shape.

    Raises
    ------
    ValueError
        If it is no pair of positive integers.
    """
    shape = tuple(image_shape) if isinstance(image_shape, (tuple, list, np.ndarray)) else ()
    counts = [isinstance(n, Integral) and not isinstance(n, bool) and n > 0 for n in shape]
    if counts != [True, True]:
        raise ValueError(
            f"{name} must be a pair of integers (height, width). Got {image_shape!r} instead."
        )
    height, width = shape
    return int(height), int(width)


def differences(image_shape):
    """Return the matrix L with ``z' L z`` the squared differences of pixels that touch.

    Parameters
    ----------
    image_shape : tuple of two int
        Height and width.

    Returns
    -------
    sparse array of shape (n_pixels, n_pixels)
        The matrix, the Laplacian of the grid.
    """
    height, width = image_shape
    return (kron(_path(height), eye_array(width)) + kron(eye_array(height), _path(width))).tocsr()


def _path(n):
    step = diags_array([-np.ones(n), np.ones(n - 1)], offsets=[0, 1], shape=(n - 1, n))
    return step.T @ step


def one_image(network, x, image_shape, name="image_shape"):
    """Return the pixels of one image as a row, and the shape of images.

    Parameters
    ----------
    network : Network
        A network whose inputs are pixels.
    x : array-like, Series or data frame of one row
        The image, as a row or in its shape.
    image_shape : tuple of two int
        Height and width.
    name : str, default="image_shape"
        What it is called, for the error.

    Returns
    -------
    row : ndarray of shape (1, n_features)
        The pixels.
    shape : tuple of two int
        Height and width.

    Raises
    ------
    ValueError
        If it is not one image of numbers, or has other pixels than the network.
    """
    shape = checked_pair(image_shape, name)
    if not hasattr(x, "columns") and np.shape(x) == shape:
        x = np.ravel(x)
    row = checked_row(network, x)
    return row[np.newaxis], checked_image(shape, len(row), name)
