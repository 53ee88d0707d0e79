"""Operators of strangers: registered by one call, they do all that the built-in ones do."""

import pickle
import re

import numpy as np
import pytest
import sympy
from run_exports import compile_c, run_c, run_python, run_sql_values
from softplus import LARGER, SOFTPLUS, registered, slope, values

from skinterp import SymbolicSurrogateRegressor
from skinterp.expression import (
    OPERATORS,
    Constant,
    Equation,
    Operation,
    Operator,
    Variable,
    apply,
    from_sympy,
    parse,
    register_operator,
    simplify,
    to_c,
    to_latex,
    to_python,
    to_sql,
    to_sympy,
)
from skinterp.expression._operators import Carrier
from skinterp.metrics import fidelity_score

X = np.random.default_rng(0).normal(size=(200, 3))
MORE = ["add", "sub", "mul", "softplus"]


@pytest.fixture(autouse=True)
def _with_operators():
    with registered(SOFTPLUS, LARGER):
        yield


@pytest.fixture
def formula():
    return 2 * apply("softplus", 3 * Variable(0) - Variable(1)) - apply(
        "larger", Variable(1), Variable(2) + 1
    )


def reference(X):
    return 2 * np.logaddexp(0, 3 * X[:, 0] - X[:, 1]) - np.maximum(X[:, 1], X[:, 2] + 1)


def test_a_strangers_operator_has_values_and_gradients(formula):
    value, gradient = formula.value_and_gradient(X)
    np.testing.assert_allclose(value, reference(X))
    steps = 1e-6 * np.eye(3)
    differences = [(reference(X + step) - reference(X - step)) / 2e-6 for step in steps]
    np.testing.assert_allclose(gradient, np.transpose(differences), atol=1e-6)


def test_a_strangers_operator_is_parsed_back_from_its_text(formula):
    assert str(formula) == "2*softplus(3*x0 - x1) - larger(x1, x2 + 1)"
    assert parse(str(formula)) == formula


def test_a_column_named_like_a_strangers_operator_is_quoted():
    formula = Variable(0) + 1
    assert formula.format(["softplus"]) == "`softplus` + 1"
    assert parse("`softplus` + 1", ["softplus"]) == formula


def test_parsing_demands_as_many_arguments_as_the_operator_takes():
    with pytest.raises(ValueError, match=re.escape("expected ',', got ')' at position 9")):
        parse("larger(x0)")


def test_a_strangers_operator_is_written_in_every_language(formula, tmp_path):
    names = ("a", "b b", "c")
    in_python = run_python(to_python(formula, names))["value"](X)
    np.testing.assert_allclose(in_python, reference(X))
    in_c = run_c(compile_c(to_c(formula, names), tmp_path), "value", X)
    np.testing.assert_allclose(in_c, reference(X))
    in_sql = run_sql_values(to_sql(formula, names), names, X)
    np.testing.assert_allclose(in_sql, reference(X))


def test_latex_writes_an_operator_without_notation_by_its_name():
    formula = apply("softplus", Variable(0))
    assert to_latex(formula) == "\\operatorname{softplus}\\left(x_{0}\\right)"


def test_sympy_reads_a_function_back_by_the_name_in_the_record():
    larger = apply("larger", Variable(0), Variable(1))
    assert from_sympy(to_sympy(larger)) == larger
    assert to_sympy(apply("softplus", Variable(0))).diff().simplify().has(sympy.exp)


def test_equations_export_a_strangers_operator(formula):
    equation = Equation(formula, ("a", "b", "c"), threshold=0.5)
    predict = run_python(equation.to_python())["predict"]
    assert np.array_equal(predict(X), equation.predict(X))


def test_an_operator_that_sympy_does_not_have_is_left_to_the_plain_rules():
    with registered(Operator("mystery", values, (slope,), 1.0)):
        formula = apply("mystery", Variable(0)) + 0
        assert simplify(formula) == apply("mystery", Variable(0))
        with pytest.raises(ValueError, match="'mystery' has no form in sympy"):
            to_sympy(formula)


