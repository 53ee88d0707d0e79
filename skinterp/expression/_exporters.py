"""The registry of exporters: the languages in which formulas are written."""

from collections.abc import Callable
from dataclasses import dataclass

from skinterp.utils import Registry


@dataclass(frozen=True)
class Exporter:
    """How one language writes formulas and equations.

    Parameters
    ----------
    name : str
        Name of the language, by which `Operator.notation` says how operators are written in it.
    write : callable
        ``write(expression, names=None, **options)`` writes a formula over columns of these names;
        an `Equation` without a threshold is written as its formula.
    write_classifier : callable
        ``write_classifier(equation, **options)`` writes an `Equation` with a threshold.
    takes_table : bool, default=False
        Whether `write` takes ``table=``, the user's table whose features the variables are, and
        the code reads raw rows of it; other languages are given the names of the features.
    rounds : bool, default=False
        Whether both take ``digits=``, the `Digits` to show of each number.
    """

    name: str
    write: Callable
    write_classifier: Callable
    takes_table: bool = False
    rounds: bool = False


EXPORTERS = Registry("exporter", Exporter, packages=["skinterp.expression.exporters"])


def register_exporter(exporter, *, replace=False):
    """Add a language, so that `Expression.export` and `Equation.export` write it.

    Parameters
    ----------
    exporter : Exporter
        The exporter.
    replace : bool, default=False
        Whether it may stand in for an exporter of the same name.

    Returns
    -------
    Exporter
        The exporter.

    Raises
    ------
    TypeError
        If it is no `Exporter`.
    ValueError
        If its name is taken.

    Examples
    --------
    >>> from skinterp.expression import EXPORTERS, Exporter, parse, register_exporter
    >>> def postfix(expression, names=None):
    ...     return " ".join(map(str, expression.postfix))
    >>> def decision(equation):
    ...     return f"{postfix(equation.expression)} {equation.threshold} {equation.sign}"
    >>> _ = register_exporter(Exporter("postfix", postfix, decision))
    >>> parse("x0*exp(-x1)").export("postfix")
    '0 1 neg exp mul'
    >>> EXPORTERS.unregister("postfix")
    """
    return EXPORTERS.register(exporter, replace=replace)
