"""A small network as units and signed connections."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import GREY, Display, label_inches, labels, legend_inches
from skinterp.display._signs import sign_colours
from skinterp.utils import counted, feature_names_of, value_names

MAX_CONNECTIONS, MAX_UNITS = 400, 60  # more are a grey block, and say nothing
_THINNEST, _WIDEST = 0.4, 5.0
_SWEEPS = 4  # over the layers, to place units near what they are connected with


@dataclass(eq=False, repr=False)
class NetworkDisplay(Display):
    """A small network: inputs on the left, outputs on the right, a line for each connection.

    Red lines are positive, blue ones negative, and as wide as the connection is strong,
    compared with the strongest one into the same layer. Units, and inputs, without a connection
    are left out.

    Parameters
    ----------
    strengths : sequence of array-like of shape (n_in, n_out)
        The connections of each layer, signed; 0 where there is none.
    input_names : sequence of str
        Names of the inputs.
    output_names : sequence of str
        Names of the outputs.
    note : str, default=""
        What the width of a line is, written below.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Raises
    ------
    ValueError
        By `plot` and `to_svg`, if there are more than 400 connections or 60 units in a layer, or
        none at all.

    See Also
    --------
    skinterp.pruning.PrunedMLPClassifier : Finds the smallest network that answers alike.

    Examples
    --------
    >>> from skinterp.display import NetworkDisplay
    >>> layers = [[[2.0], [-1.0], [0.0]], [[1.0]]]
    >>> display = NetworkDisplay(layers, ["a", "b", "c"], ["yes"]).plot()
    >>> [text.get_text() for text in display.ax_.texts]
    ['a', 'b', 'yes', 'h0_0']
    """

    strengths: object
    input_names: object
    output_names: object
    _: KW_ONLY
    note: str = ""

    @classmethod
    def from_estimator(cls, estimator, X=None):
        """Show the layers of a network, or of the small network that a surrogate found.

        Parameters
        ----------
        estimator : object
            Has `layers` of weights, biases and activations: what :func:`skinterp.as_network` gives
            for a network with layers; or has such a `pruned_network_`, or `network_`.
        X : array-like or data frame of shape (n_samples, n_features) or None, default=None
            Rows on which the strength of a connection is its weight times the standard deviation
            of what it reads, so that units of measurement do not matter; None is the weight.

        Returns
        -------
        NetworkDisplay
            The display, not drawn yet.

        Raises
        ------
        TypeError
            If the network has no layers.
        """
        network = getattr(estimator, "network_", estimator)
        small = getattr(estimator, "pruned_network_", network)
        layers = getattr(small, "layers", None)
        if layers is None or not hasattr(small, "hidden_activations"):
            raise TypeError(
                "estimator must be a network with layers, or a surrogate with one; pass "
                f"as_network(model) for a model. Got {type(estimator).__name__} instead."
            )
        strengths = [np.asarray(weights, dtype=float) for weights, _, _ in layers]
        if X is not None:
            rows = network.check(X)
            read = [rows, *(small.hidden_activations(rows, k) for k in range(len(layers) - 1))]
            strengths = [w * r.std(axis=0)[:, np.newaxis] for w, r in zip(strengths, read)]
        names = getattr(network, "feature_names", None)
        if names is None and X is not None and getattr(network, "user_table", None) is None:
            names = feature_names_of(X)
        names = names or [f"x{j}" for j in range(len(strengths[0]))]
        outputs = value_names(strengths[-1].shape[1], getattr(network, "classes", None))
        note = "weight" if X is None else "weight × standard deviation of what it reads"
        return cls(strengths, names, outputs, note=note)

    def _connections(self):
        """Return the strengths of each layer, with 0 where a path leads from or to nowhere."""
        strengths = [np.array(layer, dtype=float) for layer in self.strengths]
        for k in range(len(strengths) - 1, 0, -1):
            strengths[k - 1][:, ~strengths[k].any(axis=1)] = 0.0
        return strengths

    @property
    def _shown(self):
        """Indices of what has a connection in each layer, inputs first; all outputs."""
        strengths = self._connections()
        shown = [np.flatnonzero(layer.any(axis=1)) for layer in strengths]
        return [*shown, np.arange(strengths[-1].shape[1])]

    @property
    def figure_size(self):
        shown = self._shown
        sides = label_inches(self._labels(0)) + label_inches(self._labels(-1))
        height = max(legend_inches(2), 1.2 + 0.32 * max(map(len, shown)))
        return max(6.4, 1.5 + 1.7 * len(self.strengths) + sides), height

    def _labels(self, side):
        names = self.output_names if side else self.input_names
        return labels([names[j] for j in self._shown[side]], 32)

    def _heights(self, strengths, shown):
        """Return the heights of what is shown: inputs in order, others near their connections."""
        heights = [_spread(np.arange(len(there), dtype=float)) for there in shown]
        for _ in range(_SWEEPS):
            for k in range(1, len(shown) - 1):
                into = np.abs(strengths[k - 1][np.ix_(shown[k - 1], shown[k])])
                out = np.abs(strengths[k][np.ix_(shown[k], shown[k + 1])])
                pull = into.T @ heights[k - 1] / _positive(into.sum(axis=0))
                pull += out @ heights[k + 1] / _positive(out.sum(axis=1))
                heights[k] = _spread(pull)
        return heights

    @property
    def is_small(self):
        """Whether there are few enough connections and units to be drawn, and any."""
        n, largest = self._size
        return 0 < n <= MAX_CONNECTIONS and largest <= MAX_UNITS

    @property
    def _size(self):
        n = sum(map(np.count_nonzero, self._connections()))
        return int(n), max(map(len, self._shown))

    def _refuse_large(self):
        n, largest = self._size
        if not self.is_small:
            raise ValueError(
                f"A network is drawn with 1 to {MAX_CONNECTIONS} connections and at most "
                f"{MAX_UNITS} units in a layer. Got {counted(n, 'connection')} and "
                f"{counted(largest, 'unit')} instead: make it smaller by PrunedMLPClassifier or "
                "PrunedMLPRegressor with fewer n_weights."
            )

    def draw(self, ax):
        strengths, shown = self._connections(), self._shown
        self._refuse_large()
        heights = self._heights(strengths, shown)
        for k, layer in enumerate(strengths):
            self._draw_connections(ax, k, layer[np.ix_(shown[k], shown[k + 1])], heights)
        last = len(strengths)
        for k, there in enumerate(heights):
            ax.scatter(
                np.full(len(there), k), there, s=70, color="white", edgecolor=GREY, zorder=3
            )
        for k, side, align in ((0, -0.05, "right"), (last, 0.05, "left")):
            for height, name in zip(heights[k], self._labels(-1 if k else 0)):
                ax.text(k + side, height, name, ha=align, va="center", fontsize="small")
        for k in range(1, last):
            self._name_units(ax, k, shown[k], heights[k])
        n_hidden = sum(map(len, shown[1:-1]))
        words = f"{counted(self._size[0], 'connection')}, {counted(n_hidden, 'hidden unit')}"
        ax.set_title(words, loc="left", fontsize="medium")
        self._frame(ax, last)

    def _draw_connections(self, ax, k, strengths, heights):
        largest = np.abs(strengths).max(initial=0.0)
        colours = np.where(strengths < 0, *reversed(sign_colours([1, -1])))
        for i, j in zip(*np.nonzero(strengths)):
            share = abs(strengths[i, j]) / largest
            ax.plot(
                [k, k + 1],
                [heights[k][i], heights[k + 1][j]],
                color=colours[i, j],
                linewidth=_THINNEST + (_WIDEST - _THINNEST) * share,
                alpha=0.35 + 0.6 * share,
                solid_capstyle="round",
                zorder=1,
            )

    @staticmethod
    def _name_units(ax, k, there, heights):
        for j, height in zip(there, heights):
            name = f"h{k - 1}_{j}"
            box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": GREY}
            style = {"fontsize": "x-small", "ha": "center", "va": "center", "zorder": 4}
            ax.text(k, height, name, bbox=box, **style)

    def _frame(self, ax, last):
        for colour, name in zip(sign_colours([1, -1]), ("positive", "negative")):
            ax.plot([], [], color=colour, linewidth=3, label=name)
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=2, frameon=False)
        width = self.figure_size[0]
        room = [(0.15 + label_inches(self._labels(side))) / width for side in (0, -1)]
        inner = max(0.2, 1.0 - sum(room))
        ax.set_xlim(-last * room[0] / inner - 0.1, last * (1 + room[1] / inner) + 0.1)
        ax.set_ylim(1.04, -0.04)
        ax.axis("off")
        if self.note:
            ax.figure.supxlabel(f"Width: {self.note}", fontsize="small")


def _positive(values):
    return np.where(values > 0, values, 1.0)


def _spread(places):
    """Return heights in the order of places, evenly from 0 to 1; a single one in the middle."""
    order = np.argsort(np.argsort(places, kind="stable"), kind="stable")
    n = len(places)
    return (order + 0.5) / max(n, 1)
