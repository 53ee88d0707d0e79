"""Units of inputs, formulas and constants."""

import pickle
from types import SimpleNamespace

import pytest

from skinterp.expression import (
    Constant,
    Dimensions,
    Equation,
    Operation,
    constant_units,
    measure,
    parse,
    read_units,
)

NAMES = ("dose", "time", "rate", "weight", "count")
UNITS = read_units({"dose": "mg", "time": "s", "rate": "mg/s", "weight": "kg"}, NAMES)


def read(text):
    return parse(text, NAMES)


@pytest.mark.parametrize(
    ("text", "hidden", "carried"),
    [
        ("dose - rate*time", 0, 0),
        ("dose + time", 1, 0),
        ("dose + 2*time", 0, 1),
        ("exp(dose)", 1, 0),
        ("exp(0.1*dose)", 0, 0),
        ("exp(dose/(rate*time))", 0, 0),
        ("log(3 - dose)", 1, 0),
        ("log(3 - 0.5*dose)", 0, 1),
        ("dose/(dose + 3)", 0, 0),
        ("1 + dose", 1, 0),
        ("1 + 0.04*dose", 0, 1),
        ("sin(count) + count**2", 0, 0),
        ("sqrt(dose**2 + (rate*time)**2)", 0, 0),
        ("dose**1.37", 0, 1),
        ("max(0, dose - 3)", 0, 0),
        ("max(dose, rate*time)", 0, 0),
        ("max(dose, time)", 1, 0),
        ("2*max(0, dose - 3) + time", 0, 1),
    ],
)
def test_formulas_are_measured(text, hidden, carried):
    found = measure(read(text), UNITS)
    assert (found.hidden, found.carried) == (hidden, carried)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dose + 2*time", ["mg/s"]),
        ("exp(0.1*dose)", ["1/mg"]),
        ("dose/(dose + 3)", ["mg"]),
        ("5*dose*exp(-0.5*time)", ["", "1/s"]),
        ("(dose - 2)**2", ["mg"]),
        ("dose/weight + 0.3*count", ["mg/kg"]),
        ("max(0, dose - 3)", ["mg", "mg"]),
        ("dose + 2*max(0, time - 3)", ["mg/s", "s", "s"]),
    ],
)
def test_constants_have_units(text, expected):
    expression = read(text)
    sizes = [abs(c) for c in expression.constants]
    assert len(sizes) == len(expected)
    assert [str(u) for u in constant_units(expression, UNITS)] == expected


def test_the_threshold_is_printed_with_its_unit():
    equation = Equation(read("dose/weight"), NAMES, 1.2, units=UNITS)
    assert str(equation) == "dose/weight > 1.2 mg/kg"
    assert equation.to_latex().endswith(r"> 1.2\ \mathrm{mg/kg}")
    assert pickle.loads(pickle.dumps(equation)).unit == "mg/kg"


def test_sums_of_logarithms_are_products():
    free, required = Dimensions(UNITS), Dimensions(UNITS, required=True)
    assert free.price(read("2*log(dose) - log(time)")) == 0
    assert required.price(read("dose + time")) == float("inf")
    assert required.price(read("dose + 2*time")) == free.price(read("dose + 2*time")) > 0


def test_units_are_read_from_names_and_attributes():
    names = ("a_nM", "dose [mg/kg]", "x_1", "time_s", "plain", "site_b", "k")
    table = SimpleNamespace(attrs={"units": {"k": "1/s", "other": "m"}})
    texts = [str(u) for u in read_units("names", names, table)]
    assert texts == ["nM", "mg/kg", "", "s", "", "", "1/s"]


@pytest.mark.parametrize(
    ("units", "message"),
    [
        ({"dose": "mgg"}, "Got 'mgg' for 'dose' instead"),
        ({"dose": 3}, "Got 3 for 'dose' instead"),
        ({"dosis": "mg"}, r"must name inputs among dose.*Got \['dosis'\] instead"),
        ("mg", "must be a dict, \"names\" or None. Got 'mg' instead"),
    ],
)
def test_units_that_cannot_be_read_are_refused(units, message):
    with pytest.raises(ValueError, match=message):
        read_units(units, NAMES)


def test_constants_under_an_exponent_of_nothing_have_units():
    nothing = Operation("pow", (read("2*dose"), Constant(0.0)))
    assert [str(u) for u in constant_units(nothing, UNITS)] == ["", ""]
