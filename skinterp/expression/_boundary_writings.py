"""Writings of one decision boundary: stripped, factored, as a ratio against 1."""

import numpy as np

from skinterp.expression._digits import needed_digits
from skinterp.expression._monomials import (
    by_name,
    collected,
    expanded,
    monomial,
    over,
    product,
    sum_of,
)
from skinterp.expression._nodes import Constant, Operation
from skinterp.expression._quantities import from_logarithms, stripped
from skinterp.expression._rewrite import tidy
from skinterp.expression._sums import as_sum, gathered, weighted_sum
from skinterp.expression._writings import Writing, Writings
from skinterp.utils import round_to_digits

MOST_TERMS, MOST_WRITINGS, SMALL, LEAST_DIGITS = 8, 24, 1e-9, 4
# Rows on which signs are looked at before all rows decide.
N_LOOKED_AT = 1000


def _sign_of(powers, X):
    """Return the sign of a product on the rows, 0 where it changes or is undefined."""
    with np.errstate(all="ignore"):
        values = product(powers).evaluate(X)
    if not np.isfinite(values).all():
        return 0
    return int((values > 0).all()) - int((values < 0).all())


def _divisors(terms, X):
    """Yield products of one sign on the rows, of the terms and of their factors, with the sign."""
    seen = set()
    atoms = sorted({atom for _, powers in terms for atom in powers}, key=str)
    least = {a: min(p.get(a, 0.0) for _, p in terms) for a in atoms}
    candidates = [{}, {a: p for a, p in least.items() if p}, *(p for _, p in terms)]
    most = {a: max(p.get(a, 0.0) for _, p in terms) for a in atoms}
    steps = [(a, p) for a in atoms for p in (1.0, -1.0, 2.0, -2.0)]
    candidates += [{a: p} for a, p in steps if least[a] <= p < 0 or 0 < p <= most[a]]
    for powers in candidates:
        key = frozenset(powers.items())
        sign = 1 if not powers else _sign_of(powers, X)
        if key not in seen and sign:
            seen.add(key)
            yield powers, sign


def _divided(terms, X):
    """Yield the terms of a difference over products of one sign."""
    for divisor, sign in _divisors(terms, X):
        divided = [(c * sign, over(powers, divisor)) for c, powers in terms]
        yield collected([(c, dict(sorted(p.items(), key=by_name))) for c, p in divided])


def _ratio(terms, X):
    """Return positive terms over negative ones, against 1; None if none is negative."""
    signs = [np.sign(c) * _sign_of(powers, X) if powers else np.sign(c) for c, powers in terms]
    above = [term for term, sign in zip(terms, signs) if sign >= 0]
    below = [(-c, powers) for (c, powers), sign in zip(terms, signs) if sign < 0]
    if not above or not below or not any(p for _, p in above):
        return None
    if len(above) == len(below) == 1:
        (c, top), (d, bottom) = above[0], below[0]
        plain = product(over(top, bottom))
        expression = plain if c == d else weighted_sum([plain], [c / d])
        if not bottom and c != d:  # over the threshold, as it is known
            expression = Operation("div", (plain, Constant(d / c)))
    else:
        expression = Operation("div", (sum_of(above), sum_of(below)))
    return Writing("ratio", tidy(expression), 1.0, True)


def _against_a_number(terms):
    """Yield the terms with inputs, common factors out, against the one without."""
    level = sum(c for c, powers in terms if not powers)
    varying = [(c, powers) for c, powers in terms if powers]
    if not varying:
        return
    for unit in dict.fromkeys([1.0, *(abs(c) for c, _ in varying)]):
        plain = weighted_sum([product(p) for _, p in varying], [c / unit for c, _ in varying])
        yield Writing("sum", tidy(plain), -level / unit, True)
        expression = tidy(sum_of(varying, unit))
        kind = "product" if expression.token in ("mul", "div") else "sum"
        yield Writing(kind, expression, -level / unit, True)
        if min(c for c, _ in varying) < 0:
            turned = [(-c, powers) for c, powers in varying]
            plain = weighted_sum([product(p) for _, p in turned], [c / unit for c, _ in turned])
            yield Writing(
                "sum" if len(turned) > 1 else "product", tidy(plain), level / unit, False
            )


def _terms_of(expression, threshold, X):
    """Return the difference of a formula and its threshold as a sum of products."""
    parts, coefficients, constant = as_sum(gathered(expression))
    terms = collected([(c, monomial(part)) for c, part in zip(coefficients, parts)])
    level = constant - threshold
    if abs(level) > SMALL * (float(np.std(expression.evaluate(X))) or 1.0):
        terms.append((level, {}))
    return terms


