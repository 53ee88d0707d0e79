"""The hidden units that matter most for a class."""

from dataclasses import dataclass

import numpy as np

from skinterp.network import DenseNetwork, as_network, dense_of, output_names
from skinterp.utils import TableResult, checked_count, number_text, output_index

_N_UNITS = 5


@dataclass(frozen=True, eq=False, repr=False)
class TopUnits(TableResult):
    """The hidden units that matter most for one class or output, best first.

    Parameters
    ----------
    units : ndarray of int of shape (n_units,)
        Indices in the layer.
    layer : int
        Index of the hidden layer.
    weights : ndarray of shape (n_units,)
        Mean derivative of the class's logit by the unit on rows of the class; from the last layer
        this is the weight.
    weight_times_activation : ndarray of shape (n_units,)
        This times the unit's mean activation there.
    margin_contribution : ndarray of shape (n_units,)
        Mean of ``(a - mean a) d margin / d a`` on rows of the class, by which units are ordered:
        what the unit does for the class beyond its average. Of a regression the standard
        deviation of this over all rows.
    output : str
        Which class or output.
    is_class : bool, default=True
        Whether it is a class, so that units are ordered by its margin.
    """

    units: np.ndarray
    layer: int
    weights: np.ndarray
    weight_times_activation: np.ndarray
    margin_contribution: np.ndarray
    output: str
    is_class: bool = True

    def __len__(self):
        return len(self.units)

    def _columns(self):
        """Return one line per unit."""
        return {
            "unit": self.units,
            "weight": self.weights,
            "weight_times_activation": self.weight_times_activation,
            "margin_contribution" if self.is_class else "deviation": self.margin_contribution,
        }

    def __str__(self):
        lines = [f"units of hidden layer {self.layer} for {self.output}"]
        head = "margin" if self.is_class else "deviation"
        for j, *numbers in zip(*self._columns().values()):
            weight, product, margin = (f"{number_text(number, 3):>8}" for number in numbers)
            lines.append(
                f"unit {j:3d}  weight {weight}  weight x activation {product}  {head} {margin}"
            )
        return "\n".join(lines)


def class_index(network, output, name="output"):
    """Return the index of a class or output given by label or index.

    Parameters
    ----------
    network : Network
        The network.
    output : object
        A class label of a classifier, or an index.
    name : str, default="output"
        What it is called, for the error.

    Returns
    -------
    int
        The index.

    Raises
    ------
    ValueError
        If there is none such.
    """
    labels = output_names(network) if network.classes is None else network.classes
    return output_index(output, labels, name)


def answered_index(network, row):
    """Return the index of the class that a network answers; 0 for a regression.

    Parameters
    ----------
    network : Network
        The network.
    row : ndarray of shape (1, n_features)
        A row.

    Returns
    -------
    int
        The index; of several labels that of the most probable one.
    """
    if network.classes is None:
        return 0
    raw = network.raw_values(row)[0]
    return int(raw[0] > 0) if network.task == "binary" else int(raw.argmax())


def margin_of(network, k):
    """Return the view of a class's log-odds, or of an output.

    Parameters
    ----------
    network : Network
        The network.
    k : int
        Index of the class or output.

    Returns
    -------
    ScalarView
        The view.
    """
    return network.output(k) if network.classes is None else network.margin(network.classes[k])


def rows_of_class(network, rows, k):
    """Return the rows that a network answers with a class; all of them for a regression.

    Parameters
    ----------
    network : Network
        The network.
    rows : ndarray of shape (n_samples, n_features)
        Rows.
    k : int
        Index of the class.

    Returns
    -------
    ndarray of bool of shape (n_samples,)
        Whether it does.
    """
    if network.classes is None:
        return np.ones(len(rows), dtype=bool)
    answers = network.predict(rows)
    return answers[:, k] == 1 if answers.ndim == 2 else answers == network.classes[k]


def top_units(network, X, output, *, layer=-1, n_units=None):
    """Find the hidden units that matter most for a class.

    Parameters
    ----------
    network : estimator, Network or tuple
        A network with hidden layers.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows.
    output : object
        A class label of a classifier; the index of an output of a regression.
    layer : int, default=-1
        Index of the hidden layer; negative counts from the last one.
    n_units : int or None, default=None
        How many units; None is 5, or all of a smaller layer.

    Returns
    -------
    TopUnits
        The units, best first.

    Raises
    ------
    ValueError
        If there is no such output or layer, there are not so many units, or the network gives this
        class to no row.

    Notes
    -----
    A class is rarely the work of one unit; look at several. Contributions along slopes do not add
    up where the layers behind bend.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neural_network import MLPClassifier
    >>> from skinterp.hidden import top_units
    >>> X, y = load_iris(return_X_y=True)
    >>> network = MLPClassifier((6,), solver="lbfgs", max_iter=500, random_state=0).fit(X, y)
    >>> len(top_units(network, X, 2, n_units=3))
    3
    """
    network = as_network(network)
    dense, rows = dense_of(network, "top_units"), network.check(X)
    k = class_index(network, output)
    activations = dense.hidden_activations(rows, layer)
    layer = layer % dense.n_hidden
    n_there = activations.shape[1]
    n_units = min(_N_UNITS, n_there) if n_units is None else n_units
    checked_count(n_units, "n_units", 1, n_there)
    mine = rows_of_class(network, rows, k)
    if not mine.any():
        raise ValueError(f"The network must answer some row with {output!r}. Got no such row.")
    rest = DenseNetwork(dense.layers[layer + 1 :], dense.task, dense.classes)
    inside = activations[mine]
    chosen = k if rest.classes is None else rest.classes[k]
    logit = rest.margin(chosen) if network.task == "binary" else rest.output(chosen)
    weights = logit.gradient(inside).mean(axis=0)
    slopes = margin_of(rest, k).gradient(inside)
    parts = (inside - activations.mean(axis=0)) * slopes
    # over all rows the mean is nought, or nearly: what counts then is how far a unit moves it
    margin = parts.std(axis=0) if network.classes is None else parts.mean(axis=0)
    best = np.argsort(-margin, kind="stable")[:n_units]
    products = weights * inside.mean(axis=0)
    columns = weights[best], products[best], margin[best]
    return TopUnits(best, layer, *columns, str(output), network.classes is not None)
