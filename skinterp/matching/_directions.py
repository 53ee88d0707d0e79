"""Sparse combinations of terms whose gradient runs along given directions, in closed form."""

from functools import cached_property

import numpy as np

from skinterp.matching._losses import direction_loss

# How much a point off the level set counts against an angle: (1 standard deviation)^-1.
POSITION_WEIGHT = 1.0
N_REWEIGHTINGS = 5
SETTLED = 3e-3
# A combination whose squared gradient is this small beside those of its terms is rounding error.
CANCELLED = 1e-10
# A candidate that the terms before it explain to this share of its length adds no direction.
DEPENDENT = 1e-4
# Terms that hold fewer than this share of the inputs are multiplied input by input.
FEW_HELD = 0.5
# Steps of Newton's method, at the most, and the share of a number that is its rounding error.
MOST_STEPS, ROUNDING = 60, 1e-14
# Combinations solved at once hold this many numbers; below this loss it is calculated anew.
MOST_NUMBERS, ROUNDED_LOSS = 2e6, 1e-2


def _eigen(A, B):
    """Return the generalised eigenvalues of (A, B), rising, and vectors, off B's null space."""
    sizes, axes = np.linalg.eigh(B)
    if sizes[-1] <= 0:
        return np.ones(1), np.eye(len(A))[:, :1]
    kept = sizes > CANCELLED * sizes[-1]
    axes = axes[:, kept] / np.sqrt(sizes[kept])
    eigenvalues, vectors = np.linalg.eigh(axes.T @ A @ axes)
    return eigenvalues, axes @ vectors


def _forms(columns, along, values, weights, on_level, held=None):
    """Return the quadratic forms of misalignment A and of squared length B, both (m, m).

    Of gradients (m, n, d), and their lengths (m, n) along the directions; `held` tells which
    inputs each term has, (m, d), where that is known.
    """
    root = np.sqrt(weights)
    scaled, B = along * root, _products(columns, root, held)
    A = B - scaled @ scaled.T
    return A + _level_form(values[on_level], weights[on_level]), B


def _products(columns, root, held):
    """Return the products (m, m) of gradients (m, n, d), by inputs where terms have few each."""
    if held is None or held.mean() > FEW_HELD:
        flat = (columns * root[:, None]).reshape(len(columns), -1)
        return flat @ flat.T
    products = np.zeros((len(columns), len(columns)))
    for j, has_input in enumerate(held.T):
        k = np.flatnonzero(has_input)
        part = columns[k, :, j] * root
        products[np.ix_(k, k)] += part @ part.T
    return products


def _level_form(values, weights):
    """Return the quadratic form of distances from a level set, of values on the boundary."""
    if not len(values):
        return 0.0
    level = values - weights @ values / weights.sum()
    level = level * (POSITION_WEIGHT * np.sqrt(weights))[:, None]
    return level.T @ level


def _smallest(A, B):
    """Return the vectors (S, m) of the smallest generalised eigenvalues of S pairs (A, B)."""
    sizes, axes = np.linalg.eigh(B)
    kept = sizes > CANCELLED * sizes[:, -1:]
    axes = axes * np.where(kept, 1.0 / np.sqrt(np.where(kept, sizes, 1.0)), 0.0)[:, None, :]
    inner = np.swapaxes(axes, 1, 2) @ A @ axes
    # axes that are left out come last
    rows = np.arange(A.shape[1])
    largest = np.abs(inner).max(axis=(1, 2)) + 1.0
    inner[:, rows, rows] += np.where(kept, 0.0, 4.0 * A.shape[1] * largest[:, None])
    vectors = (axes @ np.linalg.eigh(inner)[1][:, :, :1])[:, :, 0]
    vectors[sizes[:, -1] <= 0] = rows == 0
    return vectors


