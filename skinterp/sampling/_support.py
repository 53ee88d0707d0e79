"""Where the data are: how much of a boundary lies among the rows."""

import numpy as np
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import check_random_state

N_ROWS, N_REFERENCES, USUAL = 4000, 500, 0.9


def support(field, X, *, random_state=None):
    """Return how well rows of data support the points of a field.

    ``min(1, r / d)^2`` with the distance d to the nearest row, and r what 90 % of the rows have to
    theirs. Inputs count as much as the field points along them, so that noise hides no gap.

    Parameters
    ----------
    field : GradientField
        The field.
    X : ndarray of shape (m, d)
        Rows of data.
    random_state : int, RandomState instance or None, default=None
        Seeds the choice of rows where there are many.

    Returns
    -------
    ndarray of shape (n,)
        Between 0 and 1: 1 among the rows.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.network import as_network
    >>> from skinterp.sampling import boundary_field, support
    >>> view = as_network(lambda X: X[:, 0] - 1).output()
    >>> x = np.concatenate([np.linspace(-1, 0, 50), np.linspace(2, 3, 50)])
    >>> X = np.stack([x, np.tile(np.linspace(0, 1, 10), 10)], axis=1)
    >>> field = boundary_field(view, X, random_state=0)
    >>> bool(support(field, X).max() < 0.1)
    True
    """
    rng = check_random_state(random_state)
    energy = np.sqrt(field.weights @ field.directions**2)
    used = np.flatnonzero((field.scale > 0) & (energy > 0))
    units = energy[used] / field.scale[used]
    centre = X[:, used].mean(axis=0)
    if len(X) > N_ROWS:
        X = X[rng.choice(len(X), size=N_ROWS, replace=False)]
    rows = np.unique((X[:, used] - centre) * units, axis=0)  # a row is not its own neighbour
    points = (field.points[:, used] - centre) * units
    some = rng.permutation(len(rows))[:N_REFERENCES]
    neighbours = NearestNeighbors().fit(rows)
    own = neighbours.kneighbors(rows[some], n_neighbors=min(2, len(rows)))[0][:, -1]
    nearest, usual = neighbours.kneighbors(points, n_neighbors=1)[0][:, 0], np.quantile(own, USUAL)
    with np.errstate(all="ignore"):
        return np.where(nearest > usual, usual / nearest, 1.0) ** 2
