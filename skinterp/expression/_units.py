"""Units of inputs, of formulas and of their constants."""

import math
import re
from dataclasses import dataclass
from functools import cache, lru_cache

from skinterp.utils import import_optional, number_text


@dataclass(frozen=True)
class Unit:
    """A unit as a product of powers of symbols, comparable with others.

    Parameters
    ----------
    powers : tuple of (str, float) pairs, default=()
        Symbols and their exponents, as written.
    bases : tuple of (str, float) pairs, default=()
        Base units and their exponents.
    log_factor : float, default=0.0
        Logarithm of the unit in its base units.

    Examples
    --------
    >>> from skinterp.expression import Unit
    >>> mg, s = Unit((("mg", 1.0),), (("kg", 1.0),), -13.8), Unit((("s", 1.0),), (("s", 1.0),))
    >>> print(mg / s**2)
    mg/s**2
    """

    powers: tuple = ()
    bases: tuple = ()
    log_factor: float = 0.0

    @property
    def key(self):
        """What units that can be added have in common."""
        bases = tuple((name, round(power, 6)) for name, power in self.bases)
        return bases, round(self.log_factor, 6) + 0.0

    @property
    def is_number(self):
        """Whether it is the unit of pure numbers."""
        return self.key == ((), 0.0)

    def __mul__(self, other):
        return _product(self, other)

    def __truediv__(self, other):
        return self * other**-1.0

    def __pow__(self, exponent):
        return Unit(
            tuple((name, power * exponent) for name, power in self.powers if exponent),
            tuple((name, power * exponent) for name, power in self.bases if exponent),
            self.log_factor * exponent,
        )

    def __str__(self):
        above = [_power_text(name, p) for name, p in self.powers if p > 0]
        below = [_power_text(name, -p) for name, p in self.powers if p < 0]
        top = "*".join(above) or ("1" if below else "")
        bottom = "*".join(below)
        return f"{top}/({bottom})" if len(below) > 1 else f"{top}/{bottom}" if below else top


@lru_cache(maxsize=4096)
def _product(first, second):
    return Unit(
        _added(first.powers, second.powers),
        _added(first.bases, second.bases),
        first.log_factor + second.log_factor,
    )


def _power_text(name, power):
    return name if power == 1.0 else f"{name}**{number_text(power, 3)}"


def _added(powers, others):
    total = dict(powers)
    for name, power in others:
        total[name] = total.get(name, 0.0) + power
    return tuple(sorted((name, p) for name, p in total.items() if abs(p) > 1e-9))


NUMBER = Unit()
# Single letters that end names, as in ``time_s``; others are rather indices.
_LETTERS = frozenset("sghKLV")


@cache
def _registry():
    return import_optional("pint", extra="units", purpose="Reading units").UnitRegistry()


def parse_unit(text):
    """Read a unit.

    Parameters
    ----------
    text : str
        The unit, such as ``"mg/kg"``; an empty text and ``"1"`` are pure numbers.

    Returns
    -------
    Unit
        The unit.

    Raises
    ------
    ValueError
        If it cannot be read.
    ImportError
        If pint is not installed.
    """
    registry = _registry()
    if not isinstance(text, str):
        raise ValueError(f"a unit must be a text such as 'mg/kg'. Got {text!r} instead.")
    if text.strip() in ("", "1"):
        return NUMBER
    try:
        unit = registry.parse_units(text)
        factor, base = registry.get_base_units(unit)
    except Exception as error:  # pint raises errors of many kinds, some from its tokenizer
        raise ValueError(f"{text!r} is no unit that pint can read ({error})") from error
    powers = ((registry.get_symbol(n) or n, float(p)) for n, p in unit._units.items())
    bases = ((name, float(p)) for name, p in base._units.items())
    return Unit(tuple(sorted(powers)), tuple(sorted(bases)), math.log(float(factor)))


def _from_name(name):
    """Return the unit that a column's name ends with, such as ``dose [mg]`` or ``dose_mg``."""
    bracket = re.search(r"[\[(]([^\[\]()]+)[\])]\s*$", name)
    ending = bracket[1] if bracket else name.rpartition("_")[2] if "_" in name.strip("_") else ""
    is_letter = len(ending) == 1 and ending not in _LETTERS
    if not ending or ending.isdigit() or (is_letter and not bracket):
        return None
    try:
        return parse_unit(ending)
    except ValueError:
        return None


def read_units(units, names, table=None):
    """Return the unit of each input.

    Parameters
    ----------
    units : dict of str to str, "names" or None
        Units by the names of inputs; "names" reads them from a data frame's ``attrs["units"]``
        and from the ends of the names.
    names : sequence of str
        Names of the inputs.
    table : data frame or None, default=None
        What `fit` was given.

    Returns
    -------
    tuple of Unit or None
        A unit for each input, pure numbers where none is given; None without units.

    Raises
    ------
    ValueError
        If there is no such input, or a unit cannot be read.
    """
    if units is None:
        return None
    if isinstance(units, str):
        if units != "names":
            raise ValueError(f'units must be a dict, "names" or None. Got {units!r} instead.')
        given = getattr(table, "attrs", {}).get("units", {})
        given = {name: unit for name, unit in given.items() if name in names}
        read = {name: _from_name(name) for name in names if name not in given}
        known = {name: unit for name, unit in read.items() if unit is not None}
        return _units_of(given, names, known)
    return _units_of(units, names, {})


def _units_of(units, names, known):
    unknown = [name for name in units if name not in names]
    if unknown:
        raise ValueError(
            f"units must name inputs among {', '.join(map(str, names))}. Got {unknown} instead."
        )
    found = dict(known)
    for name, text in units.items():
        try:
            found[name] = parse_unit(text)
        except ValueError as error:
            raise ValueError(
                f"units must be texts such as 'mg/kg'. Got {text!r} for {name!r} instead: {error}."
            ) from error
    return tuple(found.get(name, NUMBER) for name in names)
