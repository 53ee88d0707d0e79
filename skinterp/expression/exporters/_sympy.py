"""Conversion between expressions and sympy, which is imported on first use."""

import re
from math import prod

from skinterp.expression._exporters import Exporter, register_exporter
from skinterp.expression._fold import fold
from skinterp.expression._names import resolve_names
from skinterp.expression._nodes import Constant, Operation, Variable
from skinterp.expression._operators import OPERATORS

LARGEST_EXACT = 2.0**53


class _SympyBuilder:
    """A visitor that builds sympy expressions on real symbols."""

    def __init__(self, names):
        import sympy

        self.sympy = sympy
        self.names = names

    def variable(self, index):
        return self.sympy.Symbol(self.names[index], real=True)

    def constant(self, value):
        exact = value.is_integer() and abs(value) <= LARGEST_EXACT
        return self.sympy.Integer(int(value)) if exact else self.sympy.Float(value)

    def operation(self, name, arguments):
        build = OPERATORS[name].sympy
        if build is None:
            raise ValueError(f"Operator {name!r} has no form in sympy: give its record one.")
        return (build if callable(build) else getattr(self.sympy, build))(*arguments)


def to_sympy(expression, names=None):
    """Convert to a sympy expression.

    Parameters
    ----------
    expression : Expression
        The formula.
    names : sequence of str, default=None
        Names of the symbols, by default x0, x1 and so on. Any text is a valid name.

    Returns
    -------
    sympy.Expr
        The formula on real symbols; integer constants become exact integers.

    Examples
    --------
    >>> from skinterp.expression import Variable, to_sympy
    >>> to_sympy(Variable(0) / Variable(1) ** 2, names=["a b", "c"])
    a b/c**2
    """
    return fold(expression, _SympyBuilder(resolve_names(expression, names)))


def _read(node, indices):
    """Convert one sympy node; `indices` are the columns by symbol name."""
    if node.is_Symbol:
        return _read_symbol(node, indices)
    if node.is_number:
        return _read_number(node)
    kind = type(node).__name__
    if kind in _READERS:
        return _READERS[kind](node, indices)
    functions = {o.sympy: o for o in OPERATORS.values() if isinstance(o.sympy, str)}
    if kind not in functions or len(node.args) != functions[kind].arity:
        raise ValueError(
            "expression must be made of sums, products, powers and the functions "
            f"{sorted(functions)}. Got {node} instead."
        )
    return Operation(functions[kind].name, [_read(argument, indices) for argument in node.args])


def _read_symbol(node, indices):
    if node.name not in indices:
        raise ValueError(
            f"expression must use the symbols {sorted(indices)}. Got {node.name!r} instead."
        )
    return Variable(indices[node.name])


def _read_number(node):
    try:
        return Constant(float(node))
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(
            f"numbers in expression must be real and finite. Got {node} instead."
        ) from error


def _read_add(node, indices):
    terms = node.as_ordered_terms()
    first = next((term for term in terms if not _is_negative(term)), terms[0])
    result = _read(first, indices)
    terms.remove(first)
    for term in terms:
        if _is_negative(term):
            result = result - _read(-term, indices)
        else:
            result = result + _read(term, indices)
    return result


def _is_negative(term):
    return bool(term.as_coeff_Mul()[0].is_negative)


def _read_mul(node, indices):
    coefficient, rest = node.as_coeff_Mul()
    if coefficient.is_negative:
        return -_read(-node, indices)
    above, below = [], []
    if coefficient.is_Rational and coefficient.p == 1 and coefficient.q > 1:
        below.append(Constant(int(coefficient.q)))
    elif coefficient != 1:
        above.append(_read_number(coefficient))
    for factor in rest.as_ordered_factors():
        if _is_reciprocal(factor):
            below.append(_read(1 / factor, indices))
        else:
            above.append(_read(factor, indices))
    numerator = prod(above[1:], start=above[0]) if above else Constant(1)
    return numerator / prod(below[1:], start=below[0]) if below else numerator


def _is_reciprocal(node):
    return type(node).__name__ == "Pow" and bool(node.exp.is_negative) and node.exp.is_number


def _read_pow(node, indices):
    if _is_reciprocal(node):
        return 1 / _read(1 / node, indices)
    base, exponent = _read(node.base, indices), _read(node.exp, indices)
    if exponent == Constant(0.5):
        return Operation("sqrt", (base,))
    return base**exponent


_READERS = {"Add": _read_add, "Mul": _read_mul, "Pow": _read_pow}


def from_sympy(expression, names=None):
    """Convert from a sympy expression.

    Parameters
    ----------
    expression : sympy.Expr
        Sums, products, powers and functions of real symbols: those of operators whose record
        names them, such as exp and Abs.
    names : sequence of str, default=None
        Names of the columns, by default x0, x1 and so on.

    Returns
    -------
    Expression
        The formula.

    Raises
    ------
    ValueError
        If the expression holds anything else; names it.

    Examples
    --------
    >>> import sympy
    >>> from skinterp.expression import from_sympy
    >>> print(from_sympy(sympy.sympify("x0*x1/x2**2 - 1")))
    x0*x1/x2**2 - 1
    """
    if names is None:
        symbols = [symbol.name for symbol in expression.free_symbols]
        numbers = [int(name[1:]) for name in symbols if re.fullmatch(r"x\d+", name)]
        names = [f"x{index}" for index in range(max(numbers, default=-1) + 1)]
    return _read(expression, {str(name): index for index, name in enumerate(names)})


def _write_classifier(equation):
    formula = to_sympy(equation.prediction, equation.feature_names)
    threshold = to_sympy(Constant(equation.threshold))
    return formula > threshold if equation.greater else formula < threshold


register_exporter(Exporter("sympy", to_sympy, _write_classifier))
