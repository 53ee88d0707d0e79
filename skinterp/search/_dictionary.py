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


def function_terms(space, term):
    """Return whole powers of a term, one over it, and all other functions of one argument."""
    functions = [o for o in OPERATORS.values() if o.arity == 1 and o.name != "neg"]
    powers = [space.apply(o.name, term) for o in functions if o.degree > 1]
    others = [space.apply(o.name, term) for o in functions if o.degree == 1]
    return [*powers, space.reciprocal(term), *others]


def single_terms(space, x):
    """Return the functions of one input, its fourth and inverse powers, and decays."""
    further = space.formulas([x], "(x0**2)**2", "1/x0**2", "exp(-x0)", "exp(-x0**2)")
    return [*function_terms(space, x), *further]


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
    terms = [t for c in shifted.values() if c is not None for t in single_terms(space, c)]
    for a, b in combinations(inputs, 2):
        ca, cb = shifted[a.expression], shifted[b.expression]
        terms += space.formulas([a, b, ca, cb], "x2*x1", "x0*x3", "x2*x3")
        if ca is not None or cb is not None:
            terms += space.formulas([ca or a, cb or b], "x0**2 + x1**2")
    return terms


def constant_terms(space, x, spread):
    """Return terms of one input with an inner constant: saturation, powers, decay, waves."""
    terms = []
    for shift in spread * np.array(SHIFTS):
        parts = [x, space.constant(shift), space.constant(shift**2)]
        terms += space.formulas(parts, "1/(x0 + x1)", "log(x0 + x1)", "1/(x0**2 + x2)")
    terms += [space.apply("pow", x, space.constant(power)) for power in POWERS]
    for factor in EXPONENTS:
        terms += space.formulas([x, space.constant(factor / spread)], "exp(x1*x0)")
    for factor in FREQUENCIES:
        terms += space.formulas([x, space.constant(factor / spread)], "sin(x1*x0)", "cos(x1*x0)")
    return terms


def further_pairs(space, a, b):
    """Return the terms of two inputs, in both orders, by operators that have no grammar."""
    names = [o.name for o in OPERATORS.values() if o.arity == 2 and o.is_call]
    return [space.apply(name, *pair) for name in names for pair in ((a, b), (b, a))]


def pair_terms(space, a, b, functions, spreads):
    """Return the terms of two inputs: products, quotients, and functions of small pairs."""
    sums = space.formulas([a, b], "x0 + x1", "x0 - x1", "x1 - x0")
    products = space.formulas([a, b], "x0*x1", "x0/x1", "x1/x0")
    squares = space.formulas([a, b], "x0**2 + x1**2")
    inner = [*sums, *products, *squares]
    terms = [*products, *sums[:2], *squares, *further_pairs(space, a, b)]
    terms += [function for term in inner for function in function_terms(space, term)]
    terms += [decay for term in inner for decay in space.formulas([term], "exp(-x0)")]
    for x, y in ((a, b), (b, a)):
        for function in functions[y.expression]:
            terms += space.formulas([x, function], "x0*x1", "x0/x1", "x1/x0")
        terms.append(space.apply("div", x, sums[0]))
        for shift in spreads[y.expression.index] * np.array(SHIFTS):
            terms += space.formulas([x, y, space.constant(shift)], "x0/(x1 + x2)")
    terms += space.formulas([a, b], "x0**2*x1**2", "x0**2/x1**2", "x1**2/x0**2")
    return terms


def triple_terms(space, a, b, c):
    """Return the terms of three inputs: products, quotients, sums under a function."""
    terms = space.formulas([a, b, c], "x0*x1*x2")
    for triple in ([a, b, c], [a, c, b], [b, c, a]):
        terms += space.formulas(triple, "x0*x1/x2", "x0*x1/x2**2", "x2/(x0*x1)")
        for inner in space.formulas(triple, "x0 + x1", "x0 - x1"):
            pair = [inner, triple[2]]
            terms += space.formulas(pair, "x1*x0", "x1/x0", "x0/x1", "x1*x0**2")
        # signs of a sum under a function: (x + y) - z and its mirror images
        for inner in space.formulas(triple, "x0 + x1 - x2", "x2 - (x0 + x1)"):
            terms += function_terms(space, inner)
        terms += space.formulas(triple, "x2*(x0**2 + x1**2)", "x2/(x0**2 + x1**2)")
    total = space.formulas([a, b, c], "x0 + x1 + x2")[0]
    return [*terms, *function_terms(space, total)]


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
    functions = {x.expression: single_terms(space, x) for x in inputs}
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
    return [term for term in terms if term is not None]


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
    gradients = np.stack([term.gradients for term in terms])  # one after the other in memory
    return values, np.moveaxis(gradients, 0, 2)
