"""Texts in notebooks: as they are printed, every text from the user escaped."""

from html import escape

from skinterp.utils._visible import visible

MOST_LINES = 200


def preformatted(text):
    """Return a text as HTML that keeps its lines and columns.

    Parameters
    ----------
    text : str
        The text; of a long one the first lines are shown.

    Returns
    -------
    str
        HTML.

    Examples
    --------
    >>> from skinterp.utils import preformatted
    >>> preformatted("a < b")
    '<pre style="overflow-x: auto; white-space: pre; line-height: 1.3">a &lt; b</pre>'
    """
    lines = visible(text).split("\n")
    more = len(lines) - MOST_LINES
    if more > 0:
        lines = [*lines[:MOST_LINES], f"... and {more} more lines; print it to see all."]
    style = "overflow-x: auto; white-space: pre; line-height: 1.3"
    return f'<pre style="{style}">{escape(chr(10).join(lines))}</pre>'


class PrintedInNotebooks:
    """What notebooks show as it is printed."""

    def _repr_html_(self):
        return preformatted(str(self))
