"""Representations: how far classes come apart, from the input through the layers."""

from dataclasses import dataclass

import numpy as np
from sklearn.utils import check_random_state

from skinterp.display import LayersDisplay
from skinterp.hidden._labels import row_labels
from skinterp.hidden._separation import probe_accuracy, purity, separation
from skinterp.network import as_network, dense_of
from skinterp.sampling import feature_scale
from skinterp.utils import Result, aligned, checked_count, draw_seed, number_text, one_line
from skinterp.utils._which_rows import HELD_OUT, MAYBE_TRAINED, NEW, UNPROBED

INPUT, OUTPUT = "input", "output"
_MOST_ROWS = 2000


@dataclass(frozen=True, eq=False, repr=False)
class LayerReport(Result):
    """How far classes come apart in the input, the hidden layers and the output of a network.

    Parameters
    ----------
    layers : tuple of str
        "input", the hidden layers, "output".
    sizes : tuple of int
        Their numbers of units.
    separation : ndarray of shape (n_layers,)
        Scatter between the classes over that within them.
    purity : ndarray of shape (n_layers,)
        Share of the nearest neighbours of a row that are of its class.
    probe : ndarray of shape (n_layers,)
        Accuracy of a linear model that reads the class off the layer, on rows that it was not
        trained on; the network may have been.
    n_neighbors : int
        Number of neighbours.
    counts : dict of object to int
        Number of rows of each class.
    rows : str, default="rows given to it"
        Which rows were measured.
    are_answers : bool, default=False
        Whether the classes are the network's own answers.
    """

    layers: tuple
    sizes: tuple
    separation: np.ndarray
    purity: np.ndarray
    probe: np.ndarray
    n_neighbors: int
    counts: dict
    rows: str = NEW
    are_answers: bool = False
    _index = "layer"

    def _columns(self):
        """Return one line per layer."""
        return {
            "layer": self.layers,
            "n_units": self.sizes,
            "separation": self.separation,
            "purity": self.purity,
            "probe_accuracy": self.probe,
            "majority_share": np.full(len(self.layers), self.majority_share),
            "classes": ["answers of the network" if self.are_answers else "given"]
            * len(self.layers),
        }

    @property
    def n_rows(self):
        """Number of rows measured."""
        return sum(self.counts.values())

    @property
    def majority_share(self):
        """Share of the most frequent class: the accuracy of a guess."""
        return max(self.counts.values()) / self.n_rows

    @property
    def probe_rows(self):
        """Which rows the accuracy of the probe is on."""
        return HELD_OUT if self.rows == HELD_OUT else UNPROBED

    @property
    def guess(self):
        """Which classes there are, and what a guess of the most frequent one scores."""
        label = max(self.counts, key=self.counts.get)
        whose = "the network's own answers" if self.are_answers else "given"
        return (
            f"classes: {whose}; the most frequent one, {one_line(str(label))}, has "
            f"{self.counts[label]} of {self.n_rows} rows, {self.majority_share:.3f}"
        )

    @property
    def measures(self):
        """The measures by what they are, with the rows that they are of."""
        return measure_names(self, (self.separation, self.purity, self.probe))

    def display(self):
        """Return the display of the measures by layer.

        Returns
        -------
        LayersDisplay
            The display, not drawn yet.
        """
        names = self.measures
        return LayersDisplay(
            names,
            self.layers,
            title=f"how far classes come apart, layer by layer\n{self.guess} (dashed)",
            references={[*names][-1]: self.majority_share},
        )

    def __str__(self):
        lines = [
            [name, str(n), number_text(apart, 3), f"{pure:.3f}", f"{read:.3f}"]
            for name, n, apart, pure, read in zip(*[*self._columns().values()][:5], strict=True)
        ]
        head = ["layer", "units", "separation", "purity", "linear probe"]
        rows = (
            f"separation and purity ({self.n_neighbors} neighbours) on {self.rows}, accuracy of "
            f"the probe on {self.probe_rows}"
        )
        return "\n".join([aligned(head, lines), rows, self.guess, self.sentence])

    @property
    def sentence(self):
        """Where the classes come apart, as a sentence."""
        best = int(np.argmax(self.probe))
        where = (
            f"the {self.layers[best]}" if best in (0, len(self.layers) - 1) else self.layers[best]
        )
        beside = "" if best == 0 else f", {self.probe[0]:.3f} off the input"
        read = "the network's own answers" if self.are_answers else "the class"
        more = is_above(self.probe[best], self.majority_share, self.n_rows)
        seen = "" if more else ", no difference is seen"
        trained = "" if self.rows == HELD_OUT else f"; {MAYBE_TRAINED}"
        return (
            f"Separation goes from {number_text(self.separation[0], 3)} in the input to "
            f"{number_text(self.separation[-1], 3)} in the output, on {self.rows}. A linear probe "
            f"reads {read} best off {where}: {self.probe[best]:.3f} of the rows{beside}; to "
            f"say the most frequent class always gives {self.majority_share:.3f}{seen}, on "
            f"{self.probe_rows}{trained}."
        )


