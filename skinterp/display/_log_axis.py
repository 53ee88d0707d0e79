"""Logarithmic axes whose labels overlap nowhere."""

import numpy as np

from skinterp.utils import import_optional

_FEW_DECADES = 2.0  # of an axis on which 2 and 5 are labelled, too
_MOST_TICKS = 8


def log_axis(ax, values):
    """Make the horizontal axis logarithmic, with labels so few that they overlap nowhere.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    values : array-like of shape (n_values,)
        What is drawn, from 0; where a 0 is among it, it stands at the left of the smallest other.
    """
    ticker = import_optional("matplotlib.ticker", extra="plot", purpose="Plotting")
    values = np.asarray(values, dtype=float)
    above = values[values > 0.0]
    low, high = (above.min(), above.max()) if len(above) else (1.0, 1.0)
    if len(above) < len(values):
        ax.set_xscale("symlog", linthresh=low, linscale=0.3)
    else:
        ax.set_xscale("log")
    zero = [0.0] * (len(above) < len(values))
    ax.xaxis.set_major_locator(ticker.FixedLocator([*zero, *_ticks(low, high)]))
    ax.xaxis.set_major_formatter(ticker.FuncFormatter(_written))
    ax.xaxis.set_minor_formatter(ticker.NullFormatter())
    ax.xaxis.set_minor_locator(ticker.NullLocator())


def _ticks(low, high):
    """Return round numbers around the values: 1, 2, 5, 10, ... or powers of ten."""
    exponents = np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    few = np.log10(high / low) <= _FEW_DECADES
    ticks = np.ravel(10.0 ** exponents[:, np.newaxis] * ([1.0, 2.0, 5.0] if few else [1.0]))
    inside = ticks[(ticks >= low / 2) & (ticks <= high * 2)]
    return inside[:: -(-len(inside) // _MOST_TICKS)]


def _written(value, _):
    """Return a number of an axis: as such, or as a power of ten where that is long."""
    if value == 0.0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:g}"
    return f"$10^{{{np.log10(value):.0f}}}$" if np.log10(value) % 1 == 0 else f"{value:.0e}"
