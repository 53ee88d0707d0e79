"""Inputs that excite a class or a unit most."""

from numbers import Real

import numpy as np
from scipy.sparse import eye_array
from sklearn.utils import check_random_state

from skinterp.base import is_held
from skinterp.hidden._activation_maximum import ActivationMaximum
from skinterp.hidden._climb import Objective, before_activation, climbed
from skinterp.hidden._pixels import checked_image, differences
from skinterp.network import ScalarView, as_network, input_names
from skinterp.sampling import feature_scale
from skinterp.utils import checked_count


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
    if np.isnan([lower, upper]).any():
        raise ValueError(f"box must hold numbers. Got {box!r} instead.")
    if (lower > upper).any():
        raise ValueError("The lower bounds of box must not be above the upper ones.")
    return lower, upper


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

    Maximises ``view(x) - smoothness * R(z)`` over ``z = (x - mean) / deviation``, with R half the
    sum of squares of z, or, of images, of the differences of pixels that touch. At least a hundred
    starts, rows and points all over the box, are climbed a few steps by the signs of the slopes;
    the best go on by projected quasi-Newton steps (L-BFGS-B). The answer is a local maximum, the
    largest found: exact for the units of the first layer, not proven to be the largest for others.

    Parameters
    ----------
    view : ScalarView or Network of one output
        What to maximise: ``network.unit(layer, j)``, ``network.margin(k)``, ``network.output(k)``.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows: they give the box, the scale, and half of the starts.
    box : None or (lower, upper), default=None
        Bounds, numbers or arrays of shape (n_features,); None is the range of X.
    smoothness : float, default=0.0
        Price of roughness, in units of the view. With 0, and a view without a maximum inside, the
        answer lies in a corner of the box.
    image_shape : tuple of two int or None, default=None
        Height and width, if the inputs are pixels.
    n_restarts : int, default=10
        How many different starts, the best, are climbed to the end.
    n_iterations : int, default=200
        Largest number of quasi-Newton steps from each.
    random_state : int, RandomState instance or None, default=0
        Seeds the starts.

    Returns
    -------
    ActivationMaximum
        The best input, the value reached, and where all climbs ended.

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

    Of a table with categories only the numbers climb: levels and gaps stay those of the row of X
    that excites the view most. To look at another level pass the rows that have it.

    Of a unit whose activation always rises, what goes into the activation is climbed (unless there
    is a price on roughness): it is largest at the same inputs, and has slopes where the unit is
    off or saturated.

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
    if not isinstance(smoothness, Real) or not smoothness >= 0:
        raise ValueError(f"smoothness must not be negative. Got {smoothness!r} instead.")
    checked_count(n_restarts, "n_restarts", 1)
    checked_count(n_iterations, "n_iterations", 1)
    view = as_network(view)
    if view.n_outputs != 1:
        raise ValueError(
            f"view must have one output. Got {view!r} with {view.n_outputs} instead: take "
            "network.output(k), network.margin(k) or network.unit(layer, j)."
        )
    view = view if isinstance(view, ScalarView) else view.output()
    rows = view.check(X)
    mean, scale = rows.mean(axis=0), feature_scale(rows, constant=1.0)
    shape = None if image_shape is None else checked_image(image_shape, len(mean))
    # of size, or else of differences of pixels that touch
    penalty = eye_array(len(mean)) if shape is None else differences(shape)
    climbed_view = view if smoothness else before_activation(view)
    objective = Objective(climbed_view, mean, scale, smoothness, penalty)
    rng = check_random_state(random_state)
    at_rows = view.value(rows)
    best = int(at_rows.argmax())
    held = is_held(view, rows[[best]])[0]  # no half categories, no gaps with a number
    bounds = np.where(held, rows[best], _box(box, rows))
    points = climbed(objective, rows, bounds, n_restarts, n_iterations, rng)
    values = view.value(points)
    return ActivationMaximum(
        x=points[0],
        value=float(values[0]),
        points=points,
        values=values,
        best_row=best,
        best_row_value=float(at_rows[best]),
        feature_names=input_names(view, X),
        name=view.name,
        row=rows[best],
        mean=mean,
        scale=feature_scale(rows),
        image_shape=shape,
        held=held,
    )
