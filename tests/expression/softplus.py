"""An operator and a language that skinterp does not have, registered while a test runs."""

from contextlib import contextmanager

import numpy as np
from scipy.special import expit

from skinterp.expression import (
    EXPORTERS,
    OPERATORS,
    Exporter,
    Operator,
    register_exporter,
    register_operator,
)


def values(argument):
    return np.logaddexp(0.0, argument)


def slope(cotangent, arguments, value):
    return cotangent * expit(arguments[0])


def larger(left, right):
    return np.maximum(left, right)


def to_left(cotangent, arguments, value):
    return cotangent * (arguments[0] >= arguments[1])


def to_right(cotangent, arguments, value):
    return cotangent * (arguments[0] < arguments[1])


def in_sympy(argument):
    import sympy

    return sympy.log(1 + sympy.exp(argument))


def in_python(printer, argument):
    return printer.call("np.logaddexp", printer.constant(0.0), argument)


def in_c(printer, argument):
    return printer.call("log1p", printer.call("exp", argument))


def in_sql(printer, argument):
    return printer.call("ln", printer.sum(printer.constant(1.0), printer.call("exp", argument)))


SOFTPLUS = Operator(
    "softplus",
    values,
    (slope,),
    2.0,
    notation={
        "python": in_python,
        "c": in_c,
        "sql": in_sql,
    },
    sympy=in_sympy,
    inner_constants=("factor", "phase"),
)
LARGER = Operator(
    "larger",
    larger,
    (to_left, to_right),
    1.0,
    notation={"python": "np.maximum", "c": "fmax", "sql": "max"},
    sympy="Max",
)


@contextmanager
def registered(*operators):
    """Register operators, and take them away afterwards."""
    for operator in operators:
        register_operator(operator)
    try:
        yield
    finally:
        for operator in operators:
            OPERATORS.unregister(operator.name)


@contextmanager
def exported(name, write, write_classifier):
    """Register a language, and take it away afterwards."""
    register_exporter(Exporter(name, write, write_classifier))
    try:
        yield
    finally:
        EXPORTERS.unregister(name)
