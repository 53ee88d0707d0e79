"""One unit of a network, described: weights, rows, classes, flags, formula, favourite input."""

from numbers import Integral
from typing import NamedTuple

import numpy as np

from skinterp.hidden._activity import is_constant, is_saturated, linear, selectivity, twins
from skinterp.hidden._labels import row_labels
from skinterp.hidden._maximise import maximise_activation
from skinterp.hidden._report import UnitReport
from skinterp.hidden._top import class_index, margin_of
from skinterp.network import ScalarView, as_network, checked_rows, dense_of, input_names
from skinterp.sampling import feature_scale
from skinterp.search import Question, SearchSettings, explain_values, operator_prices
from skinterp.utils import checked_count

_N_QUERIES = 600
_MAX_COST = 40.0


class _Place(NamedTuple):
    """Where a unit is: its view, its layer, its column there, and the sign of its weights."""

    view: ScalarView
    layer: int
    column: int
    is_hidden: bool
    sign: float = 1.0


def _place(dense, network, layer, unit):
    if layer == "output":
        k = class_index(network, unit)
        binary = network.task == "binary"
        sign = -1.0 if binary and k == 0 else 1.0
        return _Place(margin_of(network, k), dense.n_hidden, 0 if binary else k, False, sign)
    if not isinstance(layer, Integral):
        raise ValueError(f"layer must be an integer or 'output'. Got {layer!r} instead.")
    view = network.unit(layer, unit)
    return _Place(view, layer % dense.n_hidden, int(unit), True)


def _connections(dense, place, rows, names):
    """Return what a unit reads, and the weights before and behind it."""
    weights = place.sign * dense.layers[place.layer].weights[:, place.column]
    read = rows
    if place.layer:
        read = dense.hidden_activations(rows, place.layer - 1)
        names = tuple(f"unit {i}" for i in range(len(weights)))
    behind = dense.layers[place.layer + 1].weights[place.column] if place.is_hidden else ()
    return {
        "input_names": names,
        "input_weights": weights,
        "input_scale": feature_scale(read),
        "output_weights": np.asarray(behind, dtype=float),
    }


def _flags(dense, place, rows, values):
    """Return what is wrong with a unit."""
    is_dead, flat, same = bool(is_constant(values)), False, ()
    if place.is_hidden and not is_dead:
        activation = dense.layers[place.layer].activation
        inputs = dense.hidden_activations(rows, place.layer, before_activation=True)
        flat = is_saturated(activation, inputs[:, place.column])
        same = twins(activation.value(inputs), place.column)
    return {"is_dead": is_dead, "is_saturated": flat, "duplicates": same}


def _formula(dense, place, rows, values, names, random_state):
    """Return a formula, by gradient matching, of what goes into a unit or of an output."""
    settings = SearchSettings(
        prices=operator_prices(None), max_cost=_MAX_COST, n_jobs=None, deadline=None
    )
    view, activation = place.view, None
    if place.is_hidden:
        view = dense.unit(place.layer, place.column, before_activation=True)
        activation = dense.layers[place.layer].activation
    question = Question(settings, _N_QUERIES)
    equation, _ = explain_values(view, rows, question, names, random_state)
    found = equation.values(rows)
    error = (found if activation is None else activation.value(found)) - values
    return {
        "equation": equation,
        "equation_r2": float(1.0 - np.mean(error**2) / values.var()),
        "activation": None if activation is None else str(activation),
    }


def unit_report(
    network,
    X,
    unit,
    *,
    layer=-1,
    y=None,
    n_rows=5,
    symbolic=False,
    image_shape=None,
    smoothness=0.0,
    random_state=0,
):
    """Describe a hidden or output unit.

    Parameters
    ----------
    network : estimator, Network or tuple
        A network with layers.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows.
    unit : int or object
        Index of the unit in its layer; of an output its class label or index.
    layer : int or "output", default=-1
        Index of the hidden layer, negative from the last one; "output" for an output, which is
        described by the log-odds of the class against all others.
    y : array-like of shape (n_samples,) or None, default=None
        Classes of the rows; None is the network's own answers. Of a regression pass bins of the
        target, if anything.
    n_rows : int, default=5
        How many of the most and least exciting rows to name.
    symbolic : bool, default=False
        Whether to look for a formula, by gradient matching, of what goes into the activation of
        the unit, or of an output; it takes seconds.
    image_shape : tuple of two int or None, default=None
        Height and width, if the inputs are pixels; used with `smoothness`.
    smoothness : float, default=0.0
        Price of roughness of the input that excites most; see `maximise_activation`.
    random_state : int, RandomState instance or None, default=0
        Seeds what is random.

    Returns
    -------
    UnitReport
        The description.

    Raises
    ------
    ValueError
        If there is no such layer or unit, X does not fit the network, or y is not a class per row.

    Notes
    -----
    A unit is seldom a concept: what one unit is looking for may be visible only together with
    others. The linear description of a ReLU unit mixes rows on which it is on with rows on which
    it is off; the formula of what goes into the activation does not.

    References
    ----------
    S. J. Wetzel, "Closed-form interpretation of neural network latent spaces with symbolic
    gradients", arXiv 2409.05305, for formulas of units.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neural_network import MLPClassifier
    >>> from skinterp.hidden import unit_report
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> network = MLPClassifier((4,), solver="lbfgs", max_iter=500, random_state=0).fit(X, y)
    >>> report = unit_report(network, X, 2, layer="output")
    >>> report.preferred_class
    2
    """
    checked_count(n_rows, "n_rows", 1)
    network = as_network(network)
    dense, rows = dense_of(network, "unit_report"), checked_rows(network, X)
    names = input_names(network, X)
    place = _place(dense, network, layer, unit)
    labels = row_labels(network, rows, y)
    values, slopes = place.view.value_and_gradient(rows)
    order = np.argsort(-values, kind="stable")
    coef, intercept, r2 = linear(rows, values)
    flags = _flags(dense, place, rows, values)
    formula = {"equation": None, "equation_r2": np.nan, "activation": None}
    if symbolic and not flags["is_dead"]:
        formula = _formula(dense, place, rows, values, names, random_state)
    telling, preferred = (np.nan, None) if labels is None else selectivity(values, labels)
    maximum = maximise_activation(
        place.view, X, image_shape=image_shape, smoothness=smoothness, random_state=random_state
    )
    return UnitReport(
        name=place.view.name,
        **_connections(dense, place, rows, names),
        slopes=slopes.mean(axis=0),
        feature_names=names,
        activations=values,
        top_rows=order[:n_rows],
        bottom_rows=order[::-1][:n_rows],
        labels=labels,
        selectivity=telling,
        preferred_class=preferred,
        **flags,
        linear_coef=coef,
        linear_intercept=intercept,
        linear_r2=r2,
        **formula,
        maximum=maximum,
        network=network,
    )
