"""Importance methods: records by name, which give each input its share."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skinterp.base import checked_target
from skinterp.importance._importances import Importances
from skinterp.network import network_for
from skinterp.utils import Registry, as_shares


@dataclass(frozen=True)
class ImportanceMethod:
    """A way to measure how much each input matters to a network, and where it is used.

    Parameters
    ----------
    name : str
        The name by which the method is called, and its title in tables.
    compute : callable
        Called with a Network, rows, a target (or None) and a seed. Returns `Importances`, or an
        array of shape (n_features,), of which the positive part is scaled to shares. A ValueError
        is the reason why the method does not fit the network.
    position : float, default=100
        Where the method stands in tables: the smallest comes first.
    in_comparison : bool, default=True
        Whether :func:`skinterp.evaluation.compare_importances` shows the method.
    in_stability : bool, default=True
        Whether :func:`importance_stability` takes the method by default.
    needs_target : bool, default=False
        Whether the method has no meaning without a target.
    n_hidden_layers : int or None, default=None
        Number of hidden layers of the networks that the method fits; None is any.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.importance import METHODS, ImportanceMethod, register_importance
    >>> def range_of_slopes(network, X, y, random_state):
    ...     return np.ptp(network.jacobian(X), axis=0).sum(axis=0)
    >>> record = register_importance(ImportanceMethod("range of slopes", range_of_slopes))
    >>> "range of slopes" in METHODS
    True
    >>> METHODS.unregister("range of slopes")
    """

    name: str
    compute: Callable
    position: float = 100
    in_comparison: bool = True
    in_stability: bool = True
    needs_target: bool = False
    n_hidden_layers: int | None = None

    def shares(self, network, X, y=None, random_state=0):
        """Return the importances of the inputs of a network, as shares.

        Parameters
        ----------
        network : Network
            The network.
        X : ndarray of shape (n_samples, n_features)
            Rows.
        y : ndarray of shape (n_samples,) or None, default=None
            Target.
        random_state : int, default=0
            Seed of what is random.

        Returns
        -------
        ndarray of shape (n_features,)
            Shares that add up to 1; all 0 where the method finds nothing.

        Raises
        ------
        ValueError
            If the method does not fit the network, or needs a target.
        """
        if self.needs_target and y is None:
            raise ValueError(f"{self.name} needs a target y. Got None instead.")
        found = self.compute(network, X, y, random_state)
        if isinstance(found, Importances):
            return (found.parts or found).shares()
        if np.shape(found) != (X.shape[1],):
            raise ValueError(
                f"{self.name} must give a number for each of the {X.shape[1]} inputs. "
                f"Got shape {np.shape(found)} instead."
            )
        if not np.isfinite(found).all():
            raise ValueError(f"{self.name} must give finite numbers. Got {found} instead.")
        return as_shares(found)


METHODS = Registry("method of importance", ImportanceMethod, packages=["skinterp.importance"])
register_importance = METHODS.register


def importance_shares(method, network, X, y, random_state=0):
    """Return the importances of the network's inputs by one method, as shares.

    Parameters
    ----------
    method : str
        Name of a registered method, out of `METHODS`.
    network : Network or anything `as_network` takes
        The network.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows.
    y : array-like of shape (n_samples,) or None
        Target; None where the method needs none.
    random_state : int, default=0
        Seed of what is random.

    Returns
    -------
    ndarray of shape (n_features,)
        Shares that add up to 1; all 0 where the method finds nothing.

    Raises
    ------
    ValueError
        If the method is unknown, or has no meaning for the network.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.importance import importance_shares
    >>> from skinterp.network import as_network
    >>> network = as_network(([[[2.0], [1.0]]], [[0.0]], ["identity"]))
    >>> X = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> importance_shares("derivatives", network, X, None).round(3)
    array([0.667, 0.333])
    """
    record, network = METHODS.find(method, "method"), network_for(network, X)
    rows = network.check(X)
    y = None if y is None else checked_target(y, len(rows))
    return record.shares(network, rows, y, random_state)
