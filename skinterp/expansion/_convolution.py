"""Networks with one hidden layer: conditional means of the units from characteristic functions.

The input of a unit is a sum of independent discrete variables, z = b + sum_i w_i(x_i). With the
activation as a Fourier series, act(z) = Re sum_k c_k exp(i k s z), every conditional mean is a sum
of products: a variable that is averaged over contributes phi_i(k) = E exp(i k s w_i), one that is
held at a category exp(i k s w_i(a)), and a zero-sum term the difference of the two.
"""

from itertools import combinations
from typing import NamedTuple

import numpy as np
from sklearn.utils.parallel import Parallel, delayed

from skinterp.expansion._deadline import Deadline
from skinterp.expansion._fourier import fourier_series

_UNITS = 5  # units per task, whatever n_jobs is
_BLOCK = 2**21  # complex numbers held at a time: 32 MB
_TINY, _ROUNDING = 1e-14, 1e-15
_FINE, _FEWEST = 64, 256  # frequencies by one multiplication, and in the first block
_ASKED = 8  # variables that are asked first
_WAVES = 5e9  # exponentials that may be evaluated, all units together
_ALWAYS = Deadline()


class _Unit(NamedTuple):
    """A hidden unit: its activation, bias, and what each category adds to its input."""

    activation: object
    bias: float
    steps: tuple  # one array per variable, with mean 0
    spread: tuple  # lowest and highest sum of these there can be


class UnitTerms(NamedTuple):
    """Terms of a unit, or of some units for all outputs; higher ones by all variables but one."""

    constant: float | np.ndarray
    fields: np.ndarray
    higher: dict
    error: float


def _read_unit(activation, bias, tables, weights):
    means = [float(w @ t) for t, w in zip(tables, weights, strict=True)]
    steps = tuple(
        np.where(np.abs(t - m) > _ROUNDING * np.abs(t).max(), t - m, 0.0)
        for t, m in zip(tables, means, strict=True)
    )
    spread = sum(t.min() for t in steps), sum(t.max() for t in steps)
    return _Unit(activation, bias + sum(means), steps, spread)


def _gaussian_spread(unit, weights, order):
    """Return the interval that matters when the averaged variables are Gaussian."""
    deviation = np.sqrt(sum(w @ t**2 for t, w in zip(unit.steps, weights, strict=True)))
    largest = np.sort([np.abs(t).max() for t in unit.steps])[::-1][:order].sum()
    reach = 8.5 * deviation + largest
    return -reach, reach


def _waves(t, step, indices):
    """Return exp(1j * step * t * k) for some indices k, most of them by one multiplication."""
    coarse, fine = np.divmod(indices, _FINE)
    first = coarse.min()
    whole = np.arange(first, coarse.max() + 1) * _FINE
    parts = np.exp(1j * step * np.outer(t, np.arange(_FINE)))
    return np.exp(1j * step * np.outer(t, whole))[:, coarse - first] * parts[:, fine]


def _average(t, weights, step, indices):
    """Return the size of the average of exp(1j * step * t * k) for some indices k."""
    coarse, fine = np.divmod(indices, _FINE)
    first = coarse.min()
    whole = np.arange(first, coarse.max() + 1) * _FINE
    if len(indices) < len(whole):
        return np.abs(weights @ np.exp(1j * step * np.outer(t, indices)))
    left = np.exp(1j * step * np.outer(whole, t)) * weights
    right = np.exp(1j * step * np.outer(t, np.arange(_FINE)))
    return np.abs((left @ right)[coarse - first, fine])


def _characteristic(unit, indices, step, weights, is_gaussian):
    """Return exp(i w t) less its average, the averages, and what stands for them where averaged.

    Rows are categories, or variables; columns the frequencies w of some indices.
    """
    starts = np.cumsum([0, *(len(w) for w in weights[:-1])])
    waves = _waves(np.concatenate(unit.steps), step, indices)
    averages = np.add.reduceat(waves * np.concatenate(weights)[:, np.newaxis], starts, axis=0)
    waves -= np.repeat(averages, [len(w) for w in weights], axis=0)
    if is_gaussian:
        squares = [w @ s**2 for s, w in zip(unit.steps, weights, strict=True)]
        averages = np.exp(-0.5 * np.outer(squares, (step * indices) ** 2)).astype(complex)
    averages[np.abs(averages) < _TINY] = _TINY
    return waves, averages