def test_a_language_that_the_record_does_not_tell_is_refused_by_name():
    message = r"'mystery' cannot be written in 'sql': .*notation="
    with (
        registered(Operator("mystery", values, (slope,), 1.0)),
        pytest.raises(ValueError, match=message),
    ):
        to_sql(apply("mystery", Variable(0)))


def test_rules_of_a_record_shorten_formulas():
    inverse = Operator(
        "halve",
        lambda a: a / 2,
        (lambda c, a, v: c / 2,),
        1.0,
        tidy=lambda a: a.args[1] if a.token == "mul" and a.args[0] == Constant(2.0) else None,
    )
    with registered(inverse):
        formula = apply("halve", Operation("mul", (Variable(0), Constant(2))))
        assert simplify(formula, time_limit=0) == Variable(0)


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_surrogate_searches_with_a_strangers_operator(n_jobs):
    rows = np.random.default_rng(1).uniform(-2, 2, size=(300, 2))
    surrogate = SymbolicSurrogateRegressor(
        lambda X: 3 * np.logaddexp(0, 2 * X[:, 0]) + X[:, 1],
        operators=MORE,
        n_points=100,
        n_jobs=n_jobs,
        random_state=0,
    ).fit(rows)
    assert "softplus" in str(surrogate.equation_)
    assert fidelity_score(surrogate, rows) > 0.999
    copy = pickle.loads(pickle.dumps(surrogate.equation_))
    assert np.array_equal(copy.predict(rows), surrogate.predict(rows))


def test_evolution_uses_a_strangers_operator_in_worker_processes():
    rows = np.random.default_rng(1).uniform(-2, 2, size=(100, 2))

    def fitted(n_jobs):
        surrogate = SymbolicSurrogateRegressor(
            lambda X: np.sin(3 * X[:, 0]) * X[:, 1],
            operators=["mul", "softplus"],
            n_points=50,
            max_complexity=15,
            n_jobs=n_jobs,
            random_state=0,
        )
        return surrogate.fit(rows)

    assert fitted(None).front_ == fitted(2).front_


def test_workers_that_lack_an_operator_are_sent_it():
    data = pickle.dumps(Carrier(["softplus"]))
    OPERATORS.unregister("softplus")
    assert pickle.loads(data) is None
    assert OPERATORS["softplus"].function is values


def test_a_formula_is_not_unpickled_where_its_operator_is_unknown():
    data = pickle.dumps(apply("softplus", Variable(0)))
    OPERATORS.unregister("softplus")
    try:
        with pytest.raises(ValueError, match="Got 'softplus' instead"):
            pickle.loads(data)
    finally:
        register_operator(SOFTPLUS)


def test_an_operator_is_registered_once():
    with pytest.raises(ValueError, match="named 'softplus' already"):
        register_operator(SOFTPLUS)
    assert register_operator(SOFTPLUS, replace=True) is SOFTPLUS


def test_only_records_are_registered():
    with pytest.raises(TypeError, match=r"must be registered as Operator\. Got 'exp' instead"):
        register_operator("exp")


@pytest.mark.parametrize("name", ["", "a b", "x1", "pi", "lambda", "ß", None])
def test_names_that_formulas_cannot_hold_are_refused(name):
    with pytest.raises(ValueError, match=f"name of an operator .* Got {name!r} instead"):
        Operator(name, values, (slope,), 1.0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pullbacks": ()}, r"one or two callables.* Got \(\) instead"),
        ({"price": 0.0}, "positive number. Got 0.0 instead"),
        ({"inner_constants": ("offset",)}, r"Got \('offset',\) instead"),
    ],
)
def test_records_that_do_not_hold_together_are_refused(changes, message):
    parts = {"name": "f", "function": values, "pullbacks": (slope,), "price": 1.0, **changes}
    with pytest.raises(ValueError, match=message):
        Operator(**parts)
