"""A dictionary of small terms, enumerated bottom-up from the inputs that matter."""

from itertools import combinations

import numpy as np

from skinterp.expression import OPERATORS

# How many inputs (the strongest first) enter terms of one, two and three inputs.
N_SINGLE, N_PAIR, N_TRIPLE = 30, 8, 5
# An input whose mean is this many standard deviations from zero enters curved terms centred:
# far from zero, x and x**2 are all but the same direction.
FAR_FROM_ZERO = 2.0
# Inner constants tried for one input, in units of its spread; tuning refines them.
SHIFTS = (0.2, 0.6, 2.0)
POWERS = (-0.5, 0.5, 1.5, 2.5, 4.0)
EXPONENTS = (-2.0, -1.0, -0.5, 0.5, 2.0)
FREQUENCIES = (1.0, 2.0, 3.0)


def _present(terms):
    return [term for term in terms if term is not None]


def function_terms(space, term):
    """Return whole powers of a term, one over it, and all other functions of one argument."""
    functions = [o for o in OPERATORS.values() if o.arity == 1 and o.name != "neg"]
    powers = [space.apply(o.name, term) for o in functions if o.degree > 1]
    others = [space.apply(o.name, term) for o in functions if o.degree == 1]
    return _present([*powers, space.reciprocal(term), *others])


def single_terms(space, x):
    """Return the terms of one input: the input, its functions, fourth and inverse powers."""
    functions = function_terms(space, x)
    square, negative = space.apply("square", x), space.apply("neg", x)
    further = [
        space.apply("square", square),
        space.reciprocal(square),
        space.apply("exp", negative),
        space.apply("exp", space.apply("neg", square)),
    ]
    return [x, *functions, *_present(further)]


def centred(space, x):
    """Return ``x - m`` with m a round number near the mean; None if x is not far from zero."""
    mean, deviation = x.values.mean(), x.values.std()
    if not 0 < FAR_FROM_ZERO * deviation < abs(mean):
        return None
    step = 10.0 ** np.floor(np.log10(deviation))
    middle = float(np.round(mean / step) * step)
    return space.apply("sub", x, space.constant(middle))


def centred_terms(space, inputs):
    """Return curved terms of one and two inputs around their means, where these are far off."""
    shifted = {x.expression: centred(space, x) for x in inputs}
    terms = [t for c in _present(shifted.values()) for t in single_terms(space, c)[1:]]
    for a, b in combinations(inputs, 2):
        ca, cb = shifted[a.expression], shifted[b.expression]
        terms += [space.apply("mul", x, y) for x, y in ((ca, b), (a, cb), (ca, cb))]
        if ca is not None or cb is not None:
            squares = [space.apply("square", c or x) for c, x in ((ca, a), (cb, b))]
            terms.append(space.apply("add", *squares))
    return _present(terms)


def constant_terms(space, x, spread):
    """Return terms of one input with an inner constant: saturation, powers, decay, waves."""
    terms = []
    for share in SHIFTS:
        shifted = space.apply("add", x, space.constant(share * spread))
        terms += [space.reciprocal(shifted), space.apply("log", shifted)]
        square = space.apply(
            "add", space.apply("square", x), space.constant((share * spread) ** 2)
        )
        terms.append(space.reciprocal(square))
    terms += [space.apply("pow", x, space.constant(power)) for power in POWERS]
    for factor in EXPONENTS:
        terms.append(space.apply("exp", space.apply("mul", space.constant(factor / spread), x)))
    for factor in FREQUENCIES:
        phase = space.apply("mul", space.constant(factor / spread), x)
        terms += [space.apply("sin", phase), space.apply("cos", phase)]
    return _present(terms)


def further_pairs(space, a, b):
    """Return the terms of two inputs, in both orders, by operators that have no grammar."""
    names = [o.name for o in OPERATORS.values() if o.arity == 2 and o.is_call]
    return [space.apply(name, *pair) for name in names for pair in ((a, b), (b, a))]


