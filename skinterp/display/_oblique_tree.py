"""A binary tree with texts in its nodes."""

import textwrap
from dataclasses import KW_ONLY, dataclass
from itertools import count

import numpy as np

from skinterp.display._display import GREY, LIGHT, Display, cycle, label, wrapped
from skinterp.utils import n_leaves_below

_WIDTH, _LINES = 24, 4  # characters and lines of one node
_INCHES = 1.75, 1.15  # width of a leaf, height of a level
_TEXT = {"fontsize": 7, "ha": "center", "va": "center"}
_SIDE = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}
_NODE = {"boxstyle": "round,pad=0.35", "edgecolor": GREY, "linewidth": 0.6}


@dataclass(eq=False, repr=False)
class ObliqueTreeDisplay(Display):
    """A binary tree with texts in its nodes, cut at a depth.

    Parameters
    ----------
    children_left, children_right : array-like of int of shape (n_nodes,)
        Children, -1 for leaves; node 0 is the root.
    texts : sequence of str of length n_nodes
        What a node says: the test that leads to the right, or the answer of a leaf.
    groups : array-like of int of shape (n_nodes,) or None, default=None
        Colour of each leaf, such as its class; -1 for none.
    max_depth : int, default=3
        Depth at which to cut; what is below is counted.
    title : str, default=""
        Which tree, and what its leaves answer.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Examples
    --------
    >>> from skinterp.display import ObliqueTreeDisplay
    >>> display = ObliqueTreeDisplay([1, -1, -1], [2, -1, -1], ["a > 1", "no", "yes"]).plot()
    >>> [text.get_text() for text in display.ax_.texts]
    ['no', 'yes', 'no', 'yes', 'a > 1']
    """

    children_left: object
    children_right: object
    texts: object
    _: KW_ONLY
    groups: object = None
    max_depth: int = 3
    title: str = ""

    def _is_leaf(self, node):
        return self.children_left[node] < 0

    def _layout(self):
        """Return positions (x, depth) of the nodes to draw, and the edges with their side."""
        positions, edges, places = {}, [], count()

        def place(node, depth):
            if self._is_leaf(node) or depth == self.max_depth:
                x = next(places)
            else:
                left, right = self.children_left[node], self.children_right[node]
                edges.extend([(node, left, "no"), (node, right, "yes")])
                x = 0.5 * (place(left, depth + 1) + place(right, depth + 1))
            positions[node] = (x, depth)
            return x

        place(0, 0)
        return positions, edges

    @property
    def figure_size(self):
        x, depth = np.max(list(self._layout()[0].values()), axis=0)
        return max(3.0, _INCHES[0] * (1 + x)), max(1.5, _INCHES[1] * (1 + depth))

    def _text(self, node, depth):
        if not self._is_leaf(node) and depth == self.max_depth:
            return f"… {n_leaves_below(self.children_left, self.children_right, node)} leaves"
        text = label(self.texts[node], width=_WIDTH * _LINES)
        return "\n".join(textwrap.wrap(text, _WIDTH, max_lines=_LINES, placeholder=" …"))

    def draw(self, ax):
        positions, edges = self._layout()
        for node, child, side in edges:
            (x0, y0), (x1, y1) = positions[node], positions[child]
            ax.plot([x0, x1], [-y0, -y1], color=GREY, linewidth=0.8, zorder=1)
            middle = 0.55 * x0 + 0.45 * x1, -(0.55 * y0 + 0.45 * y1)
            ax.text(*middle, side, color=GREY, bbox=_SIDE, **_TEXT)
        for node, (x, depth) in positions.items():
            group = -1 if self.groups is None else self.groups[node]
            colour = cycle(LIGHT, group) if self._is_leaf(node) and group >= 0 else "white"
            box = {**_NODE, "facecolor": colour}
            ax.text(x, -depth, self._text(node, depth), zorder=3, bbox=box, **_TEXT)
        last, lowest = np.max(list(positions.values()), axis=0)
        ax.set(xlim=(-0.6, last + 0.6), ylim=(-lowest - 0.5, 0.5))
        ax.axis("off")
        if self.title:
            ax.set_title(wrapped(self.title, max(30, 22 * (1 + int(last)))), fontsize="medium")
