"""The texts that a figure draws, and where: which overlap, and which are cut off."""

from itertools import combinations
from unittest.mock import patch

import numpy as np
from matplotlib.text import Text

_ROOM = 1.0  # pixels by which boxes may touch


def drawn_texts(figure):
    """Return the texts that are drawn, each once."""
    texts, draw = {}, Text.draw

    def record(text, *args, **options):
        if text.get_visible() and text.get_text().strip():
            texts[id(text)] = text
        return draw(text, *args, **options)

    with patch.object(Text, "draw", record):
        figure.canvas.draw()
    return list(texts.values())


def corners(text):
    """Return the corners of the box around a text, which may be turned, in pixels."""
    around = text.get_window_extent()
    angle = np.radians(text.get_rotation())
    text.set_rotation(0.0)
    box = text.get_window_extent()
    text.set_rotation(np.degrees(angle))
    half = 0.5 * np.array([box.width, box.height]) - _ROOM
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    centre = 0.5 * (around.min + around.max)
    return (signs * np.maximum(half, 0.0)) @ turn + centre


def overlap(first, second):
    """Return whether two rectangles overlap: no side of either separates them."""
    for rectangle in (first, second):
        for side in (rectangle[1] - rectangle[0], rectangle[2] - rectangle[1]):
            a, b = first @ side, second @ side
            if a.max() <= b.min() or b.max() <= a.min():
                return False
    return True


def misplaced(figure):
    """Return the drawn texts, pairs that overlap, and those that reach out of the figure."""
    boxes = [(text.get_text(), corners(text)) for text in drawn_texts(figure)]
    pairs = [(a, b) for (a, x), (b, y) in combinations(boxes, 2) if overlap(x, y)]
    size = figure.bbox.size
    cut = [text for text, box in boxes if (box < -1.0).any() or (box > size + 1.0).any()]
    return [text for text, _ in boxes], pairs, cut
