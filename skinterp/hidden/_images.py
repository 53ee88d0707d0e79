"""Units of networks that look at images, as images."""

import numpy as np

from skinterp.hidden._pixels import checked_image, one_image
from skinterp.hidden._top_units import (
    answered_index,
    class_index,
    margin_of,
    rows_of_class,
    top_units,
)
from skinterp.network import as_network, dense_of


def _checked_units(units, n_units):
    """Return the indices of units, all of them by default."""
    indices = np.arange(n_units) if units is None else np.asarray(units)
    are_indices = indices.ndim == 1 and indices.dtype.kind in "iu"
    if not are_indices or not ((indices >= 0) & (indices < n_units)).all():
        raise ValueError(
            f"units must be a sequence of indices from 0 to {n_units - 1}. Got {units!r} instead."
        )
    return indices


def weight_images(network, image_shape, *, layer=0, units=None, X=None):
    """Return the weights or mean slopes of units by the pixels, as images.

    Of the first hidden layer these are the weights; of later ones the mean derivatives of the
    units' inputs by the pixels, on rows.

    Parameters
    ----------
    network : estimator, Network or tuple
        A network with hidden layers whose inputs are pixels.
    image_shape : tuple of two int
        Height and width.
    layer : int, default=0
        Index of the hidden layer; negative counts from the last one.
    units : sequence of int or None, default=None
        Which units; None is all.
    X : array-like of shape (n_samples, n_features) or None, default=None
        Rows; needed for later layers.

    Returns
    -------
    ndarray of shape (n_units, height, width)
        The images.

    Raises
    ------
    ValueError
        If the image shape does not match, there is no such layer or unit, or rows are missing.

    Examples
    --------
    >>> from skinterp.hidden import weight_images
    >>> first = [[1.0], [2.0], [3.0], [4.0]]
    >>> weight_images(([first, [[1.0]]], [[0.0], [0.0]], ["relu", "identity"]), (2, 2))[0]
    array([[1., 2.],
           [3., 4.]])
    """
    network = as_network(network)
    dense = dense_of(network, "weight_images")
    shape = checked_image(image_shape, network.n_features_in)
    index = len(dense.up_to(layer).layers) - 1
    if index and X is None:
        raise ValueError(
            f"X must be given for layer {layer}, whose units look at pixels through other units."
        )
    rows, slopes = None if X is None else network.check(X), dense.layers[0].weights
    if index:
        slopes = dense.up_to(index, before_activation=True).jacobian(rows).mean(axis=0).T
    return slopes[:, _checked_units(units, slopes.shape[1])].T.reshape(-1, *shape)


def weight_times_input(network, x, image_shape, *, units=None):
    """Return the contributions of the pixels of one image to the inputs of first-layer units.

    Parameters
    ----------
    network : estimator, Network or tuple
        A network with hidden layers whose inputs are pixels.
    x : array-like of shape (n_features,) or of the shape of the image
        The image; a Series or a data frame of one row is checked by its names.
    image_shape : tuple of two int
        Height and width.
    units : sequence of int or None, default=None
        Which units; None is all.

    Returns
    -------
    ndarray of shape (n_units, height, width)
        Weights times pixels; with the bias they add up to the unit's input.

    Raises
    ------
    ValueError
        If the image shape does not match, x is not one image, or there is no such unit.

    Examples
    --------
    >>> from skinterp.hidden import weight_times_input
    >>> network = ([[[1.0], [2.0]], [[1.0]]], [[0.0], [0.0]], ["relu", "identity"])
    >>> weight_times_input(network, [3.0, 4.0], (1, 2))[0]
    array([[3., 8.]])
    """
    network = as_network(network)
    row, shape = one_image(network, x, image_shape)
    return weight_images(network, shape, units=units) * row.reshape(shape)


def saliency_image(network, x, image_shape, *, output=None):
    """Return the slopes of one prediction by the pixels.

    Parameters
    ----------
    network : estimator, Network, tuple or callable
        A network whose inputs are pixels.
    x : array-like of shape (n_features,) or of the shape of the image
        The image; a Series or a data frame of one row is checked by its names.
    image_shape : tuple of two int
        Height and width.
    output : object or None, default=None
        A class label, or the index of an output; None is the predicted class
        (of several labels the most probable one), or output 0.

    Returns
    -------
    ndarray of shape (height, width)
        Derivatives of the log-odds of the class against all others, signed.

    Raises
    ------
    ValueError
        If the image shape does not match, x is not one image, or there is no such output.

    References
    ----------
    K. Simonyan, A. Vedaldi and A. Zisserman, "Deep inside convolutional networks", arXiv
    1312.6034.

    Examples
    --------
    >>> from skinterp.hidden import saliency_image
    >>> saliency_image(([[[1.0], [-2.0]]], [[0.0]], ["identity"]), [3.0, 4.0], (1, 2))
    array([[ 1., -2.]])
    """
    network = as_network(network)
    row, shape = one_image(network, x, image_shape)
    k = answered_index(network, row) if output is None else class_index(network, output)
    return margin_of(network, k).gradient(row)[0].reshape(shape)


def class_template(network, X, output, image_shape, *, layer=0, n_units=None):
    """Return the image of a class, as its top units see it.

    ``sum_j w_j * image_j`` over the top units of the class, with w_j the mean derivative of the
    class's logit by the unit on rows of the class, and image_j the mean derivative of the unit's
    activation by the pixels on these rows.

    Parameters
    ----------
    network : estimator, Network or tuple
        A network with hidden layers whose inputs are pixels.
    X : array-like of shape (n_samples, n_features)
        Rows.
    output : object
        A class label; the index of an output of a regression.
    image_shape : tuple of two int
        Height and width.
    layer : int, default=0
        Index of the hidden layer; negative counts from the last one.
    n_units : int or None, default=None
        How many units; None is 5, or all of a smaller layer.

    Returns
    -------
    ndarray of shape (height, width)
        The template; positive where pixels speak for the class.

    Raises
    ------
    ValueError
        If the image shape does not match, or there is no such output, layer or number of units.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.neural_network import MLPClassifier
    >>> from skinterp.hidden import class_template
    >>> X, y = load_digits(n_class=2, return_X_y=True)
    >>> network = MLPClassifier((8,), max_iter=500, random_state=0).fit(X, y)
    >>> class_template(network, X, 1, (8, 8), n_units=3).shape
    (8, 8)
    """
    network = as_network(network)
    dense, rows = dense_of(network, "class_template"), network.check(X)
    shape = checked_image(image_shape, rows.shape[1])
    best = top_units(network, rows, output, layer=layer, n_units=n_units)
    mine = rows[rows_of_class(network, rows, class_index(network, output))]
    slopes = dense.up_to(best.layer).jacobian(mine).mean(axis=0)
    return (best.weights @ slopes[best.units]).reshape(shape)
