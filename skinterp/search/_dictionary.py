"""A dictionary of small terms, enumerated bottom-up from the inputs that matter."""

from itertools import combinations

import numpy as np

# How many inputs (the strongest first) enter terms of one, two and three inputs.
N_SINGLE, N_PAIR, N_TRIPLE = 30, 8, 5
FUNCTIONS = ("square", "cube", "inv", "sqrt", "log", "exp", "sin", "cos", "tan", "tanh", "abs")
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


def single_terms(space, x):
    """Return the terms of one input: the input, its functions, fourth and inverse powers."""
    functions = _present(space.unary(name, x) for name in FUNCTIONS)
    square, negative = space.unary("square", x), space.unary("neg", x)
    further = [
        space.unary("square", square),
        space.unary("inv", square),
        space.unary("exp", negative),
        space.unary("exp", space.unary("neg", square)),
    ]
    return [x, *functions, *_present(further)]


def centred(space, x):
    """Return ``x - m`` with m a round number near the mean; None if x is not far from zero."""
    mean, deviation = x.values.mean(), x.values.std()
    if not 0 < FAR_FROM_ZERO * deviation < abs(mean):
        return None
    step = 10.0 ** np.floor(np.log10(deviation))
    middle = float(np.round(mean / step) * step)
    return space.binary("sub", x, space.constant(middle))


def centred_terms(space, inputs):
    """Return curved terms of one and two inputs around their means, where these are far off."""
    shifted = {x.expression: centred(space, x) for x in inputs}
    terms = [t for c in _present(shifted.values()) for t in single_terms(space, c)[1:]]
    for a, b in combinations(inputs, 2):
        ca, cb = shifted[a.expression], shifted[b.expression]
        terms += [space.binary("mul", x, y) for x, y in ((ca, b), (a, cb), (ca, cb))]
        if ca is not None or cb is not None:
            squares = [space.unary("square", c or x) for c, x in ((ca, a), (cb, b))]
            terms.append(space.binary("add", *squares))
    return _present(terms)


def constant_terms(space, x, spread):
    """Return terms of one input with an inner constant: saturation, powers, decay, waves."""
    terms = []
    for share in SHIFTS:
        shifted = space.binary("add", x, space.constant(share * spread))
        terms += [space.unary("inv", shifted), space.unary("log", shifted)]
        square = space.binary(
            "add", space.unary("square", x), space.constant((share * spread) ** 2)
        )
        terms.append(space.unary("inv", square))
    terms += [space.binary("pow", x, space.constant(power)) for power in POWERS]
    for factor in EXPONENTS:
        terms.append(space.unary("exp", space.binary("mul", space.constant(factor / spread), x)))
    for factor in FREQUENCIES:
        phase = space.binary("mul", space.constant(factor / spread), x)
        terms += [space.unary("sin", phase), space.unary("cos", phase)]
    return _present(terms)


def pair_terms(space, a, b, functions, spreads):
    """Return the terms of two inputs: products, quotients, and functions of small pairs."""
    product, sums = space.binary("mul", a, b), space.binary("add", a, b)
    differences = [space.binary("sub", a, b), space.binary("sub", b, a)]
    quotients = [space.binary("div", a, b), space.binary("div", b, a)]
    squares = space.binary("add", space.unary("square", a), space.unary("square", b))
    inner = _present([sums, *differences, product, *quotients, squares])
    terms = [product, *quotients, sums, differences[0], squares]
    terms += [space.unary(name, term) for term in inner for name in FUNCTIONS]
    terms += [space.unary("exp", space.unary("neg", term)) for term in inner]
    for x, y in ((a, b), (b, a)):
        for function in functions[y.expression]:
            terms += [space.binary("mul", x, function), space.binary("div", x, function)]
            terms.append(space.binary("div", function, x))
        terms.append(space.binary("div", x, sums))
        spread = spreads[y.expression.index]
        shifted = [space.binary("add", y, space.constant(share * spread)) for share in SHIFTS]
        terms += [space.binary("div", x, term) for term in shifted]
    first, second = (space.unary("square", t) for t in (a, b))
    terms += [space.binary("mul", first, second), space.binary("div", first, second)]
    terms.append(space.binary("div", second, first))
    return _present(terms)


def triple_terms(space, a, b, c):
    """Return the terms of three inputs: products, quotients, sums under a function."""
    terms = [space.binary("mul", space.binary("mul", a, b), c)]
    for x, y, z in ((a, b, c), (a, c, b), (b, c, a)):
        product, total = space.binary("mul", x, y), space.binary("add", x, y)
        difference = space.binary("sub", x, y)
        terms += [space.binary("div", product, t) for t in (z, space.unary("square", z))]
        terms.append(space.binary("div", z, product))
        for inner in (total, difference):
            terms += [space.binary("mul", z, inner), space.binary("div", z, inner)]
            terms.append(space.binary("div", inner, z))
            terms.append(space.binary("mul", z, space.unary("square", inner)))
        # signs of a sum under a function: (x + y) - z and its mirror images
        for inner in (space.binary("sub", total, z), space.binary("sub", z, total)):
            terms += [space.unary(name, inner) for name in FUNCTIONS]
        squares = space.binary("add", space.unary("square", x), space.unary("square", y))
        terms += [space.binary("mul", z, squares), space.binary("div", z, squares)]
    total = space.binary("add", space.binary("add", a, b), c)
    terms += [space.unary(name, total) for name in FUNCTIONS]
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
