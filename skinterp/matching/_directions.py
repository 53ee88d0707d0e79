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


def _eigen(A, B):
    """Return the generalised eigenvalues of (A, B), rising, and vectors, off B's null space."""
    sizes, axes = np.linalg.eigh(B)
    if sizes[-1] <= 0:
        return np.ones(1), np.eye(len(A))[:, :1]
    kept = sizes > CANCELLED * sizes[-1]
    axes = axes[:, kept] / np.sqrt(sizes[kept])
    eigenvalues, vectors = np.linalg.eigh(axes.T @ A @ axes)
    return eigenvalues, axes @ vectors


def _forms(directions, gradients, values, weights, on_level):
    """Return the quadratic forms of misalignment A and of squared length B, both (m, m)."""
    root = np.sqrt(weights)
    scaled = gradients * root[:, None, None]
    flat = scaled.reshape(-1, gradients.shape[2])
    B = flat.T @ flat
    along = np.einsum("nd,ndk->nk", directions, scaled)
    A = B - along.T @ along
    return A + _level_form(values[on_level], weights[on_level]), B


def _level_form(values, weights):
    """Return the quadratic form of distances from a level set, of values on the boundary."""
    if not len(values):
        return 0.0
    level = values - weights @ values / weights.sum()
    level = level * (POSITION_WEIGHT * np.sqrt(weights))[:, None]
    return level.T @ level


def _blocks(directions, columns):
    """Return each point's products of gradients (n, m * m), and along its direction (n, m)."""
    n, m = len(directions), len(columns)
    blocks = np.empty((n, m, m))
    for k, first in enumerate(columns):
        for j, second in enumerate(columns[: k + 1]):
            blocks[:, k, j] = blocks[:, j, k] = np.einsum("nd,nd->n", first, second)
    along = np.stack([np.einsum("nd,nd->n", directions, column) for column in columns], axis=1)
    return blocks.reshape(n, m * m), along


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
        self.directions, self.weights = field.directions, field.weights
        self.on_level = field.on_boundary
        lengths = np.sqrt(np.einsum("n,ndk->k", field.weights, gradients**2))
        self.lengths = np.where(lengths > 0, lengths, 1.0)
        self.values = values / self.lengths
        # a term after the other, as combinations take them; the only copy of the dictionary
        lengths = self.lengths[:, None, None]
        self.columns = np.divide(np.moveaxis(gradients, 2, 0), lengths, order="C")

    @cached_property
    def _both(self):
        gradients = np.moveaxis(self.columns, 0, 2)
        return _forms(self.directions, gradients, self.values, self.weights, self.on_level)

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

    def pairs(self):
        """Return the quotient of every pair of terms.

        Returns
        -------
        ndarray of shape (K, K)
            Smallest generalised eigenvalues; 1 where the two have one direction, or one has none.
        """
        A, b = self.A, self.B
        first, second = np.diag(A)[:, None], np.diag(A)[None, :]
        determinant = np.diag(b)[:, None] * np.diag(b) - b * b
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
        m, K = len(eigenvalues), len(self.A)
        b, a = basis.T @ self.B[S], basis.T @ self.A[S]
        residual = np.diag(self.B) - (b**2).sum(axis=0)
        dependent = residual < DEPENDENT
        residual = np.where(dependent, 1.0, residual)
        column = (a - eigenvalues[:, None] * b) / np.sqrt(residual)
        corner = np.diag(self.A) - 2 * (b * a).sum(axis=0) + eigenvalues @ b**2
        arrow = np.zeros((K, m + 1, m + 1))
        arrow[:, range(m), range(m)] = eigenvalues
        arrow[:, :m, m], arrow[:, m, :m] = column.T, column.T
        arrow[:, m, m] = corner / residual
        return np.where(dependent, 1.0, np.maximum(np.linalg.eigvalsh(arrow)[:, 0], 0.0))

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
        S = list(subset)
        columns = self.columns[S]
        blocks, along = _blocks(self.directions, columns)
        level = self.values[np.ix_(self.on_level, S)]
        m = len(S)
        weights, best = self.weights, (np.inf, None)
        for _ in range(N_REWEIGHTINGS):
            B = (weights @ blocks).reshape(m, m)
            A = B - (along * weights[:, None]).T @ along
            A = A + _level_form(level, weights[self.on_level])
            coefficients = _eigen(A, B)[1][:, 0]
            squared = np.maximum(blocks @ np.outer(coefficients, coefficients).ravel(), 0.0)
            with np.errstate(all="ignore"):
                cosine = along @ coefficients / np.sqrt(squared)
            cosine = np.where(np.isfinite(cosine), cosine, 0.0)
            loss = 1.0 - abs(float(self.weights @ cosine)) / self.weights.sum()
            settled = loss > best[0] * (1 - SETTLED)
            best = min(best, (loss, coefficients), key=lambda pair: pair[0])
            if settled:
                break
            floor = 1e-3 * max(np.median(squared), 1e-3 * squared.mean())
            if not floor > 0:
                break
            weights = self.weights / (squared + floor)
            weights = weights / weights.sum()
        combined = sum(column * c for column, c in zip(columns, best[1]))
        loss = direction_loss(self.directions, combined, self.weights)
        return loss, best[1] / self.lengths[S]

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
