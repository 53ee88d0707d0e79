"""Python source of formulas, which needs NumPy only."""

from functools import partial

from skinterp.expression._exporters import Exporter, register_exporter
from skinterp.expression._fold import fold, has_constant_operation
from skinterp.expression._rewrite import fold_constants
from skinterp.expression.exporters._code import CodePrinter, local_names

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
    expression = fold_constants(expression)
    variables, used = local_names(expression, names, function_name)
    printer = _PythonPrinter(variables, boxed=has_constant_operation(expression))
    formula = fold(expression, printer).text
    columns = "".join(f"    x{index} = X[:, {index}]  # {name}\n" for index, name in used)
    return (
        "import numpy as np\n"
        + (_NONZERO if "nonzero(" in formula else "")
        + f"\n\ndef {function_name}(X):\n    X = np.asarray(X, dtype=float)\n{columns}"
        + f'    with np.errstate(all="ignore"):\n        return np.full(len(X), {formula})\n'
    )


def _write_classifier(equation):
    return (
        to_python(equation.expression, equation.feature_names)
        + f"\n\ndef predict(X):\n    second = {equation.condition('value(X)', '~')}\n"
        + f"    return np.array({list(equation.classes)!r})[second.astype(int)]\n"
    )


_write = partial(to_python, function_name="predict")
register_exporter(Exporter("python", _write, _write_classifier))
