"""Representations in the course of training: how far classes come apart, epoch by epoch."""

from copy import deepcopy
from dataclasses import dataclass

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state

from skinterp.base import checked_training
from skinterp.display import LayersDisplay
from skinterp.hidden._layer_report import (
    chosen_rows,
    folds_for,
    is_above,
    measure_names,
    report_of,
)
from skinterp.network import as_network, dense_of
from skinterp.utils import Result, aligned, checked_count, draw_seed
from skinterp.utils._sklearn import take_rows
from skinterp.utils._splits import held_out_split
from skinterp.utils._which_rows import HELD_OUT, MAYBE_TRAINED, NEW

_EPOCHS = (1, 2, 5, 10, 20, 50)


@dataclass(frozen=True, eq=False, repr=False)
class LayerHistory(Result):
    """How far classes come apart in each layer, in the course of training.

    Parameters
    ----------
    epochs : tuple of int or float
        When the snapshots were taken.
    reports : tuple of LayerReport
        The measures of each.
    """

    epochs: tuple
    reports: tuple

    @property
    def layers(self):
        """Names of the layers."""
        return self.reports[0].layers

    def _columns(self):
        """Return one line per snapshot and layer."""
        n = len(self.layers)
        return {
            "epoch": np.repeat(self.epochs, n),
            "layer": np.tile(self.layers, len(self.epochs)),
            "separation": np.concatenate([r.separation for r in self.reports]),
            "purity": np.concatenate([r.purity for r in self.reports]),
            "probe_accuracy": np.concatenate([r.probe for r in self.reports]),
        }

    def display(self):
        """Return the display of the measures by epoch, a line per layer.

        Returns
        -------
        LayersDisplay
            The display, not drawn yet.
        """
        values = [
            np.array([getattr(report, name) for report in self.reports])
            for name in ("separation", "purity", "probe")
        ]
        first = self.reports[0]
        measures = measure_names(first, values)
        return LayersDisplay(
            measures,
            self.layers,
            epochs=self.epochs,
            title=f"how far classes come apart in the course of training\n{first.guess} (dashed)",
            references={[*measures][-1]: first.majority_share},
        )

    def __str__(self):
        lines = [
            [str(epoch), *(f"{read:.3f}" for read in report.probe)]
            for epoch, report in zip(self.epochs, self.reports, strict=True)
        ]
        first = self.reports[0]
        title = f"accuracy of a linear probe on {first.probe_rows}, by layer"
        table = aligned(["epoch", *self.layers], lines, left=())
        return "\n".join([title, table, first.guess, self._sentence()])

    def _sentence(self):
        report, first, last = self.reports[0], self.reports[0].probe, self.reports[-1].probe
        k = int(np.argmax(last - first))
        when = f"from epoch {self.epochs[0]} to {self.epochs[-1]}"
        rows = report.probe_rows + ("" if report.rows == HELD_OUT else f"; {MAYBE_TRAINED}")
        beside = f"{last[0]:.3f} off the input"
        if len(self.reports) == 1 or not is_above(last[k], first[k], report.n_rows):
            return (
                f"No difference is seen {when} in what a linear probe reads off a layer: at the "
                f"end {last.max():.3f} of the rows off the best one, {beside}, on {rows}."
            )
        return (
            f"Training brings most to {self.layers[k]}: a linear probe reads the class of "
            f"{first[k]:.3f} and then {last[k]:.3f} of the rows, {beside}, {when}, on {rows}."
        )


