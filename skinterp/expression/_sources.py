"""Exports of an expression as source code: NumPy, C and SQL."""

from skinterp.expression._fold import fold, has_constant_operation
from skinterp.expression._format import resolve_names
from skinterp.expression._operators import FUNCTION_NAMES
from skinterp.expression._printer import ATOM, PRODUCT, Phrase, Printer
from skinterp.expression._rewrite import fold_constants

_PYTHON_NONZERO = '''

def nonzero(values):
    """Replace zeros by nan, because what divides by them is undefined."""
    return np.where(values == 0, np.nan, values)
'''

_C_NONZERO = """
/* A division by zero is undefined, not infinite. */
static double nonzero(double value)
{
    return value == 0.0 ? NAN : value;
}
"""


class _CodePrinter(Printer):
    """A printer that marks what must not be zero, and remembers whether it had to."""

    def __init__(self, names):
        super().__init__(names)
        self.uses_nonzero = False

    def nonzero(self, phrase):
        """Write a call that is undefined for zero, unless the phrase is another number."""
        if phrase.is_number and phrase.text != "0.0":
            return phrase
        self.uses_nonzero = True
        return self.call_nonzero(phrase)

    def call_nonzero(self, phrase):
        """Write the call."""
        return self.call("nonzero", phrase)


class _PythonPrinter(_CodePrinter):
    functions = {name: f"np.{name}" for name in FUNCTION_NAMES}

    def __init__(self, names, boxed):
        super().__init__(names)
        self.boxed = boxed

    def number(self, value):
        """Write a number; a boxed one follows NumPy's rules instead of raising errors."""
        if not self.boxed:
            return repr(value)
        return f"{'-' if value < 0 else ''}np.float64({abs(value)!r})"


class _CallingPrinter(_CodePrinter):
    """A printer for languages without an operator for powers."""

    power_function = "pow"

    def power(self, base, exponent):
        """Write squares and cubes of variables as products, other powers as calls."""
        factors = {"2": 2, "3": 3}.get(exponent.text)
        if factors and base.text in self.names:
            return Phrase("*".join([base.text] * factors), PRODUCT)
        return self.call(self.power_function, base, exponent)


class _CPrinter(_CallingPrinter):
    functions = {name: name for name in FUNCTION_NAMES} | {"abs": "fabs"}


class _SqlPrinter(_CallingPrinter):
    functions = {name: name for name in FUNCTION_NAMES} | {"log": "ln"}
    power_function = "power"

    def call_nonzero(self, phrase):
        """Write NULL for zero."""
        return self.call("NULLIF", phrase, Phrase("0", ATOM))


def check_identifier(function_name):
    """Refuse a name that no function may have."""
    if not (function_name.isascii() and function_name.isidentifier()):
        raise ValueError(
            f"function_name must be a plain identifier. Got {function_name!r} instead."
        )


def _local_names(expression, names):
    """Names x0, x1, ... for the source, and (index, column name) of the variables used."""
    columns = resolve_names(expression, names)
    used = [(index, ascii(columns[index])) for index in expression.variables]
    return [f"x{index}" for index in range(len(columns))], used


def to_python(expression, names=None, function_name="value"):
    """Write a stand-alone Python module with one function that needs NumPy only.

    Parameters
    ----------
    expression : Expression
        The formula.
    names : sequence of str, default=None
        Column names, for the comments.
    function_name : str, default="value"
        Name of the function.

    Returns
    -------
    str
        Source of ``function_name(X)``, which takes an (n_samples, n_features) array and returns
        (n_samples,) values, nan where the formula is undefined.

    Examples
    --------
    >>> from skinterp.expression import Variable, to_python
    >>> print(to_python(Variable(0) * Variable(1), names=["a b", "c"]))
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def value(X):
        X = np.asarray(X, dtype=float)
        x0 = X[:, 0]  # 'a b'
        x1 = X[:, 1]  # 'c'
        with np.errstate(all="ignore"):
            return np.full(len(X), x0*x1)
    <BLANKLINE>
    """
    check_identifier(function_name)
    expression = fold_constants(expression)
    local_names, used = _local_names(expression, names)
    printer = _PythonPrinter(local_names, boxed=has_constant_operation(expression))
    formula = fold(expression, printer).text
    columns = "".join(f"    x{index} = X[:, {index}]  # {name}\n" for index, name in used)
    return (
        "import numpy as np\n"
        + (_PYTHON_NONZERO if printer.uses_nonzero else "")
        + f"\n\ndef {function_name}(X):\n    X = np.asarray(X, dtype=float)\n{columns}"
        + f'    with np.errstate(all="ignore"):\n        return np.full(len(X), {formula})\n'
    )


def to_c(expression, names=None, function_name="value"):
    """Write a C99 function of one row.

    Parameters
    ----------
    expression : Expression
        The formula.
    names : sequence of str, default=None
        Column names, for the comments.
    function_name : str, default="value"
        Name of the function.

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
    check_identifier(function_name)
    local_names, used = _local_names(expression, names)
    printer = _CPrinter(local_names)
    formula = fold(expression, printer).text
    columns = "".join(f"    const double x{i} = x[{i}];  // {name}\n" for i, name in used)
    columns = columns or "    (void)x;\n"
    return (
        "#include <math.h>\n"
        + (_C_NONZERO if printer.uses_nonzero else "")
        + f"\ndouble {function_name}(const double *x)\n{{\n{columns}    return {formula};\n}}\n"
    )


def to_sql(expression, names=None):
    """Write a SQL expression over columns of these names.

    Parameters
    ----------
    expression : Expression
        The formula.
    names : sequence of str, default=None
        Column names, by default x0, x1 and so on; they are quoted and cast to double precision.

    Returns
    -------
    str
        The SQL expression, NULL where the formula is undefined or a column is NULL. Powers other
        than the square and cube of a column, and functions, need a database that has
        ``power``, ``exp``, ``ln``, ``sqrt`` and so on; SQLite has them from 3.35 when built with
        its math functions. PostgreSQL reports an error instead of NULL where a function is
        undefined.

    Examples
    --------
    >>> from skinterp.expression import Variable, to_sql
    >>> print(to_sql(Variable(0) / Variable(1), names=["a b", "c"]))
    CAST("a b" AS DOUBLE PRECISION)/NULLIF(CAST("c" AS DOUBLE PRECISION), 0)
    """
    quoted = [name.replace('"', '""') for name in resolve_names(expression, names)]
    columns = [f'CAST("{name}" AS DOUBLE PRECISION)' for name in quoted]
    return fold(expression, _SqlPrinter(columns)).text
