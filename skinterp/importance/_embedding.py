"""Maps and clusters of the inputs of a network, by its first weights as coordinates."""

from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from skinterp.display import EmbeddingDisplay
from skinterp.importance._weights import first_weights
from skinterp.network import as_network, dense_of, input_names
from skinterp.utils import Result, checked_count, number_text


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
    """

    weights: np.ndarray
    coordinates: np.ndarray
    explained: np.ndarray
    tree: np.ndarray
    feature_names: tuple

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
        """Return the coordinates of the inputs."""
        first, second = self.coordinates.T
        return {"feature": self.feature_names, "first": first, "second": second}

    def display(self):
        """Return the display of the map of the inputs beside the tree of their clusters.

        Returns
        -------
        EmbeddingDisplay
            The display, not drawn yet.
        """
        return EmbeddingDisplay(
            self.coordinates, self.tree, self.feature_names, explained=self.explained
        )

    def __str__(self):
        sizes = np.linalg.norm(self.weights, axis=1)
        width = max(len(name) for name in self.feature_names)
        lines = ["inputs on the map, and the length of their rows of weights"]
        for name, point, size in zip(self.feature_names, self.coordinates, sizes):
            numbers = "  ".join(f"{number_text(number, 3):>9}" for number in (*point, size))
            lines.append(f"{name:<{width}}  {numbers}")
        return "\n".join(lines)


def variable_embedding(network, X=None):
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

    Returns
    -------
    VariableEmbedding
        Map and clusters.

    Raises
    ------
    ValueError
        If the network has no layers or one input only.

    Notes
    -----
    The origin of the map is the mean of the rows, not an input without weights: the length of the
    rows, which is printed, says how much is read from an input. Weights of inputs that hardly
    matter stay near their random start, and so may look alike or different by chance; distances
    between weak inputs mean little. Opposite rows are inputs of opposite effect, not unrelated
    ones.

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
    left, sizes, _ = np.linalg.svd(weights - weights.mean(axis=0), full_matrices=False)
    scores = np.zeros((len(weights), max(2, len(sizes))))
    scores[:, : len(sizes)] = left * sizes
    variance = np.append(sizes**2, 0.0)
    explained = variance[:2] / (variance.sum() or 1.0)
    tree = linkage(weights, method="ward")
    return VariableEmbedding(weights, scores[:, :2], explained, tree, input_names(network, X))
