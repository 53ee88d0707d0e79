"""One unit of a network, described: weights, rows, classes, flags, formula, favourite input."""

from dataclasses import dataclass
from numbers import Integral

import numpy as np

from skinterp.display import UnitDisplay
from skinterp.expression import Equation, affine
from skinterp.hidden._activity import is_saturated, linear, selectivity, twins
from skinterp.hidden._maximise import ActivationMaximum, maximise_activation
from skinterp.hidden._top import class_index, margin_of
from skinterp.network import (
    Network,
    as_network,
    checked_rows,
    dense_of,
    input_names,
)
from skinterp.search import Question, SearchSettings, explain_values, operator_prices
from skinterp.utils import import_optional

_N_QUERIES = 600
_MAX_COST = 40.0


@dataclass(frozen=True, eq=False)
class UnitReport:
    """What a hidden or output unit does on rows.

    Parameters
    ----------
    name : str
        Which unit.
    input_names : tuple of str
        What it reads: inputs, or units of the layer before.
    input_weights : ndarray of shape (n_read,)
        Its weights on these.
    slopes : ndarray of shape (n_features,)
        Mean derivative of the unit by the inputs of the network.
    feature_names : tuple of str
        Names of these.
    output_weights : ndarray of shape (n_next,)
        Weights with which the next layer reads it; empty for an output.
    activations : ndarray of shape (n_samples,)
        The unit on the rows.
    top_rows, bottom_rows : ndarray of int of shape (n_rows,)
        Rows that excite it most and least, the most extreme first.
    labels : ndarray of shape (n_samples,) or None
        Class of each row: the target, or else the network's answer; None for a regression.
    selectivity : float
        How far the class that excites the unit most is told from all others by the unit alone:
        ``2 AUC - 1``, from 0 to 1; nan without classes.
    preferred_class : object
        The class with this selectivity; None without classes.
    is_dead : bool
        Whether the unit has the same value on all rows.
    is_saturated : bool
        Whether the slope of its activation is below a fiftieth of the steepest on 95 % of rows.
    duplicates : tuple of int
        Other units of the layer that do the same on the rows, up to sign and scale.
    linear_coef : ndarray of shape (n_features,)
        The best linear description of the unit, in input units.
    linear_intercept : float
        Its intercept.
    linear_r2 : float
        How much of the unit's variance it explains on the rows.
    equation : Equation or None
        The unit as a formula, if one was asked for.
    equation_r2 : float
        How much of the variance it explains; nan without a formula.
    maximum : ActivationMaximum
        The input in the box of the rows that excites the unit most.
    network : Network
        The network.
    """

    name: str
    input_names: tuple
    input_weights: np.ndarray
    slopes: np.ndarray
    feature_names: tuple
    output_weights: np.ndarray
    activations: np.ndarray
    top_rows: np.ndarray
    bottom_rows: np.ndarray
    labels: np.ndarray | None
    selectivity: float
    preferred_class: object
    is_dead: bool
    is_saturated: bool
    duplicates: tuple
    linear_coef: np.ndarray
    linear_intercept: float
    linear_r2: float
    equation: Equation | None
    equation_r2: float
    maximum: ActivationMaximum
    network: Network

    @property
    def flags(self):
        """What is wrong with the unit, as words."""
        words = ["dead"] * self.is_dead + ["saturated"] * self.is_saturated
        return (*words, *(f"does the same as unit {j}" for j in self.duplicates))

    def by_class(self):
        """Return the distribution of the unit for each class.

        Returns
        -------
        dict of object to ndarray of shape (5,)
            Least value, quartiles and largest value; empty without classes.
        """
        if self.labels is None:
            return {}
        return {
            label: np.quantile(self.activations[self.labels == label], [0, 0.25, 0.5, 0.75, 1])
            for label in np.unique(self.labels).tolist()
        }

    def to_frame(self):
        """Return one line per input of the network.

        Returns
        -------
        pandas.DataFrame
            Mean slope, coefficient of the linear description, and the input that excites most.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        pandas = import_optional("pandas", extra="plot", purpose="to_frame")
        index = pandas.Index(self.feature_names, name="feature")
        columns = {
            "mean_slope": self.slopes,
            "linear_coef": self.linear_coef,
            "maximum": self.maximum.x,
        }
        return pandas.DataFrame(columns, index=index)

    def display(self, max_features=15):
        """Return the display of weights and activations.

        Parameters
        ----------
        max_features : int, default=15
            How many weights to show.

        Returns
        -------
        UnitDisplay
            The display, not drawn yet.
        """
        return UnitDisplay(
            self.input_weights,
            self.input_names,
            self.activations,
            self.labels,
            name=self.name,
            max_features=max_features,
        )

    def plot(self, max_features=15):
        """Draw weights beside the distribution of the activations per class.

        Parameters
        ----------
        max_features : int, default=15
            How many weights to show.

        Returns
        -------
        UnitDisplay
            The display.
        """
        return self.display(max_features).plot()

    def __str__(self):
        strongest = np.argsort(-np.abs(self.input_weights), kind="stable")[:5]
        weights = ", ".join(
            f"{self.input_names[j]} {self.input_weights[j]:.3g}" for j in strongest
        )
        lines = [
            self.name + (f": {', '.join(self.flags)}" if self.flags else ""),
            f"strongest weights: {weights}",
            f"from {self.activations.min():.3g} (row {self.bottom_rows[0]}) to "
            f"{self.activations.max():.3g} (row {self.top_rows[0]})",
        ]
        if self.labels is not None:
            lines.append(
                f"tells class {self.preferred_class} from the others: {self.selectivity:.2f} of 1"
            )
        linear = affine(self.linear_coef, self.linear_intercept)
        if np.count_nonzero(self.linear_coef) <= 6:
            text = linear.format(self.feature_names, digits=3)
            lines.append(f"linear: {text} (R2 {self.linear_r2:.3f})")
        else:
            lines.append(
                f"linear in {np.count_nonzero(self.linear_coef)} inputs: R2 {self.linear_r2:.3f}"
            )
        if self.equation is not None:
            lines.append(f"formula: {self.equation} (R2 {self.equation_r2:.3f})")
        return "\n".join([*lines, f"most excited: {self.maximum}"])


def _formula(view, X, names, random_state):
    """Return the unit as a formula, by gradient matching, and its R2."""
    settings = SearchSettings(
        prices=operator_prices(None), max_cost=_MAX_COST, n_jobs=None, deadline=None
    )
    equation, _ = explain_values(view, X, Question(settings, _N_QUERIES), names, random_state)
    values = view.value(X)
    error = equation.values(X) - values
    return equation, float(1.0 - error.var() / values.var())


def _place(dense, network, layer, unit):
    """Return the view of a unit, its layer's index in the network, and its own index."""
    if layer == "output":
        k = class_index(network, unit)
        column = 0 if network.task == "binary" else k
        return margin_of(network, k), len(dense.layers) - 1, column
    if not isinstance(layer, Integral):
        raise ValueError(f"layer must be an integer or 'output'. Got {layer!r} instead.")
    view = network.unit(layer, unit)
    return view, layer % len(dense.hidden_layer_sizes), int(unit)


