"""Atoms: how much there is to read in a formula."""

from skinterp.expression._fold import fold


class _Counter:
    """Counts atoms, by `fold`: pairs of a number of atoms and what a node is."""

    def variable(self, index):
        return 1, "variable"

    def constant(self, value):
        return int(value != 0.0), "constant"

    def operation(self, name, arguments):
        kinds = {kind for _, kind in arguments}
        if kinds == {"variable", "constant"}:
            return 1, "operation"
        return sum(count for count, _ in arguments), "operation"


def atoms(expression):
    """Count what there is to read in a formula: inputs with their numbers, and numbers.

    An atom is an input with the number it is multiplied, shifted or compared with (``2*x``,
    ``x - 3``, ``x**2``), or a number by itself.

    Parameters
    ----------
    expression : Expression
        The formula.

    Returns
    -------
    int
        The number of atoms.

    Examples
    --------
    >>> from skinterp.expression import atoms, parse
    >>> atoms(parse("2*x0 - 3*x1 + 1")), atoms(parse("1.5*max(0, x0 - 3)")), atoms(parse("x0*x1"))
    (3, 2, 2)
    """
    return max(1, fold(expression, _Counter())[0])
