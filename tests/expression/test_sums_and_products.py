"""Rewriting of formulas: the same values on random trees, and against sympy."""

import numpy as np
import pytest
import sympy
from formula_strategies import ROWS, expressions
from hypothesis import given, settings
from hypothesis import strategies as st

from skinterp.expression import (
    Constant,
    Equation,
    IsotonicLink,
    LinearLink,
    LogisticLink,
    Operation,
    Variable,
    atoms,
    factored,
    parse,
    tidy,
    to_latex,
    to_sympy,
)
from skinterp.expression._boundary_writings import boundary_writings, shown_writings
from skinterp.expression._fold import fold, postorder
from skinterp.expression._monomials import (
    collected,
    common_of,
    expanded,
    is_positive,
    monomial,
    over,
    product,
    sum_of,
    times,
)
from skinterp.expression._names import latex_name, quote_name, resolve_names
from skinterp.expression._quantities import from_logarithms, replaced, stripped
from skinterp.expression._sums import as_sum, drop_neutral, gathered, split_factor, weighted_sum

POSITIVE = np.random.default_rng(0).uniform(0.3, 2.5, size=(30, 3))
FEW = settings(max_examples=40)
exponents = st.sampled_from([1.0, 2.0, 3.0, -1.0, -2.0, 0.5, -0.5, 1.5])
powers = st.dictionaries(st.integers(0, 2).map(Variable), exponents, min_size=1, max_size=3)
numbers = st.floats(-5, 5).map(lambda x: round(x, 2)).filter(lambda x: abs(x) > 0.05)
polynomials = st.lists(st.tuples(numbers, powers), min_size=1, max_size=4)


def same(one, other, rows=ROWS):
    """Check that two formulas have the same values where both are finite and not huge."""
    with np.errstate(all="ignore"):
        a, b = one.evaluate(rows), other.evaluate(rows)
    known = np.isfinite(a) & np.isfinite(b) & (np.abs(a) < 1e8)
    size = np.abs(a[known]).max(initial=1.0)
    np.testing.assert_allclose(b[known], a[known], rtol=1e-6, atol=1e-7 * size)
    return known


def value_of(terms, rows=POSITIVE):
    """Return the values of a sum of products by numpy alone."""
    parts = [
        c * np.prod([rows[:, a.index] ** p for a, p in ps.items()], axis=0) for c, ps in terms
    ]
    return np.sum(parts, axis=0)


@FEW
@given(expressions())
def test_a_formula_is_the_sum_it_is_taken_apart_into(expression):
    try:
        parts, coefficients, constant = as_sum(expression)
    except OverflowError:
        return
    total = weighted_sum(parts, coefficients)
    if np.isfinite(constant) and abs(constant) < 1e6:
        same(expression, total + constant)
    assert all(part.variables and part.token not in ("add", "sub", "neg") for part in parts)


@FEW
@given(expressions())
def test_gathering_and_dropping_change_no_value(expression):
    same(expression, drop_neutral(expression))
    same(expression, gathered(expression))
    factor, rest = split_factor(expression)
    if np.isfinite(factor) and 1e-6 < abs(factor) < 1e6:
        same(expression, factor * rest)


@FEW
@given(expressions())
def test_gathering_twice_is_gathering_once(expression):
    once = gathered(expression)
    same(once, gathered(once))
    assert len(gathered(once).constants) <= len(expression.constants) + 1


@pytest.mark.parametrize(
    ("text", "factor", "rest"),
    [
        ("3*x0", 3.0, "x0"),
        ("-x0", -1.0, "x0"),
        ("2*x0*(4*x1)", 8.0, "x0*x1"),
        ("x0/4", 0.25, "x0"),
        ("6/x0", 6.0, "1/x0"),
        ("x0*(2 + 4*x1)", 2.0, "x0*(1 + 2*x1)"),
        ("x0*(1 + 4*x1)", 1.0, "x0*(1 + 4*x1)"),
        ("x0 + 3", 1.0, "x0 + 3"),
        ("log(3*x0)", 1.0, "log(3*x0)"),
    ],
)
def test_factors_are_taken_out(text, factor, rest):
    assert split_factor(parse(text)) == (pytest.approx(factor), parse(rest))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1*x0", "x0"),
        ("x0 + 0", "x0"),
        ("0 + x0", "x0"),
        ("x0/1", "x0"),
        ("x0**1", "x0"),
        ("x0 + (-2)", "x0 - 2"),
        ("x0 - (-2)", "x0 + 2"),
        ("log(1*x0 + 0)", "log(x0)"),
    ],
)
def test_what_does_nothing_is_dropped(text, shown):
    assert str(drop_neutral(parse(text))) == shown


