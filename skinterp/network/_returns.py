"""What a user's function returns: logits, probabilities, values or labels; said, or checked."""

import numpy as np

RETURNS = ("logits", "probabilities", "values", "labels")
_MIN_ROWS = 10  # of fewer rows, logits may lie in [0, 1] by chance
_SURE = -np.log(np.finfo(np.float64).eps)  # log-odds of what is certain


def check_returns(returns, task):
    """Refuse a `returns` that there is not, or that contradicts the task.

    Parameters
    ----------
    returns : str or None
        What the user says.
    task : str
        What the network was trained for.
    """
    if returns is None:
        return
    if returns not in RETURNS:
        raise ValueError(f"returns must be one of {', '.join(RETURNS)}. Got {returns!r} instead.")
    if task == "regression" and returns != "values":
        raise ValueError(
            f"returns={returns!r} needs the class labels: pass classes=[...] as well, in the "
            "order of the columns."
        )
    if task != "regression" and returns == "values":
        raise ValueError(
            "returns must be 'logits', 'probabilities' or 'labels' where classes are given. Got "
            "'values' instead."
        )
    if task == "multilabel" and returns == "labels":
        raise ValueError(
            "returns must be 'logits' or 'probabilities' for several labels. Got 'labels' instead."
        )


def raw_of(values, returns, classes, task):
    """Return raw values of a network, from what a function returned.

    Parameters
    ----------
    values : ndarray of shape (n_samples,) or (n_samples, n_columns)
        What it returned.
    returns : str or None
        What that is.
    classes : ndarray or None
        The class labels.
    task : str
        What the network was trained for.

    Returns
    -------
    ndarray
        Logits, or the values as they are.
    """
    if returns == "labels":
        return _logits_of_labels(values, classes)
    if returns != "probabilities":
        return values
    _check_probabilities(values)
    smallest = np.finfo(values.dtype if values.dtype.kind == "f" else np.float64).eps
    known = np.clip(values.astype(np.float64), smallest, 1.0)
    if task == "multiclass":
        return np.log(known)
    if task == "binary" and known.ndim == 2 and known.shape[1] == 2:
        return np.log(known[:, 1]) - np.log(known[:, 0])
    return np.log(known) - np.log(np.clip(1.0 - values, smallest, 1.0))


def slopes_of_logits(values, jacobian, task):
    """Return the derivative of logits, from that of probabilities.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n_columns)
        The probabilities.
    jacobian : ndarray of shape (n_samples, n_columns, n_features)
        Their derivative.
    task : str
        What the network was trained for.

    Returns
    -------
    ndarray of shape (n_samples, n_outputs, n_features)
        The derivative of their logits.
    """
    smallest = np.finfo(np.float64).eps
    by_log = jacobian / np.clip(values, smallest, 1.0)[:, :, np.newaxis]
    if task == "multiclass":
        return by_log
    if task == "binary" and values.shape[1] == 2:
        return by_log[:, 1:] - by_log[:, :1]
    return by_log / np.clip(1.0 - values, smallest, 1.0)[:, :, np.newaxis]


def _check_probabilities(values):
    bad = ~((values >= -1e-6) & (values <= 1.0 + 1e-6))
    if bad.any():
        raise ValueError(
            "returns='probabilities' needs values between 0 and 1. "
            f"Got {values[bad].ravel()[0]:g} instead: logits are returns='logits'."
        )


def _logits_of_labels(values, classes):
    """Return log-odds that are certain of the labels."""
    labels = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
    chosen = labels[:, np.newaxis] == classes if labels.ndim == 1 else np.zeros((len(values), 1))
    if not chosen.any(axis=1).all():
        shown = labels[~chosen.any(axis=1)].ravel()[:1].tolist()
        raise ValueError(
            f"returns='labels' needs one of the classes {classes.tolist()} per row. "
            f"Got shape {values.shape} and {shown} instead."
        )
    if len(classes) == 2:
        return np.where(chosen[:, 1], _SURE, -_SURE)
    return np.where(chosen, _SURE, 0.0)


def check_undeclared(values, task, classes):
    """Refuse values that look like something else than what they are taken for.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n_outputs)
        What a function returned that does not say what it returns.
    task : str
        What the network was trained for.
    classes : ndarray or None
        The class labels.

    Raises
    ------
    ValueError
        If, for a classifier, they look like probabilities or labels, or for several values rows
        sum to one; the error says how to declare them.
    """
    if len(values) < _MIN_ROWS or np.all(values == values[0]):
        return
    in_range = bool(np.all((values >= 0.0) & (values <= 1.0)))
    if task == "regression":
        if in_range and values.shape[1] > 1 and np.allclose(values.sum(axis=1), 1.0, atol=1e-4):
            raise ValueError(
                f"The function returned {values.shape[1]} columns between 0 and 1 whose rows sum "
                "to one, as probabilities do. Pass returns='probabilities' and classes=[...], or "
                "returns='values' to explain them as values."
            )
        return
    n_infinite = int(np.isinf(values).any(axis=1).sum())
    if n_infinite:
        raise ValueError(
            f"The function returned infinite values at {n_infinite} of "
            f"{len(values)} rows, as the logarithm of probabilities 0 and 1 is. Pass the "
            "probabilities themselves with returns='probabilities', or returns='logits'."
        )
    if classes.dtype.kind in "biuf" and np.isin(values, classes).all():
        raise _refusal("are all class labels", "labels")
    if in_range:
        raise _refusal("all lie between 0 and 1, as probabilities do", "probabilities")


def _refusal(what, name):
    return ValueError(
        f"The function's values {what}, but would be read as logits, which are positive and "
        f"negative. Pass returns={name!r} to as_network, or returns='logits' if they are logits."
    )
