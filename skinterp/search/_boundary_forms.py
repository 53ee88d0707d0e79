"""Formulas with the same decision boundary: quotients, ratios, divided sums."""

import numpy as np

from skinterp.expression import Operation, tidy
from skinterp.expression._monomials import expanded, is_positive, monomial, over, product, sum_of
from skinterp.expression._sums import as_sum, gathered, weighted_sum
from skinterp.utils import round_to_digits

MOST_TERMS, SMALL = 8, 1e-6


def _ratio(terms, X):
    """Return positive terms over negative ones, None where these are not positive."""
    above = [(c, powers) for c, powers in terms if c > 0]
    below = [(-c, powers) for c, powers in terms if c < 0]
    if not above or not below:
        return None
    denominator = sum_of(below)
    if not denominator.variables or not is_positive(denominator, X):
        return None
    if len(above) == len(below) == 1:
        return product(over(above[0][1], below[0][1]))
    return Operation("div", (sum_of(above), denominator))


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
    for version in (terms, expanded(terms)):
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
    positive = {atom: is_positive(atom, X) for atom in atoms}
    candidates = [powers for _, powers in terms if powers]
    for atom in sorted(atoms, key=str):
        candidates += [{atom: p} for p in (1.0, -1.0, 2.0, -2.0)]
    for powers in candidates:
        key = frozenset(powers.items())
        even = all(positive[a] or p % 2.0 == 0.0 for a, p in powers.items())
        if key not in seen and even and is_positive(product(powers), X):
            seen.add(key)
            yield powers


def _forms(terms, X):
    yield _ratio(terms, X)
    for divisor in _divisors(terms, X):
        divided = [(c, over(powers, divisor)) for c, powers in terms]
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
    if len(parts) != 1 or constant or coefficients[0] > 0 or not is_positive(parts[0], X):
        return None
    powers = monomial(parts[0])
    return product({atom: -power for atom, power in powers.items()})