def _screen(unit, indices, bounds, step, weights, order, budget, deadline):
    """Find the frequencies that matter, asking few variables first and more where it is needed.

    All but `order` of the averages stand in every term, and none exceeds 1: the product of those
    of some variables, the smallest left out, bounds that of all.

    Returns
    -------
    kept : ndarray of int
        Indices.
    left_out : float
        A bound of the others' part in any term.
    share : float
        The mean bound of the products, from which what lies beyond the last index is estimated.
    """
    products, n, total, left_out = np.ones(len(indices)), len(indices), 0.0, 0.0
    smallest = np.ones((order, n))
    deviations = [w @ s**2 for s, w in zip(unit.steps, weights, strict=True)]
    ranked, n_asked = np.argsort(deviations)[::-1], 0
    while len(indices) and n_asked < len(ranked):
        deadline.check()
        asked = ranked[n_asked : max(2 * n_asked, _ASKED)]
        n_asked += len(asked)
        for i in asked:
            average = _average(unit.steps[i], weights[i], step, indices)
            average = np.maximum(average, _TINY)
            products *= average
            for row in smallest:
                row[:], average = np.minimum(row, average), np.maximum(row, average)
        whole = np.minimum(products / smallest.prod(axis=0), 1.0)
        kept, dropped = _keep(bounds * whole, budget * 2.0 ** -(n_asked / _ASKED))
        total += whole.sum() - whole[kept].sum()
        left_out += dropped
        indices, bounds, products = indices[kept], bounds[kept], products[kept]
        smallest = smallest[:, kept]
    return indices, left_out, (total + len(indices)) / max(n, 1)


def _reach(waves, averages, sizes, order):
    """Return the largest size of each variable's factor, and of a product up to the order."""
    starts = np.cumsum([0, *sizes[:-1]])
    squares = waves.real**2
    squares += waves.imag**2
    factors = np.sqrt(np.maximum.reduceat(squares, starts, axis=0)) / np.abs(averages)
    n = len(sizes)
    largest = np.partition(factors, range(n - order, n), axis=0)[n - order :]
    return factors, np.maximum(largest, 1.0).prod(axis=0)


def _keep(sizes, budget):
    """Return the indices of all but the smallest numbers, and the sum of those left out."""
    ranked = np.argsort(sizes)
    dropped = np.cumsum(sizes[ranked]) <= budget
    return np.sort(ranked[~dropped]), float(sizes[ranked[dropped]].sum())


def _add_higher(higher, c, ratios, sizes, order, active, deadline):
    """Add a block of frequencies to the terms of two and more active variables, in place."""
    starts = np.cumsum([0, *sizes])
    rows = [np.arange(starts[i], starts[i + 1]) for i in active]
    ends = np.cumsum([len(row) for row in rows])
    rows = np.concatenate(rows)
    right = np.concatenate([ratios.real[rows], ratios.imag[rows]], axis=1)
    for m in range(2, order + 1):
        for chosen in combinations(range(len(active) - 1), m - 1):
            deadline.check()
            head, end = tuple(active[k] for k in chosen), ends[chosen[-1]]
            left = c[np.newaxis]
            for i in head:
                part = ratios[np.newaxis, starts[i] : starts[i + 1]]
                left = (left[:, np.newaxis] * part).reshape(-1, len(c))
            left = np.concatenate([left.real, -left.imag], axis=1)
            first = starts[head[-1] + 1]
            if head not in higher:
                higher[head] = np.zeros((len(left), starts[-1] - first))
            higher[head][:, rows[end:] - first] += left @ right[end:].T


def _among_all(found, moving, sizes):
    """Return the terms of a unit that only some variables move, among those of all variables."""
    starts = np.cumsum([0, *sizes])
    columns = [np.arange(starts[i], starts[i + 1]) for i in moving]
    fields, higher = np.zeros(starts[-1]), {}
    fields[np.concatenate(columns)] = found.fields
    for chosen, block in found.higher.items():
        head = tuple(moving[k] for k in chosen)
        first = starts[head[-1] + 1]
        higher[head] = np.zeros((len(block), starts[-1] - first))
        higher[head][:, np.concatenate(columns[chosen[-1] + 1 :]) - first] = block
    return UnitTerms(found.constant, fields, higher, found.error)


