"""How exported code reads the cells of the user's table: numbers, levels of categories, gaps.

Columns are those of :mod:`skinterp.table`: they have a `name` and an `index`; numbers what `fill`s
gaps (None refuses them), categories `levels`, what stands for missing cells, and whether others
are taken. All three languages answer the same four questions about a cell.
"""

from abc import ABC, abstractmethod

_PYTHON_HELPERS = {  # what a call of each needs in front of it
    "missing(": '''

def missing(cell):
    """Tell whether a cell is empty."""
    return cell is None or type(cell).__name__ in ("NAType", "NaTType") or cell != cell
''',
    "days(": '''

def days(cell):
    """Count the days from 1970-01-01 to a date; numbers are days already."""
    if isinstance(cell, (int, float, np.number)):
        return float(cell)
    if getattr(cell, "tzinfo", None) is not None:
        cell = (cell - cell.utcoffset()).replace(tzinfo=None)
    return (np.datetime64(cell) - np.datetime64("1970-01-01")) / np.timedelta64(1, "D")
''',
}


def is_category(column):
    """Tell whether a column holds categories, not numbers.

    Parameters
    ----------
    column : NumberColumn or CategoryColumn
        The column.

    Returns
    -------
    bool
        Whether it has levels.
    """
    return hasattr(column, "levels")


def is_binned(column):
    """Tell whether a column holds numbers, of which the model knows the interval only.

    Parameters
    ----------
    column : NumberColumn, CategoryColumn or BinnedColumn
        The column.

    Returns
    -------
    bool
        Whether it has edges.
    """
    return hasattr(column, "edges")


def level_of_gaps(column):
    """Return the level that a missing cell of a category counts as.

    Parameters
    ----------
    column : CategoryColumn
        The column.

    Returns
    -------
    int
        Its index; -1 for none of them.
    """
    levels = column.levels
    if column.is_none and None in levels:
        return levels.index(None)
    return levels.index(column.missing_as) if column.missing_as in levels else -1


def sql_literal(label):
    """Write a label as SQL does.

    Parameters
    ----------
    label : str, bool, int, float or object
        The label; objects are written as texts.

    Returns
    -------
    str
        The code.
    """
    if isinstance(label, bool):
        return repr(label).upper()
    if isinstance(label, int | float):
        return repr(label)
    return "'" + str(label).replace("'", "''") + "'"


class Cells(ABC):
    """Code that reads cells, in one language."""

    either, both = " or ", " and "
    opening, otherwise = "if {}:", "else:"  # of a block of lines
    closing: tuple = ()

    @abstractmethod
    def number(self, column):
        """Write a number, gaps filled as the model fills them."""

    @abstractmethod
    def gap(self, column):
        """Write whether a cell is missing."""

    @abstractmethod
    def equals(self, column, levels):
        """Write whether a cell that is not missing is one of levels, given by their indices."""

    @abstractmethod
    def indicator(self, test):
        """Write a test as the number 1 or 0."""

    def among(self, column, levels):
        """Write whether a cell counts as one of levels, given by their indices."""
        if is_binned(column):
            return self._any([self.inside(column, k) for k in levels])
        shown = [k for k in levels if column.levels[k] is not None]
        tests = [self.equals(column, shown)] if shown or not levels else []
        if level_of_gaps(column) in levels:
            tests.append(self.gap(column))
        return self._any(tests)

    def inside(self, column, k):
        """Write whether a number, gaps filled, lies in an interval."""
        number, ends = self.number(column.number), (None, *column.edges, None)
        above, below = (">", "<=") if column.is_right else (">=", "<")
        tests = [f"{number} {above} {ends[k]!r}"] if k else []
        tests += [f"{number} {below} {ends[k + 1]!r}"] if k < len(column.edges) else []
        return f"({self.both.join(tests or [f'{number} == {number}'])})"

    def at_most(self, column, cut):
        """Write whether a number, gaps filled, is at most a bound."""
        return f"{self.number(column)} <= {cut!r}"

    def feature(self, feature):
        """Write a feature of the table as a number."""
        if feature.level is not None:
            return self.indicator(self.among(feature.column, (feature.level,)))
        read = self.number(feature.column)
        return self.indicator(self.gap(feature.column)) if feature.is_flag else read

    def accepted(self, columns):
        """Write whether the model takes the cells of columns; nothing if it takes all cells."""
        tests = [self._accepted(column) for column in dict.fromkeys(columns)]
        return self.both.join(test for test in tests if test)

    def _any(self, tests):
        return tests[0] if len(tests) == 1 else f"({self.either.join(tests)})"

    def _accepted(self, column):
        column = column.number if is_binned(column) else column
        if not is_category(column):
            return self.no_gap(column) if column.fill is None else ""
        return "" if column.takes_unknown else self.among(column, range(len(column.levels)))