def _read_names(dense, index, names):
    if index == 0:
        return names
    return tuple(f"unit {i}" for i in range(len(dense.layers[index].weights)))


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
        Classes of the rows; None is the network's own answers.
    n_rows : int, default=5
        How many of the most and least exciting rows to name.
    symbolic : bool, default=False
        Whether to look for a formula of the unit by gradient matching, which takes seconds.
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
        If there is no such layer or unit, or X or y do not fit the network.

    Notes
    -----
    A unit is seldom a concept: what one unit is looking for may be visible only together with
    others. The linear description of a ReLU unit mixes rows on which it is on with rows on which
    it is off; its formula does not.

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
    if not isinstance(n_rows, Integral) or n_rows < 1:
        raise ValueError(f"n_rows must be an integer of at least 1. Got {n_rows!r} instead.")
    network = as_network(network)
    dense, rows = dense_of(network, "unit_report"), checked_rows(network, X)
    names = input_names(network, X)
    view, index, column = _place(dense, network, layer, unit)
    labels = _labels(network, rows, y)
    values, slopes = view.value_and_gradient(rows)
    hidden = index < len(dense.layers) - 1
    before = dense.layers[index]
    weights = before.weights[:, column]
    if not hidden and network.task == "binary" and class_index(network, unit) == 0:
        weights = -weights
    order = np.argsort(-values, kind="stable")
    coef, intercept, r2 = linear(rows, values)
    is_dead = bool(np.ptp(values) <= 1e-12 * (1.0 + np.abs(values).max()))
    equation, equation_r2 = None, np.nan
    if symbolic and not is_dead:
        equation, equation_r2 = _formula(view, rows, names, random_state)
    saturated, same = False, ()
    if hidden:
        inputs = dense.hidden_activations(rows, index, before_activation=True)[:, column]
        saturated = not is_dead and is_saturated(before, inputs)
        same = twins(dense.hidden_activations(rows, index), column)
    telling, preferred = (np.nan, None) if labels is None else selectivity(values, labels)
    return UnitReport(
        name=view.name,
        input_names=_read_names(dense, index, names),
        input_weights=weights,
        slopes=slopes.mean(axis=0),
        feature_names=names,
        output_weights=dense.layers[index + 1].weights[column] if hidden else np.empty(0),
        activations=values,
        top_rows=order[:n_rows],
        bottom_rows=order[::-1][:n_rows],
        labels=labels,
        selectivity=telling,
        preferred_class=preferred,
        is_dead=is_dead,
        is_saturated=saturated,
        duplicates=same,
        linear_coef=coef,
        linear_intercept=intercept,
        linear_r2=r2,
        equation=equation,
        equation_r2=equation_r2,
        maximum=maximise_activation(
            view, X, image_shape=image_shape, smoothness=smoothness, random_state=random_state
        ),
        network=network,
    )


def _labels(network, rows, y):
    """Return the class of each row; None for a regression without classes."""
    if y is not None:
        y = np.asarray(y)
        if len(y) != len(rows):
            raise ValueError(
                f"y must have one entry per row of X, {len(rows)}. Got {len(y)} instead."
            )
        return y
    if network.task in ("binary", "multiclass"):
        return network.predict(rows)
    return None
