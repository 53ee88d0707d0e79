"""Maps and clusters of the inputs of a network, by its first weights as coordinates."""

from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.linalg import orthogonal_procrustes

from skinterp.display import EmbeddingDisplay
from skinterp.importance._texts import text_columns
from skinterp.importance._weights import first_weights
from skinterp.network import as_network, dense_of, input_names
from skinterp.utils import Result, checked_count, number_text

_UNITS_DECIDE = "units decide the places; pass X for weights per standard deviation"


@dataclass(frozen=True, eq=False, repr=False)
class VariableEmbedding(Result):
    """The inputs of a network as points: rows of its first weight matrix.

    Parameters
    ----------
    weights : ndarray of shape (n_features, n_units)
        The rows.
    coordinates : ndarray of shape (n_features, 2)
        Their two main directions.
    explained : ndarray of shape (2,)
        Share of the rows' variance along each of these.
    tree : ndarray of shape (n_features - 1, 4)
        Hierarchical clustering of the rows, in scipy's format.
    feature_names : tuple of str
        Names of the inputs.
    trainings : ndarray of shape (n_trainings, n_features, 2) or None, default=None
        The map of other trainings, turned onto this one as well as it can be.
    per : str, default="standard deviation"
        What of an input the weights are for: its deviation, or its unit.
    """

    weights: np.ndarray
    coordinates: np.ndarray
    explained: np.ndarray
    tree: np.ndarray
    feature_names: tuple
    trainings: np.ndarray | None = None
    per: str = "standard deviation"

    @property
    def _title(self):
        what = f"Inputs by their first weights per {self.per}"
        return what if self.per == "standard deviation" else f"{what}: {_UNITS_DECIDE}"

    @property
    def lengths(self):
        """Lengths of the rows of weights: how much is read from each input."""
        return np.linalg.norm(self.weights, axis=1)

    @property
    def wandering(self):
        """How far each input is from its place in other trainings, on the mean; None without."""
        if self.trainings is None:
            return None
        return np.linalg.norm(self.trainings - self.coordinates, axis=2).mean(axis=0)

    def clusters(self, n_clusters):
        """Return groups of inputs.

        Parameters
        ----------
        n_clusters : int
            How many at most.

        Returns
        -------
        list of list of str
            Names, the group of the first input first.

        Raises
        ------
        ValueError
            If `n_clusters` is not from 1 to the number of inputs.
        """
        checked_count(n_clusters, "n_clusters", 1, len(self.feature_names))
        labels = fcluster(self.tree, n_clusters, criterion="maxclust")
        first = sorted(set(labels.tolist()), key=labels.tolist().index)
        return [[n for n, k in zip(self.feature_names, labels) if k == label] for label in first]

    _index = "feature"

    def _columns(self):
        """Return the coordinates of the inputs, and the lengths of their rows."""
        first, second = self.coordinates.T
        columns = {"feature": self.feature_names, "first": first, "second": second}
        columns["length"] = self.lengths
        return columns if self.trainings is None else columns | {"wandering": self.wandering}

    def display(self):
        """Return the display of the map of the inputs beside the tree of their clusters.

        Returns
        -------
        EmbeddingDisplay
            The display, not drawn yet.
        """
        return EmbeddingDisplay(
            self.coordinates,
            self.tree,
            self.feature_names,
            explained=self.explained,
            lengths=self.lengths,
            trainings=self.trainings,
            title=self._title,
        )

    def __str__(self):
        (_, *head), (_, *numbers) = zip(*self._columns().items())
        lines = ["inputs on the map, and the length of their rows of weights"]
        if self.trainings is not None:
            lines[0] += f", and how far they are from it in {len(self.trainings)} other trainings"
        table = [
            [name, *(number_text(number, 3) for number in row)]
            for name, *row in zip(self.feature_names, *numbers)
        ]
        if self.per != "standard deviation":
            lines.append(f"weights per {self.per}: {_UNITS_DECIDE}")
        return "\n".join([*lines, *text_columns([["", *head], *table])])