@pytest.mark.parametrize(
    ("coefficients", "shown"),
    [
        ((1, 1), "x0 + x1"),
        ((-1, 1), "x1 - x0"),
        ((-1, -1), "-x0 - x1"),
        ((2, 0), "2*x0"),
        ((0, 0), "0"),
        ((-0.5, 3), "3*x1 - 0.5*x0"),
    ],
)
def test_sums_are_written_positive_terms_first(coefficients, shown):
    assert str(weighted_sum([Variable(0), Variable(1)], coefficients)) == shown


def test_a_coefficient_of_one_over_something_stands_above_it():
    assert str(weighted_sum([parse("1/x0")], [3.0])) == "3/x0"
    with pytest.raises(ValueError, match="zip"):
        weighted_sum([Variable(0)], [1.0, 2.0])


@FEW
@given(powers)
def test_products_are_their_powers_and_read_back(exponents_of):
    written = product(exponents_of)
    np.testing.assert_allclose(written.evaluate(POSITIVE), value_of([(1.0, exponents_of)]))
    assert monomial(written) == exponents_of


@FEW
@given(powers, powers)
def test_exponents_add_and_subtract(first, second):
    np.testing.assert_allclose(
        value_of([(1.0, times(first, second))]),
        value_of([(1.0, first)]) * value_of([(1.0, second)]),
        rtol=1e-9,
    )
    assert over(times(first, second), second) == pytest.approx(first)
    assert over(first, first) == {}


@FEW
@given(polynomials)
def test_sums_of_products_keep_their_values_whatever_is_factored_out(terms):
    np.testing.assert_allclose(sum_of(terms).evaluate(POSITIVE), value_of(terms), atol=1e-6)
    halved = sum_of(terms, unit=2.0).evaluate(POSITIVE)
    np.testing.assert_allclose(2 * halved, value_of(terms), atol=1e-6)
    gathered_terms = collected(terms)
    np.testing.assert_allclose(value_of(gathered_terms) if gathered_terms else 0 * POSITIVE[:, 0],
                               value_of(terms), atol=1e-6)  # fmt: skip
    keys = [frozenset(ps.items()) for _, ps in gathered_terms]
    assert len(set(keys)) == len(keys)


@FEW
@given(polynomials)
def test_the_common_product_divides_every_term_without_turning_a_factor_over(terms):
    common = common_of(terms)
    for _, exponents_of in terms:
        for atom, power in common.items():
            assert power * exponents_of[atom] > 0 and abs(power) <= abs(exponents_of[atom])


@pytest.mark.parametrize(
    "text",
    [
        "(x0 + x1)**2",
        "x0*(x1 - 2*x2)",
        "(x0 - x1)**2*x2",
        "x0*(x1 + x2)/x1",
        "3*(x0 + x2)**2 - x1",
    ],
)
def test_brackets_are_multiplied_out_as_sympy_does(text):
    parts, coefficients, constant = as_sum(parse(text))
    terms = [(c, monomial(part)) for c, part in zip(coefficients, parts, strict=True)]
    found = expanded([*terms, (constant, {})] if constant else terms)
    exact = sympy.expand(sympy.sympify(text))
    assert len(found) == len(sympy.Add.make_args(exact))
    direct = parse(text).evaluate(POSITIVE)
    np.testing.assert_allclose(sum_of(found).evaluate(POSITIVE), direct, rtol=1e-9)


@pytest.mark.parametrize(
    "text",
    ["x0*x1 + x0*x2", "x0**2 - x1**2", "x0*x1 + x0*x2 + x1**2 + x1*x2", "2*x0*x1 - 4*x1*x2"],
)
def test_factored_formulas_are_products_of_the_same_value(text):
    found = factored(parse(text))
    same(parse(text), found)
    assert sympy.simplify(sympy.sympify(str(found)) - sympy.sympify(text)) == 0
    assert len(as_sum(found)[0]) == 1


@pytest.mark.parametrize("text", ["x0 + x1", "x0**2 + x1**2", "log(x0) - x1"])
def test_formulas_without_common_factors_are_refused(text):
    with pytest.raises(ValueError, match=r"no common factors\. Got"):
        factored(parse(text))


def test_positive_means_defined_and_positive_everywhere():
    assert is_positive(parse("x0*x1"), POSITIVE)
    assert not is_positive(parse("x0 - 1"), POSITIVE)
    assert not is_positive(parse("log(x0 - 1)"), POSITIVE)


# Walks over trees


@FEW
@given(expressions())
def test_arguments_stand_before_what_uses_them_and_once(expression):
    order = postorder(expression)
    assert len(set(order)) == len(order) and order[-1] == expression
    for place, node in enumerate(order):
        assert all(order.index(argument) < place for argument in node.args)


class Depth:
    def variable(self, index):
        return 1

    def constant(self, value):
        return 1

    def operation(self, name, arguments):
        return 1 + max(arguments)


