"""Equations as pieces of a paragraph, which pages typeset."""

from skinterp.report._section import Formula, Strong


def typeset(equation):
    """Return the pieces of an equation as a statement.

    Parameters
    ----------
    equation : Equation
        The equation.

    Returns
    -------
    tuple of str
        Its class as a condition, or what answers are, with the formula to be typeset.

    Examples
    --------
    >>> from skinterp.expression import Equation, parse
    >>> from skinterp.report._typeset import typeset
    >>> "".join(typeset(Equation(parse("x0"), ("dose",), threshold=2.0, classes=("no", "yes"))))
    'yes if dose > 2'
    """
    if equation.is_never:
        return (equation.statement,)
    formula = Formula(equation.format(), equation.to_mathml())
    if equation.is_classifier:
        return Strong(equation.classes[1]), " if ", formula
    return "answer = ", formula
