"""Torch modules as networks: values and exact gradients by autograd."""

import pickle
from functools import cached_property

import numpy as np
from joblib import hash as joblib_hash
from joblib.hashing import Hasher

from skinterp.network._network import Network

_BLOCK_FLOATS = 2**20  # numbers torch keeps at a time for the way back
_MOST_ROWS = 4096


def _probabilities_undone(torch, values, link):
    """Return the logits of probabilities, in float64."""
    if link == "logistic":
        return torch.logit(values.double())
    return torch.log(values.double()) if link == "softmax" else values


class _ContentHasher(Hasher):
    """Hash a module by the content of its tensors, whose pickles hold addresses in memory."""

    def save(self, value):
        import torch

        if isinstance(value, torch.Tensor):
            content = value.detach().reshape(-1).view(torch.uint8).numpy().tobytes()
            value = str(value.dtype), tuple(value.shape), content
        super().save(value)


def _fingerprint(module):
    """Return a hash of the module, or its identity if it cannot be pickled."""
    try:
        return _ContentHasher("sha1").hash(module)
    except (pickle.PicklingError, AttributeError, RuntimeError, TypeError):
        return f"id:{id(module)}"


class TorchNetwork(Network):
    """A torch module whose values and exact gradients are asked for by autograd.

    The module is called in its own dtype, without gradients where none are needed, and is
    expected to be in evaluation mode and to belong to this network alone.

    Parameters
    ----------
    module : torch.nn.Module
        The module: takes a tensor (n, n_features_in), returns one (n,) or (n, n_columns).
    task : {"regression", "binary", "multiclass", "multilabel"}, default="regression"
        What it was trained for.
    n_features_in : int or None, default=None
        The number of inputs.
    n_outputs : int, default=1
        The number of raw values; 1 for a binary classifier, also of two columns, whose raw value
        is the second column minus the first.
    classes : array-like or None, default=None
        The class labels; None for regression.
    feature_names : sequence of str or None, default=None
        The names of the inputs.
    link : {"logistic", "softmax"} or None, default=None
        What the probabilities that the module returns are turned back from into logits; None for
        a module that returns logits, log-probabilities or values.
    """

    def __init__(
        self,
        module,
        task="regression",
        n_features_in=None,
        n_outputs=1,
        classes=None,
        feature_names=None,
        link=None,
    ):
        super().__init__(task, n_features_in, n_outputs, classes, feature_names)
        self._set(module=module, link=link)

    @cached_property
    def digest(self):
        """SHA-1 digest of the content, the module's included."""
        content = (type(self).__qualname__, _fingerprint(self.module), *self.arguments()[1:])
        return bytes.fromhex(joblib_hash(content, "sha1"))

    @property
    def dtype(self):
        """Dtype of the module's first floating parameter or buffer, else float32."""
        import torch

        tensors = [*self.module.parameters(), *self.module.buffers()]
        return next((t.dtype for t in tensors if t.is_floating_point()), torch.float32)

    def _ask(self, torch, x):
        """Return the raw values as a tensor (n, n_outputs)."""
        values = self.module(x).reshape(len(x), -1)
        values = _probabilities_undone(torch, values, self.link)
        if self.task == "binary" and values.shape[1] == 2:
            values = values[:, 1:] - values[:, :1]
        return values

    def forward(self, X):
        import torch

        with torch.inference_mode(False), torch.no_grad():
            x = torch.tensor(X, dtype=self.dtype, device="cpu")
            return self._ask(torch, x).double().numpy()

    def linearise(self, X):
        import torch

        dtype = self.dtype
        with torch.inference_mode(False), torch.enable_grad():
            x = torch.tensor(X, dtype=dtype, device="cpu", requires_grad=True)
            raw = self._ask(torch, x.clone())  # a copy, as it may be changed in place

        def pull(cotangent):
            weights = torch.tensor(np.ascontiguousarray(cotangent), dtype=raw.dtype, device="cpu")
            (gradient,) = torch.autograd.grad(
                raw, x, weights, retain_graph=True, materialize_grads=True
            )
            return gradient.double().numpy()

        return raw.detach().double().numpy(), pull

    @property
    def block_rows(self):
        width = sum(len(t) for t in self.module.parameters() if t.ndim)
        return min(_MOST_ROWS, max(64, _BLOCK_FLOATS // max(1, width)))

    def arguments(self):
        return (
            self.module,
            self.task,
            self.n_features_in,
            self.n_outputs,
            self.classes,
            self.feature_names,
            self.link,
        )

    def __repr__(self):
        name = getattr(self.module, "original_name", type(self.module).__name__)
        return f"TorchNetwork({name}, {self.n_features_in}-{self.n_outputs}, {self.task})"
