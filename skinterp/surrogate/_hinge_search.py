"""Selection of hinges and their products on values and slopes, forwards and then backwards.

A term is a tuple of factors, each a hinge ``max(0, s (z_j - c))`` or an input z_j itself. Terms
are compared in the inner product of values and slopes

    <f, g> = sum_i w_i f(z_i) g(z_i) + r sum_i w_i sum_j df/dz_j dg/dz_j,

in which the gain of every candidate ``parent * hinge of z_j`` follows from two sums over the
rows, for all knots at once. Gains are kept and only corrected for each term that is taken.

J. H. Friedman, "Multivariate adaptive regression splines", Annals of Statistics 19, 1991.
"""

from typing import NamedTuple

import numpy as np

_SAME = 1e-7  # what is left of a candidate, relative to its size, when chosen terms explain it
# What the terms before it leave of a term's square is rounding error below this share.
_NOTHING = 1e-14
# Gains that differ by less are the same, so that rounding decides nothing: the first is taken.
_TIE = 1e-6
_AT = 1e-6  # rows of the data lie at knots, whatever rounding makes of them
_MOST_PARENTS = 8  # terms that are multiplied further, beside the constant


class Factor(NamedTuple):
    """A hinge of one input, or the input itself.

    Parameters
    ----------
    feature : int
        The input.
    sign : int
        1 where the hinge rises above its knot, -1 where it falls to it, 0 for the input itself.
    knot : float
        Where the hinge bends; what is subtracted from an input itself.
    """

    feature: int
    sign: int
    knot: float

    def values(self, X, at=0.0):
        """Return values and slopes on rows, which lie at the knot within a distance."""
        column = X[:, self.feature]
        if self.sign == 0:
            return column - self.knot, np.ones(len(X))
        above = self.sign * (column - self.knot)
        return np.maximum(0.0, above), self.sign * (above > at)


class Asked(NamedTuple):
    """What terms are to follow, in standardised inputs.

    Parameters
    ----------
    Z : ndarray of shape (n_points, n_features)
        The points.
    values : ndarray of shape (n_points, n_outputs)
        Centred values.
    slopes : ndarray of shape (n_points, n_outputs, n_features)
        Derivatives by the inputs.
    weight : ndarray of shape (n_points,)
        Weights of the points, that add up to 1.
    ratio : ndarray of shape (n_features,)
        What an input's slopes count, beside values; 0 for inputs that cannot move.
    """

    Z: np.ndarray
    values: np.ndarray
    slopes: np.ndarray
    weight: np.ndarray
    ratio: np.ndarray


def term_values(term, X, at=0.0):
    """Return the values of a term on rows, and its slopes by input.

    Parameters
    ----------
    term : tuple of Factor
        The term.
    X : ndarray of shape (n_samples, n_features)
        Rows.
    at : float, default=0.0
        Distance from a knot within which a hinge does not rise.

    Returns
    -------
    values : ndarray of shape (n_samples,)
        The product.
    slopes : dict of int to ndarray of shape (n_samples,)
        Its derivatives by the inputs that it has.
    """
    value, slopes = np.ones(len(X)), {}
    for factor in term:
        own, slope = factor.values(X, at)
        slopes = {j: s * own for j, s in slopes.items()} | {factor.feature: value * slope}
        value = value * own
    return value, slopes