@FEW
@given(expressions())
def test_folding_is_recursion(expression):
    def depth(node):
        return 1 + max(map(depth, node.args), default=0)

    assert fold(expression, Depth()) == depth(expression)


@FEW
@given(expressions())
def test_what_is_replaced_is_gone_and_put_back(expression):
    fresh = Variable(7)
    changed = replaced(expression, Variable(0), fresh)
    assert 0 not in changed.variables
    assert replaced(changed, fresh, Variable(0)) == expression


@FEW
@given(expressions())
def test_atoms_are_at_least_one_and_at_most_the_leaves(expression):
    leaves = sum(not node.args for node in _all_nodes(expression))
    assert 1 <= atoms(expression) <= max(1, leaves)


def _all_nodes(node):
    return [node, *(n for argument in node.args for n in _all_nodes(argument))]


# Boundaries


@pytest.mark.parametrize(
    ("text", "threshold"),
    [("exp(x0*x1)", 2.0), ("log(x0/x1) + 1", 0.5), ("(x0 + x1)**3", 20.0), ("1/(x0*x2)", 0.7)],
)
def test_an_outer_function_is_stripped_and_the_threshold_moved(text, threshold):
    decided = parse(text).evaluate(POSITIVE) > threshold
    found = list(stripped(parse(text), threshold, decided, POSITIVE))
    assert found
    for writing in found:
        assert (writing.decide(POSITIVE) == decided).all()
    assert min(w.size for w in found) < parse(text).complexity + 1


def test_a_function_that_turns_around_is_not_stripped():
    expression = parse("(x0 - 1.2)**2")
    decided = expression.evaluate(POSITIVE) > 0.1
    for writing in stripped(expression, 0.1, decided, POSITIVE):
        assert (writing.decide(POSITIVE) == decided).all()


@pytest.mark.parametrize(
    ("text", "threshold"),
    [("log(x0) + log(x1)", 0.3), ("2*log(x0) - log(3*x1)", -0.5), ("log(x0*x1) + 1", 1.5)],
)
def test_a_sum_of_logarithms_is_a_product_against_its_own_threshold(text, threshold):
    decided = parse(text).evaluate(POSITIVE) > threshold
    for writing in from_logarithms(parse(text), threshold):
        assert (writing.decide(POSITIVE) == decided).all()
        assert "log" not in str(writing.expression)
    assert from_logarithms(parse("log(x0) + x1"), 0.0) == []


@settings(max_examples=15)
@given(polynomials, st.floats(-2, 2).map(lambda x: round(x, 2)))
def test_all_writings_of_a_boundary_decide_alike(terms, threshold):
    expression = sum_of(terms)
    values = expression.evaluate(POSITIVE)
    decided = values > threshold
    if not expression.variables or np.abs(values - threshold).min() < 1e-6 * np.abs(values).max():
        return
    for writing in boundary_writings(expression, threshold, True, POSITIVE):
        assert (writing.decide(POSITIVE) == decided).all(), str(writing.expression)


def test_writings_are_listed_taken_and_refused_by_kind():
    found = boundary_writings(parse("x0*x1 - x2"), 0.0, True, POSITIVE)
    writings = shown_writings(found, ("a", "b", "c"), POSITIVE)
    assert len(writings) == len(writings.entries) and writings[0] == writings.entries[0]
    assert writings.take("ratio").threshold == 1.0
    assert all(writings.text(k).count(">") + writings.text(k).count("<") == 1 for k in range(3))
    assert len(str(writings).splitlines()) == len(writings)


@pytest.mark.parametrize(
    ("kind", "said"),
    [("ratio", "no writing as a ratio: "), ("riddle", "kind must be one of .* Got 'riddle'")],
)
def test_kinds_that_a_boundary_does_not_have_are_refused(kind, said):
    rows = POSITIVE - 1.4
    found = boundary_writings(parse("x0*x1 + sin(x2)"), 0.0, True, rows)
    with pytest.raises(ValueError, match=said):
        shown_writings(found, ("a", "b", "c"), rows).take(kind)


# Links


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=8, unique=True), st.booleans())
def test_an_isotonic_link_is_monotone_and_goes_through_its_knots(knots, rises):
    x = np.sort(np.round(knots, 3))
    if (np.diff(x) <= 0).any():
        return
    y = np.linspace(-3, 3, len(x)) * (1 if rises else -1)
    link = IsotonicLink(tuple(x), tuple(y))
    np.testing.assert_allclose(link.log_odds(x), y)
    along = np.diff(link.log_odds(np.linspace(x[0] - 1, x[-1] + 1, 50)))
    assert (along >= 0).all() if rises else (along <= 0).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(
    ("link", "names"),
    [(LogisticLink, ("threshold", "slope")), (LinearLink, ("slope", "intercept"))],
)
def test_parameters_of_links_are_finite(link, names, bad):
    for name in names:
        with pytest.raises(ValueError, match=f"{name} must be a finite number"):
            link(**{n: 1.0 for n in names} | {name: bad})


