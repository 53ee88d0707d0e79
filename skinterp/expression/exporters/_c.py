"""C source of formulas."""

from functools import partial

from skinterp.expression._cells import CELLS, columns_read
from skinterp.expression._exporters import Exporter, register_exporter
from skinterp.expression._fold import fold
from skinterp.expression.exporters._code import CallingPrinter, local_names

C = CELLS["c"]
_HELPERS = {
    "nonzero": """
/* A division by zero is undefined, not infinite. */
static double nonzero(double value)
{
    return value == 0.0 ? NAN : value;
}
""",
    "larger": """
/* The larger of two values; undefined where one is, which fmax is not. */
static double larger(double a, double b)
{
    return a < b || isnan(b) ? b : a;
}
""",
}


class _CPrinter(CallingPrinter):
    language = "c"


def to_c(expression, names=None, function_name="value", table=None):
    """Write a C99 function of one row.

    Parameters
    ----------
    expression : Expression
        The formula.
    names : sequence of str, default=None
        Column names, for the comments.
    function_name : str, default="value"
        Name of the function.
    table : UserTable or None, default=None
        The user's table, if the variables are its features: the code then reads raw rows, in
        which a category is the index of its level, and NAN is a missing cell.

    Returns
    -------
    str
        Source of ``double function_name(const double *x)``, with its includes. It gives NAN where
        the formula is undefined, so it must not be compiled with ``-ffast-math``.

    Examples
    --------
    >>> from skinterp.expression import Variable, to_c
    >>> print(to_c(Variable(0) ** 2 / 2, names=["a b"]))
    #include <math.h>
    <BLANKLINE>
    double value(const double *x)
    {
        const double x0 = x[0];  // 'a b'
        return x0*x0/2.0;
    }
    <BLANKLINE>
    """
    variables, used = local_names(expression, names, function_name)
    formula = fold(expression, _CPrinter(variables)).text
    legend, columns = _read_columns(used, table)
    return (
        "#include <math.h>\n"
        + legend
        + "".join(source for name, source in _HELPERS.items() if f"{name}(" in formula)
        + f"\ndouble {function_name}(const double *x)\n{{\n{columns}    return {formula};\n}}\n"
    )


def _read_columns(used, table):
    """Write a comment on the cells of a row, and the lines that read the variables off it."""
    if table is None:
        lines = [f"    const double x{i} = x[{i}];  // {name}\n" for i, name in used]
        return "", "".join(lines) or "    (void)x;\n"
    columns = columns_read(table, [i for i, _ in used])
    lines = [
        f"    const double x{i} = {C.feature(table.features[i])};  // {name}\n" for i, name in used
    ]
    return C.legend(columns), C.guard(columns, "NAN") + "".join(lines) or "    (void)x;\n"


def _write_classifier(equation):
    table, used = equation.table, equation.expression.variables
    guard = "" if table is None else C.guard(columns_read(table, used), -1)
    return (
        to_c(equation.expression, equation.feature_names, table=table)
        + "\nint predict(const double *x)\n"
        + f"{{\n{guard}    return {equation.condition('value(x)', '!')};\n}}\n"
    )


_write = partial(to_c, function_name="predict")
register_exporter(Exporter("c", _write, _write_classifier, takes_table=True))
