"""Fields and terms with known gradients that the tests of this folder share."""

import numpy as np

from skinterp.sampling import GradientField


def unit(vectors):
    """Return the rows, each of length 1."""
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def make_field(points, gradients, *, values=None, weights=None, on_boundary=False, scale=None):
    """Return a field with given gradients in standardised coordinates."""
    n = len(points)
    weights = np.ones(n) if weights is None else weights
    return GradientField(
        points=points,
        directions=unit(gradients),
        values=np.zeros(n) if values is None else values,
        weights=weights / weights.sum(),
        scale=np.ones(points.shape[1]) if scale is None else scale,
        on_boundary=np.broadcast_to(on_boundary, (n,)).copy(),
        lengths=np.linalg.norm(gradients, axis=1),
    )


def random_problem(seed, n=40, d=3, K=7, on_boundary=False):
    """Return a field and terms that have nothing to do with one another."""
    rng = np.random.RandomState(seed)
    field = make_field(
        rng.normal(size=(n, d)),
        rng.normal(size=(n, d)) + 1.0,
        values=rng.normal(size=n),
        weights=rng.uniform(0.1, 1.0, size=n),
        on_boundary=rng.uniform(size=n) < 0.6 if on_boundary else False,
    )
    scales = 10.0 ** rng.uniform(-3, 3, size=K)
    return field, rng.normal(size=(n, K)) * scales, rng.normal(size=(n, d, K)) * scales


def monomials(points):
    """Return values and gradients of x0, x1, x0**2, x1**2, x0*x1, x0**3."""
    x, y, zero, one = *points.T, np.zeros(len(points)), np.ones(len(points))
    values = [x, y, x**2, y**2, x * y, x**3]
    gradients = [
        (one, zero), (zero, one), (2 * x, zero), (zero, 2 * y), (y, x), (3 * x**2, zero),
    ]  # fmt: skip
    return np.stack(values, axis=1), np.stack([np.stack(g, axis=1) for g in gradients], axis=2)


def misalignment(field, values, gradients, coefficients):
    """Return the quotient that `DirectionObjective` states, from the projections themselves."""
    g, u = gradients @ coefficients, field.directions
    off = field.weights @ ((g - u * (u * g).sum(axis=1, keepdims=True)) ** 2).sum(axis=1)
    length = field.weights @ (g**2).sum(axis=1)
    on = field.on_boundary
    if on.any():
        g = values[on] @ coefficients
        off += (field.weights[on] * (g - np.average(g, weights=field.weights[on])) ** 2).sum()
    return off / length


def matrix_of(form, K):
    """Return the symmetric matrix of a quadratic form, by polarisation."""
    unit_vectors = np.eye(K)
    return np.array(
        [[(form(a + b) - form(a - b)) / 4.0 for b in unit_vectors] for a in unit_vectors]
    )
