"""Formulas as products of factors."""

from contextlib import suppress

from skinterp.expression._monomials import monomial, sum_of
from skinterp.expression._rewrite import tidy
from skinterp.expression._simplify import probe_rows, same_values
from skinterp.expression._sums import as_sum, gathered, split_factor
from skinterp.expression._time_limit import call_within
from skinterp.expression.exporters._sympy import from_sympy, to_sympy

PRODUCTS, FACTOR_SECONDS = frozenset({"mul", "div", "square", "cube", "pow"}), 2.0


def _factors_by_sympy(expression, found):
    import sympy

    names = [f"x{j}" for j in range(max(expression.variables) + 1)]
    exact = sympy.nsimplify(to_sympy(expression, names), rational=True)
    found.append(tidy(from_sympy(sympy.factor(exact).evalf(15), names)))


def factored(expression, X=None):
    """Write a formula as a product of factors.

    Parameters
    ----------
    expression : Expression
        The formula.
    X : ndarray of shape (n, p) or None, default=None
        Rows on which both must have the same values; None takes random ones.

    Returns
    -------
    Expression
        The product.

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> from skinterp.expression import parse
    >>> from skinterp.expression import factored
    >>> print(factored(parse("x0*x1 + x0*x2 + x1**2 + x1*x2")))
    (x0 + x1)*(x1 + x2)
    """
    parts, coefficients, constant = as_sum(gathered(expression))
    terms = [(c, monomial(part)) for c, part in zip(coefficients, parts)]
    terms += [(constant, {})] if constant else []
    found = [tidy(sum_of(terms))] if terms else []
    with suppress(ValueError, TypeError, ArithmeticError, AttributeError):
        call_within(FACTOR_SECONDS, _factors_by_sympy, expression, found)
    X = probe_rows(expression) if X is None else X
    values = expression.evaluate(X)
    for form in found:
        rest = split_factor(form)[1]
        if rest.token in PRODUCTS and same_values(values, form.evaluate(X)):
            return form
    raise ValueError(f"the formula has no common factors. Got {expression} instead.")
