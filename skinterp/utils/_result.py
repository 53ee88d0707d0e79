"""The base of results: what was found is printed, tabulated and drawn in one way."""

from abc import ABC, abstractmethod

from skinterp.utils._notebooks import PrintedInNotebooks
from skinterp.utils._optional import import_optional
from skinterp.utils._saved import Saved


class TableResult(PrintedInNotebooks, Saved, ABC):
    """Base of results, plain values that print and make a table.

    A result implements `_columns` (its table); `to_frame` and `repr` follow. It is printed by its
    `__str__`, in notebooks, too. `_index` names the column that labels the lines of the table, if
    one does; `_line` says what a line is, where they are only numbered.
    """

    _index: str | None = None
    _line: str | None = None

    @abstractmethod
    def _columns(self, **options):
        """Return the columns of the table, by name, or what else makes a pandas.DataFrame."""

    def to_frame(self, **options):
        """Return the result as a table.

        Parameters
        ----------
        **options : dict
            Options of the table, where the result has any.

        Returns
        -------
        pandas.DataFrame
            The table.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        purpose = f"{type(self).__name__}.to_frame"
        pandas = import_optional("pandas", extra="plot", purpose=purpose)
        frame = pandas.DataFrame(self._columns(**options))
        frame = frame if self._index is None else frame.set_index(self._index)
        return frame if self._line is None else frame.rename_axis(self._line)

    def __repr__(self):
        return str(self)


class Result(TableResult):
    """Base of results that draw themselves, too.

    A result implements `_columns` (its table) and `display` (its picture); `to_frame`, `plot` and
    `repr` follow.
    """

    @abstractmethod
    def display(self, **options):
        """Return the display that draws the result.

        Parameters
        ----------
        **options : dict
            What to draw, where the result has options.

        Returns
        -------
        Display
            The display, not drawn yet.
        """

    def plot(self, ax=None, **options):
        """Draw the result.

        Parameters
        ----------
        ax : matplotlib.axes.Axes or None, default=None
            Where to draw; None makes a new figure.
        **options : dict
            Options of :meth:`display`.

        Returns
        -------
        Display
            The display, with its axes.
        """
        display = self.display(**options)
        return display.plot() if ax is None else display.plot(ax=ax)
