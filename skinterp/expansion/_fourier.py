"""Activation functions as Fourier series on an interval, to a known error."""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

_FEWEST, _MOST = 2**8, 2**16  # points of the grid
_NARROW, _CHORD = 1e-8, 1e-3  # widths up to which an activation, or its chord, is its tangent
_ROUNDING = 1e-15
_SELU_JUMP = 1.0507009873554805 * (1.0 - 1.6732632423543772)


class Series(NamedTuple):
    """``value + slope * x + Re sum_k coefficients[k] exp(1j * step * k * x)``, k = 0, 1, ..."""

    value: float
    slope: float
    coefficients: np.ndarray
    step: float
    error: float
    tail: float


def kinks(activation):
    """Return where the slope of an activation jumps, and by how much.

    Parameters
    ----------
    activation : Activation
        The function.

    Returns
    -------
    tuple of tuple (float, float)
        Place and jump of each kink; none for smooth functions.
    """
    jumps = {
        "relu": ((0.0, 1.0),),
        "selu": ((0.0, _SELU_JUMP),),
        "leaky_relu": ((0.0, 1.0 - (activation.slope or 0.0)),),
        "elu": ((0.0, 1.0 - (activation.slope or 1.0)),),
        "hardtanh": ((-1.0, 1.0), (1.0, -1.0)),
        "relu6": ((0.0, 1.0), (6.0, -1.0)),
        "hardsigmoid": ((-3.0, 1.0 / 6.0), (3.0, -1.0 / 6.0)),
        "hardswish": ((-3.0, -0.5), (3.0, -0.5)),
    }
    return tuple(kink for kink in jumps.get(activation.name, ()) if kink[1])


def _covered(found, low, high):
    """Return an interval that covers an interval of z and all kinks, centred at a single one."""
    places = [place for place, _ in found]
    if len(places) == 1:
        reach = max(high - places[0], places[0] - low)
        return places[0] - reach, places[0] + reach
    return min(low, *places), max(high, *places)


def _window(z, low, high, margin):
    """Return 1 on [low, high], falling to 0 within the margins, smoothly and to rounding."""
    scale = margin / 16.0
    return ndtr((z - low + margin / 2) / scale) * ndtr((high + margin / 2 - z) / scale)


def _triangle(n_terms):
    """Return the coefficients of |z| on the period [-pi, pi], in closed form."""
    k = np.arange(n_terms, dtype=np.float64)
    coefficients = np.zeros(n_terms)
    coefficients[0] = np.pi / 2
    coefficients[1::2] = -4.0 / (np.pi * k[1::2] ** 2)
    return coefficients


def fourier_series(activation, bias, low, high, tolerance, n_kink=2**12):
    """Write ``activation(bias + x)`` as a line and a Fourier series that hold on an interval of x.

    The line is taken off first, so that an input that hardly varies loses no digits. What is left
    is faded out by a smooth window outside the interval, so that the coefficients of a smooth
    activation fall off exponentially; a kink at t is split off as ``jump / 2 * |z - t|``, whose
    coefficients are known.

    Parameters
    ----------
    activation : Activation
        The function.
    bias : float
        Where x is 0.
    low, high : float
        The interval of x.
    tolerance : float
        Largest error wanted on the interval, the part of kinks aside.
    n_kink : int, default=2**12
        Largest number of terms of the part of kinks.

    Returns
    -------
    Series
        The line and the series, with the largest error seen between the points of the grid, the
        part of kinks aside, and a bound of what the terms left out of that part make.
    """
    found = kinks(activation)
    if any(low < place - bias < high for place, _ in found):
        low, high = (end - bias for end in _covered(found, low + bias, high + bias))
    else:
        found = ()
    width, centre = high - low, (low + high) / 2

    def smooth(z):
        return activation.value(z) - sum(0.5 * jump * np.abs(z - place) for place, jump in found)

    value, slope = _line(activation, smooth, bias + centre, width, bool(found))

    def rest(u):
        return smooth(bias + centre + u) - value - slope * u

    is_straight = activation.bends is not None
    coefficients, step, error = np.zeros(1, dtype=complex), np.pi / max(width, 1e-300), 0.0
    if not is_straight and width <= _NARROW:
        error = width**2 * max(1.0, abs(value))  # none bends by more
    elif not is_straight:
        coefficients, error = _transform(rest, width / 2, step, tolerance)
    error += _ROUNDING * np.abs(activation.value(bias + np.array([low, high]))).max()
    jumps = sum(abs(jump) for _, jump in found)
    if found:
        enough = min(n_kink, int(jumps / (np.pi * step * tolerance)) + 1)
        parts = np.zeros(max(enough, len(coefficients)), dtype=complex)
        parts[: len(coefficients)] = coefficients
        coefficients = parts + _kinked(found, bias + centre, step, len(parts))
    tail = jumps / (np.pi * step * len(coefficients))
    coefficients *= np.exp(-1j * step * centre * np.arange(len(coefficients)))
    return Series(value - slope * centre, slope, coefficients, step, float(error), tail)


def _kinked(found, centre, step, n_terms):
    """Return the coefficients of the part of kinks, around a centre."""
    triangle, k = _triangle(n_terms) / step, np.arange(n_terms)
    return sum(
        0.5 * jump * triangle * np.exp(1j * step * (centre - place) * k) for place, jump in found
    )


def _line(activation, smooth, z, width, is_kinked):
    """Return value and slope of the line that is taken off: a chord, or a tangent if narrow."""
    value = smooth(np.array(z))
    if is_kinked or (width > _CHORD and activation.bends is None):
        ends = smooth(np.array([z - width / 2, z + width / 2]))
        return float(value), float((ends[1] - ends[0]) / width)
    return float(value), float(activation.derivative(np.array(z), value))


def _transform(function, reach, step, tolerance):
    """Return the Fourier coefficients of a function on [-reach, reach], and the error seen."""
    n = _FEWEST
    while True:
        u = (np.arange(n) - n // 2) * (2 * np.pi / (step * n))
        values = function(u) * _window(u, -reach, reach, reach)
        between = u + np.pi / (step * n)
        inside = np.abs(between) <= reach
        transform = np.fft.rfft(values)
        shifted = np.exp(1j * np.pi * np.arange(n // 2 + 1) / n) * transform
        shifted[-1] = 0.0
        error = np.abs(np.fft.irfft(shifted, n)[inside] - function(between[inside])).max(initial=0)
        if error <= tolerance or n >= _MOST:
            break
        n *= 2
    coefficients = 2.0 * transform[: n // 2] / n
    coefficients[0] /= 2.0
    return coefficients * np.exp(-1j * step * np.arange(n // 2) * u[0]), error
