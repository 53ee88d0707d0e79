"""Checks of the rows and inputs that importances are given."""

from numbers import Integral

from skinterp.network import ScalarView
from skinterp.sampling import feature_scale
from skinterp.utils import column_index


def columns_of(features, names):
    """Return the columns of inputs given by name or by index.

    Parameters
    ----------
    features : str, int or sequence of these
        The inputs, all different.
    names : tuple of str
        Names of all inputs.

    Returns
    -------
    list of int
        Their columns.

    Raises
    ------
    ValueError
        If there are none, one is unknown, or one occurs twice.
    """
    features = [features] if isinstance(features, str | Integral) else list(features)
    columns = [column_index(feature, names) for feature in features]
    if len(set(columns)) < len(columns) or not columns:
        raise ValueError(f"features must be different inputs. Got {features!r} instead.")
    return columns


def scale_of(rows, purpose=""):
    """Return the standard deviation of each input, refusing rows on which none varies.

    Parameters
    ----------
    rows : ndarray of shape (n_samples, n_features)
        The rows.
    purpose : str, default=""
        What an input must vary for, for the error.

    Returns
    -------
    ndarray of shape (n_features,)
        The deviations.

    Raises
    ------
    ValueError
        If all columns are constant.
    """
    scale = feature_scale(rows)
    if not scale.any():
        raise ValueError(
            f"X must have an input that varies{purpose}. Got constant columns only instead."
        )
    return scale


def is_view_of_classes(network):
    """Return whether a network is the log-odds of a classifier, which no label can be compared to.

    Parameters
    ----------
    network : Network
        The network.

    Returns
    -------
    bool
        Whether it is.
    """
    return isinstance(network, ScalarView) and network.network.task != "regression"
