"""Linear functions that follow answers: standard columns, selection, fits, raw units."""

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge

# What is left of a column, relative to its size, when it is constant or explained by others.
ROUNDING = 1e-12


def standardise(X, weight):
    """Centre columns and divide them by their standard deviations.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Rows.
    weight : ndarray of shape (n_samples,)
        Weights.

    Returns
    -------
    Z : ndarray of shape (n_samples, n_features)
        The columns; constant ones are 0.
    mean : ndarray of shape (n_features,)
        What was subtracted.
    scale : ndarray of shape (n_features,)
        The standard deviations; 0 for constant columns.
    """
    share = weight / weight.sum()
    mean = share @ X
    size = np.abs(X - mean).max(axis=0)
    size[size <= ROUNDING * np.abs(X).max(axis=0)] = 0.0
    varies = size > 0.0
    Z = np.where(varies, (X - mean) / np.where(varies, size, 1.0), 0.0)
    spread = np.sqrt(share @ Z**2)  # of what was divided first: squares of large numbers overflow
    return Z / np.where(varies, spread, 1.0), mean, spread * size


def forward_selection(Z, targets, n_columns, weight):
    """Choose columns one by one, each the one that lowers the squared error most.

    Orthogonal least squares: after each choice, columns and targets are made orthogonal to it.

    Parameters
    ----------
    Z : ndarray of shape (n_samples, n_features)
        Standardised columns; those of 0 are never chosen.
    targets : ndarray of shape (n_samples, n_outputs)
        What to follow, all outputs at once.
    n_columns : int
        How many columns to choose, at the most; fewer if these explain the targets.
    weight : ndarray of shape (n_samples,)
        Weights.

    Returns
    -------
    ndarray of int
        Indices of the columns, the first choice first.
    """
    root = np.sqrt(weight / weight.sum())[:, np.newaxis]
    basis, residual = Z * root, (targets - np.average(targets, axis=0, weights=weight)) * root
    enough, chosen = ROUNDING * np.linalg.norm(residual), []
    for _ in range(min(n_columns, Z.shape[1])):
        lengths = np.linalg.norm(basis, axis=0)
        new = lengths > 1e-6
        if not new.any() or (chosen and np.linalg.norm(residual) <= enough):
            break
        gains = np.linalg.norm(residual.T @ basis, axis=0) / np.where(new, lengths, 1.0)
        gains[~new] = -1.0
        best = int(gains.argmax())
        direction = basis[:, best] / lengths[best]
        basis = basis - np.outer(direction, direction @ basis)
        residual = residual - np.outer(direction, direction @ residual)
        basis[:, best] = 0.0
        chosen.append(best)
    return np.array(chosen, dtype=int)


def fit_logistic(Z, probabilities, weight, C):
    """Fit a logistic regression to probabilities, as rows of every class weighted by them.

    Parameters
    ----------
    Z : ndarray of shape (n_samples, n_features)
        Standardised columns.
    probabilities : ndarray of shape (n_samples, n_classes)
        Those of the network.
    weight : ndarray of shape (n_samples,)
        Weights.
    C : float
        Inverse strength of the ridge penalty, beside the weighted mean of the loss.

    Returns
    -------
    coefficients : ndarray of shape (1, n_features) or (n_classes, n_features)
        One row for two classes.
    intercepts : ndarray of shape (1,) or (n_classes,)
        The intercepts.
    """
    n_rows, n_classes = probabilities.shape
    model = LogisticRegression(C=C, max_iter=5000).fit(
        np.repeat(Z, n_classes, axis=0),
        np.tile(np.arange(n_classes), n_rows),
        sample_weight=((weight / weight.sum())[:, np.newaxis] * probabilities).ravel(),
    )
    return model.coef_, model.intercept_


def fit_ridge(Z, values, weight, alpha):
    """Fit a ridge regression of several outputs.

    Parameters
    ----------
    Z : ndarray of shape (n_samples, n_features)
        Standardised columns.
    values : ndarray of shape (n_samples, n_outputs)
        Those of the network.
    weight : ndarray of shape (n_samples,)
        Weights.
    alpha : float
        Strength of the ridge penalty, beside the weighted mean of the squared error.

    Returns
    -------
    coefficients : ndarray of shape (n_outputs, n_features)
        The coefficients.
    intercepts : ndarray of shape (n_outputs,)
        The intercepts.
    """
    share = weight / weight.sum()
    model = Ridge(alpha=alpha, solver="svd").fit(Z, values, sample_weight=share)
    return np.atleast_2d(model.coef_), np.atleast_1d(model.intercept_)


def in_raw_units(solution, intercepts, used, mean, scale):
    """Turn coefficients of standardised columns into those of the columns themselves.

    Parameters
    ----------
    solution : ndarray of shape (n_outputs, n_used)
        Coefficients of the standardised columns in use.
    intercepts : ndarray of shape (n_outputs,)
        Intercepts.
    used : ndarray of int
        Indices of the columns in use.
    mean, scale : ndarray of shape (n_features,)
        What was subtracted, and what was divided by (0 for constant columns).

    Returns
    -------
    coefficients : ndarray of shape (n_outputs, n_features)
        Coefficients per unit of each input, 0 for constant ones.
    intercepts : ndarray of shape (n_outputs,)
        Intercepts.
    """
    coefficients = np.zeros((len(solution), len(scale)))
    coefficients[:, used] = solution
    coefficients = np.where(scale > 0.0, coefficients / np.where(scale > 0.0, scale, 1.0), 0.0)
    return coefficients, intercepts - coefficients @ mean
