"""An equation predicts alike in Python, text, sympy, C and SQL, also where it is undefined."""

import copy
import ctypes
import itertools
import math
import pickle

import numpy as np
import pandas as pd
import pytest
import sympy
from run_exports import ODD_NAMES, compile_c, run_c, run_python, run_sql, run_sql_values

from skinterp.expression import (
    Constant,
    Equation,
    IsotonicLink,
    LinearLink,
    LogisticLink,
    Variable,
    exp,
    log,
    parse,
    sqrt,
)

x0, x1, x2 = (Variable(index) for index in range(3))
NAMES = ODD_NAMES[:4]
RATIO = x0 * x1 / x2**2
FORMULAS = [RATIO, log(x0 - 0.3), sqrt(x1) - exp(x2), x0 + 2 * Variable(3), Constant(1.0) / x0]
LABELS = [None, (0, 1), ("off", "it's on"), (2.5, -1.0)]


@pytest.fixture(scope="module")
def rows():
    rows = np.random.default_rng(0).normal(size=(60, 4))
    rows[:10] = rows[:10].round()
    return rows


def make(expression=RATIO, **options):
    return Equation(expression, NAMES, **{"threshold": 0.2, **options})


@pytest.mark.parametrize("expression", FORMULAS, ids=str)
@pytest.mark.parametrize(
    ("greater", "undefined_as"), itertools.product([True, False], [True, False])
)
def test_rows_beyond_the_threshold_are_the_second_class(expression, greater, undefined_as, rows):
    equation = make(expression, greater=greater, undefined_as=undefined_as)
    decisions = equation.decide(rows)
    assert decisions.dtype == bool
    for value, decision in zip(expression.evaluate(rows), decisions):
        if math.isnan(value):
            assert decision == undefined_as
        else:
            assert decision == (value > 0.2 if greater else value < 0.2)


@pytest.mark.parametrize("expression", FORMULAS, ids=str)
@pytest.mark.parametrize(
    ("greater", "undefined_as"), itertools.product([True, False], [True, False])
)
def test_exports_of_a_classifier_agree(expression, greater, undefined_as, rows, tmp_path):
    options = {"greater": greater, "undefined_as": undefined_as, "classes": ("off", "it's on")}
    equation = make(expression, **options)
    values, labels = equation.values(rows), equation.predict(rows)

    module = run_python(equation.to_python())
    np.testing.assert_allclose(module["value"](rows), values, rtol=1e-9)
    np.testing.assert_array_equal(module["predict"](rows), labels)

    library = compile_c(equation.to_c(), tmp_path)
    np.testing.assert_allclose(run_c(library, "value", rows), values, rtol=1e-9)
    indices = run_c(library, "predict", rows, ctypes.c_int)
    np.testing.assert_array_equal(np.array(equation.classes)[indices], labels)

    found = run_sql_values(equation.to_sql(value=True), NAMES, rows)
    np.testing.assert_allclose(found, values, rtol=1e-9)
    assert run_sql(equation.to_sql(), NAMES, rows) == labels.tolist()


@pytest.mark.parametrize("classes", [*LABELS, (False, True), (np.str_("a"), np.str_("b"))])
def test_labels_keep_their_kind(classes, rows):
    equation = make(classes=classes)
    labels = equation.predict(rows)
    assert set(labels.tolist()) == set(equation.classes)
    assert equation.classes == ((False, True) if classes is None else classes)
    exported = run_python(equation.to_python())["predict"](rows)
    assert exported.dtype == labels.dtype
    np.testing.assert_array_equal(exported, labels)
    assert run_sql(equation.to_sql(), NAMES, rows) == labels.tolist()


def test_labels_from_an_array_of_classes(rows):
    classes = np.array([3, 7])
    equation = make(classes=classes)
    assert equation.classes == (3, 7)
    assert type(equation.classes[0]) is int
    assert set(equation.predict(rows)) == {3, 7}


