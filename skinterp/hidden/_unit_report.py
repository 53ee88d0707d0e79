"""One unit of a network, described: weights, rows, classes, condition, formula, maximum."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from numbers import Integral

import numpy as np

from skinterp.display import UnitDisplay
from skinterp.expression import ColumnSpread
from skinterp.hidden._labels import colour_order, row_labels
from skinterp.hidden._maximise import maximise_activation
from skinterp.hidden._pixels import checked_image
from skinterp.hidden._unit_activity import UnitActivity, activity_of
from skinterp.hidden._unit_condition import UnitCondition, condition_of
from skinterp.hidden._unit_connections import UnitConnections, connections_of
from skinterp.hidden._unit_formula import find_formula
from skinterp.hidden._unit_images import UnitImages, gallery_display, images_of
from skinterp.hidden._unit_linear import LinearDescription, least_squares
from skinterp.hidden._unit_location import locate_unit
from skinterp.network import Network, as_network, dense_of, input_names
from skinterp.utils import Result, checked_count, draw_seed
from skinterp.utils._which_rows import NEW

# What a formula of a unit follows; the first is the default.
MATCHES = ("values", "directions")


@dataclass(frozen=True, eq=False, repr=False)
class UnitReport(Result):
    """Description of a hidden or output unit: connections, activity, condition, formula, maximum.

    Parameters
    ----------
    name : str
        Which unit.
    connections : UnitConnections
        What goes in and where it goes: weights before and behind the unit.
    activity : UnitActivity
        What activates the unit: its values on the rows, extreme rows, classes.
    condition : UnitCondition
        Whether it is dead, saturated or redundant.
    linear : LinearDescription
        How it depends on the inputs of the network: mean slopes and the best linear description.
    network : Network
        The network.
    search_formula, search_maximum : callable
        What `formula` and `maximum` are found by, when they are asked for.
    is_symbolic : bool, default=False
        Whether the formula is part of the text.
    images : UnitImages or None, default=None
        Of a network that looks at images: weights and exciting rows as images.
    """

    name: str
    connections: UnitConnections
    activity: UnitActivity
    condition: UnitCondition
    linear: LinearDescription
    network: Network
    search_formula: Callable
    search_maximum: Callable
    is_symbolic: bool = False
    images: UnitImages | None = None
    _index = "feature"

    @cached_property
    def formula(self):
        """The unit as a formula (`UnitFormula`), searched for when asked; None for a dead one."""
        return None if self.condition.is_dead else self.search_formula()

    @cached_property
    def maximum(self):
        """The input in the box of the rows that excites the unit most (`ActivationMaximum`)."""
        return self.search_maximum()

    def _columns(self):
        """Return mean slopes, linear coefficients and the most exciting input, an input a line."""
        return {
            "feature": self.linear.feature_names,
            "mean_slope": self.linear.slopes,
            "linear_coef": self.linear.coef,
            "maximum": self.maximum.x,
        }

    def display(self, max_features=15):
        """Return the display of weights and activations; of images, of exciting rows, too.

        Parameters
        ----------
        max_features : int, default=15
            How many weights to show.

        Returns
        -------
        UnitDisplay or UnitGalleryDisplay
            The display, not drawn yet.
        """
        classes = colour_order(self.network, self.activity.labels)
        name = f"{self.name}, dead" if self.condition.is_dead else self.name
        if self.images is not None:
            return gallery_display([self.images], [self.activity], [""], name, classes)
        return UnitDisplay(
            self.connections.scaled_weights,
            self.connections.input_names,
            self.activity.values,
            self.activity.labels,
            name=name,
            weight_name="weight per standard deviation",
            classes=classes,
            max_features=max_features,
        )

    def __str__(self):
        flags = f": {', '.join(self.condition.flags)}" if self.condition.flags else ""
        lines = [f"{self.name}{flags}", self.connections, self.activity]
        activity = self.activity
        if self.condition.is_dead:
            return "\n".join(map(str, [*lines, f"excited by no row, on {NEW}"]))
        if not np.isnan(activity.selectivity):
            lines.append(
                f"tells class {activity.preferred_class} from the others: "
                f"{activity.selectivity:.2f} of 1, on {NEW}"
            )
        lines.append(self.linear)
        if self.is_symbolic:
            lines.append(self.formula)
        return "\n".join(map(str, [*lines, f"most excited: {self.maximum.headline}"]))


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
    symbolic : bool, "values" or "directions", default=False
        Whether the text of the report has a formula, found by gradient matching, of what goes
        into the activation of the unit, or of an output; it takes seconds. With True and
        "values" it follows the values, with "directions" it is the unit's concept, up to a
        monotone function that is fitted after. `UnitReport.formula` is searched for whenever it
        is asked for.
    image_shape : tuple of two int or None, default=None
        Height and width, if the inputs are pixels: `plot` shows the weights (where the unit reads
        other units, its mean slopes by the pixels) and the most exciting rows as images, and
        `smoothness` is of pixels that touch.
    smoothness : float, default=0.0
        Price of roughness of the input that excites most; see `maximise_activation`.
    random_state : int, RandomState instance or None, default=0
        Seeds what is random.

    Returns
    -------
    UnitReport
        The description; its formula and its maximum are computed when they are asked for.

    Raises
    ------
    ValueError
        If there is no such layer or unit, X does not fit the network, y is not a class per row,
        the image shape does not match, or `symbolic` is none of the above.

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
    >>> report.activity.preferred_class
    2
    """
    checked_count(n_rows, "n_rows", 1)
    if not (isinstance(symbolic, (bool, np.bool_)) or symbolic in MATCHES):
        raise ValueError(
            f"symbolic must be True, False or one of {list(MATCHES)}. Got {symbolic!r} instead."
        )
    match = symbolic if symbolic in MATCHES else MATCHES[0]
    network = as_network(network)
    dense, rows = dense_of(network, "unit_report"), network.check(X)
    names = input_names(network, X)
    location = locate_unit(network, dense.n_hidden, layer, unit)
    labels = row_labels(network, rows, y)
    values, slopes = location.view.value_and_gradient(rows)
    shape = None if image_shape is None else checked_image(image_shape, rows.shape[1])
    connections = connections_of(dense, location, rows, names)
    activity, images = activity_of(values, labels, n_rows), None
    if shape is not None:
        weights, mean_slopes = connections.input_weights, slopes.mean(axis=0)
        images = images_of(location, weights, mean_slopes, rows, activity, shape)
    seed = random_state if isinstance(random_state, Integral) else draw_seed(random_state)
    climb = {"image_shape": image_shape, "smoothness": smoothness, "random_state": seed}
    return UnitReport(
        name=location.view.name,
        connections=connections,
        activity=activity,
        condition=condition_of(dense, location, rows, values),
        linear=LinearDescription(
            names, slopes.mean(axis=0), *least_squares(rows, values), ColumnSpread.of(rows)
        ),
        network=network,
        search_formula=partial(find_formula, dense, location, rows, names, seed, match),
        search_maximum=partial(maximise_activation, location.view, X, **climb),
        is_symbolic=bool(symbolic),
        images=images,
    )
