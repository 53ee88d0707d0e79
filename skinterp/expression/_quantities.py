"""Quantities through which all inputs of a formula act: what outer functions are stripped to."""

import numpy as np
from scipy.optimize import brentq

from skinterp.expression._fold import postorder
from skinterp.expression._monomials import by_name, monomial, product
from skinterp.expression._nodes import Constant, Operation, Variable
from skinterp.expression._sums import as_sum, gathered, split_factor, weighted_sum
from skinterp.expression._writings import Writing
from skinterp.utils import round_to_digits

# Steps between the ends of a quantity on which a formula of it is looked at.
N_STEPS = 400


def replaced(expression, node, by):
    """Return a formula with every occurrence of a node replaced.

    Parameters
    ----------
    expression : Expression
        The formula.
    node : Expression
        What to replace.
    by : Expression
        What to put there.

    Returns
    -------
    Expression
        The formula.
    """
    if expression == node:
        return by
    if not expression.args:
        return expression
    return Operation(expression.token, tuple(replaced(a, node, by) for a in expression.args))


def _regrouped(expression):
    """Yield the formula, and the formula with sums inside it taken together where they recur."""
    yield expression
    parts, coefficients, constant = as_sum(expression)
    outer = dict(zip(parts, coefficients))
    inner = {n for part in parts for n in postorder(part) if n.token in ("add", "sub")}
    for node in sorted(inner, key=str):
        own, factors, shift = as_sum(node)
        ratios = [outer.get(part, 0.0) / c for part, c in zip(own, factors)]
        if not ratios or ratios[0] == 0.0 or not np.allclose(ratios, ratios[0], rtol=1e-9):
            continue
        rest = [part for part in parts if part not in own]
        total = weighted_sum([node, *rest], [ratios[0], *(outer[part] for part in rest)])
        left = constant - ratios[0] * shift
        yield Operation("add", (total, Constant(left))) if left else total


def _quantities(expression):
    """Yield (quantity, formula of it as the only variable): all inputs act through it."""
    for version in _regrouped(expression):
        place = Variable(max(version.variables, default=0) + 1)
        for node in dict.fromkeys(postorder(version)):
            if not node.variables or node == version or node.token == "neg":
                continue
            rest = replaced(version, node, place)
            if rest.variables == place.variables:
                yield node, rest
    parts, coefficients, constant = as_sum(expression)
    powers = [monomial(part) for part in parts]
    base = _base(powers)
    if base is None:
        return
    for root in (base, {atom: 2.0 * p for atom, p in base.items()}):
        atom = next(iter(root))
        exponents = [p[atom] / root[atom] for p in powers]
        terms = [product({Variable(0): e}) for e in exponents]
        yield product(root), weighted_sum(terms, coefficients) + constant


def _base(powers):
    """Return the product of which all products are powers; None if there is none."""
    if not powers or not all(powers):
        return None
    least = min(powers, key=lambda p: min(map(abs, p.values())))
    unit = min(map(abs, least.values()))
    base = {atom: p / unit for atom, p in sorted(least.items(), key=by_name)}
    for other in powers:
        if set(other) != set(base):
            return None
        ratios = [other[atom] / base[atom] for atom in base]
        if not np.allclose(ratios, ratios[0], rtol=1e-9):
            return None
    return base


def _one_sided(u, h, threshold, decided):
    """Return where a formula h of a quantity u crosses its threshold once; None if it does not."""
    order = np.argsort(u, kind="stable")
    u, decided = u[order], decided[order]
    changes = np.flatnonzero(decided[1:] != decided[:-1])
    if len(changes) != 1 or not u[changes[0]] < u[changes[0] + 1]:
        return None
    rows = np.zeros((N_STEPS + 1, max(h.variables) + 1))
    rows[:, list(h.variables)] = np.linspace(u[0], u[-1], N_STEPS + 1)[:, None]
    with np.errstate(all="ignore"):
        along = h.evaluate(rows) > threshold
    if (along[1:] != along[:-1]).sum() > 1:
        return None
    low, high = u[changes[0]], u[changes[0] + 1]

    def distance(value):
        rows[0, list(h.variables)] = value
        return float(h.evaluate(rows[:1])[0]) - threshold

    ends = distance(low), distance(high)
    is_bracket = np.isfinite(ends).all() and ends[0] * ends[1] < 0
    root = brentq(distance, low, high) if is_bracket else (low + high) / 2.0
    return root, bool(decided[-1])


def stripped(expression, threshold, decided, X):
    """Yield writings by one quantity through which all inputs act."""
    for node, rest in _quantities(expression):
        with np.errstate(all="ignore"):
            u = node.evaluate(X)
        if np.isfinite(u).all() and rest.variables:
            found = _one_sided(u, rest, threshold, decided)
            if found is not None:
                yield Writing("one quantity", node, *found)


def from_logarithms(expression, threshold):
    """Return the product of which a sum of logarithms is the logarithm, as a list."""
    parts, coefficients, constant = as_sum(expression)
    if not parts or any(part.token != "log" for part in parts):
        return []
    powers, level = {}, threshold - constant
    for part, c in zip(parts, coefficients):
        factor, rest = split_factor(gathered(part.args[0]))
        if not factor > 0:
            return []
        level -= c * np.log(factor)
        for atom, power in monomial(rest).items():
            powers[atom] = powers.get(atom, 0.0) + power * c
    powers = {a: p for a, p in sorted(powers.items(), key=by_name) if abs(p) > 1e-12}
    found = []
    for unit in {min(map(abs, powers.values()), default=1.0), 1.0}:
        exact = {atom: p / unit for atom, p in powers.items()}
        round_ = {atom: round_to_digits(p, 3) for atom, p in exact.items()}
        with np.errstate(over="ignore"):
            cut = float(np.exp(level / unit))
        found += [Writing("product", product(p), cut, True) for p in (round_, exact) if p]
    return found
