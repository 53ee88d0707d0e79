"""Points of a box that a network answers otherwise: found by gradients and by search, not proven.

All points are changes of one row, in units of `scale`: the row is the origin.
"""

from typing import NamedTuple

import numpy as np

from skinterp.network import Network

_ASKED = 2**21  # floats asked about at a time
_RAY, _HALVINGS = 16, 40  # steps along a ray, and halvings of one of them
_DRAWN, _BEST = 1000, 8  # points drawn, and starts that are followed
_STEPS, _DAMPED = 30, np.array([1.0, 0.5, 0.2, 0.05, 0.01])
_BEYOND = np.array([1.0, 1.001, 1.01, 1.05, 1.2])
_SHRUNK = np.array([0.0, 0.5, 0.8, 0.95])  # of single changes
_REACHES, _TRIES, _TRIED, _LESS = (0.5, 0.2, 0.1, 0.03), 10, 64, 1.0 - 1e-4
_SWEEPS, _MOST_SWEPT, _MOST_CHANGED = 3, 3, 60
_SURE = 1.0 + np.array([1e-6, 1e-8, 0.0, 1e-5, 1e-4, 1e-3, 1e-2])
_LEVELS, _BEAM, _MOST_CHANGES = 17, 8, 20


class Question(NamedTuple):
    """Which changes of a row flip the answer of a network?

    Parameters
    ----------
    network : Network
        The network, of classes.
    row : ndarray of shape (n_features,)
        The row.
    scale : ndarray of shape (n_features,)
        The unit of each input.
    low, high : ndarray of shape (n_features,)
        The box, in input units.
    free : ndarray of bool of shape (n_features,)
        Which inputs may change.
    start : int
        Index of the class of the row; of several labels whether it has this one.
    label : int or None
        Index of the class to reach, None is any other; of several labels the one to flip.
    """

    network: Network
    row: np.ndarray
    scale: np.ndarray
    low: np.ndarray
    high: np.ndarray
    free: np.ndarray
    start: int
    label: int | None

    def points(self, Z):
        """Return changes as points in input units, in the box and exact where nothing moves."""
        X = np.clip(self.row + Z * self.scale, self.low, self.high)
        return np.where((Z == 0.0) | ~self.free, self.row, X)

    def asked(self, Z):
        """Return by how much each change speaks for a flip, and whether it is one."""
        margins, flips = np.empty(len(Z)), np.empty(len(Z), dtype=bool)
        step = max(1, _ASKED // len(self.row))
        for start in range(0, len(Z), step):
            block = slice(start, start + step)
            raw = self.network.raw_values(self.points(Z[block]))
            margins[block] = (raw * self._weights(raw)).sum(axis=1)
            flips[block] = self._are_flips(raw)
        return margins, flips

    def slopes(self, Z):
        """Return margins and their slopes by the changes that are free."""
        X = self.points(Z)
        raw = self.network.raw_values(X)
        weights = self._weights(raw)
        gradient = self.network.pullback(X, weights) * self.scale
        is_known = self.free & np.isfinite(gradient)
        return (raw * weights).sum(axis=1), np.where(is_known, gradient, 0.0)

    def _are_flips(self, raw):
        answers = answered(self.network, raw, self.label)
        if self.network.task == "multiclass" and self.label is not None:
            return answers == self.label
        return answers != self.start

    def _weights(self, raw):
        """Return the weights of raw values in the margin: positive for a flip."""
        n, weights = np.arange(len(raw)), np.zeros_like(raw)
        if self.network.task != "multiclass":
            column = self.label if self.network.task == "multilabel" else 0
            weights[:, column] = -1.0 if self.start else 1.0
            return weights
        kept = self.start if self.label is None else self.label
        others = raw.copy()
        others[:, kept] = -np.inf
        sign = -1.0 if self.label is None else 1.0
        weights[:, kept], weights[n, others.argmax(axis=1)] = sign, -sign
        return weights

    def bounds(self):
        """Return the box as changes."""
        low, high = (self.low - self.row) / self.scale, (self.high - self.row) / self.scale
        return np.where(self.free, low, 0.0), np.where(self.free, high, 0.0)


def answered(network, raw, label):
    """Return the index of the class by row; of several labels whether the row has one of them."""
    if network.task == "multiclass":
        return raw.argmax(axis=1)
    return (raw[:, label if network.task == "multilabel" else 0] > 0.0).astype(int)


def lengths(Z):
    """Return the sizes of changes."""
    return np.sqrt((Z**2).sum(axis=-1))


def nearer(question, Z):
    """Return flips moved towards the row along their rays, as far as they stay flips."""
    shares = np.arange(1, _RAY + 1) / _RAY
    on_ray = (shares[:, np.newaxis, np.newaxis] * Z).reshape(-1, Z.shape[1])
    flips = question.asked(on_ray)[1].reshape(_RAY, len(Z))
    flips[-1] = True  # up to rounding the flips themselves
    first = flips.argmax(axis=0)
    far, near = shares[first], shares[first] - 1.0 / _RAY
    for _ in range(_HALVINGS):
        middle = 0.5 * (near + far)
        is_flip = question.asked(middle[:, np.newaxis] * Z)[1]
        far, near = np.where(is_flip, middle, far), np.where(is_flip, near, middle)
    moved = far[:, np.newaxis] * Z
    return np.where(question.asked(moved)[1][:, np.newaxis], moved, Z)


def starts(question, rows, rng):
    """Return flips to start from: other rows, drawn points, and where slopes lead from the row."""
    low, high = question.bounds()
    others = np.where(question.free, (rows - question.row) / question.scale, 0.0)
    drawn = np.where(question.free, rng.uniform(low, high, size=(_DRAWN, len(low))), 0.0)
    few = drawn * (rng.uniform(size=drawn.shape) < rng.uniform(size=(_DRAWN, 1)))
    corners = np.where(rng.uniform(size=few.shape) < 0.5, low, high) * (few != 0.0)
    pool = np.concatenate([np.clip(others, low, high), drawn, few, corners, _walk(question)])
    flips = pool[question.asked(pool)[1]]
    return _shortest(flips, 4 * _BEST) if len(flips) else flips


def _shortest(Z, n):
    _, first = np.unique(np.round(Z, 6), axis=0, return_index=True)
    Z = Z[np.sort(first)]
    return Z[np.argsort(lengths(Z), kind="stable")[:n]]


def _walk(question):
    """Return the points on the way from the row along the slopes of the margin."""
    low, high = question.bounds()
    z, way = np.zeros((1, len(question.row))), []
    for _ in range(_STEPS):
        margin, slope = question.slopes(z)
        size = (slope**2).sum()
        if not size > 0.0:
            break
        z = np.clip(z + 1.05 * abs(margin[0]) * slope / size, low, high)
        way.append(z[0])
    return np.array(way).reshape(-1, len(question.row))


def _projected(question, Z):
    """Return the points nearest to the row on the plane that touches the boundary at each flip."""
    low, high = question.bounds()
    margins, slopes = question.slopes(Z)
    level = (slopes * Z).sum(axis=1) - margins
    found, active = np.zeros_like(Z), np.abs(slopes) > 0.0
    for _ in range(4):  # inputs that reach the box stay there
        size = (slopes**2 * active).sum(axis=1)
        rest = level - (slopes * found * ~active).sum(axis=1)
        steps = slopes * (rest / np.where(size > 0.0, size, 1.0))[:, np.newaxis]
        found = np.where(active, np.clip(steps, low, high), found)
        active &= (steps > low) & (steps < high)
    return found


def shortened(question, Z):
    """Return flips made shorter: along the boundary by its slopes, then one change at a time."""
    low, high = question.bounds()
    Z = nearer(question, Z)
    going = np.ones(len(Z), dtype=bool)
    for _ in range(_STEPS):
        if not going.any():
            break
        at = Z[going]
        target = _projected(question, at)
        tried = at + _DAMPED[:, np.newaxis, np.newaxis] * (target - at)
        tried = _BEYOND[:, np.newaxis, np.newaxis, np.newaxis] * tried
        tried = np.clip(tried, low, high).reshape(-1, *at.shape)
        flips = question.asked(tried.reshape(-1, at.shape[1]))[1].reshape(tried.shape[:2])
        sizes = np.where(flips, lengths(tried), np.inf)
        best = sizes.argmin(axis=0)
        n = np.arange(len(at))
        better = sizes[best, n] < lengths(at) * (1.0 - 1e-6)
        new = np.where(better[:, np.newaxis], tried[best, n], at)
        Z[going] = nearer(question, new)
        going[going] = better
    return _swept(question, _shortest(Z, _MOST_SWEPT))


def _swept(question, Z):
    """Return flips with single changes made smaller, or undone, as far as they stay flips."""
    Z = Z.copy()
    for i, z in enumerate(Z):
        for _ in range(_SWEEPS):
            before = lengths(z)
            for j in np.argsort(-np.abs(z), kind="stable")[:_MOST_CHANGED]:
                tried = np.tile(z, (len(_SHRUNK), 1))
                tried[:, j] *= _SHRUNK
                flips = question.asked(tried)[1]
                if z[j] != 0.0 and flips.any():
                    z = tried[flips.argmax()]
            z = nearer(question, z[np.newaxis])[0]
            if lengths(z) > before * (1.0 - 1e-4):
                break
        Z[i] = z
    return Z


def verified(question, z, found):
    """Return a flip a millionth beyond the boundary, where it is one when it is asked alone, too.

    Rounding differs between one row and many, and between a network and the model it was read
    from; what is a flip by rounding only goes a little farther, or gives way to one of `found`.
    """
    low, high = question.bounds()
    tried = [*(np.clip(factor * z, low, high) for factor in _SURE), *found]
    return next((t for t in tried if question.asked(t[np.newaxis])[1][0]), z)


def _wandered(question, z, rng):
    """Return a flip made shorter by steps at random, which also turn corners of the boundary."""
    low, high = question.bounds()
    for reach in _REACHES:
        for _ in range(_TRIES):
            size = lengths(z)
            steps = rng.normal(size=(_TRIED, len(z))) * question.free
            tried = z + reach * size * steps / np.maximum(lengths(steps), 1e-300)[:, np.newaxis]
            tried *= (_LESS * size / np.maximum(lengths(tried), 1e-300))[:, np.newaxis]
            tried = np.clip(tried, low, high)
            flips = question.asked(tried)[1]
            if not flips.any():
                break
            z = _shortest(nearer(question, tried[flips]), 1)[0]
    return z


def smallest_flip(question, found, rng):
    """Return the shortest flip that is found from some."""
    followed = shortened(question, _shortest(nearer(question, found), _BEST))
    best = _wandered(question, _shortest(followed, 1)[0], rng)
    return verified(question, best, found)


def fewest_flip(question, found):
    """Return the flip of fewest changes that is found, and of these the shortest.

    Changes are added one at a time, those that bring the answer nearest to a flip, and taken out
    of other flips one at a time.
    """
    pool = [_thinned(question, z) for z in found[:_BEST]]
    pool += _added(question, min(map(np.count_nonzero, pool)))
    counts = np.array([np.count_nonzero(z) for z in pool])
    fewest = np.array([z for z, n in zip(pool, counts, strict=True) if n == counts.min()])
    fewest = _shortest(nearer(question, fewest), _BEST)
    supports = {tuple(np.flatnonzero(z)) for z in fewest}
    ends = []
    for support in supports:
        of = question._replace(free=np.isin(np.arange(len(question.row)), support))
        mine = np.array([z for z in fewest if tuple(np.flatnonzero(z)) == support])
        ends.extend(shortened(of, mine))
    best = min(ends, key=lambda z: (np.count_nonzero(z), lengths(z)))
    return verified(question, best, [*fewest, *found])


def _thinned(question, z):
    """Return a flip with changes undone, those of least effect first, as far as it stays one."""
    z, undone = z.copy(), True
    while undone and np.count_nonzero(z) > 1:
        used = np.flatnonzero(z)
        tried = np.tile(z, (len(used), 1))
        tried[np.arange(len(used)), used] = 0.0
        margins, flips = question.asked(tried)
        undone = flips.any()
        if undone:
            z = tried[np.where(flips, margins, -np.inf).argmax()]
    return z


def _added(question, most):
    """Return flips of as few changes as a search that keeps the best partial ones finds."""
    beam = np.zeros((1, len(question.row)))
    for _ in range(min(_MOST_CHANGES, most)):
        found, flips = {}, []
        for tried in _with_one_more(question, beam):
            margins, are_flips = question.asked(tried)
            flips.extend(tried[are_flips])
            for z, margin in zip(tried, margins, strict=True):
                key = tuple(np.flatnonzero(z))
                if margin > found.get(key, (-np.inf,))[0]:
                    found[key] = margin, z
        if flips or not found:
            return flips
        beam = [z for _, z in sorted(found.values(), key=lambda pair: -pair[0])[:_BEAM]]
    return []


def _with_one_more(question, beam):
    """Yield changes with one more input at each of its levels, as many at a time as fit."""
    low, high = question.bounds()
    n_at_once = max(1, _ASKED // (_LEVELS * len(low)))
    for z in beam:
        inputs = np.flatnonzero((low < high) & (z == 0.0))
        for start in range(0, len(inputs), n_at_once):
            some = inputs[start : start + n_at_once]
            tried = np.tile(z, (len(some), _LEVELS, 1))
            tried[np.arange(len(some)), :, some] = np.linspace(low[some], high[some], _LEVELS).T
            yield tried.reshape(-1, len(z))
