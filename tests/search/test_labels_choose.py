"""Labels choose among formulas, and constants are fitted to them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinterp import SymbolicSurrogateClassifier
from skinterp.expression import parse
from skinterp.expression._monomials import monomial, product
from skinterp.expression._sums import as_sum, gathered
from skinterp.matching import fit_labels
from skinterp.network import as_network
from skinterp.search._boundary_forms import boundary_forms
from skinterp.search._constants import Constants, constants_of
from skinterp.search._label_choice import _uncovered
from skinterp.search._refit import count_digits, refit, round_by_curvature
from skinterp.search._sums import Parametrised, Writing

FORMULAS = [
    "2*x0/x1 - (3 - x2)",
    "-(x0*4)*(x1/2) + x2",
    "x0*exp(-0.5*x1) - 3/x2",
    "1.5*(x0 - 0.3)**2 + log(2*x1 + 0.1)/3 - x2",
    "x0**1.7/(0.4 + x1) - sqrt(x2 + 1)",
]


def rows(n=400, d=3, seed=0):
    return np.random.default_rng(seed).uniform(0.5, 2.5, size=(n, d))


@pytest.mark.parametrize("text", FORMULAS)
def test_a_sum_taken_apart_is_the_formula(text):
    X, expression = rows(), parse(text)
    parts, coefficients, constant = as_sum(expression)
    total = constant + sum(c * p.evaluate(X) for c, p in zip(coefficients, parts))
    np.testing.assert_allclose(total, expression.evaluate(X), rtol=1e-12)
    np.testing.assert_allclose(gathered(expression).evaluate(X), total, rtol=1e-12)


@pytest.mark.parametrize("text", FORMULAS)
def test_writings_with_every_unit_have_the_same_boundary(text):
    X, expression = rows(), parse(text)
    parts, coefficients, constant = as_sum(expression)
    threshold = 0.7
    for unit in range(len(parts) + 1):
        writing = Writing(parts, coefficients, threshold - constant, unit)
        formula, level = writing.formula(writing.start)
        above = formula.evaluate(X) > level
        assert np.array_equal(above, expression.evaluate(X) > threshold)
        assert 1.0 in np.abs(writing.outer_of(writing.start))


@pytest.mark.parametrize("text", ["exp(-0.5*x0)", "x0**1.7/(0.4 + x1)", "log(2*x1 + 0.1)"])
def test_derivatives_by_constants_are_exact(text):
    X, part = rows(), parse(text)
    constants = np.array(part.constants)
    values, slopes = Parametrised(part, X).values(constants)
    np.testing.assert_allclose(values, part.evaluate(X))
    for k in range(len(constants)):
        step = np.zeros(len(constants))
        step[k] = 1e-6
        above, below = (part.with_constants(constants + s * step).evaluate(X) for s in (1, -1))
        np.testing.assert_allclose(slopes[:, k], (above - below) / 2e-6, rtol=1e-5, atol=1e-8)


def test_constants_are_fitted_to_labels_and_rounded_to_what_they_support():
    rng = np.random.default_rng(1)
    X = rng.uniform(0.5, 2.5, size=(6000, 3))
    g = (X[:, 0] / X[:, 1]) ** 2 - 0.4 * X[:, 2]
    yes = g + 0.1 * rng.normal(size=6000) > 1.0
    start = parse("(x0/x1)**2 - 0.33*x2")
    found = refit(start, X, yes, fit_labels(start.evaluate(X), yes))
    assert str(found.expression) == "(x0/x1)**2 - 0.4*x2"
    assert found.threshold == 1.0
    exact = dict(zip(("x2", "threshold"), found.parameters))
    assert exact["x2"] == pytest.approx(-0.4, abs=0.02)
    assert exact["threshold"] == pytest.approx(1.0, abs=0.03)


@given(
    st.lists(st.floats(0.1, 100.0), min_size=1, max_size=4),
    st.floats(1e-4, 0.2),
)
def test_rounded_numbers_stay_within_their_uncertainty(values, relative):
    values = np.array(values)
    covariance = np.diag((relative * values) ** 2)
    (rounded, *_) = round_by_curvature(values, covariance)
    distance = np.abs(rounded - values) / (relative * values)
    assert (distance**2 / 2 <= 6.0).all()  # digits cost one each, and five suffice


def test_digits_are_counted_as_written():
    counts = {0.0: 0, 1.0: 0, -1.0: 0, 25.0: 2, 0.04: 1, 1500.0: 2, 3.14: 3, 1e-9: 1, -0.5: 1}
    assert {value: count_digits(value) for value in counts} == counts


@pytest.mark.parametrize(
    ("text", "threshold", "expected"),
    [
        ("x0*x1 - x2", 0.0, "x0*x1/x2"),
        ("x0*x1 - (x2 - x3)**2 - x3**2", 0.0, None),
        ("x0/x1 - x2", 0.5, None),
        ("x0*x1*x2 - 4*x3", 0.0, None),
    ],
)
def test_boundary_forms_have_the_same_boundary(text, threshold, expected):
    X, expression = rows(2000, 4), parse(text)
    values = expression.evaluate(X) - threshold
    forms = boundary_forms(expression, threshold, X)
    assert forms
    for form in forms:
        found = form.evaluate(X)
        above, below = found[values > 1e-9], found[values < -1e-9]
        if np.isfinite(found).all() and len(above) and len(below):
            assert above.min() >= below.max() or above.max() <= below.min()
    if expected is not None:
        assert expected in {str(form) for form in forms}


def test_products_written_from_their_exponents_are_the_same():
    X = rows(50, 4)
    for text in ("x0**2*sqrt(x1)/(x2*x3**3)", "1/(x0*x1)", "(x0 + x1)*x2**1.5"):
        expression = parse(text)
        np.testing.assert_allclose(
            product(monomial(expression)).evaluate(X), expression.evaluate(X), rtol=1e-12
        )


def law_problem(n=4000, seed=0):
    """Return rows, labels, and a network whose logit is not the law's own function."""
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.uniform(0.5, 2.5, size=(n, 3)), rng.normal(size=n)])
    law = X[:, 0] * X[:, 1] / X[:, 2]
    yes = law * np.exp(0.05 * rng.normal(size=n)) > 1.5
    network = as_network(
        lambda Z: 4.0 * np.tanh(Z[:, 0] * Z[:, 1] - 1.5 * Z[:, 2]), n_features_in=4, classes=[0, 1]
    )
    return X, yes.astype(int), network


