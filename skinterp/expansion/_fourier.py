"""Activation functions as Fourier series on an interval, to a known error."""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

_FEWEST, _MOST = 2**8, 2**16  # points of the grid
_PIECEWISE = ("relu", "leaky_relu")  # linear where they have no kink
_SELU_JUMP = 1.0507009873554805 * (1.0 - 1.6732632423543772)


class Series(NamedTuple):
    """The series ``Re sum_k coefficients[k] exp(1j * step * k * z)``, k = 0, 1, ..."""

    coefficients: np.ndarray
    step: float
    error: float
    tail: float


def kink(activation):
    """Return the jump of an activation's slope at 0.

    Parameters
    ----------
    activation : Activation
        The function.

    Returns
    -------
    float
        The jump; 0 for smooth functions.
    """
    jumps = {"relu": 1.0, "selu": _SELU_JUMP}
    if activation.name == "leaky_relu":
        return 1.0 - activation.slope
    return jumps.get(activation.name, 0.0)


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


def fourier_series(activation, low, high, tolerance, n_kink=2**12):
    """Expand an activation into a Fourier series that holds on an interval.

    Outside the interval the function is faded out by a smooth window, so that the coefficients of
    a smooth activation fall off exponentially; a kink at 0 inside it is split off as
    ``jump / 2 * |z|``, whose coefficients are known.

    Parameters
    ----------
    activation : Activation
        The function.
    low, high : float
        The interval.
    tolerance : float
        Largest error wanted on the interval, the kink's part aside.
    n_kink : int, default=2**12
        Largest number of terms of the kink's part.

    Returns
    -------
    Series
        The series, with the largest error seen between the points of the grid, the kink's part
        aside, and a bound of what the terms left out of the kink's part make.
    """
    jump = kink(activation) if low < 0.0 < high else 0.0
    if jump:
        high = max(high, -low)
        low = -high
    width = max(high - low, 1e-300)
    margin, centre = width / 2, (low + high) / 2
    step = 2 * np.pi / (width + 2 * margin)

    def smooth(z):
        if activation.name in _PIECEWISE and not jump:
            slope = activation.derivative(np.array(centre), activation.value(np.array(centre)))
            return slope * z
        return activation.value(z) - 0.5 * jump * np.abs(z)

    n = _FEWEST
    while True:
        z = centre + (np.arange(n) - n // 2) * (2 * np.pi / (step * n))
        values = smooth(z) * _window(z, low, high, margin)
        between = z + np.pi / (step * n)
        inside = (between >= low) & (between <= high)
        transform = np.fft.rfft(values)
        shifted = np.exp(1j * np.pi * np.arange(n // 2 + 1) / n) * transform
        shifted[-1] = 0.0
        error = np.abs(np.fft.irfft(shifted, n)[inside] - smooth(between[inside])).max(initial=0.0)
        if error <= tolerance or n >= _MOST:
            break
        n *= 2
    coefficients = 2.0 * transform[: n // 2] / n
    coefficients[0] /= 2.0
    coefficients *= np.exp(-1j * step * np.arange(n // 2) * z[0])
    if jump:
        enough = min(n_kink, int(abs(jump) / (np.pi * step * tolerance)) + 1)
        parts = np.zeros(max(enough, len(coefficients)), dtype=complex)
        parts[: len(coefficients)] = coefficients
        parts += 0.5 * jump / step * _triangle(len(parts))
        coefficients = parts
    tail = abs(jump) / (np.pi * step * len(coefficients))
    return Series(coefficients, step, float(error), tail)
