"""Reading scikit-learn's multilayer perceptrons."""

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.utils.validation import check_is_fitted

from skinterp.network._activations import as_activation
from skinterp.network._dense import DenseNetwork, Layer


def read_sklearn(model, feature_names=None):
    """Read a fitted scikit-learn model as a `DenseNetwork`."""
    if not isinstance(model, MLPClassifier | MLPRegressor):
        raise TypeError(f"{type(model).__name__} has no gradients.")
    check_is_fitted(model)
    names = [model.activation] * (model.n_layers_ - 2)
    if isinstance(model, MLPRegressor):
        task, classes, last = "regression", None, model.out_activation_
    else:
        last = "identity"
        task = "multiclass" if model.out_activation_ == "softmax" else "binary"
        classes = model.classes_
        if task == "binary" and model.n_outputs_ > 1:
            task, classes = "multilabel", np.arange(model.n_outputs_)
    layers = [
        Layer(w, b, as_activation(a))
        for w, b, a in zip(model.coefs_, model.intercepts_, [*names, last])
    ]
    if feature_names is None:
        feature_names = getattr(model, "feature_names_in_", None)
    return DenseNetwork(layers, task, classes, feature_names)
