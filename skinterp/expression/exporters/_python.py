"""Python source of formulas, which needs NumPy only."""

from functools import partial

from skinterp.expression._cells import CELLS, columns_read
from skinterp.expression._exporters import Exporter, register_exporter
from skinterp.expression._fold import fold, has_constant_operation
from skinterp.expression._rewrite import fold_constants
from skinterp.expression.exporters._code import CodePrinter, local_names

PYTHON = CELLS["python"]
_NONZERO = '''

def nonzero(values):
    """Replace zeros by nan, because what divides by them is undefined."""
    return np.where(values == 0, np.nan, values)
'''


class _PythonPrinter(CodePrinter):
    language = "python"

    def __init__(self, names, boxed):
        super().__init__(names)
        self.boxed = boxed

    def number(self, value):
        """Write a number; a boxed one follows NumPy's rules instead of raising errors."""
        if not self.boxed:
            return repr(value)
        return f"{'-' if value < 0 else ''}np.float64({abs(value)!r})"


def to_python(expression, names=None, function_name="value", table=None):
    """Write a stand-alone Python module with one function that needs NumPy only.

    Parameters
    ----------
    expression : Expression
        The formula.
    names : sequence of str, default=None
        Column names, for the comments.
    function_name : str, default="value"
        Name of the function.
    table : UserTable or None, default=None
        The user's table, if the variables are its features: the code then reads raw rows, a data
        frame or an array of objects.

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
    expression = fold_constants(expression)
    variables, used = local_names(expression, names, function_name)
    printer = _PythonPrinter(variables, boxed=has_constant_operation(expression))
    formula = fold(expression, printer).text
    columns = _read_columns(used, table, expression)
    return (
        "import numpy as np\n"
        + (_NONZERO if "nonzero(" in formula else "")
        + PYTHON.helpers(columns)
        + f"\n\ndef {function_name}(X):\n{columns}"
        + f'    with np.errstate(all="ignore"):\n        return np.full(len(X), {formula})\n'
    )


def _read_columns(used, table, expression):
    """Write the lines that read the variables off rows."""
    if table is None:
        lines = "".join(f"    x{index} = X[:, {index}]  # {name}\n" for index, name in used)
        return "    X = np.asarray(X, dtype=float)\n" + lines
    lines = ["    X = np.asarray(X, dtype=object)\n"]
    lines.append(PYTHON.guard(columns_read(table, expression.variables)))
    for index, name in used:
        cell = PYTHON.feature(table.features[index])
        lines.append(f"    x{index} = np.array([{cell} for row in X], dtype=float)  # {name}\n")
    return "".join(lines)


def _write_classifier(equation):
    return (
        to_python(equation.expression, equation.feature_names, table=equation.table)
        + f"\n\ndef predict(X):\n    second = {equation.condition('value(X)', '~')}\n"
        + f"    return np.array({list(equation.classes)!r})[second.astype(int)]\n"
    )


_write = partial(to_python, function_name="predict")
register_exporter(Exporter("python", _write, _write_classifier, takes_table=True))