def layer_history(
    networks,
    X,
    y=None,
    *,
    epochs=None,
    test_size=0.25,
    n_neighbors=10,
    n_folds=5,
    max_rows=2000,
    random_state=0,
):
    """Measure how far classes come apart in each layer, in the course of training.

    The measures of `layer_report`, of snapshots: networks saved while they were trained, or such
    as an estimator makes by `partial_fit`, one pass over the training rows at a time.

    Parameters
    ----------
    networks : sequence of estimator, Network or tuple; or estimator
        Snapshots of the same layers, the first one first; or a classifier with `partial_fit`,
        alone or at the end of a pipeline, a clone of which is trained.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows: of snapshots such as are measured; of an estimator it is trained on some, and
        measured on the others.
    y : array-like of shape (n_samples,) or None, default=None
        Classes of the rows; None is the answers of the last snapshot.
    epochs : sequence of int or None, default=None
        When the snapshots were taken, None numbers them; of an estimator after how many passes to
        measure, None is 1, 2, 5, 10, 20 and 50.
    test_size : float, default=0.25
        Share of the rows an estimator is measured on.
    n_neighbors, n_folds, max_rows : int, default=10, 5 and 2000
        As of `layer_report`.
    random_state : int, RandomState instance or None, default=0
        Seeds which rows are held out and drawn, and the folds. The seed of the estimator is its
        own.

    Returns
    -------
    LayerHistory
        The measures by epoch and layer.

    Raises
    ------
    ValueError
        If there are no snapshots, they have other layers, there are not as many epochs, or an
        estimator is no classifier with `partial_fit`.

    See Also
    --------
    layer_report : The same for one network.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neural_network import MLPClassifier
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skinterp.hidden import layer_history
    >>> X, y = load_iris(return_X_y=True)
    >>> network = make_pipeline(StandardScaler(), MLPClassifier((6,), random_state=0))
    >>> history = layer_history(network, X, y, epochs=[1, 50])
    >>> bool(history.reports[1].separation[-1] > history.reports[0].separation[-1])
    True
    """
    checked_count(n_neighbors, "n_neighbors", 1)
    checked_count(n_folds, "n_folds", 2)
    checked_count(max_rows, "max_rows", 2)
    rng = check_random_state(random_state)
    if _is_estimator(networks):
        epochs = _checked_epochs(_EPOCHS if epochs is None else epochs)
        snapshots, X, y = _trained(networks, X, y, epochs, test_size, draw_seed(rng))
        which = HELD_OUT
    else:
        snapshots = [as_network(network) for network in networks]
        epochs, which = tuple(range(len(snapshots)) if epochs is None else epochs), NEW
    _check_snapshots(snapshots, epochs)
    rows, labels = chosen_rows(snapshots[-1], X, y, max_rows, rng)
    settings = n_neighbors, folds_for(labels, n_folds), draw_seed(rng), which, y is None
    reports = tuple(report_of(network, rows, labels, *settings) for network in snapshots)
    return LayerHistory(epochs, reports)


def _is_estimator(networks):
    return not isinstance(networks, (list, tuple))


def _checked_epochs(epochs):
    checked = sorted(
        {checked_count(epoch, "epochs", 1) for epoch in np.atleast_1d(epochs).tolist()}
    )
    if not checked:
        raise ValueError(f"epochs must be at least one number of passes. Got {epochs!r} instead.")
    return tuple(checked)


def _check_snapshots(snapshots, epochs):
    """Refuse no snapshots, other numbers of epochs, and layers that differ."""
    if not snapshots:
        raise ValueError("networks must be at least one snapshot. Got none instead.")
    if len(epochs) != len(snapshots):
        raise ValueError(
            f"epochs must be {len(snapshots)}, one per snapshot. Got {len(epochs)} instead."
        )
    depths = [dense_of(network, "layer_history").n_hidden for network in snapshots]
    if len(set(depths)) > 1:
        raise ValueError(
            f"networks must have the same number of hidden layers. Got {depths} instead."
        )


def _trained(estimator, X, y, epochs, test_size, seed):
    """Return snapshots of a training, and the rows it has not seen, with their classes."""
    *front, (name, core) = getattr(estimator, "steps", [("network", estimator)])
    if not (hasattr(core, "partial_fit") and is_classifier(core)):
        raise ValueError(
            "networks must be snapshots, or a classifier with partial_fit, such as an "
            f"MLPClassifier with solver='adam'. Got {estimator!r} instead."
        )
    if y is None:
        raise ValueError("y must be given to train an estimator. Got None instead.")
    estimator, X, y, _ = checked_training(estimator, X, y)
    classes, (seen, held) = np.unique(y), held_out_split(len(y), test_size, y, seed)
    train, test, of_train, of_test = take_rows(X, seen), take_rows(X, held), y[seen], y[held]
    core, front, snapshots = clone(core), [(key, clone(step)) for key, step in front], []
    rows = Pipeline(front).fit_transform(train) if front else train
    for epoch in range(1, epochs[-1] + 1):
        core.partial_fit(rows, of_train, classes=classes)
        if epoch in epochs:
            snapshots.append(as_network(Pipeline([*front, (name, deepcopy(core))])))
    return snapshots, test, of_test
