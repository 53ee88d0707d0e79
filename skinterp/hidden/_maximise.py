"""Inputs that excite a class or a unit most."""

from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np
from scipy.optimize import minimize
from sklearn.utils import check_random_state

from skinterp.network import ScalarView, as_network, checked_rows, input_names
from skinterp.sampling import feature_scale
from skinterp.utils import import_optional


@dataclass(frozen=True, eq=False)
class ActivationMaximum:
    """The input inside a box at which a view of a network is largest.

    Parameters
    ----------
    x : ndarray of shape (n_features,)
        The best input found, in input units.
    value : float
        The view there.
    points : ndarray of shape (n_restarts, n_features)
        Where each restart ended, best first.
    values : ndarray of shape (n_restarts,)
        The view there.
    best_row : int
        The row of the data with the largest value.
    best_row_value : float
        The view there.
    feature_names : tuple of str
        Names of the inputs.
    name : str
        What was maximised.
    """

    x: np.ndarray
    value: float
    points: np.ndarray
    values: np.ndarray
    best_row: int
    best_row_value: float
    feature_names: tuple
    name: str

    def to_frame(self):
        """Return the inputs as a table, one line per restart, best first.

        Returns
        -------
        pandas.DataFrame
            Inputs and value.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        pandas = import_optional("pandas", extra="plot", purpose="to_frame")
        return pandas.DataFrame(self.points, columns=self.feature_names).assign(value=self.values)

    def __str__(self):
        return (
            f"{self.name}: {self.value:.4g} at the best of {len(self.values)} starts, "
            f"{self.best_row_value:.4g} at row {self.best_row}, the best of the data"
        )


def neighbours(image_shape):
    """Return the pairs of pixels that touch.

    Parameters
    ----------
    image_shape : tuple of two int
        Height and width.

    Returns
    -------
    ndarray of int of shape (n_pairs, 2)
        Indices of pixels.
    """
    index = np.arange(image_shape[0] * image_shape[1]).reshape(image_shape)
    across = np.stack([index[:, :-1].ravel(), index[:, 1:].ravel()], axis=1)
    down = np.stack([index[:-1].ravel(), index[1:].ravel()], axis=1)
    return np.concatenate([across, down])


def _roughness(z, pairs):
    """Return what is penalised, and its gradient: size, or differences of neighbours."""
    if pairs is None:
        return 0.5 * float(z @ z), z
    difference = z[pairs[:, 0]] - z[pairs[:, 1]]
    gradient = np.zeros_like(z)
    np.add.at(gradient, pairs[:, 0], difference)
    np.add.at(gradient, pairs[:, 1], -difference)
    return 0.5 * float(difference @ difference), gradient


def _box(box, rows):
    if box is None:
        return rows.min(axis=0), rows.max(axis=0)
    try:
        lower, upper = (np.broadcast_to(np.asarray(b, float), rows.shape[1]) for b in box)
    except (TypeError, ValueError):
        raise ValueError(
            f"box must be None or a pair (lower, upper) of numbers or of arrays of shape "
            f"({rows.shape[1]},). Got {box!r} instead."
        ) from None
    if not (lower <= upper).all():
        raise ValueError("The lower bounds of box must not be above the upper ones.")
    return lower, upper


def _check(smoothness, **counts):
    if not isinstance(smoothness, Real) or not smoothness >= 0:
        raise ValueError(f"smoothness must not be negative. Got {smoothness!r} instead.")
    for name, value in counts.items():
        if not isinstance(value, Integral) or value < 1:
            raise ValueError(f"{name} must be an integer of at least 1. Got {value!r} instead.")


def maximise_activation(
    view,
    X,
    *,
    box=None,
    smoothness=0.0,
    image_shape=None,
    n_restarts=10,
    n_iterations=200,
    random_state=0,
):
    """Find the input inside a box at which a class or a unit is excited most.

    Maximises ``view(x) - smoothness * R(z)`` by projected quasi-Newton steps (L-BFGS-B) on
    ``z = (x - mean) / deviation``, with R half the sum of squares of z, or, of images, of the
    differences of pixels that touch.

    Parameters
    ----------
    view : ScalarView or Network of one output
        What to maximise: ``network.unit(layer, j)``, ``network.margin(k)``, ``network.output(k)``.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows: they give the box, the scale, and the first starts.
    box : None or (lower, upper), default=None
        Bounds, numbers or arrays of shape (n_features,); None is the range of X.
    smoothness : float, default=0.0
        Price of roughness, in units of the view. With 0, and a view without a maximum inside, the
        answer lies in a corner of the box.
    image_shape : tuple of two int or None, default=None
        Height and width, if the inputs are pixels.
    n_restarts : int, default=10
        Starts: the half of them rows with the largest values, the others random rows.
    n_iterations : int, default=200
        Largest number of steps from each.
    random_state : int, RandomState instance or None, default=0
        Draws starts.

    Returns
    -------
    ActivationMaximum
        The best input, the value reached, and all restarts.

    Raises
    ------
    ValueError
        If the view has several outputs, X does not fit it, the box is empty, or the image shape
        does not match.

    Notes
    -----
    Such inputs are synthetic: no row need be like them, and networks are often most excited by
    what they have never seen. They show what a unit *responds to*, not what it is for. Compare
    with the rows that excite it most.

    References
    ----------
    D. Erhan, Y. Bengio, A. Courville and P. Vincent, "Visualizing higher-layer features of a deep
    network", 2009.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.hidden import maximise_activation
    >>> from skinterp.network import as_network
    >>> network = as_network(([[[1.0], [-2.0]]], [[0.0]], ["identity"]))
    >>> X = np.random.default_rng(0).uniform(-1, 1, size=(100, 2))
    >>> found = maximise_activation(network, X, box=(-1, 1))
    >>> found.x, found.value
    (array([ 1., -1.]), 3.0)
    """
    _check(smoothness, n_restarts=n_restarts, n_iterations=n_iterations)
    view = as_network(view)
    if view.n_outputs != 1:
        raise ValueError(
            f"view must have one output. Got {view!r} with {view.n_outputs} instead: take "
            "network.output(k), network.margin(k) or network.unit(layer, j)."
        )
    view = view if isinstance(view, ScalarView) else view.output()
    rows = checked_rows(view, X)
    pairs = None if image_shape is None else neighbours(checked_image(image_shape, rows.shape[1]))
    lower, upper = _box(box, rows)
    deviation, mean = feature_scale(rows), rows.mean(axis=0)
    scale = np.where(deviation > 0, deviation, 1.0)
    bounds = np.column_stack([(lower - mean) / scale, (upper - mean) / scale])

    def loss(z):
        value, gradient = view.value_and_gradient((mean + z * scale)[np.newaxis])
        rough, slope = _roughness(z, pairs)
        return smoothness * rough - value[0], smoothness * slope - gradient[0] * scale

    at_rows = view.value(rows)
    starts = _starts(at_rows, n_restarts, check_random_state(random_state))
    found = []
    for row in starts:
        start = np.clip((rows[row] - mean) / scale, *bounds.T)
        result = minimize(loss, start, jac=True, bounds=bounds, options={"maxiter": n_iterations})
        found.append((result.fun, result.x))
    order = np.argsort([value for value, _ in found], kind="stable")
    points = np.clip(mean + np.array([found[k][1] for k in order]) * scale, lower, upper)
    values = view.value(points)
    best = int(at_rows.argmax())
    names = input_names(view, X)
    return ActivationMaximum(
        points[0], float(values[0]), points, values, best, float(at_rows[best]), names, view.name
    )


def _starts(values, n_restarts, rng):
    """Return rows to start from: the best ones, and others at random."""
    best = np.argsort(-values, kind="stable")[: (n_restarts + 1) // 2]
    others = rng.randint(len(values), size=n_restarts - len(best))
    return np.concatenate([best, others])


def checked_image(image_shape, n_features):
    """Return the shape of images, refusing one that does not match.

    Parameters
    ----------
    image_shape : tuple of two int
        Height and width.
    n_features : int
        Number of inputs.

    Returns
    -------
    tuple of two int
        The shape.

    Raises
    ------
    ValueError
        If it is no pair, or has another number of pixels.
    """
    shape = tuple(np.atleast_1d(image_shape).tolist())
    if len(shape) != 2 or any(not isinstance(n, int) or n < 1 for n in shape):
        raise ValueError(f"image_shape must be a pair (height, width). Got {image_shape!r}.")
    if shape[0] * shape[1] != n_features:
        raise ValueError(
            f"image_shape must have {n_features} pixels, one per input. "
            f"Got {shape[0]} x {shape[1]} = {shape[0] * shape[1]} instead."
        )
    return shape