class _Candidates:
    """Gains of all products of a parent with a factor of one input."""

    def __init__(self, asked, knots):
        self.asked, self.knots = asked, knots
        self.parents, self.tables, self.basis = [], [], []
        self.counts = np.array([1 + 2 * len(k) for k in knots])
        self.starts = np.concatenate([[0], np.cumsum(self.counts)])

    def factor(self, place):
        """Return the factor at a place of a table."""
        feature = int(np.searchsorted(self.starts, place, side="right")) - 1
        k, knots = place - self.starts[feature], self.knots[feature]
        if k == 0:
            return Factor(feature, 0, 0.0)
        sign = 1 if k <= len(knots) else -1
        return Factor(feature, sign, float(knots[(k - 1) % len(knots)]))

    def _block(self, j):
        """Return values and slopes of all factors of an input."""
        column, knots = self.asked.Z[:, j], self.knots[j]
        apart = column[:, np.newaxis] - knots
        above = np.maximum(apart, 0.0)
        rises, falls = (apart > _AT).astype(float), (apart < -_AT).astype(float)
        ones = np.ones((len(column), 1))
        return (
            np.hstack([column[:, np.newaxis], above, above - apart]),
            np.hstack([ones, rises, -falls]),
        )

    def _pairs(self, parent, j, values, slopes):
        """Return what candidates' values and slopes are multiplied with, for functions."""
        weight, ratio = self.asked.weight, self.asked.ratio
        value, own = parent
        first = value[:, np.newaxis] * values
        for k, slope in own.items():
            first = first + (ratio[k] * slope)[:, np.newaxis] * slopes(k)
        second = ratio[j] * value[:, np.newaxis] * slopes(j)
        return weight[:, np.newaxis] * first, weight[:, np.newaxis] * second

    def add_parent(self, term):
        """Add the candidates that are products with a term."""
        asked, basis = self.asked, self.basis
        parent = term_values(term, asked.Z, _AT)
        value, own = parent
        size = value**2 + sum(asked.ratio[k] * slope**2 for k, slope in own.items())
        zeros = np.zeros(len(asked.Z))
        stacked = np.column_stack([asked.values, *(q for q, _ in basis)])
        n_outputs, total = asked.values.shape[1], self.starts[-1]
        table = np.zeros((2 + n_outputs, total))  # size, what is left of it, fits

        def slopes(k):
            columns = [q.get(k, zeros) for _, q in basis]
            return np.column_stack([asked.slopes[:, :, k], *columns])

        for j in range(asked.Z.shape[1]):
            if j in own:
                continue
            H, D = self._block(j)
            here = slice(self.starts[j], self.starts[j + 1])
            first, second = self._pairs(parent, j, stacked, slopes)
            sums = H.T @ first + D.T @ second
            table[0, here] = (H**2).T @ (asked.weight * size)
            table[0, here] += (D**2).T @ (asked.weight * asked.ratio[j] * value**2)
            along = sums[:, n_outputs:]
            table[1, here] = table[0, here] - (along**2).sum(axis=1)
            table[2:, here] = (sums[:, :n_outputs] - along @ self._fits()).T
        self.parents.append((term, parent))
        self.tables.append(table)

    def _fits(self):
        n_outputs = self.asked.values.shape[1]
        return np.array([self.inner(*q) for q in self.basis]).reshape(-1, n_outputs)

    def inner(self, value, own):
        """Return the inner products of a function with all outputs."""
        asked = self.asked
        total = asked.values.T @ (asked.weight * value)
        for k, slope in own.items():
            total = total + asked.slopes[:, :, k].T @ (asked.weight * asked.ratio[k] * slope)
        return total

    def take(self, term):
        """Make the gains those beside a term; return whether it adds to those taken before."""
        asked = self.asked
        value, own = term_values(term, asked.Z, _AT)
        whole = self._size(value, own)
        for _ in range(2):  # twice is enough
            for q, slopes in self.basis:
                along = np.sum(asked.weight * value * q)
                for k in own.keys() & slopes.keys():
                    along += asked.ratio[k] * np.sum(asked.weight * own[k] * slopes[k])
                value = value - along * q
                own = own | {k: own.get(k, 0.0) - along * s for k, s in slopes.items()}
        size = self._size(value, own)
        if size <= _NOTHING * whole:
            return False
        root = np.sqrt(size)
        value, own = value / root, {k: s / root for k, s in own.items()}
        fit, zeros = self.inner(value, own), np.zeros(len(value))
        for j in range(asked.Z.shape[1]) if self.parents else ():
            H, D = self._block(j)
            here = slice(self.starts[j], self.starts[j + 1])
            pairs = [
                self._pairs(parent, j, value[:, np.newaxis], lambda k: own.get(k, zeros)[:, None])
                for _, parent in self.parents
            ]
            first, second = (np.hstack(parts) for parts in zip(*pairs, strict=True))
            sums = (H.T @ first + D.T @ second).T
            for table, along in zip(self.tables, sums, strict=True):
                table[1, here] -= along**2
                table[2:, here] -= fit[:, np.newaxis] * along
        self.basis.append((value, own))
        return True

    def _size(self, value, own):
        """Return the squared length of a function, its slopes included."""
        asked = self.asked
        size = np.sum(asked.weight * value**2)
        return size + sum(asked.ratio[k] * np.sum(asked.weight * s**2) for k, s in own.items())

    def best(self):
        """Return the largest gain, and the candidate."""
        best = (0.0, None)
        for (term, _), table in zip(self.parents, self.tables, strict=True):
            left = table[1] > _SAME * table[0]
            gain = np.where(left, (table[2:] ** 2).sum(axis=0) / np.where(left, table[1], 1.0), 0)
            place = int(np.argmax(gain >= gain.max() * (1.0 - _TIE)))
            if gain[place] > best[0] * (1.0 + _TIE):
                best = gain[place], (*term, self.factor(place))
        return best


