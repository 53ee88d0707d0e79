"""Checking a network that was read from a foreign model against that model."""

import numpy as np

N_POINTS = 64


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
        1e-4 suits models that calculate in float32.

    Raises
    ------
    RuntimeError
        If they differ.
    """
    found = network.predict(X) if network.task == "regression" else network.predict_proba(X)
    expected = np.asarray(expected, dtype=np.float64).reshape(found.shape)
    finite = np.isfinite(expected)
    allowed = tolerance * max(1.0, np.abs(expected[finite]).max(initial=0.0))
    error = np.abs(found - expected)[finite].max(initial=0.0)
    if not (error <= allowed and np.array_equal(finite, np.isfinite(found))):
        raise RuntimeError(
            f"The network read from {name} differs from the model's own outputs by up to "
            f"{error:.3g} at random points (allowed: {allowed:.3g}), so it would explain "
            "something else. Pass a callable X -> values instead."
        )