def test_exports_of_a_regressor_agree(rows, tmp_path):
    equation = Equation(RATIO, NAMES, link=LinearLink(slope=-2.5, intercept=0.1))
    expected = -2.5 * equation.values(rows) + 0.1
    np.testing.assert_allclose(equation.predict(rows), expected, rtol=1e-12)
    python = run_python(equation.to_python())
    np.testing.assert_allclose(python["predict"](rows), expected, rtol=1e-9)
    library = compile_c(equation.to_c(), tmp_path)
    np.testing.assert_allclose(run_c(library, "predict", rows), expected, rtol=1e-9)
    np.testing.assert_allclose(run_sql_values(equation.to_sql(), NAMES, rows), expected, rtol=1e-9)
    read = parse(equation.format(digits=None), NAMES)
    np.testing.assert_allclose(read.evaluate(rows), expected, rtol=1e-9)


def test_regression_without_a_link(rows):
    equation = Equation(RATIO, NAMES)
    assert not equation.is_classifier
    assert equation.prediction == RATIO
    np.testing.assert_array_equal(equation.predict(rows), equation.values(rows))
    assert str(Equation(x0**2, ["a"], link=LinearLink(1.0, -0.5))) == "a**2 - 0.5"


def test_text_shows_the_comparison_in_the_users_names():
    names = ("activator", "inhibitor dose", "class")
    equation = Equation(RATIO, names, threshold=1.0234567)
    assert str(equation) == "activator*`inhibitor dose`/`class`**2 > 1.023"
    assert equation.format(digits=2) == "activator*`inhibitor dose`/`class`**2 > 1"
    assert equation.format(digits=None).endswith("> 1.0234567")
    assert repr(equation) == f"<Equation {equation}>"
    assert str(Equation(x0, ["a"], threshold=-2, greater=False)) == "a < -2"


def test_latex_shows_the_comparison():
    equation = Equation(RATIO, ["x", "y", "gene_a"], threshold=1e-7)
    latex = r"\frac{x \, y}{\mathrm{gene\_a}^{2}} > 1 \cdot 10^{-7}"
    assert equation.to_latex() == latex
    assert equation._repr_latex_() == f"${latex}$"


def test_sympy_gives_an_inequality_or_a_formula(rows):
    relation = make().to_sympy()
    assert isinstance(relation, sympy.StrictGreaterThan)
    assert {symbol.name for symbol in relation.free_symbols} == set(NAMES[:3])
    assert isinstance(make(greater=False).to_sympy(), sympy.StrictLessThan)
    assert float(relation.rhs) == 0.2
    regression = Equation(x0, NAMES, link=LinearLink(2.0, 1.0)).to_sympy()
    assert regression == 2 * sympy.Symbol(NAMES[0], real=True) + 1


def test_threshold_is_shown_as_precisely_as_the_link_demands():
    coarse = Equation(x0, ["a"], threshold=1000.0234, link=LogisticLink(1000.0234, 0.01))
    assert str(coarse) == "a > 1000"
    steep = Equation(x0, ["a"], threshold=1000.0234, link=LogisticLink(1000.0234, 1000.0))
    assert str(steep) == "a > 1000.0234"
    tenth = 0.1 + 0.2
    endless = Equation(x0, ["a"], threshold=tenth, link=LogisticLink(tenth, 1e20))
    assert str(endless) == "a > 0.30000000000000004"


def test_a_logistic_link_is_proportional_to_the_distance_from_the_threshold():
    link = LogisticLink(threshold=1.0, slope=-2.0)
    values = [0.0, 1.0, np.nan, np.inf, -np.inf]
    found = link.log_odds(values)
    np.testing.assert_array_equal(found[:3], [2.0, 0.0, np.nan])
    assert found[3] < -1e300
    assert found[4] > 1e300
    assert LogisticLink(0.0, 0.0).log_odds([np.inf]) == 0


def test_an_isotonic_link_interpolates_its_knots():
    link = IsotonicLink(np.array([0.0, 1.0, 3.0]), [-1.0, 0.0, 4.0])
    found = link.log_odds([-5.0, 0.5, 2.0, 9.0, np.nan, np.inf, -np.inf])
    np.testing.assert_array_equal(found, [-1.0, -0.5, 2.0, 4.0, np.nan, 4.0, -1.0])
    assert IsotonicLink((0.0,), (1.0,)).log_odds([3.0]) == 1.0
    assert hash(link) == hash(IsotonicLink((0, 1, 3), (-1, 0, 4)))


