"""SQL of formulas."""

from skinterp.expression._cells import CELLS, columns_read
from skinterp.expression._exporters import Exporter, register_exporter
from skinterp.expression._fold import fold
from skinterp.expression._names import resolve_names
from skinterp.expression._printer import ATOM, Phrase
from skinterp.expression.exporters._code import CallingPrinter

SQL = CELLS["sql"]


class _SqlPrinter(CallingPrinter):
    language = "sql"
    power_function = "power"

    def call_nonzero(self, phrase):
        """Write NULL for zero."""
        return self.call("NULLIF", phrase, Phrase("0", ATOM))


def to_sql(expression, names=None, table=None):
    """Write a SQL expression over columns of these names.

    Parameters
    ----------
    expression : Expression
        The formula.
    names : sequence of str, default=None
        Column names, by default x0, x1 and so on; they are quoted and cast to double precision.
    table : UserTable or None, default=None
        The user's table, if the variables are its features: the code then reads raw columns.

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
    if table is not None:
        return SQL.guarded(_of_features(expression, table), _columns(expression, table))
    quoted = [name.replace('"', '""') for name in resolve_names(expression, names)]
    columns = [f'CAST("{name}" AS DOUBLE PRECISION)' for name in quoted]
    return fold(expression, _SqlPrinter(columns)).text


def _columns(expression, table):
    return columns_read(table, expression.variables)


def _of_features(expression, table):
    features = [SQL.feature(feature) for feature in table.features]
    return fold(expression, _SqlPrinter(features)).text


def _write(expression, names=None, value=False, table=None):
    return to_sql(expression, names, table)


def _write_classifier(equation, value=False):
    prediction, table = equation.prediction, equation.table
    if value:
        return to_sql(prediction, equation.feature_names, table)
    if table is None:
        return _decision(equation, to_sql(prediction, equation.feature_names))
    decision = _decision(equation, _of_features(prediction, table))
    return SQL.guarded(decision, _columns(prediction, table))


def _decision(equation, formula):
    first, second = (SQL.literal(label) for label in equation.classes)
    sign, met, otherwise = equation.sign, second, first
    if equation.undefined_as:
        sign, met, otherwise = equation.opposite_sign, first, second
    return f"CASE WHEN {formula} {sign} {equation.threshold!r} THEN {met} ELSE {otherwise} END"


register_exporter(Exporter("sql", _write, _write_classifier, takes_table=True))