def pair_terms(space, a, b, functions, spreads):
    """Return the terms of two inputs: products, quotients, and functions of small pairs."""
    product, sums = space.apply("mul", a, b), space.apply("add", a, b)
    differences = [space.apply("sub", a, b), space.apply("sub", b, a)]
    quotients = [space.apply("div", a, b), space.apply("div", b, a)]
    squares = space.apply("add", space.apply("square", a), space.apply("square", b))
    inner = _present([sums, *differences, product, *quotients, squares])
    terms = [product, *quotients, sums, differences[0], squares]
    terms += further_pairs(space, a, b)
    terms += [function for term in inner for function in function_terms(space, term)]
    terms += [space.apply("exp", space.apply("neg", term)) for term in inner]
    for x, y in ((a, b), (b, a)):
        for function in functions[y.expression]:
            terms += [space.apply("mul", x, function), space.apply("div", x, function)]
            terms.append(space.apply("div", function, x))
        terms.append(space.apply("div", x, sums))
        spread = spreads[y.expression.index]
        shifted = [space.apply("add", y, space.constant(share * spread)) for share in SHIFTS]
        terms += [space.apply("div", x, term) for term in shifted]
    first, second = (space.apply("square", t) for t in (a, b))
    terms += [space.apply("mul", first, second), space.apply("div", first, second)]
    terms.append(space.apply("div", second, first))
    return _present(terms)


def triple_terms(space, a, b, c):
    """Return the terms of three inputs: products, quotients, sums under a function."""
    terms = [space.apply("mul", space.apply("mul", a, b), c)]
    for x, y, z in ((a, b, c), (a, c, b), (b, c, a)):
        product, total = space.apply("mul", x, y), space.apply("add", x, y)
        difference = space.apply("sub", x, y)
        terms += [space.apply("div", product, t) for t in (z, space.apply("square", z))]
        terms.append(space.apply("div", z, product))
        for inner in (total, difference):
            terms += [space.apply("mul", z, inner), space.apply("div", z, inner)]
            terms.append(space.apply("div", inner, z))
            terms.append(space.apply("mul", z, space.apply("square", inner)))
        # signs of a sum under a function: (x + y) - z and its mirror images
        for inner in (space.apply("sub", total, z), space.apply("sub", z, total)):
            terms += function_terms(space, inner)
        squares = space.apply("add", space.apply("square", x), space.apply("square", y))
        terms += [space.apply("mul", z, squares), space.apply("div", z, squares)]
    total = space.apply("add", space.apply("add", a, b), c)
    terms += function_terms(space, total)
    return _present(terms)


def enumerate_terms(space, ranked, spreads, n_strong=None):
    """Return the dictionary: terms of one, two and three of the strongest inputs.

    Parameters
    ----------
    space : TermSpace
        Builds the terms.
    ranked : sequence of int
        The active inputs, the strongest first.
    spreads : ndarray of shape (p,)
        Twice the standard deviation of every input, the unit of inner constants.
    n_strong : int or None, default=None
        How many of them may enter terms of two and three inputs; None is all.

    Returns
    -------
    list of Term
        All terms, with duplicates; see :func:`distinct_terms`.
    """
    n_strong = len(ranked) if n_strong is None else n_strong
    n_pair, n_triple = min(n_strong, N_PAIR), min(n_strong, N_TRIPLE)
    inputs = [space.variable(j) for j in ranked[:N_SINGLE]]
    functions = {x.expression: single_terms(space, x)[1:] for x in inputs}
    terms = [term for x in inputs for term in [x, *functions[x.expression]]]
    for x in inputs[:n_pair]:
        extra = constant_terms(space, x, spreads[x.expression.index])
        functions[x.expression] = functions[x.expression] + extra
        terms += extra
    terms += centred_terms(space, inputs[:n_pair])
    for a, b in combinations(inputs[:n_pair], 2):
        terms += pair_terms(space, a, b, functions, spreads)
    for a, b, c in combinations(inputs[:n_triple], 3):
        terms += triple_terms(space, a, b, c)
    return terms


def stack(terms, n):
    """Return values (n, K) and gradients (n, d, K) of terms at the field's points.

    Parameters
    ----------
    terms : sequence of Term
        K terms.
    n : int
        Number of points of the field (the guard rows behind them are left out).

    Returns
    -------
    values : ndarray of shape (n, K)
        Values.
    gradients : ndarray of shape (n, d, K)
        Gradients.
    """
    values = np.stack([term.values[:n] for term in terms], axis=1)
    gradients = np.stack([term.gradients for term in terms], axis=2)
    return values, gradients