def test_log_odds_are_zero_at_the_threshold_and_never_overflow():
    link = LogisticLink(threshold=2.0, slope=-3.0)
    np.testing.assert_allclose(link.log_odds([2.0, 3.0, np.nan]), [0.0, -3.0, np.nan])
    assert not np.isnan(link.log_odds([np.inf, -np.inf])).any()


def test_a_linear_link_is_put_into_the_formula():
    linked = LinearLink(2.0, -1.0).apply(parse("x0**2"))
    np.testing.assert_allclose(linked.evaluate(POSITIVE), 2 * POSITIVE[:, 0] ** 2 - 1)


# Names


@settings(max_examples=40)
@given(st.lists(st.text(min_size=1, max_size=8), min_size=2, max_size=4, unique=True))
def test_quoted_names_are_read_back_as_the_same_columns(names):
    text = " + ".join(map(quote_name, names))
    assert parse(text, names).variables == tuple(range(len(names)))


@pytest.mark.parametrize("name", ["pi", "sin", "lambda", "a b", "1st", "a`b", "x-y", "é e"])
def test_names_that_mean_something_are_quoted(name):
    assert quote_name(name).startswith("`")
    assert parse(quote_name(name), [name]) == Variable(0)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("x", "x"),
        ("x12", "x_{12}"),
        ("x_3", "x_{3}"),
        ("dose", r"\mathrm{dose}"),
        ("a%b", r"\mathrm{a\%b}"),
        ("two words", r"\mathrm{two\ words}"),
    ],
)
def test_names_in_latex(name, written):
    assert latex_name(name) == written


@pytest.mark.parametrize(
    ("names", "message"),
    [(["a"], "names must hold at least 2 names"), (["a", "a"], "names must be distinct")],
)
def test_too_few_or_repeated_names_are_refused(names, message):
    with pytest.raises(ValueError, match=message):
        resolve_names(parse("x0 + x1"), names)


# Derivatives


@FEW
@given(expressions(max_leaves=5))
def test_the_gradient_is_that_of_sympy(expression):
    symbols = sympy.symbols("x0:3", real=True)
    formula = to_sympy(expression, ["x0", "x1", "x2"])
    rows = POSITIVE[:4]
    with np.errstate(all="ignore"):
        value, gradient = expression.value_and_gradient(rows)
    for row, own, slopes in zip(rows, value, gradient, strict=True):
        if not np.isfinite(slopes).all() or np.abs([own, *slopes]).max() > 1e6:
            continue
        if "abs" in str(expression) or "max" in str(expression):
            continue
        at = dict(zip(symbols, map(float, row), strict=True))
        for j, slope in enumerate(slopes):
            exact = complex(sympy.diff(formula, symbols[j]).subs(at).evalf())
            if np.isfinite(exact.real):
                assert slope == pytest.approx(exact.real, rel=1e-6, abs=1e-6)


@FEW
@given(expressions())
def test_tidying_is_idempotent_and_never_longer(expression):
    once = tidy(expression)
    assert tidy(once) == once
    assert once.complexity <= expression.complexity + 1


def test_equations_of_a_formula_without_inputs_say_one_answer():
    equation = Equation(Constant(2.0), ("a",), threshold=1.0, classes=("no", "yes"))
    assert set(equation.predict(np.zeros((3, 1)))) == {"yes"}


def test_operations_know_whether_they_vary():
    assert (
        Operation("exp", (Variable(0),)).varies and not Operation("exp", (Constant(1.0),)).varies
    )


@pytest.mark.parametrize(
    "text",
    ["sqrt(x0**2*x1**2)", "(x0**2)**0.5*x1", "sqrt(x0**4)", "x0/sqrt(x1**2)", "(x0**2)**1.5"],
)
def test_a_root_of_a_square_keeps_losing_the_sign(text):
    signed = POSITIVE * np.where(np.arange(POSITIVE.size).reshape(POSITIVE.shape) % 3, 1.0, -1.0)
    expression = parse(text)
    written = product(monomial(expression))
    np.testing.assert_allclose(written.evaluate(signed), expression.evaluate(signed), rtol=1e-12)


def test_names_that_look_the_same_in_latex_are_upright():
    written = to_latex(parse("x1 + x_1*y", ["x1", "x_1", "y"]), ["x1", "x_1", "y"])
    assert r"\mathrm{x1}" in written and r"\mathrm{x\_1}" in written and written.count("y") == 1