def is_above(accuracy, other, n_rows):
    """Return whether an accuracy is above another by more than two standard errors.

    Parameters
    ----------
    accuracy, other : float
        Shares of the same number of rows.
    n_rows : int
        The number.

    Returns
    -------
    bool
        Whether it is.
    """
    variance = sum(p * (1.0 - p) for p in (accuracy, other)) / n_rows
    return bool(accuracy - other > 2.0 * np.sqrt(variance))


def measure_names(report, values):
    """Return the three measures by what they are, with the rows that they are of.

    Parameters
    ----------
    report : LayerReport
        One that says which rows were measured.
    values : sequence of ndarray of length 3
        Separation, purity and accuracy of the probe.

    Returns
    -------
    dict of str to ndarray
        The measures.
    """
    names = (
        f"separation, {report.rows}",
        f"purity, {report.rows}",
        f"accuracy of a linear probe, {report.probe_rows}",
    )
    return dict(zip(names, values, strict=True))


def representations(network, rows):
    """Return what each layer makes of rows, by its name.

    Parameters
    ----------
    network : Network
        The network.
    rows : ndarray of shape (n_samples, n_features)
        Rows.

    Returns
    -------
    dict of str to ndarray of shape (n_samples, n_units)
        Inputs in units of their standard deviations, activations of the hidden layers, raw values.
    """
    dense, scale = dense_of(network, "layer_report"), feature_scale(rows)
    inputs = (rows - rows.mean(axis=0)) / np.where(scale > 0.0, scale, 1.0)
    found = {INPUT: inputs}
    for layer in range(dense.n_hidden):
        found[f"hidden layer {layer}"] = dense.hidden_activations(rows, layer)
    return found | {OUTPUT: network.raw_values(rows)}


def report_of(network, rows, labels, n_neighbors, n_folds, seed, which=NEW, own=False):
    """Return the report of a network on checked rows.

    Parameters
    ----------
    network : Network
        The network.
    rows : ndarray of shape (n_samples, n_features)
        Rows.
    labels : ndarray of shape (n_samples,)
        Their classes.
    n_neighbors, n_folds, seed : int
        Settings of the measures.
    which : str, default="rows given to it"
        Which rows these are.
    own : bool, default=False
        Whether the classes are the network's own answers.

    Returns
    -------
    LayerReport
        The report.
    """
    layers = representations(network, rows)
    measured = [
        (
            separation(H, labels),
            purity(H, labels, n_neighbors),
            probe_accuracy(H, labels, n_folds, seed),
        )
        for H in layers.values()
    ]
    sizes = tuple(H.shape[1] for H in layers.values())
    n_neighbors = min(n_neighbors, len(rows) - 1)
    present, counts = np.unique(labels, return_counts=True)
    counts = dict(zip(present.tolist(), counts.tolist(), strict=True))
    measures = np.array(measured).T
    return LayerReport(tuple(layers), sizes, *measures, n_neighbors, counts, which, own)