def test_log_odds_follow_the_link(rows):
    link = LogisticLink(0.2, 3.0)
    equation = make(link=link)
    np.testing.assert_array_equal(equation.log_odds(rows), link.log_odds(equation.values(rows)))
    defined = ~np.isnan(equation.values(rows))
    signs = equation.log_odds(rows)[defined] > 0
    np.testing.assert_array_equal(signs, equation.decide(rows)[defined])


def test_equations_are_values():
    link = IsotonicLink((0.0, 1.0), (-1.0, 1.0))
    equation, again = make(link=link), make(link=link)
    assert equation == again
    assert hash(equation) == hash(again)
    assert pickle.loads(pickle.dumps(equation)) == equation
    assert copy.deepcopy(equation) == equation
    assert equation != make(threshold=0.3)
    assert equation.complexity == RATIO.complexity
    with pytest.raises(AttributeError):
        equation.threshold = 1.0


def test_data_frames_are_matched_by_name(rows):
    equation = make()
    frame = pd.DataFrame(rows, columns=list(NAMES))
    np.testing.assert_array_equal(equation.values(frame), equation.values(rows))
    with pytest.raises(ValueError, match="other order than those the equation was fitted on"):
        equation.values(frame[list(NAMES[::-1])])
    with pytest.raises(ValueError, match="X has 3 features, but the equation expects 4"):
        equation.predict(rows[:, :3])
    with pytest.raises(ValueError, match="X must be finite"):
        equation.decide(np.full((1, 4), np.nan))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"expression": "x0"}, TypeError, r"expression must be an Expression\. Got 'x0'"),
        ({"classes": ("a", "a")}, ValueError, r"two different labels.*Got \('a', 'a'\)"),
        ({"classes": ("a", "b", "c")}, ValueError, "two different labels"),
        ({"classes": (None, "b")}, ValueError, "two different labels, strings or numbers"),
        ({"threshold": None, "classes": (0, 1)}, ValueError, "classes need a threshold"),
        ({"threshold": np.nan}, ValueError, "threshold must be a finite number. Got nan"),
        ({"link": LinearLink(1.0, 0.0)}, TypeError, "LogisticLink or IsotonicLink.*LinearLink"),
        ({"threshold": None, "link": LogisticLink(0, 1)}, TypeError, "None or LinearLink for"),
        ({"feature_names": ("a", "b")}, ValueError, r"at least 3 names.*Got 2 instead"),
        ({"feature_names": ("a", "b", "b")}, ValueError, r"must be distinct.*\['b'\]"),
    ],
)
def test_parts_that_do_not_fit_are_refused(options, error, message):
    arguments = {"expression": RATIO, "feature_names": NAMES, "threshold": 0.2, **options}
    with pytest.raises(error, match=message):
        Equation(**arguments)


def test_methods_of_classifiers_are_refused_without_a_threshold_or_link(rows):
    regression = Equation(RATIO, NAMES)
    for method in (regression.decide, regression.log_odds):
        with pytest.raises(ValueError, match=r"only an equation with a threshold.*Got threshold="):
            method(rows)
    with pytest.raises(ValueError, match=r"log_odds needs a link\. Got link=None"):
        make().log_odds(rows)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: LogisticLink(np.nan, 1.0), "threshold must be a finite number. Got nan"),
        (lambda: LogisticLink(0.0, np.inf), "slope must be a finite number. Got inf"),
        (lambda: LinearLink(1.0, np.nan), "intercept must be a finite number. Got nan"),
        (lambda: IsotonicLink((0.0, 1.0), (0.0,)), "same length.*Got 2 and 1 instead"),
        (lambda: IsotonicLink((), ()), "at least 1.*Got 0 and 0 instead"),
        (lambda: IsotonicLink((0.0, 0.0), (0.0, 1.0)), "knots_x must increase strictly"),
        (lambda: IsotonicLink((0, 1, 2), (0, 1, 0)), "knots_y must be monotone"),
        (lambda: IsotonicLink((0, 1), (0, np.inf)), "knots_y must be finite numbers"),
    ],
)
def test_links_that_are_not_monotone_or_finite_are_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()
