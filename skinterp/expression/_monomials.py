"""Products as atoms with exponents, and sums of them."""

import numpy as np

from skinterp.expression._nodes import Constant, Operation
from skinterp.expression._sums import as_sum, weighted_sum

_NAMED = {2.0: "square", 3.0: "cube", 0.5: "sqrt"}
_POWERS = {name: power for power, name in _NAMED.items()}


def monomial(part):
    """Take a product apart into atoms and their exponents.

    A root of a square is an atom, as it is the absolute value of what is squared.

    Parameters
    ----------
    part : Expression
        The product.

    Returns
    -------
    dict of Expression to float
        The exponents; atoms are no products, quotients or powers.
    """
    found, pending = {}, [(part, 1.0)]
    while pending:
        node, power = pending.pop()
        if node.token == "mul":
            pending += [(node.args[0], power), (node.args[1], power)]
        elif node.token == "div":
            pending += [(node.args[0], power), (node.args[1], -power)]
        elif (own := _exponent(node)) is not None and not _is_absolute(own, power):
            pending.append((node.args[0], power * own))
        elif node != Constant(1.0):
            found[node] = found.get(node, 0.0) + power
    return {atom: power for atom, power in found.items() if power != 0.0}


def _exponent(node):
    """Return the exponent of a power, None for other nodes."""
    return node.args[1].value if node.token == "pow" else _POWERS.get(node.token)


def _is_absolute(own, power):
    """Tell whether a power of an even power loses the sign of its base."""
    return own % 2.0 == 0.0 and own * power % 2.0 != 0.0


def _power(atom, power):
    if power == 1.0:
        return atom
    name = _NAMED.get(power)
    return Operation(name, (atom,)) if name else Operation("pow", (atom, Constant(power)))


def _multiplied(factors):
    total = factors[0]
    for factor in factors[1:]:
        total = Operation("mul", (total, factor))
    return total


def product(powers):
    """Write a product of powers of atoms.

    Parameters
    ----------
    powers : dict of Expression to float
        The exponents.

    Returns
    -------
    Expression
        The product; 1 for none.
    """
    above = [_power(atom, p) for atom, p in powers.items() if p > 0]
    below = [_power(atom, -p) for atom, p in powers.items() if p < 0]

    top = _multiplied(above) if above else Constant(1.0)
    return Operation("div", (top, _multiplied(below))) if below else top


def over(powers, divisor):
    """Return the exponents of a product divided by another."""
    keys = dict.fromkeys([*powers, *divisor])
    left = {atom: powers.get(atom, 0.0) - divisor.get(atom, 0.0) for atom in keys}
    return {atom: p for atom, p in left.items() if abs(p) > 1e-12}


def common_of(terms):
    """Return the product that divides all terms."""
    atoms = set(terms[0][1]).intersection(*(set(powers) for _, powers in terms))
    common = {}
    for atom in terms[0][1]:
        if atom in atoms:
            powers = [powers[atom] for _, powers in terms]
            if min(powers) > 0:
                common[atom] = min(powers)
            elif max(powers) < 0:
                common[atom] = max(powers)
    return common


def sum_of(terms, unit=1.0):
    """Write a sum of terms, their common factors before it."""
    common = common_of(terms) if len(terms) > 1 else {}
    parts = [product(over(powers, common)) for _, powers in terms]
    total = weighted_sum(parts, [c / unit for c, _ in terms])
    return Operation("mul", (product(common), total)) if common else total


def is_positive(expression, X):
    """Tell whether a formula is defined and positive on all rows."""
    values = expression.evaluate(X)
    return bool(np.isfinite(values).all() and (values > 0).all())


def expanded(terms):
    """Multiply squares of sums and sums in products out, once."""
    found = []
    for c, powers in terms:
        atom = next(
            (a for a, p in powers.items() if len(as_sum(a)[0]) > 1 and p in (1.0, 2.0)), None
        )
        if atom is None:
            found.append((c, powers))
            continue
        parts, coefficients, constant = as_sum(atom)
        inner = [(k, monomial(part)) for k, part in zip(coefficients, parts)]
        inner += [(constant, {})] if constant else []
        rest = {a: p for a, p in powers.items() if a != atom}
        if powers[atom] == 2.0:
            inner = [(a * b, times(p, q)) for a, p in inner for b, q in inner]
        found += [(c * k, times(p, rest)) for k, p in inner]
    return collected(found)


def times(powers, others):
    """Return the exponents of a product of two products."""
    return over(powers, {atom: -p for atom, p in others.items()})


def collected(terms):
    """Add terms up whose products are the same."""
    total = {}
    for c, powers in terms:
        key = frozenset(powers.items())
        known, _ = total.get(key, (0.0, powers))
        total[key] = (known + c, powers)
    least = 1e-12 * max((abs(c) for c, _ in terms), default=0.0)
    return [(c, powers) for c, powers in total.values() if abs(c) > least]


def by_name(item):
    """Order atoms with their exponents as they are written."""
    return str(item[0])