def _centred(weights, n_units):
    """Return rows less their mean, with columns of zeros up to a number of units."""
    centred = weights - weights.mean(axis=0)
    return np.pad(centred, ((0, 0), (0, n_units - weights.shape[1])))


def _aligned(weights, others, axes):
    """Return the maps of other trainings, their rows turned onto these (orthogonal Procrustes)."""
    n_units = max(w.shape[1] for w in (weights, *others))
    mine, axes = _centred(weights, n_units), np.pad(axes, ((0, 0), (0, n_units - axes.shape[1])))
    turned = []
    for other in others:
        theirs = _centred(other, n_units)
        turn, _ = orthogonal_procrustes(theirs, mine)
        turned.append(theirs @ turn @ axes.T)
    return np.array(turned)


def variable_embedding(network, X=None, *, trainings=None):
    """Place the inputs of a network by their weights into its first hidden layer.

    Two inputs with the same row ``W[i, :]`` are the same to the network: only their sum reaches
    it. The map shows the two main directions of the rows (singular vectors of the centred matrix),
    the tree Ward's clustering by Euclidean distance.

    Parameters
    ----------
    network : estimator, Network, ScalarView or tuple
        A network with layers and at least two inputs.
    X : array-like or data frame of shape (n_samples, n_features) or None, default=None
        Rows; with them weights are multiplied by the standard deviations of the inputs, so that
        their units cancel.
    trainings : sequence of estimator, Network or tuple, or None, default=None
        The network trained again, with other seeds or rows: their rows of weights are turned and
        mirrored onto these as well as it can be (orthogonal Procrustes), as the order and the
        signs of units are free, and drawn beside them.

    Returns
    -------
    VariableEmbedding
        Map and clusters.

    Raises
    ------
    ValueError
        If the network has no layers or one input only, or another training has other inputs.

    Notes
    -----
    The origin of the map is the mean of the rows, not an input without weights: the length of the
    rows, which is printed and drawn as the size of points, says how much is read from an input.
    Weights of inputs that hardly matter stay near their random start, and so may look alike or
    different by chance; distances between weak inputs mean little. Opposite rows are inputs of
    opposite effect, not unrelated ones.

    Examples
    --------
    >>> from skinterp.importance import variable_embedding
    >>> first = [[1.0, -1.0], [1.1, -1.0], [-2.0, 0.0]]
    >>> network = ([first, [[1.0], [1.0]]], [[0.0, 0.0], [0.0]], ["tanh", "identity"])
    >>> variable_embedding(network).clusters(2)
    [['x0', 'x1'], ['x2']]
    """
    network = as_network(network)
    dense = dense_of(network, "variable_embedding")
    weights = first_weights(network, dense, X)
    if len(weights) < 2:
        raise ValueError("variable_embedding needs at least two inputs. Got a network of one.")
    left, sizes, right = np.linalg.svd(weights - weights.mean(axis=0), full_matrices=False)
    scores = np.zeros((len(weights), max(2, len(sizes))))
    scores[:, : len(sizes)] = left * sizes
    variance = np.append(sizes**2, 0.0)
    explained = variance[:2] / (variance.sum() or 1.0)
    tree = linkage(weights, method="ward")
    others = [_first_weights(model, X, len(weights)) for model in trainings or ()]
    axes = np.zeros((2, weights.shape[1]))
    axes[: len(right)] = right[:2]
    turned = _aligned(weights, others, axes) if others else None
    names = input_names(network, X)
    per = "unit" if X is None else "standard deviation"
    return VariableEmbedding(weights, scores[:, :2], explained, tree, names, turned, per)


def _first_weights(model, X, n_inputs):
    """Return the first weights of another training, refusing other inputs."""
    network = as_network(model)
    weights = first_weights(network, dense_of(network, "variable_embedding"), X)
    if len(weights) != n_inputs:
        raise ValueError(
            f"trainings must be networks of the same {n_inputs} inputs. Got one of "
            f"{len(weights)} instead."
        )
    return weights