def test_labels_find_the_law_where_the_network_prefers_another_form():
    X, y, network = law_problem()
    alone = SymbolicSurrogateClassifier(network, random_state=0).fit(X)
    both = SymbolicSurrogateClassifier(network, random_state=0).fit(X, y)
    assert alone.front_.by_labels is None
    assert str(both.equation_) in ("x0*x1/x2 > 1.5", "x1*x0/x2 > 1.5")
    choice = both.front_.by_labels
    assert choice.network_formula == str(alone.front_.selected.expression)
    assert choice.accuracy[0] >= 0.95
    assert "describes the data and the network" in str(choice)
    assert len(choice.to_frame()) == len(choice.formulas) == len(set(choice.formulas))
    own = both.network_.predict(X) == both.classes_[1]
    for text, share in zip(choice.formulas, choice.fidelity, strict=True):
        formula, threshold = text.split(" > ")
        answers = parse(formula).evaluate(X) > float(threshold)
        assert np.mean(answers == own) == pytest.approx(share, abs=5e-3)  # digits are rounded


def test_intervals_hold_the_true_constant():
    X, y, network = law_problem(seed=3)
    found = SymbolicSurrogateClassifier(network, random_state=0).fit(X, y)
    constants = found.front_.by_labels.constants
    k = constants.places.index("threshold")
    assert constants.low[k] < 1.5 < constants.high[k]
    assert "threshold: 1.5 (" in str(constants)
    assert found.equation_.constants_ is constants


@pytest.mark.parametrize(
    ("change", "note"),
    [(lambda y: 1 - y, "the network answers"), (np.zeros_like, "one class only")],
)
def test_labels_that_cannot_speak_of_the_network_are_left_out_saying_so(change, note):
    X, y, network = law_problem(1500)
    alone = SymbolicSurrogateClassifier(network, random_state=0).fit(X)
    found = SymbolicSurrogateClassifier(network, random_state=0).fit(X, change(y))
    assert found.front_.by_labels is None
    assert any(note in text for text in found.front_.notes)
    assert str(found.equation_) == str(alone.equation_)


def test_labels_in_other_words_than_the_networks_are_refused():
    X, y, network = law_problem(1500)
    with pytest.raises(ValueError, match="labels that the network does not know"):
        SymbolicSurrogateClassifier(network).fit(X, np.where(y, "yes", "no"))


@pytest.mark.parametrize(
    ("text", "threshold", "expected"),
    [
        ("log(x0*x1)", 0.5, ("x0*x1", np.exp(0.5))),
        ("sqrt(x0/x1)", 2.0, ("x0/x1", 4.0)),
        ("exp(x0 - x1)", 3.0, ("x0 - x1", np.log(3.0))),
        ("log(sqrt(x0))", 0.5, ("x0", np.exp(1.0))),
        ("sqrt(x0)", -1.0, ("sqrt(x0)", -1.0)),
        ("exp(x0)", 0.05, ("exp(x0)", 0.05)),  # the lower end of its interval has no logarithm
        ("x0 + log(x1)", 0.5, ("x0 + log(x1)", 0.5)),
    ],
)
def test_functions_that_change_no_decision_are_taken_off(text, threshold, expected):
    ends = (np.array([threshold]), np.array([threshold - 0.1]), np.array([threshold + 0.1]))
    constants = Constants(("threshold",), ends[0], *ends)
    expression, level, after = _uncovered(parse(text), threshold, constants)
    assert expression == parse(expected[0])
    assert level == pytest.approx(expected[1], rel=0.02)
    assert after.low[0] < level < after.high[0]
    assert after.values[0] == level
    X = np.random.default_rng(0).uniform(0.1, 5.0, size=(500, 2))
    before, now = parse(text).evaluate(X) > threshold, expression.evaluate(X) > level
    assert np.mean(before == now) > 0.98


def test_constants_stand_in_their_places_as_they_are_printed():
    X = rows(600)
    yes = np.sqrt(X[:, 0] + 1.37 * X[:, 1]) - 0.41 * X[:, 2] > 1.2
    expression = parse("sqrt(x0 + 1.2345678*x1) - 0.4*x2")
    found = refit(expression, X, yes, fit_labels(expression.evaluate(X), yes))
    places = constants_of(found, ("x0", "x1", "x2")).places
    written = found.expression.format()
    assert all(place.removeprefix("in ") in written for place in places[:-1])