class SqlCells(Cells):
    """SQL over columns of these names."""

    either, both = " OR ", " AND "
    literal = staticmethod(sql_literal)

    def _name(self, column):
        return '"' + str(column.name).replace('"', '""') + '"'

    def number(self, column):
        cast = f"CAST({self._name(column)} AS DOUBLE PRECISION)"
        return cast if column.fill is None else f"COALESCE({cast}, {float(column.fill)!r})"

    def gap(self, column):
        return f"{self._name(column)} IS NULL"

    def no_gap(self, column):
        return f"{self._name(column)} IS NOT NULL"

    def equals(self, column, levels):
        known = ", ".join(sql_literal(column.levels[k]) for k in levels)
        return f"{self._name(column)} IN ({known or 'NULL'})"

    def indicator(self, test):
        return f"CASE WHEN {test} THEN 1.0 ELSE 0.0 END"

    def guarded(self, code, columns):
        """Write code that is NULL where the model refuses a cell."""
        accepted = self.accepted(columns)
        return f"CASE WHEN {accepted} THEN {code} END" if accepted else code


class PythonCells(Cells):
    """Python over a `row` of objects."""

    def helpers(self, code):
        """Write the functions that code calls."""
        return "".join(text for call, text in _PYTHON_HELPERS.items() if call in code)

    def number(self, column):
        cell = f"row[{column.index}]"
        number = f"days({cell})" if column.is_date else f"float({cell})"
        if column.fill is None:
            return number
        return f"({float(column.fill)!r} if missing({cell}) else {number})"

    def gap(self, column):
        return f"missing(row[{column.index}])"

    def no_gap(self, column):
        return f"not missing(row[{column.index}])"

    def equals(self, column, levels):
        known = [column.levels[k] for k in levels]
        is_plain = all(isinstance(level, str | int | float) for level in known)
        cell = f"row[{column.index}]" if is_plain else f"str(row[{column.index}])"
        return f"{cell} in {{{', '.join(repr(x if is_plain else str(x)) for x in known)}}}"

    def indicator(self, test):
        return f"float({test})"

    def guard(self, columns):
        """Write lines that refuse rows X of which the model refuses a cell."""
        accepted = self.accepted(columns)
        if not accepted:
            return ""
        names = ", ".join(dict.fromkeys(str(column.name) for column in columns))
        message = f"A row holds a level or a gap that the model does not take, in {names}."
        return f"    if not all({accepted} for row in X):\n        raise ValueError({message!r})\n"


class CCells(Cells):
    """C over a row x of doubles: of categories the index of the level, NAN for missing cells."""

    either, both = " || ", " && "
    opening, otherwise = "if ({}) {{", "} else {"
    closing = ("}",)

    def number(self, column):
        cell = f"x[{column.index}]"
        return (
            cell if column.fill is None else f"(isnan({cell}) ? {float(column.fill)!r} : {cell})"
        )

    def gap(self, column):
        return f"isnan(x[{column.index}])"

    def no_gap(self, column):
        return f"!isnan(x[{column.index}])"

    def equals(self, column, levels):
        tests = [f"x[{column.index}] == {k}.0" for k in levels]
        return self._any(tests) if tests else "0"

    def indicator(self, test):
        return f"({test}) ? 1.0 : 0.0"

    def guard(self, columns, answer):
        """Write a line that returns an answer where the model refuses a cell."""
        accepted = self.accepted(columns)
        return f"    if (!({accepted})) return {answer};\n" if accepted else ""

    def legend(self, columns):
        """Write a comment per column that says what its cells are."""
        return "".join(f"// {self._described(column)}\n" for column in dict.fromkeys(columns))

    def _described(self, column):
        name = getattr(column, "feature_name", column.name)  # of dates with the unit
        title = f"x[{column.index}] is {str(name)!a}"
        if is_binned(column) or not is_category(column):
            return title
        coded = enumerate(column.levels)
        codes = ", ".join(f"{k} = {x!a}" for k, x in coded if x is not None)
        return f"{title}: {codes}, NAN is missing, -1 any other"


CELLS = {"sql": SqlCells(), "python": PythonCells(), "c": CCells()}


def columns_read(table, variables):
    """Return the columns of a table that features are read from.

    Parameters
    ----------
    table : UserTable
        The table.
    variables : sequence of int
        Indices of its features.

    Returns
    -------
    list of NumberColumn and CategoryColumn
        Each once.
    """
    return list(dict.fromkeys(table.features[k].column for k in variables))
