"""Whether a formula of inputs with units is consistent, and which units its constants have.

A constant that is shown may have any unit; 1 is a pure number. The summands of a sum that have no
constant factor must have one unit, as must what a maximum is taken of, and arguments of other
functions must be pure numbers.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from skinterp.expression._nodes import Constant
from skinterp.expression._units import NUMBER, Unit

EXPONENTS = {"square": 2.0, "cube": 3.0, "sqrt": 0.5}
# A constant that a formula needs and does not show, and a unit that a coefficient must have.
HIDDEN_PRICE, CARRIED_PRICE = 6.0, 1.0


class Measured(NamedTuple):
    """The unit of a formula and what it takes to be consistent.

    Parameters
    ----------
    unit : Unit
        Its unit, constants taken as pure numbers.
    is_free : bool
        Whether a constant factor can give it any unit.
    hidden : int
        Constants with units that it needs and does not show.
    carried : int
        Coefficients that must have a unit so that a sum has one.
    """

    unit: Unit
    is_free: bool
    hidden: int = 0
    carried: int = 0


def summands(node):
    """Return the summands of a sum; a list of the formula itself for others."""
    if node.token in ("add", "sub"):
        return [s for argument in node.args for s in summands(argument)]
    return summands(node.args[0]) if node.token == "neg" else [node]


def measure(node, units, known=None):
    """Return the unit of a formula and what it takes to be consistent.

    Parameters
    ----------
    node : Expression
        The formula.
    units : sequence of Unit
        Units of the inputs.
    known : dict of Expression to Measured or None, default=None
        What is known already; it is added to.

    Returns
    -------
    Measured
        The unit.

    Examples
    --------
    >>> from skinterp.expression import parse, measure
    >>> from skinterp.expression import Unit
    >>> mg, s = Unit((("mg", 1.0),), (("kg", 1.0),), -13.8), Unit((("s", 1.0),), (("s", 1.0),))
    >>> measure(parse("x0 + x1"), (mg, s)).hidden, measure(parse("x0 + 2*x1"), (mg, s)).carried
    (1, 1)
    """
    known = {} if known is None else known
    if node not in known:
        known[node] = _measured(node, units, known)
    return known[node]


def _measured(node, units, known):
    if isinstance(node, Constant):
        return Measured(NUMBER, abs(node.value) != 1.0)
    if node.is_variable:
        return Measured(units[node.index], False)
    if node.token in ("add", "sub", "neg", "max"):
        return _measured_sum(node, units, known)
    first, *others = (measure(argument, units, known) for argument in node.args)
    if node.token in ("mul", "div"):
        (second,) = others
        unit = first.unit * second.unit if node.token == "mul" else first.unit / second.unit
        is_free = first.is_free or second.is_free
        return Measured(
            unit, is_free, first.hidden + second.hidden, first.carried + second.carried
        )
    if node.token in EXPONENTS or node.token == "pow":
        power = EXPONENTS.get(node.token) or node.args[1].value
        odd = not first.unit.is_number and (2.0 * power) % 1.0 != 0.0
        return first._replace(unit=first.unit**power, carried=first.carried + odd)
    if node.token == "abs":
        return first
    inner = [first, *others]
    missing = sum(not m.is_free and bool(m.unit.bases) for m in inner)
    hidden = sum(m.hidden for m in inner) + missing
    return Measured(NUMBER, False, hidden, sum(m.carried for m in inner))


def _measured_sum(node, units, known):
    equals = node.args if node.token == "max" else summands(node)
    parts = [(s, measure(s, units, known)) for s in equals]
    varying = [m for s, m in parts if s.variables]
    fixed = [m.unit for _, m in parts if not m.is_free]
    has_number = len(varying) < len(parts)
    candidates = fixed or ([] if has_number else [m.unit for m in varying]) or [NUMBER]
    keys = [unit.key for unit in candidates]
    unit = max(candidates, key=lambda u: keys.count(u.key))
    hidden = sum(u.key != unit.key for u in fixed)
    carried = sum(m.is_free and m.unit.key != unit.key for m in varying)
    return Measured(
        unit,
        not fixed,
        hidden + sum(m.hidden for _, m in parts),
        carried + sum(m.carried for _, m in parts),
    )


def constant_units(node, units, target=None):
    """Return the units of a formula's constants, in the order of `Expression.constants`.

    Parameters
    ----------
    node : Expression
        The formula.
    units : sequence of Unit
        Units of the inputs.
    target : Unit or None, default=None
        The unit that the formula has; None is its own.

    Returns
    -------
    list of Unit
        The units.
    """
    target = measure(node, units).unit if target is None else target
    if isinstance(node, Constant):
        return [target]
    if node.is_variable:
        return []
    if node.token in ("add", "sub", "neg", "abs", "max"):
        return [u for argument in node.args for u in constant_units(argument, units, target)]
    if node.token in EXPONENTS or node.token == "pow":
        power = EXPONENTS.get(node.token) or node.args[1].value
        last = [NUMBER] if node.token == "pow" else []
        inner = target ** (1.0 / power) if power else None
        return [*constant_units(node.args[0], units, inner), *last]
    if node.token not in ("mul", "div"):
        return [u for argument in node.args for u in constant_units(argument, units, NUMBER)]
    left, right = node.args
    first, second = measure(left, units), measure(right, units)
    product = node.token == "mul"
    if first.is_free:
        own = target / second.unit if product else target * second.unit
        return [*constant_units(left, units, own), *constant_units(right, units, second.unit)]
    own = target / first.unit if product else first.unit / target
    return [*constant_units(left, units, first.unit), *constant_units(right, units, own)]


@dataclass(frozen=True)
class Dimensions:
    """The units of inputs, and what formulas pay for being inconsistent.

    Parameters
    ----------
    units : tuple of Unit
        Units of the inputs.
    required : bool, default=False
        Whether formulas must be consistent.
    """

    units: tuple
    required: bool = False
    _known: dict = field(default_factory=dict, init=False, repr=False, compare=False)

    def price(self, expression):
        """Return what a formula costs for its units; infinite if it is not allowed.

        Parameters
        ----------
        expression : Expression
            The formula; logarithms outside, of all terms of a sum, are the logarithm of a product.

        Returns
        -------
        float
            The price.
        """
        parts = summands_without_factors(expression)
        if all(part.token == "log" for part in parts):
            found = [measure(part.args[0], self.units, self._known) for part in parts]
        else:
            found = [measure(expression, self.units, self._known)]
        hidden = sum(m.hidden for m in found)
        if hidden and self.required:
            return float("inf")
        return HIDDEN_PRICE * hidden + CARRIED_PRICE * sum(m.carried for m in found)


def summands_without_factors(expression):
    """Return the summands with inputs, constant factors off."""
    found = []
    for part in summands(expression):
        while part.token in ("mul", "div", "neg") and part.args:
            rest = [a for a in part.args if a.variables]
            if len(rest) != 1 or (part.token == "div" and rest[0] is not part.args[0]):
                break
            part = rest[0]
        if part.variables:
            found.append(part)
    return found