def forward(asked, knots, n_terms, max_degree):
    """Take terms one by one, each the one that explains most of what is left.

    Parameters
    ----------
    asked : Asked
        What to follow.
    knots : list of ndarray
        Knots of each input.
    n_terms : int
        How many at the most.
    max_degree : int
        How many factors a term has at the most.

    Returns
    -------
    list of tuple of Factor
        The terms, without the constant.
    """
    candidates, terms = _Candidates(asked, knots), []
    candidates.take(())
    candidates.add_parent(())
    total = np.sum(asked.weight[:, np.newaxis] * asked.values**2)
    total += np.einsum("i,iok,k->", asked.weight, asked.slopes**2, asked.ratio)
    while len(terms) < n_terms:
        gain, term = candidates.best()
        if term is None or gain <= 1e-9 * total or not candidates.take(term):
            break
        terms.append(term)
        if len(term) < max_degree and len(candidates.parents) < _MOST_PARENTS:
            candidates.add_parent(term)
    return terms


def own_atoms(term):
    """Return what there is to read of a term beside its coefficients: its knots, and more inputs.

    Numbers about which inputs are written in products are not counted: they go with the units.

    Parameters
    ----------
    term : tuple of Factor
        The term.

    Returns
    -------
    int
        The number; 0 for an input by itself, 1 for a hinge.
    """
    return len(term) - any(factor.sign == 0 for factor in term)


def pruned(asked, terms, own, n_rows, *, max_terms, max_atoms=None):
    """Take terms off one by one; of the subsets return that of the least validation error.

    The error is that of generalised cross-validation, ``loss / (1 - size / n_rows)^2``, in which
    a knot costs three parameters beside its coefficient.

    Parameters
    ----------
    asked : Asked
        What to follow.
    terms : list of tuple of Factor
        Terms of the forward selection.
    own : list of int
        Their `own_atoms`.
    n_rows : int
        Number of points that the validation counts.
    max_terms : int
        How many terms may stay.
    max_atoms : int or None, default=None
        How much there may be to read, `own_atoms` and coefficients; None is no bound.

    Returns
    -------
    list of int
        Places of the terms that stay.
    """
    gram, sums, total = _gram(asked, terms)
    n_outputs = asked.values.shape[1]
    atoms = [size + n_outputs for size in own]
    room = np.inf if max_atoms is None else max_atoms - n_outputs
    knots = [sum(factor.sign != 0 for factor in term) for term in terms]
    kept, best = list(range(len(terms))), (np.inf, [])
    while kept:
        if len(kept) <= max_terms and sum(atoms[k] for k in kept) <= room:
            size = 1.0 + sum(1.0 + 3.0 * knots[k] for k in kept)
            loss = max(total - _explained(gram, sums, kept), 0.0)
            error = loss / (1.0 - size / n_rows) ** 2 if size < n_rows else np.inf
            if error < best[0] * (1.0 - _TIE):
                best = error, kept
        rests = [[k for k in kept if k != out] for out in kept]
        left = [_explained(gram, sums, rest) for rest in rests]
        before = _explained(gram, sums, kept)
        falls = [(before - value) / atoms[k] for k, value in zip(kept, left, strict=True)]
        kept = rests[int(np.argmax(np.array(falls) <= min(falls) + _TIE * total))]
    return best[1]


def _gram(asked, terms):
    """Return inner products of terms beside a constant, with outputs, and of the outputs."""
    weight, parts = asked.weight, [term_values(term, asked.Z, _AT) for term in terms]
    targets = asked.values - weight @ asked.values
    total = np.sum(weight[:, np.newaxis] * targets**2)
    if not terms:
        return np.zeros((0, 0)), np.zeros((0, targets.shape[1])), total
    V = np.column_stack([value - weight @ value for value, _ in parts])
    gram, sums = (V.T * weight) @ V, (V.T * weight) @ targets
    for j in np.flatnonzero(asked.ratio):
        weighted, slopes = asked.ratio[j] * weight, asked.slopes[:, :, j]
        total += np.sum(weighted[:, np.newaxis] * slopes**2)
        used = [k for k, (_, own) in enumerate(parts) if j in own]
        if used:
            S = np.column_stack([parts[k][1][j] for k in used])
            gram[np.ix_(used, used)] += (S.T * weighted) @ S
            sums[used] += (S.T * weighted) @ slopes
    return gram, sums, total


def _explained(gram, sums, kept):
    """Return how much of the outputs terms explain."""
    if not kept:
        return 0.0
    part, right = gram[np.ix_(kept, kept)], sums[kept]
    ridge = 1e-10 * np.trace(part) / len(kept) * np.eye(len(kept))
    return float(np.sum(right * np.linalg.solve(part + ridge, right)))
