"""The largest and smallest output of a network in a box, and whether a class is reached."""

from dataclasses import dataclass, field

import numpy as np

from skinterp.exact.optima._level_boxes import LevelBoxes
from skinterp.exact.optima._setting import beaten_by, chosen_output, ended, refuse_no_classes
from skinterp.exact.pieces._search import checked_budget
from skinterp.utils import PrintedInNotebooks, number_text, output_index

_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class ExtremeOutput(PrintedInNotebooks):
    """The largest or smallest raw value of a network in a box.

    Parameters
    ----------
    value : float
        The most extreme value found: the network's at `point`.
    point : ndarray of shape (n_features,)
        Where, in input units.
    bound : float
        Proven bound: no value in the box is beyond it, up to the tolerance of the solver.
    direction : {"max", "min"}
        Which extreme.
    name : str
        Name of the raw value.
    n_boxes : int
        Number of boxes looked at.
    unfinished : tuple of str
        What says that the bound is not the value; empty if it is.
    levels : dict of str to object
        Of the columns of categories that vary in the box, the cell at `point`.
    """

    value: float
    point: np.ndarray
    bound: float
    direction: str
    name: str
    n_boxes: int
    unfinished: tuple[str, ...] = ()
    levels: dict = field(default_factory=dict)

    @property
    def gap(self):
        """Distance of bound and value."""
        return abs(self.bound - self.value)

    @property
    def is_proven(self):
        """Whether the value is the extreme, up to a millionth of its size.

        Of 1 at least; where all values in the box are smaller than 1/1024, or some are larger than
        1024, of about the largest of them.
        """
        return not self.unfinished

    def __str__(self):
        value, bound = number_text(self.value, 6), number_text(self.bound, 6)
        beyond = "more" if self.direction == "max" else "less"
        end = "proven" if self.is_proven else f"not {beyond} than {bound}"
        return f"{self.direction} of {self.name}: {value}{_at(self.levels)}, {end}"


def _at(levels):
    """Write the levels of a point."""
    said = ", ".join(f"{name} {cell}" for name, cell in levels.items())
    return f" at {said}" if said else ""


def extreme_output(network, box, *, output=None, direction="max", time_budget=60.0):
    """Find the largest or smallest raw value of a network in a box, with proof.

    Branch and bound: the box is halved along the input that matters most until few units may
    change sign in a part, which a mixed-integer linear program then solves. Linear functions above
    and below all units (CROWN) bound the parts.

    Parameters
    ----------
    network : Network, ScalarView or anything `as_network` takes
        The network: identity, ReLU and leaky ReLU layers only. For a margin take a view:
        ``as_network(model).difference(j, k)``.
    box : (lower, upper)
        Numbers or arrays of shape (n_features,), in input units, and finite. Inputs whose bounds
        are equal are held. A column of categories takes every level that the bounds of its
        indicators have room for: those of 0 and 1 leave a level open.
    output : int, str or None, default=None
        The raw value: index, or name of a class; may be left out where there is one. Of two
        classes the only value, 0, is the logit of the second; that of the first, by its label, is
        this with the sign turned.
    direction : {"max", "min"}, default="max"
        Which extreme.
    time_budget : float or None, default=60.0
        Seconds after which to end with the gap that is left; so does an interruption.

    Returns
    -------
    ExtremeOutput
        Value, point and bound.

    Raises
    ------
    ValueError
        If the network is smooth, the box is not finite, or lets flags of gaps vary, or more than
        100,000 combinations of levels.

    Notes
    -----
    Bounds are worked out in double precision without outward rounding, and mixed-integer programs
    have tolerances of about 1e-6: the bound is proven up to these. Up to eight inputs may vary
    in large networks; with more, the box is one mixed-integer program, whose time doubles with
    every unit or two that may change sign. Combinations of levels are bounded each, and those
    whose bound may be beyond the value known are looked at.

    References
    ----------
    H. Zhang et al., "Efficient neural network robustness certification with general activation
    functions", arXiv 1811.00866. V. Tjeng, K. Xiao and R. Tedrake, "Evaluating robustness of
    neural networks with mixed integer programming", arXiv 1711.07356.

    Examples
    --------
    >>> from skinterp.exact import extreme_output
    >>> network = ([[[1.0, 1.0]], [[1.0], [-2.0]]], [[0.0, -1.0], [0.0]], ["relu", "identity"])
    >>> print(extreme_output(network, (-2, 2)))
    max of value: 1, proven
    """
    if direction not in ("max", "min"):
        raise ValueError(f"direction must be 'max' or 'min'. Got {direction!r} instead.")
    checked_budget(time_budget)
    boxes = LevelBoxes.of(network, box)
    network, sign = boxes.network, 1.0 if direction == "min" else -1.0
    weights, name = chosen_output(network, output)
    found = boxes.least_largest(sign * weights[np.newaxis], _TOLERANCE, time_budget)
    value = float(network.raw_values(found.point[np.newaxis])[0] @ weights)
    bound = sign * min(found.bound, sign * value)
    notes, levels = ended(found, _TOLERANCE), boxes.levels(found.point)
    return ExtremeOutput(value, found.point, bound, direction, name, found.n_boxes, notes, levels)