def _smallest_of_arrows(diagonal, border, corner):
    """Return the smallest eigenvalues of matrices that are diagonal but for their last row.

    Newton's method on the secular equation (Golub 1973) ``corner - x - sum_i border_i^2 /
    (diagonal_i - x) = 0``, whose left side falls and is concave below the diagonal: no step goes
    too far from above, and the matrix of the last row and one other bounds it from above.

    Parameters
    ----------
    diagonal : ndarray of shape (m,)
        The diagonal, the same in all.
    border : ndarray of shape (m, K)
        The last row of each.
    corner : ndarray of shape (K,)
        The last number of the diagonal of each.

    Returns
    -------
    ndarray of shape (K,)
        The eigenvalues.
    """
    squared, half = border**2, (diagonal[:, None] - corner) / 2
    x = (corner + half - np.sqrt(half**2 + squared)).min(axis=0)
    scale = np.abs(diagonal).max() + np.abs(corner) + np.sqrt(squared.max(axis=0))
    for _ in range(MOST_STEPS):
        gaps = diagonal[:, None] - x
        poles = np.divide(squared, gaps, out=np.zeros_like(squared), where=gaps > 0)
        slopes = np.divide(poles, gaps, out=np.zeros_like(squared), where=gaps > 0)
        step = np.minimum(corner - x - poles.sum(axis=0), 0.0) / (1.0 + slopes.sum(axis=0))
        x = x + step
        if (step >= -ROUNDING * scale).all():
            break
    return x


def _level_forms(values, weights):
    """Return the forms of distances from level sets, of values (S, m, n) on the boundary."""
    if not values.shape[2]:
        return 0.0
    total = weights.sum(axis=1)[:, None, None]
    level = values - (values @ weights[:, :, None]) / total
    level = level * (POSITION_WEIGHT * np.sqrt(weights))[:, None, :]
    return level @ np.swapaxes(level, 1, 2)


