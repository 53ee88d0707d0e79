"""A binary tree with texts in its nodes."""

from dataclasses import KW_ONLY, dataclass
from itertools import count

import numpy as np

from skinterp.display._display import (
    GREY,
    LIGHT,
    PALETTE,
    Display,
    cycle,
    label,
    lines_of,
    wrapped,
)
from skinterp.utils import import_optional, n_leaves_below, visible

_WIDTH, _LINES = 24, 4  # characters and lines of one node
_WHOLE, _CUT = 16, 3  # leaves of a tree drawn whole, and levels of a larger one
_UPRIGHT = 6  # leaves of a tree that grows downwards; larger ones grow to the right
_INCHES = 1.75, 1.15  # width of a leaf, height of a level
_SIDEWAYS = 2.3, 0.72  # width of a level, height of a leaf
_BAR = 80.0, 5.0  # points
_LINE = 9.0  # points
_TEXT = {"fontsize": 7, "ha": "center", "va": "center"}
_SIDE = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}
_NODE = {"boxstyle": "round,pad=0.35", "edgecolor": GREY, "linewidth": 0.6}


def _lines(text):
    return lines_of(text, _WIDTH)


def _fitted(text):
    """Return a text that fits a node, without words in the middle: thresholds stand at ends."""
    words = visible(str(text)).split()
    lines, n_left = _lines(" ".join(words)), len(words) - 1
    while len(lines) > _LINES and n_left > 1:
        head, tail = words[: (n_left + 1) // 2], words[len(words) - n_left // 2 :]
        lines, n_left = _lines(" ".join([*head, "…", *tail])), n_left - 1
    if len(lines) > _LINES:
        lines = _lines(label(text, _WIDTH * (_LINES - 1)).replace(r"\$", "$"))[:_LINES]
    return "\n".join(lines).replace("$", r"\$")


@dataclass(eq=False, repr=False)
class ObliqueTreeDisplay(Display):
    """A binary tree with texts in its nodes, and the classes of the rows that pass them.

    A tree of up to six leaves grows downwards, a larger one to the right, "no" above "yes".

    Parameters
    ----------
    children_left, children_right : array-like of int of shape (n_nodes,)
        Children, -1 for leaves; node 0 is the root.
    texts : sequence of str of length n_nodes
        What a node says: the test that leads to the right, or the answer of a leaf.
    groups : array-like of int of shape (n_nodes,) or None, default=None
        Colour of each leaf, such as its class; -1 for none.
    max_depth : int or None, default=None
        Depth at which to cut; what is below is counted. None draws all of a tree of at most 16
        leaves, and three levels of a larger one.
    title : str, default=""
        Which tree, and what its leaves answer.
    below : sequence of str of length n_nodes or None, default=None
        What is written of a node where the tree is cut.
    shares : array-like of shape (n_nodes, n_classes) or None, default=None
        Shares of the classes among the rows that pass a node, drawn as a bar.
    classes : sequence or None, default=None
        The classes, for the legend of the bars.

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
    max_depth: int | None = None
    title: str = ""
    below: object = None
    shares: object = None
    classes: object = None

    def _is_leaf(self, node):
        return self.children_left[node] < 0

    @property
    def _depth(self):
        """The depth at which to cut."""
        if self.max_depth is not None:
            return self.max_depth
        n_leaves = n_leaves_below(self.children_left, self.children_right, 0)
        return _CUT if n_leaves > _WHOLE else np.inf

    def _layout(self):
        """Return positions (place, depth) of the nodes to draw, and the edges with their side."""
        positions, edges, places, cut = {}, [], count(), self._depth

        def place(node, depth):
            if self._is_leaf(node) or depth == cut:
                x = next(places)
            else:
                left, right = self.children_left[node], self.children_right[node]
                edges.extend([(node, left, "no"), (node, right, "yes")])
                x = 0.5 * (place(left, depth + 1) + place(right, depth + 1))
            positions[node] = (x, depth)
            return x

        place(0, 0)
        return positions, edges

    def _extent(self, positions):
        return np.max(list(positions.values()), axis=0)

    @property
    def figure_size(self):
        last, depth = self._extent(self._layout()[0])
        legend = 0.4 * (self.shares is not None)
        if last >= _UPRIGHT:
            return _SIDEWAYS[0] * (1 + depth), _SIDEWAYS[1] * (1 + last) + legend
        return max(3.0, _INCHES[0] * (1 + last)), max(1.5, _INCHES[1] * (1 + depth)) + legend

    def _text(self, node, depth):
        text = self.texts[node]
        if not self._is_leaf(node) and depth == self._depth:
            text = f"… {n_leaves_below(self.children_left, self.children_right, node)} leaves"
            text += "" if self.below is None else f": {self.below[node]}"
        return _fitted(text)

    def draw(self, ax):
        positions, edges = self._layout()
        last, lowest = self._extent(positions)
        is_sideways = last >= _UPRIGHT
        at = {n: (d, -x) if is_sideways else (x, -d) for n, (x, d) in positions.items()}
        for node, child, side in edges:
            (x0, y0), (x1, y1) = at[node], at[child]
            ax.plot([x0, x1], [y0, y1], color=GREY, linewidth=0.8, zorder=1)
            share = 0.5 if is_sideways else 0.45
            middle = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
            ax.text(*middle, side, color=GREY, bbox=_SIDE, **_TEXT)
        for node, (_, depth) in positions.items():
            group = -1 if self.groups is None else self.groups[node]
            colour = cycle(LIGHT, group) if self._is_leaf(node) and group >= 0 else "white"
            box, text = {**_NODE, "facecolor": colour}, self._text(node, depth)
            ax.text(*at[node], text, zorder=3, bbox=box, **_TEXT)
            if self.shares is not None:
                self._draw_shares(ax, at[node], np.asarray(self.shares[node]), text.count("\n"))
        if is_sideways:
            ax.set(xlim=(-0.5, lowest + 0.5), ylim=(-last - 0.5, 0.5))
        else:
            ax.set(xlim=(-0.6, last + 0.6), ylim=(-lowest - 0.5, 0.5))
        ax.axis("off")
        self._name_classes(ax)
        if self.title:
            across = 28 * (1 + int(lowest)) if is_sideways else 22 * (1 + int(last))
            ax.set_title(wrapped(self.title, max(30, across)), fontsize="medium")

    @staticmethod
    def _draw_shares(ax, place, shares, n_breaks):
        """Draw the shares of the classes as a bar under the text of a node."""
        boxes = import_optional("matplotlib.offsetbox", extra="plot", purpose="Plotting")
        patches = import_optional("matplotlib.patches", extra="plot", purpose="Plotting")
        total = shares.sum()
        if not total > 0:
            return
        (width, height), begin = _BAR, 0.0
        bar = boxes.DrawingArea(width, height)
        for k, share in enumerate(shares / total):
            size = (begin * width, 0), share * width, height
            bar.add_artist(patches.Rectangle(*size, facecolor=cycle(PALETTE, k), linewidth=0))
            begin += share
        down = 0.5 * _LINE * (n_breaks + 1) + 6.0
        note = {"boxcoords": "offset points", "frameon": False, "pad": 0.0, "zorder": 4}
        ax.add_artist(boxes.AnnotationBbox(bar, place, xybox=(0.0, -down), **note))

    def _name_classes(self, ax):
        if self.shares is None or self.classes is None:
            return
        patches = import_optional("matplotlib.patches", extra="plot", purpose="Plotting")
        handles = [
            patches.Patch(color=cycle(PALETTE, k), label=label(name, 24))
            for k, name in enumerate(self.classes)
        ]
        n_columns = max(1, min(len(handles), int(self.figure_size[0] / 2.4)))
        where = {"loc": "upper center", "bbox_to_anchor": (0.5, 0.0), "frameon": False}
        ax.legend(handles=handles, ncols=n_columns, fontsize="small", **where)