def expand_unit(unit, weights, order, tolerance, n_kink, is_gaussian=False, deadline=_ALWAYS):
    """Expand one hidden unit in the zero-sum gauge.

    Parameters
    ----------
    unit : _Unit
        The unit.
    weights : sequence of ndarray
        Probabilities of the categories of each variable.
    order : int
        Highest order.
    tolerance : float
        Error of any term that is wanted.
    n_kink : int
        Number of terms of the series for activations with a kink.
    is_gaussian : bool, default=False
        Whether to take averaged variables as Gaussian.
    deadline : Deadline, default=Deadline()
        When to stop.

    Returns
    -------
    UnitTerms
        The terms, with a bound of their error (an estimate where the activation has a kink).

    Raises
    ------
    OutOfTime
        If the time is over.
    """
    sizes, moving = [len(w) for w in weights], [i for i, t in enumerate(unit.steps) if t.any()]
    if not moving:
        value = float(unit.activation.value(np.array(unit.bias)))
        return UnitTerms(value, np.zeros(sum(sizes)), {}, 0.0)
    if len(moving) < len(sizes):
        part = unit._replace(steps=tuple(unit.steps[i] for i in moving))
        order, weights = min(order, len(moving)), [weights[i] for i in moving]
        found = _expand_moving(part, weights, order, tolerance, n_kink, is_gaussian, deadline)
        return _among_all(found, moving, sizes)
    return _expand_moving(unit, weights, order, tolerance, n_kink, is_gaussian, deadline)


