"""Sparse combinations of terms that follow given values and gradients, by least squares."""

import numpy as np

RIDGE = 1e-10
DEPENDENT = 1e-6


class ValueObjective:
    """Match values and gradients of ``g = b + sum_k c_k t_k`` to those of a regression network.

    Minimises ``(1 - s) sum_i w_i (f_i - g_i)^2 / var(f) + s sum_i w_i |grad f_i - grad g_i|^2 /
    sum_i w_i |grad f_i|^2`` with ``s = gradient_share``: linear least squares, in closed form.

    Parameters
    ----------
    field : GradientField
        Points with the network's values, gradients (direction times length) and weights.
    values : ndarray of shape (n, K)
        Values of K terms at the points.
    gradients : ndarray of shape (n, d, K)
        Their gradients in standardised coordinates.
    gradient_share : float, default=0.3
        Weight of the gradients, in [0, 1].

    Raises
    ------
    ValueError
        If `gradient_share` is outside [0, 1].

    Examples
    --------
    Which ``b + c * x0**2`` follows ``3 + 2 * x0**2`` in values and slopes?

    >>> import numpy as np
    >>> from skinterp.matching import ValueObjective
    >>> from skinterp.network import as_network
    >>> from skinterp.sampling import data_field
    >>> view = as_network(lambda X: 3 + 2 * X[:, 0] ** 2).output()
    >>> X = np.random.RandomState(0).normal(size=(100, 1))
    >>> field = data_field(view, X, smoothing=0, random_state=0)
    >>> gradients = (2 * field.points * field.scale)[:, :, np.newaxis]
    >>> loss, coefficients = ValueObjective(field, field.points**2, gradients).solve([0])
    >>> round(loss, 6), coefficients.round(3)
    (0.0, array([2.]))
    """

    def __init__(self, field, values, gradients, *, gradient_share=0.3):
        if not 0 <= gradient_share <= 1:
            raise ValueError(f"gradient_share must be in [0, 1]. Got {gradient_share!r} instead.")
        weights, target = field.weights, field.values
        centred = target - weights @ target
        slopes = field.directions * field.lengths[:, None]
        energy = np.einsum("n,nd->", weights, slopes**2)
        value_weight = (1.0 - gradient_share) / max(weights @ centred**2, 1e-300)
        root = np.sqrt(weights * value_weight)
        slope_root = np.sqrt(weights * gradient_share / max(energy, 1e-300))
        design = [(values - weights @ values) * root[:, None]]
        answer = [centred * root]
        if gradient_share > 0:
            design.append((gradients * slope_root[:, None, None]).reshape(-1, values.shape[1]))
            answer.append((slopes * slope_root[:, None]).ravel())
        design, answer = np.concatenate(design), np.concatenate(answer)
        lengths = np.sqrt(np.einsum("nk,nk->k", design, design))
        self.lengths = np.where(lengths > 0, lengths, 1.0)
        design /= self.lengths
        self.Q, self.r, self.total = design.T @ design, design.T @ answer, answer @ answer

    def singles(self):
        """Return the loss of every term alone.

        Returns
        -------
        ndarray of shape (K,)
            Losses.
        """
        return np.maximum(self.total - self.r**2, 0.0)

    def pairs(self, rows=slice(None)):
        """Return the loss of pairs of terms.

        Parameters
        ----------
        rows : slice, default=slice(None)
            The first terms of the pairs, R of them; by default all.

        Returns
        -------
        ndarray of shape (R, K)
            Losses; that of a constant where one term is a multiple of the other.
        """
        q = self.Q[rows]
        determinant = 1.0 - q * q
        dependent = determinant < DEPENDENT
        first, second = self.r[rows, None], self.r[None, :]
        gain = first**2 + second**2 - 2 * q * first * second
        gain /= np.where(dependent, 1.0, determinant)
        return np.maximum(np.where(dependent, self.total, self.total - gain), 0.0)

    def extensions(self, subset):
        """Return the loss of `subset` with each of the K terms added, shape (K,).

        Parameters
        ----------
        subset : sequence of int
            Indices of the terms already taken.

        Returns
        -------
        ndarray of shape (K,)
            Losses; that of `subset` alone where a term adds nothing.
        """
        S = list(subset)
        factor = np.linalg.cholesky(self.Q[np.ix_(S, S)] + RIDGE * np.eye(len(S)))
        inverse = np.linalg.inv(factor)
        projected, explained = inverse @ self.Q[S], inverse @ self.r[S]
        residual = 1.0 - (projected**2).sum(axis=0)
        dependent = residual < DEPENDENT
        gain = (self.r - explained @ projected) ** 2 / np.where(dependent, 1.0, residual)
        loss = self.total - explained @ explained
        return np.maximum(np.where(dependent, loss, loss - gain), 0.0)

    def solve(self, subset):
        """Return the loss and the coefficients of a combination (the intercept is free).

        Parameters
        ----------
        subset : sequence of int
            Indices of the terms.

        Returns
        -------
        loss : float
            The weighted loss, 1 for a constant.
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
            The weighted losses.
        coefficients : ndarray of shape (S, m)
            Coefficients of the terms as they were passed.
        """
        S = np.asarray(subsets, dtype=int)
        Q = self.Q[S[:, :, None], S[:, None, :]] + RIDGE * np.eye(S.shape[1])
        coefficients = np.linalg.solve(Q, self.r[S][:, :, None])[:, :, 0]
        losses = self.total - (coefficients * self.r[S]).sum(axis=1)
        return np.maximum(losses, 0.0), coefficients / self.lengths[S]

    def loss(self, coefficients):
        """Return the loss of given coefficients of all terms, the intercept free.

        Parameters
        ----------
        coefficients : ndarray of shape (K,)
            Coefficients of the terms as they were passed.

        Returns
        -------
        float
            The weighted loss.
        """
        c = coefficients * self.lengths
        return float(max(self.total - 2 * c @ self.r + c @ self.Q @ c, 0.0))
