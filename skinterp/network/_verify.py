"""Checking a network that was read from a foreign model against that model."""

import numpy as np

N_POINTS = 64
MOST_ROUNDING = 1e-3  # what the rounding of inputs far from 0 may add


def _answers(network, X):
    return network.predict(X) if network.task == "regression" else network.predict_proba(X)


def _rounding(network, X, found):
    """Return how far the last digits of all inputs together move the outputs."""
    with np.errstate(all="ignore"):
        moved = np.abs(_answers(network, np.nextafter(X, np.inf)) - found)
    return X.shape[1] * moved[np.isfinite(moved)].max(initial=0.0)


def verify(network, X, expected, name, tolerance=1e-6):
    """Compare a network's outputs with those of the model it was read from.

    Parameters
    ----------
    network : Network
        The network read.
    X : ndarray of shape (n_samples, n_features)
        The points.
    expected : ndarray of shape (n_samples,) or (n_samples, n_columns)
        The model's probabilities (classifiers) or predictions (regressors).
    name : str
        The model's name, for the message.
    tolerance : float, default=1e-6
        The largest difference allowed, relative to the largest expected output;
        1e-4 suits models that calculate in float32. Where the rounding of inputs far from 0
        alone changes more, that is allowed, up to 1e-3.

    Raises
    ------
    RuntimeError
        If they differ.
    """
    found = _answers(network, X)
    expected = np.asarray(expected, dtype=np.float64).reshape(found.shape)
    finite = np.isfinite(expected)
    size = max(1.0, np.abs(expected[finite]).max(initial=0.0))
    error = np.abs(found - expected)[finite].max(initial=0.0)
    allowed = tolerance * size
    if error > allowed:
        allowed = max(allowed, min(MOST_ROUNDING * size, _rounding(network, X, found)))
    if not (error <= allowed and np.array_equal(finite, np.isfinite(found))):
        raise RuntimeError(
            f"The network read from {name} differs from the model's own outputs by up to "
            f"{error:.3g} at random points (allowed: {allowed:.3g}), so it would explain "
            "something else. Pass a callable X -> values instead."
        )
