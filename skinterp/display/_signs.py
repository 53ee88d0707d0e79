"""The colours of plus and minus in bars, heat maps and images: red, blue, and white for 0."""

import numpy as np

SIGNED_MAP = "RdBu_r"  # ColorBrewer's: told apart with every common colour blindness
PLUS, MINUS = "#B2182B", "#2166AC"  # of the map, at 0.9 and 0.1
DARK = 0.6  # of the largest magnitude: cells beyond take white texts


def sign_colours(values):
    """Return a colour for each value: one for positive, another one for negative ones."""
    return [MINUS if value < 0 else PLUS for value in values]


def fold_over_signs(values):
    """Return the largest magnitude, for colours symmetric about 0; 1 if all are 0."""
    largest = float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
    return largest or 1.0


def signed_colours(limit):
    """Return the options of a heat map or an image of signed numbers up to a magnitude."""
    return {"cmap": SIGNED_MAP, "vmin": -limit, "vmax": limit}