def _by_terms(expression, threshold, X):
    """Yield writings of the difference of a formula and its threshold as a sum of products."""
    terms = _terms_of(expression, threshold, X)
    for version in (terms, expanded(terms)):
        if not 1 <= len(version) <= MOST_TERMS:
            continue
        for divided in _divided(version, X):
            yield from _against_a_number(divided)
            ratio = _ratio(divided, X)
            if ratio is not None:
                yield ratio


def _alike(trials, X, decided, most=MOST_WRITINGS):
    """Return the shortest distinct writings that decide as they should on all rows."""
    kept = {}
    for trial in sorted(trials, key=_order):
        if not np.isfinite(trial.threshold) or not trial.expression.variables:
            continue
        few = trial.expression.evaluate(X[:3])
        key = trial.kind == "ratio", *(round_to_digits(v, 9) for v in (*few, trial.threshold))
        if key in kept:
            continue
        threshold = _round_threshold(trial, X, decided)
        if threshold is not None:
            kept[key] = trial._replace(threshold=threshold)
        if len(kept) == most:
            break
    return list(kept.values())


def _round_threshold(writing, X, decided):
    """Return a threshold in the fewest digits that decides alike; None if none does."""
    values = writing.expression.evaluate(X)
    if not np.isfinite(values).all():
        return None

    def is_alike(cut):
        return np.array_equal(values > cut if writing.greater else values < cut, decided)

    exact = writing.threshold
    if not is_alike(exact):
        return None
    shorter = (round_to_digits(exact, digits) for digits in range(LEAST_DIGITS, 17))
    return next((cut for cut in shorter if is_alike(cut)), exact)


def _order(writing):
    """Rank writings: of products of powers, short, of few digits, as found, upward."""
    is_other = writing.kind != "found"
    rank = writing.size, writing.n_digits, is_other, not writing.greater
    return not writing.is_of_powers, *rank


def boundary_writings(expression, threshold, greater, X):
    """Return the writings of a boundary that decide alike on all rows, shortest first.

    Outer monotone functions are stripped: where all inputs act through one quantity, and the
    formula crosses its threshold once on the range of it, the quantity is compared instead. The
    difference of formula and threshold, a sum of products, is divided by products of one sign;
    common factors go before the sum, positive terms stand against negative ones.

    Parameters
    ----------
    expression : Expression
        The formula.
    threshold : float
        The threshold.
    greater : bool
        Whether yes lies above it.
    X : ndarray of shape (n, p)
        Rows on which all must decide alike, and on which divisors must be of one sign.

    Returns
    -------
    list of Writing
        The writings, that given among them as "found"; those made of products of powers first,
        the ones of fewest nodes before others.
    """
    given = Writing("found", expression, threshold, greater)
    decided = given.decide(X)
    if decided is None:
        return [given]
    sign = 1.0 if greater else -1.0
    upward = expression if greater else tidy(Operation("neg", (expression,)))
    with np.errstate(all="ignore"):
        single = list(stripped(upward, sign * threshold, decided, X))
        single += from_logarithms(upward, sign * threshold)
        single = _alike(single, X, decided)
        few = X[:: max(1, len(X) // N_LOOKED_AT)]
        trials = [*single, *_by_terms(upward, sign * threshold, few)]
        for core in sorted(single, key=lambda w: w.size)[:2]:
            up = 1.0 if core.greater else -1.0
            inner = core.expression if core.greater else Operation("neg", (core.expression,))
            trials += _by_terms(inner, up * core.threshold, few)
        others = [w for w in _alike(trials, X, decided) if w[1:4] != given[1:4]]
    found = [given, *others]
    return sorted(found, key=_order)


def shown_writings(found, names, X):
    """Return writings with the digits that they need and the reasons for kinds that are missing.

    Parameters
    ----------
    found : list of Writing
        The writings.
    names : tuple of str
        Names of the inputs.
    X : ndarray of shape (n, p)
        Rows.

    Returns
    -------
    Writings
        The writings.
    """
    entries = tuple(
        w._replace(needed_digits=tuple(needed_digits(w.expression, X, w.threshold).items()))
        for w in found
    )
    given = next(w for w in found if w.kind == "found")
    terms = _terms_of(given.expression, given.threshold, X)
    mixed = [product(p).format(names) for _, p in terms if p and not _sign_of(p, X)]
    many = "its terms have one sign on these rows, or divisors change theirs"
    reason = f"terms change their sign: {', '.join(mixed)}" if mixed else many
    return Writings(entries, tuple(names), (("ratio", reason), ("product", reason)))
