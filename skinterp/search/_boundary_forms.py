"""Formulas with the same decision boundary: quotients, ratios, divided sums."""

import numpy as np

from skinterp.expression import Constant, Operation, tidy
from skinterp.search._formulas import weighted_sum
from skinterp.search._sums import as_sum, gathered
from skinterp.utils import round_to_digits

_NAMED = {2.0: "square", 3.0: "cube", 0.5: "sqrt"}
_POWERS = {name: power for power, name in _NAMED.items()}
MOST_TERMS, SMALL = 8, 1e-6


def monomial(part):
    """Take a product apart into atoms and their exponents.

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
        elif node.token in _POWERS:
            pending.append((node.args[0], power * _POWERS[node.token]))
        elif node.token == "pow":
            pending.append((node.args[0], power * node.args[1].value))
        elif node != Constant(1.0):
            found[node] = found.get(node, 0.0) + power
    return {atom: power for atom, power in found.items() if power != 0.0}


def _power(atom, power):
    if power == 1.0:
        return atom
    name = _NAMED.get(power)
    return Operation(name, (atom,)) if name else Operation("pow", (atom, Constant(power)))


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

    def times(factors):
        total = factors[0]
        for factor in factors[1:]:
            total = Operation("mul", (total, factor))
        return total

    top = times(above) if above else Constant(1.0)
    return Operation("div", (top, times(below))) if below else top


def _over(powers, divisor):
    """Return the exponents of a product divided by another."""
    keys = dict.fromkeys([*powers, *divisor])
    left = {atom: powers.get(atom, 0.0) - divisor.get(atom, 0.0) for atom in keys}
    return {atom: p for atom, p in left.items() if abs(p) > 1e-12}


def _common(terms):
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


def _sum(terms, unit=1.0):
    """Write a sum of terms, their common factors before it."""
    common = _common(terms) if len(terms) > 1 else {}
    parts = [product(_over(powers, common)) for _, powers in terms]
    total = weighted_sum(parts, [c / unit for c, _ in terms])
    return Operation("mul", (product(common), total)) if common else total


def _positive(expression, X):
    values = expression.evaluate(X)
    return bool(np.isfinite(values).all() and (values > 0).all())


def _ratio(terms, X):
    """Return positive terms over negative ones, None where these are not positive."""
    above = [(c, powers) for c, powers in terms if c > 0]
    below = [(-c, powers) for c, powers in terms if c < 0]
    if not above or not below:
        return None
    denominator = _sum(below)
    if not denominator.variables or not _positive(denominator, X):
        return None
    if len(above) == len(below) == 1:
        return product(_over(above[0][1], below[0][1]))
    return Operation("div", (_sum(above), denominator))


def _expanded(terms):
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
            inner = [(a * b, _times(p, q)) for a, p in inner for b, q in inner]
        found += [(c * k, _times(p, rest)) for k, p in inner]
    return _collected(found)


def _times(powers, others):
    return _over(powers, {atom: -p for atom, p in others.items()})


def _collected(terms):
    """Add terms up whose products are the same."""
    total = {}
    for c, powers in terms:
        key = frozenset(powers.items())
        known, _ = total.get(key, (0.0, powers))
        total[key] = (known + c, powers)
    return [(c, powers) for c, powers in total.values() if abs(c) > 1e-12]


def boundary_forms(expression, threshold, X):
    """Return formulas whose boundary is that of ``expression > threshold``.

    The difference is written as a sum of products; divided by each positive product and by
    positive factors, and as the ratio of its positive terms to its negative ones.

    Parameters
    ----------
    expression : Expression
        The formula.
    threshold : float
        The threshold; yes lies above it.
    X : ndarray of shape (n, p)
        Rows on which divisors must be positive.

    Returns
    -------
    list of Expression
        Other formulas, each with its own threshold.
    """
    parts, coefficients, constant = as_sum(expression)
    terms = [(c, monomial(part)) for c, part in zip(coefficients, parts)]
    spread = float(np.std(expression.evaluate(X))) or 1.0
    level = constant - threshold
    if abs(level) > SMALL * spread:
        terms.append((level, {}))
    found = dict.fromkeys(_from_logarithms(parts, coefficients))
    for version in (terms, _expanded(terms)):
        if not 2 <= len(version) <= MOST_TERMS:
            continue
        for form in _forms(version, X):
            if form is not None and form.variables:
                form = tidy(form)
                found.setdefault(form, None)
    found.pop(expression, None)
    return list(found)


def _from_logarithms(parts, coefficients):
    """Return the product of which a sum of logarithms is the logarithm, as a list."""
    if len(parts) < 2 or any(part.token != "log" for part in parts):
        return []
    powers = {}
    for part, c in zip(parts, coefficients):
        for atom, power in monomial(part.args[0]).items():
            powers[atom] = powers.get(atom, 0.0) + power * c
    unit = min((abs(power) for power in powers.values() if power != 0.0), default=1.0)
    powers = {atom: round_to_digits(power / unit, 3) for atom, power in powers.items() if power}
    return [tidy(product(powers))] if powers else []


def _divisors(terms, X):
    """Yield products that are positive on all rows, of the terms and of their factors."""
    seen = set()
    atoms = {atom for _, powers in terms for atom in powers}
    positive = {atom: _positive(atom, X) for atom in atoms}
    candidates = [powers for _, powers in terms if powers]
    for atom in sorted(atoms, key=str):
        candidates += [{atom: p} for p in (1.0, -1.0, 2.0, -2.0)]
    for powers in candidates:
        key = frozenset(powers.items())
        even = all(positive[a] or p % 2.0 == 0.0 for a, p in powers.items())
        if key not in seen and even and _positive(product(powers), X):
            seen.add(key)
            yield powers


def _forms(terms, X):
    yield _ratio(terms, X)
    for divisor in _divisors(terms, X):
        divided = [(c, _over(powers, divisor)) for c, powers in terms]
        yield weighted_sum([product(p) for c, p in divided if p], [c for c, p in divided if p])
        yield _ratio(divided, X)


def upright(expression, X):
    """Turn a product that falls with its class around: one over it rises.

    Parameters
    ----------
    expression : Expression
        A formula above whose threshold the class lies.
    X : ndarray of shape (n, p)
        Rows.

    Returns
    -------
    Expression or None
        The inverse of a negative product; None for other formulas.
    """
    parts, coefficients, constant = as_sum(gathered(expression))
    if len(parts) != 1 or constant or coefficients[0] > 0 or not _positive(parts[0], X):
        return None
    powers = monomial(parts[0])
    return product({atom: -power for atom, power in powers.items()})
