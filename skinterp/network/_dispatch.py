"""From whatever the user has to a `Network`."""

from skinterp.network._activations import as_activation
from skinterp.network._dense import DenseNetwork, Layer
from skinterp.network._network import Network
from skinterp.network._sklearn import read_sklearn


def as_network(
    model,
    *,
    gradient=None,
    n_features_in=None,
    n_outputs=None,
    classes=None,
    feature_names=None,
):
    """Read a trained model as a `Network`."""
    if isinstance(model, Network):
        return model
    if isinstance(model, tuple):
        layers = [Layer(w, b, as_activation(a)) for w, b, a in zip(*model)]
        return DenseNetwork(layers, feature_names=feature_names)
    return read_sklearn(model, feature_names)
