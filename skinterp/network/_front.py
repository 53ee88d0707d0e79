"""What stands in front of a core network: smooth steps, with their derivatives."""

from functools import partial
from typing import NamedTuple

import numpy as np

from skinterp.network._affine import Affine
from skinterp.network._dense import DenseNetwork
from skinterp.network._network import Network, ScalarView
from skinterp.network._steps import STEPS, described

_BLOCK_FLOATS = 2**18  # numbers held at a time while working


def _by_rows(function, X, width, *others):
    """Return what a function makes of the rows that are finite, and NaN for the others."""
    finite = np.isfinite(X).all(axis=1)
    if finite.all():
        return function(X, *others)
    found = np.full((len(X), width), np.nan)
    if finite.any():
        found[finite] = function(X[finite], *(other[finite] for other in others))
    return found


def _by_cells(function, X):
    """Return what a function makes of each cell, NaN for those that are not finite."""
    finite = np.isfinite(X)
    if finite.all():
        return function(X)
    return np.where(finite, function(np.where(finite, X, 1.0)), np.nan)


class Stage(NamedTuple):
    """One smooth step: what it takes of the columns so far, and what kind of step it is.

    Parameters
    ----------
    name : str
        Name of the step in its pipeline.
    kind : str
        Name of its record in `STEPS`; "differences" is a step that is only asked.
    step : transformer
        The fitted step.
    affine : Affine
        From the columns so far to those the step takes.
    n_out : int
        How many columns it adds.
    """

    name: str
    kind: str
    step: object
    affine: Affine
    n_out: int

    @property
    def record(self):
        """What is known of steps of this kind."""
        return STEPS[self.kind]

    def value(self, X):
        """Return what the step makes of the columns so far; NaN where they are not finite."""
        return self._value(self.affine(X))

    def _value(self, taken):
        value = partial(self.record.value, self.step)
        if self.record.slope is not None:
            return _by_cells(value, taken)
        return _by_rows(value, taken, self.n_out)

    def linearise(self, X):
        """Return the same, and how cotangents are pulled back to the columns so far."""
        taken, slope = self.affine(X), None
        if self.record.slope is not None:
            slope = _by_cells(partial(self.record.slope, self.step), taken)

        def pull(cotangent):
            if slope is None:
                ask = partial(self.record.pull, self.step)
                gradient = _by_rows(ask, taken, taken.shape[1], cotangent)
            else:
                gradient = cotangent * slope
            return np.asarray((self.affine.matrix @ gradient.T).T)

        return self._value(taken), pull

    def needed(self, wanted):
        """Return which of the columns so far matter, if only some outputs are wanted."""
        if self.record.slope is None:
            wanted = np.full(self.affine.matrix.shape[1], wanted.any())
        return (self.affine.matrix != 0.0).astype(np.float64) @ wanted.astype(np.float64) > 0.0

    def __str__(self):
        how = "by central differences" if self.kind == "differences" else "smooth"
        return f"{self.name!r} ({described(self.step)}, {how})"


class Front(NamedTuple):
    """Stages that each add columns to the features, and what the core takes of all of them."""

    stages: tuple
    affine: Affine

    def value(self, X):
        """Return what the core takes."""
        for stage in self.stages:
            X = np.hstack([X, stage.value(X)])
        return self.affine(X)

    def linearise(self, X):
        """Return the same, and how cotangents are pulled back to the features."""
        pulls, widths = [], [X.shape[1]]
        for stage in self.stages:
            value, pull = stage.linearise(X)
            X = np.hstack([X, value])
            pulls.append(pull)
            widths.append(X.shape[1])

        def pull_all(cotangent):
            signal = np.asarray((self.affine.matrix @ cotangent.T).T)
            for pull, width in zip(reversed(pulls), reversed(widths[:-1])):
                signal = signal[:, :width] + pull(signal[:, width:])
            return signal

        return self.affine(X), pull_all

    @property
    def bending(self):
        """The stages that are not affine."""
        return [stage for stage in self.stages if stage.record.affine is None]

    @property
    def n_columns(self):
        """Number of features and columns of all stages."""
        return len(self.affine.center)


class SteppedNetwork(Network):
    """A network behind smooth steps, differentiated exactly by the chain rule.

    Parameters
    ----------
    front : Front
        The steps.
    core : Network
        The network behind them.
    feature_names : sequence of str or None, default=None
        Names of the inputs.
    user_table : UserTable or None, default=None
        The user's table, where the inputs are features read off it.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.neural_network import MLPRegressor
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import FunctionTransformer
    >>> from skinterp.network import as_network
    >>> X = np.random.default_rng(0).uniform(1.0, 9.0, size=(100, 2))
    >>> mlp = MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", alpha=1.0, random_state=0)
    >>> model = make_pipeline(FunctionTransformer(np.log), mlp).fit(X, X[:, 0] / X[:, 1])
    >>> as_network(model)
    SteppedNetwork(DenseNetwork(2-4-1, relu, regression) behind 'functiontransformer')
    """

    def __init__(self, front, core, feature_names=None, user_table=None):
        n_features = front.n_columns - sum(stage.n_out for stage in front.stages)
        super().__init__(
            core.task, n_features, core.n_outputs, core.classes, feature_names, user_table
        )
        self._set(front=front, core=core)

    @property
    def n_hidden(self):
        """Number of hidden layers of the network behind the steps."""
        return len(self.hidden_layer_sizes)

    @property
    def hidden_layer_sizes(self):
        """Numbers of units in its hidden layers."""
        return getattr(self.core, "hidden_layer_sizes", ())

    def forward(self, X):
        return self.core.forward(self.front.value(X))

    def linearise(self, X):
        taken, pull_front = self.front.linearise(X)
        raw, pull = self.core.linearise(taken)
        return raw, lambda cotangent: pull_front(pull(cotangent))

    def _behind(self, core):
        return SteppedNetwork(self.front, core, self.feature_names, self.user_table)

    def _unit_view(self, layer, j, before_activation):
        view = self.core.unit(layer, j, before_activation)
        return ScalarView(self._behind(view.network), view.head, view.name)

    def up_to(self, layer, before_activation=False):
        """Return the network that ends in a hidden layer.

        Parameters
        ----------
        layer : int
            Index of the hidden layer; negative counts from the last one.
        before_activation : bool, default=False
            Whether its outputs are the inputs of the units instead of their activations.

        Returns
        -------
        SteppedNetwork
            The network, a regression of one output per unit.
        """
        self.core.unit(layer, 0, before_activation)  # refuses what has no such layer
        return self._behind(self.core.up_to(layer, before_activation))

    hidden_activations = DenseNetwork.hidden_activations

    @property
    def no_layers(self):
        """Why the network is no chain of layers in the user's columns, and the way out."""
        if not self.front.stages:
            return f"Its core is {self.core!r}."
        steps = " and ".join(map(str, self.front.bending))
        return (
            f"The columns are bent in front of the layers by {steps}. Explain the network on "
            "what comes out of the steps: as_network(model[-1]) and model[:-1].transform(X)."
        )

    @property
    def block_rows(self):
        width = self.front.n_columns + sum(s.affine.matrix.shape[1] for s in self.front.stages)
        return max(64, min(self.core.block_rows, _BLOCK_FLOATS // (3 * width)))

    def arguments(self):
        return self.front, self.core, self.feature_names, self.user_table

    def __repr__(self):
        names = [
            f"{s.name!r} (slopes by differences)" if s.kind == "differences" else repr(s.name)
            for s in self.front.bending
        ]
        return f"SteppedNetwork({self.core!r} behind {', '.join(names) or 'affine steps'})"
