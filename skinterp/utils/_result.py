"""The base of results: what was found is printed, tabulated and drawn in one way."""

from abc import ABC, abstractmethod

from skinterp.utils._optional import import_optional


class Result(ABC):
    """Base of results, plain values that print, make a table and draw themselves.

    A result implements `_columns` (its table) and `display` (its picture); `to_frame`, `plot` and
    `repr` follow. It is printed by its `__str__`. `_index` names the column that labels the lines
    of the table, if one does.
    """

    _index = None

    @abstractmethod
    def _columns(self, **options):
        """Return the columns of the table, by name, or what else makes a pandas.DataFrame."""

    @abstractmethod
    def display(self, **options):
        """Return the display that draws the result, without drawing."""

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
        return frame if self._index is None else frame.set_index(self._index)

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

    def __repr__(self):
        return str(self)