def _expand_moving(unit, weights, order, tolerance, n_kink, is_gaussian, deadline):
    """Return the terms of a unit that all variables move."""
    sizes = [len(w) for w in weights]
    spread = _gaussian_spread(unit, weights, order) if is_gaussian else unit.spread
    factor = 2.0**order
    series = fourier_series(unit.activation, unit.bias, *spread, tolerance / factor / 2.0, n_kink)
    magnitudes = np.abs(series.coefficients)
    n = len(magnitudes)
    tails = np.append(np.cumsum(magnitudes[::-1])[::-1], 0.0) + series.tail
    constant = series.value + float(series.coefficients[0].real)
    terms = [constant, series.slope * np.concatenate(unit.steps), {}]
    error, limit, first, size = factor * series.error, factor, 1, _FEWEST

    def add(indices, budget):
        deadline.check()
        waves = _characteristic(unit, indices, series.step, weights, is_gaussian)
        c = series.coefficients[indices]
        return _add_block(terms, c, waves, sizes, order, budget, deadline)

    largest = max(_FEWEST, _BLOCK // sum(sizes))
    while first < n and tails[first] * limit > tolerance / 4.0:
        last = min(first + size, n)
        indices = first + np.flatnonzero(magnitudes[first:last])
        left_out, limit = add(indices, tolerance / 4.0 * (last - first) / n)
        error += left_out
        first, size = last, min(2 * size, largest)
    is_cut = n >= n_kink  # else the whole tail is within the tolerance
    if is_gaussian or (first == n and is_cut):  # Gaussian averages only fall
        return UnitTerms(*terms, error + tails[first] * min(limit, factor))
    indices = first + np.flatnonzero(magnitudes[first:])
    indices, left_out, share = _screen(
        unit, indices, factor * magnitudes[indices], series.step, weights, order, tolerance / 4.0,
        deadline,
    )  # fmt: skip
    for k in range(0, len(indices), largest):
        left_out += add(indices[k : k + largest], tolerance / 8.0 * largest / n)[0]
    share = min(2.0 * share, 1.0) if is_cut else 1.0
    return UnitTerms(*terms, error + left_out + factor * series.tail * share)


def _add_block(terms, c, waves, sizes, order, budget, deadline):
    """Add a block of frequencies to the terms, in place, leaving out what the budget allows.

    Returns a bound of what was left out, and the largest product of factors in the block.
    """
    waves, averages = waves
    factors, products = _reach(waves, averages, sizes, order)
    whole = np.prod(averages, axis=0)
    products *= np.abs(whole)
    sizes_of_products = np.abs(c) * products
    kept, left_out = _keep(sizes_of_products, budget / 2.0)
    limit = float(products.max())
    if not len(kept):
        return left_out, limit
    c = (c * whole)[kept]
    ratios = waves[:, kept] / np.repeat(averages[:, kept], sizes, axis=0)
    terms[0] += float(c.sum().real)
    terms[1] += (ratios @ c).real
    parts = np.minimum(factors[:, kept], 1.0) @ sizes_of_products[kept]
    active, weak = _keep(parts, budget / 2.0)
    if order > 1 and len(active) > 1:
        _add_higher(terms[2], c, ratios, sizes, order, active.tolist(), deadline)
    return left_out + weak, limit


def _expand_units(units, behind, weights, order, tolerance, n_kink, is_gaussian, deadline):
    """Return the sums over some units of what each adds to the outputs, and their errors."""

    def of_outputs(unit, v):
        wanted = tolerance / (size := np.abs(v).max())
        found = expand_unit(unit, weights, order, wanted, n_kink, is_gaussian, deadline)
        higher = {head: np.multiply.outer(v, block) for head, block in found.higher.items()}
        fields = np.multiply.outer(v, found.fields)
        return UnitTerms(v * found.constant, fields, higher, size * found.error)

    return _added(of_outputs(u, v) for u, v in zip(units, behind, strict=True) if v.any())


def _added(parts):
    """Return the sum of some parts, taken one after another: all may be much more than it."""
    constant, fields, higher, error = 0.0, 0.0, {}, 0.0
    for part in parts:
        constant, fields = constant + part.constant, fields + part.fields
        error = error + part.error
        for head, block in part.higher.items():
            higher[head] = higher[head] + block if head in higher else block
    return UnitTerms(constant, fields, higher, error)


def expand_hidden_layer(
    layer, weights, order, tolerance, is_gaussian=False, n_jobs=None, deadline=_ALWAYS
):
    """Expand a network with one hidden layer in the zero-sum gauge.

    Parameters
    ----------
    layer : HiddenLayer
        The network.
    weights : sequence of ndarray
        Probabilities of the categories of each variable.
    order : int
        Highest order.
    tolerance : float
        Error of any term that is wanted, all units together.
    is_gaussian : bool, default=False
        Whether to take averaged variables as Gaussian: faster, and as wrong as they are not.
    n_jobs : int or None, default=None
        Number of jobs; the result does not depend on it.
    deadline : Deadline, default=Deadline()
        When to stop.

    Returns
    -------
    terms : dict of tuple to ndarray
        The terms.
    error : float
        A bound of the error of any of them (an estimate where the activation has a kink), the
        Gaussian approximation aside.

    Raises
    ------
    OutOfTime
        If the time is over: a sum over some of the units is none of the network's terms.
    """
    function, behind = layer.function, layer.behind
    sizes, n_units = [len(w) for w in weights], len(behind)
    units = [
        _read_unit(layer.activation, function.bias[h], [t[:, h] for t in function.tables], weights)
        for h in range(n_units)
    ]
    n_waves = sum(len(t) for unit in units for t in unit.steps if t.any())
    n_kink = int(np.clip(_WAVES / max(n_waves, 1), 2**10, 2**20))
    parts = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(_expand_units)(
            units[k : k + _UNITS], behind[k : k + _UNITS], weights, order,
            tolerance / n_units, n_kink, is_gaussian, deadline,
        )
        for k in range(0, n_units, _UNITS)
    )  # fmt: skip
    found = _added(parts)
    return _as_terms(found, layer.bias, sizes, order), float(found.error)


def _as_terms(found, bias, sizes, order):
    """Return the terms by variables."""
    starts, n_outputs = np.cumsum([0, *sizes]), len(bias)
    terms = {(): bias + found.constant}
    fields = found.fields + np.zeros((n_outputs, starts[-1]))
    for i in range(len(sizes)):
        terms[(i,)] = fields[:, starts[i] : starts[i + 1]].copy()
    for m in range(2, order + 1):
        for head in combinations(range(len(sizes) - 1), m - 1):
            total, offset = found.higher.get(head), starts[head[-1] + 1]
            for i in range(head[-1] + 1, len(sizes)):
                shape = (n_outputs, *(sizes[j] for j in head), sizes[i])
                own = slice(starts[i] - offset, starts[i + 1] - offset)
                block = np.zeros(shape) if total is None else total[:, :, own].reshape(shape)
                terms[(*head, i)] = block
    return terms