class DirectionObjective:
    """Match the direction of ``grad g`` for ``g = sum_k c_k t_k`` to a gradient field.

    Minimises the share of the squared gradient that is misaligned, plus the squared distance
    of the field's boundary points from a level set of g,

    ``(sum_i w_i |(I - u_i u_i^T) grad g_i|^2 + sum_b w_b (g_b - mean g)^2)
    / sum_i w_i |grad g_i|^2``,

    a generalised eigenproblem in c; reweighting by ``1 / |grad g_i|^2`` and repeating reaches
    the unit-normalised loss, :func:`direction_loss`. The second sum extends Taubin's fit of
    implicit curves (1991): a boundary's *position* is known better than its normals.

    Parameters
    ----------
    field : GradientField
        Directions, weights and which points lie on the boundary.
    values : ndarray of shape (n, K)
        Values of K terms at the field's points.
    gradients : ndarray of shape (n, d, K)
        Their gradients in standardised coordinates.

    Examples
    --------
    Which ``a * x0**2 + b * x1**2`` has the normals of the ellipse ``x0**2 + 2 * x1**2 = 1``?

    >>> import numpy as np
    >>> from skinterp.matching import DirectionObjective
    >>> from skinterp.network import as_network
    >>> from skinterp.sampling import boundary_field
    >>> view = as_network(lambda X: np.tanh(X[:, 0] ** 2 + 2 * X[:, 1] ** 2 - 1)).output()
    >>> X = np.random.RandomState(0).uniform(-2, 2, size=(200, 2))
    >>> field = boundary_field(view, X, smoothing=0, random_state=0)
    >>> values = field.points**2
    >>> gradients = np.zeros((len(field), 2, 2))
    >>> gradients[:, [0, 1], [0, 1]] = 2 * field.points * field.scale
    >>> loss, (a, b) = DirectionObjective(field, values, gradients).solve([0, 1])
    >>> round(loss, 6), round(float(b / a), 3)
    (0.0, 2.0)
    """

    def __init__(self, field, values, gradients):
        self.weights, self.on_level = field.weights, field.on_boundary
        # a term after the other, as combinations take them
        columns = np.moveaxis(gradients, 2, 0)
        energies = field.weights @ columns**2
        lengths = np.sqrt(energies.sum(axis=1))
        self.lengths = np.where(lengths > 0, lengths, 1.0)
        self.values = values / self.lengths
        # an input that is in no term has no part in any product
        used = energies.any(axis=0) | (not energies.any())
        self.directions = field.directions[:, used]
        columns = columns if used.all() else columns[:, :, used]
        # the only copy of the dictionary
        self.columns = np.divide(columns, self.lengths[:, None, None], order="C")
        self._held, self._products = energies[:, used] > 0, {}

    @cached_property
    def _both(self):
        return _forms(
            self.columns, self._along, self.values, self.weights, self.on_level, self._held
        )

    @property
    def A(self):
        """Quadratic form of misalignment, in terms of unit length."""
        return self._both[0]

    @property
    def B(self):
        """Quadratic form of squared length, in terms of unit length."""
        return self._both[1]

    def singles(self):
        """Return the quotient of every term alone.

        Returns
        -------
        ndarray of shape (K,)
            Quotients; 1 where a term has no gradient.
        """
        length = np.diag(self.B)
        return np.where(length > 0, np.diag(self.A) / np.where(length > 0, length, 1.0), 1.0)

    def pairs(self, rows=slice(None)):
        """Return the quotient of pairs of terms.

        Parameters
        ----------
        rows : slice, default=slice(None)
            The first terms of the pairs, R of them; by default all.

        Returns
        -------
        ndarray of shape (R, K)
            Smallest generalised eigenvalues; 1 where the two have one direction, or one has none.
        """
        A, b = self.A[rows], self.B[rows]
        lengths, second = np.diag(self.B), np.diag(self.A)
        first = second[rows, None]
        determinant = lengths[rows, None] * lengths - b * b
        dependent = determinant < DEPENDENT
        safe = np.where(dependent, 1.0, determinant)
        trace = (first + second - 2.0 * b * A) / safe
        product = (first * second - A * A) / safe
        smallest = trace / 2.0 - np.sqrt(np.maximum(trace * trace / 4.0 - product, 0.0))
        return np.where(dependent, 1.0, np.maximum(smallest, 0.0))

    def extensions(self, subset):
        """Return the quotient of `subset` with each of the K terms added, shape (K,).

        Parameters
        ----------
        subset : sequence of int
            Indices of the terms already taken.

        Returns
        -------
        ndarray of shape (K,)
            Smallest generalised eigenvalues; 1 where a term adds no direction.
        """
        S = list(subset)
        eigenvalues, basis = _eigen(self.A[np.ix_(S, S)], self.B[np.ix_(S, S)])
        b, a = basis.T @ self.B[S], basis.T @ self.A[S]
        residual = np.diag(self.B) - (b**2).sum(axis=0)
        dependent = residual < DEPENDENT
        residual = np.where(dependent, 1.0, residual)
        column = (a - eigenvalues[:, None] * b) / np.sqrt(residual)
        corner = np.diag(self.A) - 2 * (b * a).sum(axis=0) + eigenvalues @ b**2
        smallest = _smallest_of_arrows(eigenvalues, column, corner / residual)
        return np.where(dependent, 1.0, np.maximum(smallest, 0.0))

    def solve(self, subset):
        """Return the loss and the coefficients of a combination, reweighted to unit gradients.

        Parameters
        ----------
        subset : sequence of int
            Indices of the terms.

        Returns
        -------
        loss : float
            :func:`direction_loss` of the combination.
        coefficients : ndarray of shape (m,)
            Coefficients of the terms as they were passed.
        """
        losses, coefficients = self.solve_all([list(subset)])
        return float(losses[0]), coefficients[0]

    def solve_all(self, subsets):
        """Return losses and coefficients of combinations of equally many terms.

        Parameters
        ----------
        subsets : array-like of int of shape (S, m)
            Indices of the terms of S combinations.

        Returns
        -------
        losses : ndarray of shape (S,)
            :func:`direction_loss` of each.
        coefficients : ndarray of shape (S, m)
            Coefficients of the terms as they were passed.
        """
        subsets = np.asarray(subsets, dtype=int)
        n_at_once = max(1, int(MOST_NUMBERS / (len(self.weights) * subsets.shape[1] ** 2)))
        found = [
            self._solve(subsets[start : start + n_at_once])
            for start in range(0, len(subsets), n_at_once)
        ]
        losses, coefficients = map(np.concatenate, zip(*found))
        return losses, coefficients / self.lengths[subsets]

    @cached_property
    def _along(self):
        """Each term's gradient along the directions, shape (K, n)."""
        return np.einsum("nd,knd->kn", self.directions, self.columns)

    def _product(self, first, second):
        """Return the products of the gradients of two terms at the points, shape (n,)."""
        pair = (first, second)
        if pair not in self._products:
            product = np.einsum("nd,nd->n", self.columns[first], self.columns[second])
            self._products[pair] = product
        return self._products[pair]

    def _solve(self, subsets):
        S, m = subsets.shape
        first, second = np.triu_indices(m)
        pairs = zip(subsets[:, first].ravel().tolist(), subsets[:, second].ravel().tolist())
        products = np.array([self._product(*pair) for pair in pairs]).reshape(S, len(first), -1)
        along, level = self._along[subsets], self.values[self.on_level].T[subsets]
        on_level, twice = self.on_level, np.where(first == second, 1.0, 2.0)
        weights = np.broadcast_to(self.weights, (S, len(self.weights)))
        losses, best, active = np.full(S, np.inf), np.zeros((S, m)), np.arange(S)
        for _ in range(N_REWEIGHTINGS):
            B = np.empty((len(active), m, m))
            B[:, first, second] = B[:, second, first] = (products @ weights[:, :, None])[:, :, 0]
            A = B - (along * weights[:, None, :]) @ np.swapaxes(along, 1, 2)
            c = _smallest(A + _level_forms(level, weights[:, on_level]), B)
            squared = (c[:, None, first] * c[:, None, second] * twice) @ products
            squared = np.maximum(squared[:, 0], 0.0)
            with np.errstate(all="ignore"):
                cosine = (c[:, None, :] @ along)[:, 0] / np.sqrt(squared)
            cosine = np.where(np.isfinite(cosine), cosine, 0.0)
            loss = 1.0 - np.abs(cosine @ self.weights) / self.weights.sum()
            floor = 1e-3 * np.maximum(np.median(squared, axis=1), 1e-3 * squared.mean(axis=1))
            goes_on = (loss <= losses[active] * (1 - SETTLED)) & (floor > 0)
            better = loss < losses[active]
            losses[active[better]], best[active[better]] = loss[better], c[better]
            if not goes_on.any():
                break
            weights = self.weights / (squared[goes_on] + floor[goes_on, None])
            weights = weights / weights.sum(axis=1, keepdims=True)
            active = active[goes_on]
            if not goes_on.all():
                products, along, level = products[goes_on], along[goes_on], level[goes_on]
        return self._exact(subsets, best, losses), best

    def _exact(self, subsets, coefficients, losses):
        """Return losses, from the gradients themselves where they are small: terms may cancel."""
        for k in np.flatnonzero(losses < ROUNDED_LOSS):
            combined = np.tensordot(coefficients[k], self.columns[subsets[k]], 1)
            losses[k] = direction_loss(self.directions, combined, self.weights)
        return losses

    def loss(self, coefficients):
        """Return the loss of given coefficients of all terms.

        Parameters
        ----------
        coefficients : ndarray of shape (K,)
            Coefficients of the terms as they were passed.

        Returns
        -------
        float
            :func:`direction_loss` of the combination.
        """
        combined = np.tensordot(coefficients * self.lengths, self.columns, 1)
        return direction_loss(self.directions, combined, self.weights)
