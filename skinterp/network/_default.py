"""The network that is trained when the user brings none."""

from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def default_network(task, random_state=None):
    """Make the unfitted network that is trained when the user brings none."""
    mlp = MLPRegressor if task == "regression" else MLPClassifier
    return make_pipeline(
        StandardScaler(),
        mlp(hidden_layer_sizes=(60, 60), max_iter=500, random_state=random_state),
    )
