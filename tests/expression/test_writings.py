"""Writings of one boundary: every one decides as the formula did, on all rows."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skinterp.expression import Equation, LogisticLink, boundary_writings, parse
from skinterp.expression._monomials import product
from skinterp.expression._nodes import Constant, Operation, Variable
from skinterp.expression._sums import weighted_sum

NAMES = tuple(f"x{j}" for j in range(6))


def rows(low=0.5, high=2.0, n=1500, seed=0):
    return np.random.default_rng(seed).uniform(low, high, size=(n, 6))


def shortest(text, threshold, X, greater=True):
    first = boundary_writings(parse(text), threshold, greater, X)[0]
    return Equation(first.expression, NAMES, first.threshold, first.greater).format()


@pytest.mark.parametrize(
    ("text", "threshold", "bounds", "expected"),
    [
        ("log(x0*x1/(x2*x5))", -0.02, (0.5, 2), "x0*x1/(x2*x5) > 0.9802"),
        ("x1 - 0.65/(x0*x2) - x1*x3*x4", 0.0, (0.1, 2.5), "x0*x1*x2*(1 - x3*x4) > 0.65"),
        ("308*x0**2 - 46*(x0**2)**2", 40.0, (-1.5, 1.5), "x0**2 > 0.1325"),
        ("308*(x0**2+x1**2) - 46*(x0**2+x1**2)**2", 40.0, (-1, 1), "x0**2 + x1**2 > 0.1325"),
        ("308*x0**2 + 308*x1**2 - 46*(x0**2+x1**2)**2", 40.0, (-1, 1), "x0**2 + x1**2 > 0.1325"),
        ("2*exp(x0*x1) + 3", 5.0, (-1, 1), "x0*x1 > 0"),
        ("log(x0) + 0.5*log(x1) - 2*log(0.3*x2)", 1.0, (0.5, 2), "x0*sqrt(x1)/x2**2 > 0.2446"),
        ("(x0 + x1)**3", 0.2, (-1, 1), "x0 + x1 > 0.5848"),
        ("x0*x1 - x2", 0.0, (-1, 1), "x0*x1 - x2 > 0"),
        ("x0/x1", 1.0, (0.5, 2), "x0/x1 > 1"),
        ("70*x0/x1 - x2", 73.5, (20, 80), "70*x0/x1 - x2 > 73.5"),
    ],
)
def test_the_shortest_writing_is_one_that_people_recognise(text, threshold, bounds, expected):
    assert shortest(text, threshold, rows(*bounds)) == expected


atoms = st.sampled_from([Variable(j) for j in range(5)])
powers = st.dictionaries(
    atoms, st.sampled_from([1.0, 2.0, -1.0, 0.5, 3.0]), min_size=1, max_size=3
)
numbers = st.floats(0.01, 100.0).map(lambda v: float(f"{v:.3g}"))
signed = st.tuples(numbers, st.sampled_from([1.0, -1.0])).map(lambda pair: pair[0] * pair[1])
sums = st.lists(st.tuples(signed, powers), min_size=1, max_size=4)
outer = st.sampled_from([None, "exp", "cube", "neg"])


@settings(max_examples=60, deadline=None)
@given(
    sums,
    outer,
    st.floats(0.05, 0.95),
    st.booleans(),
    st.booleans(),
    st.sampled_from([1e-9, 1, 1e6]),
)
def test_every_writing_decides_as_the_formula_did(terms, wrap, level, greater, is_signed, unit):
    X = rows(-1.0 if is_signed else 0.2, 1.5, n=300) * unit
    expression = weighted_sum([product(p) for _, p in terms], [c for c, _ in terms])
    if wrap:
        expression = Operation(wrap, (expression,))
    with np.errstate(all="ignore"):
        values = expression.evaluate(X)
    known = np.isfinite(values)
    if known.sum() < 50 or not np.ptp(values[known]) > 0:
        return
    X, threshold = X[known], float(np.quantile(values[known], level))
    decided = values[known] > threshold if greater else values[known] < threshold
    found = boundary_writings(expression, threshold, greater, X)
    assert any(w.expression == expression and w.threshold == threshold for w in found)
    for writing in found:
        np.testing.assert_array_equal(writing.decide(X), decided)


def equation(text, threshold, X, **options):
    link = LogisticLink(threshold, 2.0)
    fitted = Equation(parse(text), NAMES, threshold, link=link, **options)
    return fitted.shown_on(X)


@pytest.mark.parametrize(
    ("text", "threshold", "ratio"),
    [
        ("x0 - 0.5*x1", 0.3, "x0/(0.5*x1 + 0.3) > 1"),
        ("x0*x1", 0.65, "x0*x1/0.65 > 1"),
        ("x1 - 0.65/(x0*x2) - x1*x3*x4", 0.0, None),
    ],
)
def test_a_ratio_answers_as_the_formula_and_keeps_the_probabilities(text, threshold, ratio):
    X = rows()
    before = equation(text, threshold, X, classes=("off", "on"))
    after = before.as_ratio(X)
    assert after.threshold == 1.0 and after.greater
    np.testing.assert_array_equal(after.predict(X), before.predict(X))
    np.testing.assert_array_equal(after.log_odds(X), before.log_odds(X))
    if ratio is not None:
        assert after.format() == ratio
    again = pickle.loads(pickle.dumps(after))
    np.testing.assert_array_equal(again.predict(X), before.predict(X))


def test_terms_of_changing_sign_have_no_ratio_and_the_error_names_them():
    X = rows(-1, 1)
    with pytest.raises(ValueError, match=r"no writing as a product: terms change their sign: x0"):
        equation("x0 + x1", 0.3, X).factored(X)
    with pytest.raises(ValueError, match="as_ratio needs rows"):
        equation("x0 + x1", 0.3, X).as_ratio()
    with pytest.raises(ValueError, match="only an equation with a threshold"):
        Equation(parse("x0"), NAMES).as_ratio()


def test_a_regression_is_factored_or_says_why_not():
    X = rows(-1, 1)
    before = Equation(parse("x0*x1 + x0*x2 + x1**2 + x1*x2"), NAMES)
    after = before.factored(X)
    assert after.format() == "(x0 + x1)*(x1 + x2)"
    np.testing.assert_allclose(after.predict(X), before.predict(X), rtol=1e-9, atol=1e-12)
    with pytest.raises(ValueError, match="no common factors"):
        Equation(parse("x0 + x1**2"), NAMES).factored()


def test_equations_name_their_class_unless_it_is_yes():
    named = Equation(parse("x0"), ("a b",), 1.0, classes=("well", "ill"))
    assert str(named) == "ill if `a b` > 1"
    assert repr(named) == "<Equation ill if `a b` > 1>"
    assert named.format() == "`a b` > 1"
    assert r"\mathrm{ill} \ \mathrm{if}" in named._repr_latex_()
    for classes in ((0, 1), (False, True), None):
        assert str(Equation(parse("x0"), ("a",), 1.0, classes=classes)) == "a > 1"
    assert str(Equation(parse("x0"), ("a",), 1.0, classes=(1, 2))) == "2 if a > 1"


def test_constants_are_no_quantities():
    X = rows()
    assert boundary_writings(parse("x0*x1"), 1e9, True, X)[0].kind == "found"
    assert Constant(1.0) not in [
        w.expression for w in boundary_writings(parse("x0"), 1.0, True, X)
    ]