def chosen_rows(network, X, y, max_rows, rng):
    """Return rows and their classes, as many at the most as are measured.

    Parameters
    ----------
    network : Network
        The network.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows.
    y : array-like of shape (n_samples,) or None
        Classes; None is the network's own answers.
    max_rows : int
        How many to take.
    rng : RandomState
        Chooses them.

    Returns
    -------
    rows : ndarray of shape (n_rows, n_features)
        The rows.
    labels : ndarray of shape (n_rows,)
        Their classes.

    Raises
    ------
    ValueError
        If there are no classes, one only, or none of two rows.
    """
    rows = network.check(X)
    labels = row_labels(network, rows, y)
    if labels is None:
        raise ValueError(
            "y must be classes of the rows, such as bins of a target. Got None instead."
        )
    chosen = np.sort(rng.permutation(len(rows))[:max_rows])
    rows, labels = rows[chosen], labels[chosen]
    present, counts = np.unique(labels, return_counts=True)
    if len(present) < 2 or counts.max() < 2:
        raise ValueError(
            "y must have two classes or more, one of them on two rows or more. "
            f"Got {dict(zip(present.tolist(), counts.tolist(), strict=True))} instead."
        )
    return rows, labels


def layer_report(
    network, X, y=None, *, n_neighbors=10, n_folds=5, max_rows=_MOST_ROWS, random_state=0
):
    """Measure how far classes come apart in the input, each hidden layer and the output.

    Three measures of each representation h: *separation*, the scatter between classes over that
    within them, ``sum_c n_c |mean_c - mean|^2 / sum_i |h_i - mean_c(i)|^2``; *purity*, the share
    of the nearest neighbours of a row that are of its class; and the accuracy of a *linear probe*,
    a logistic regression on h, on rows that it was not trained on.

    Parameters
    ----------
    network : estimator, Network or tuple
        A network with layers.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows, best such as the network was not trained on.
    y : array-like of shape (n_samples,) or None, default=None
        Classes of the rows; None is the network's own answers.
    n_neighbors : int, default=10
        Neighbours of each row.
    n_folds : int, default=5
        Folds of the probe.
    max_rows : int, default=2000
        Of more rows so many are drawn.
    random_state : int, RandomState instance or None, default=0
        Seeds the rows drawn and the folds.

    Returns
    -------
    LayerReport
        The measures by layer.

    Raises
    ------
    ValueError
        If the network has no layers, or y is not a class per row, of two classes at least.

    See Also
    --------
    layer_history : The same in the course of training.

    Notes
    -----
    Inputs are measured in units of their standard deviations, activations and raw values as they
    are. Separation compares layers of the same network only roughly: it falls with directions that
    carry no class. Beside an accuracy stands that of a guess, the share of the most frequent
    class.
    A probe that reads a class off a layer shows that the information is there, not
    that the network uses it.

    References
    ----------
    R. A. Fisher, "The use of multiple measurements in taxonomic problems", 1936. G. Alain and Y.
    Bengio, "Understanding intermediate layers using linear classifier probes", arXiv 1610.01644.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neural_network import MLPClassifier
    >>> from skinterp.hidden import layer_report
    >>> X, y = load_iris(return_X_y=True)
    >>> network = MLPClassifier((6,), solver="lbfgs", max_iter=500, random_state=0).fit(X, y)
    >>> report = layer_report(network, X, y)
    >>> report.layers, bool(report.separation[-1] > report.separation[0])
    (('input', 'hidden layer 0', 'output'), True)
    """
    checked_count(n_neighbors, "n_neighbors", 1)
    checked_count(n_folds, "n_folds", 2)
    checked_count(max_rows, "max_rows", 2)
    network, rng = as_network(network), check_random_state(random_state)
    dense_of(network, "layer_report")
    rows, labels = chosen_rows(network, X, y, max_rows, rng)
    n_folds = folds_for(labels, n_folds)
    settings = n_neighbors, n_folds, draw_seed(rng)
    return report_of(network, rows, labels, *settings, own=y is None)


def folds_for(labels, n_folds):
    """Return how many folds rows can be split into by class: no more than its most frequent has.

    Parameters
    ----------
    labels : ndarray of shape (n_samples,)
        Classes.
    n_folds : int
        How many are asked for.

    Returns
    -------
    int
        How many there are.
    """
    return min(n_folds, int(np.unique(labels, return_counts=True)[1].max()))