@dataclass(frozen=True, eq=False)
class ClassReach:
    """Whether a network answers a class anywhere in a box.

    Parameters
    ----------
    is_reached : bool or None
        Whether it does; None if that is not settled.
    label : object
        The class.
    point : ndarray of shape (n_features,) or None
        A point of that class, in input units, or where its margin is the largest found.
    margin : float
        The largest margin found: its logit, minus the largest other one.
    bound : float
        Proven bound of the margin: negative if the class is nowhere answered.
    n_boxes : int
        Number of boxes looked at.
    unfinished : tuple of str
        What says that it is not settled; empty if it is.
    levels : dict of str to object
        Of the columns of categories that vary in the box, the cell at `point`.
    """

    is_reached: bool | None
    label: object
    point: np.ndarray | None
    margin: float
    bound: float
    n_boxes: int
    unfinished: tuple[str, ...] = ()
    levels: dict = field(default_factory=dict)

    def __str__(self):
        margin, bound = number_text(self.margin, 4), number_text(self.bound, 4)
        if self.is_reached:
            at = _at(self.levels)
            return f"class {self.label} is reached{at}, with a margin of {margin}"
        if self.is_reached is None:
            return f"class {self.label}: not settled, margin between {margin} and {bound}"
        return f"class {self.label} is nowhere reached: its margin is {bound} at most"


def reach_class(network, box, target, *, time_budget=60.0):
    """Find a point of a box that a network answers a class at, or prove that there is none.

    It is reached where its margin ``min_j (logit_target - logit_j)`` is positive; the largest
    margin is bounded as in `extreme_output`.

    Parameters
    ----------
    network : Network or anything `as_network` takes
        A classifier: identity, ReLU and leaky ReLU layers only.
    box : (lower, upper)
        Numbers or arrays of shape (n_features,), in input units, and finite. Inputs whose bounds
        are equal are held; categories vary as in `extreme_output`.
    target : object
        Label of the class.
    time_budget : float or None, default=60.0
        Seconds after which to end unsettled; so does an interruption.

    Returns
    -------
    ClassReach
        Whether it is, with a point or a bound.

    Raises
    ------
    ValueError
        If the network is no classifier, or smooth, there is no such class, or the box is not
        finite, or lets flags of gaps or more than 100,000 combinations of levels vary.

    Examples
    --------
    >>> from skinterp import as_network
    >>> from skinterp.exact import reach_class
    >>> layers = [[[1.0, 1.0]], [[1.0], [-2.0]]], [[0.0, -1.0], [-1.5]], ["relu", "logistic"]
    >>> network = as_network(layers, classes=["no", "yes"])
    >>> print(reach_class(network, (-2, 2), "yes"))
    class yes is nowhere reached: its margin is -0.5 at most
    """
    checked_budget(time_budget)
    boxes = LevelBoxes.of(network, box)
    network = boxes.network
    refuse_no_classes(network, "reach_class")
    k = output_index(target, network.classes, "target")
    others = np.flatnonzero(np.arange(len(network.classes)) != k)
    C = beaten_by(network, k, others)

    def is_settled(value, bound):
        return value < 0.0 or bound > 0.0

    found = boxes.least_largest(C, _TOLERANCE, time_budget, is_settled)
    point = found.point
    raw = network.raw_values(point[np.newaxis])
    margin, bound = float(-(raw @ C.T).max()) + 0.0, 0.0 - min(found.bound, found.value)
    is_reached: bool | None = None
    if network.answers(raw)[0] == network.classes[k]:
        is_reached = True
    elif bound < 0.0:
        is_reached = False
    notes: tuple[str, ...] = ()
    if is_reached is None:
        notes = ended(found, 0.0) or ("The class is tied with another one, and not beyond.",)
    ends = found.n_boxes, notes, boxes.levels(point)
    return ClassReach(is_reached, network.classes.tolist()[k], point, margin, bound, *ends)
