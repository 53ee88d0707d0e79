"""Reports of comparisons, as text and as files."""

from pathlib import Path

from skinterp.report._page import render_page
from skinterp.report._section import Findings


def render_report(
    comparison, *, title="How the network decides", lead=(), footer=(), importances=None
):
    """Return the report as HTML.

    Parameters
    ----------
    comparison : SurrogateComparison
        What to report.
    title : str, default="How the network decides"
        Heading.
    lead : sequence of str, default=()
        Paragraphs under the heading: data, network, its accuracy.
    footer : sequence of str, default=()
        Lines at the end: versions, seed, the call.
    importances : ImportanceComparison or None, default=None
        Importances of the inputs by several methods, to show as well.

    Returns
    -------
    str
        A whole page without external resources.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    return render_page(Findings(comparison, importances, title, tuple(lead), tuple(footer)))


def write_report(comparison, path, **options):
    """Write the report to a file.

    Parameters
    ----------
    comparison : SurrogateComparison
        What to report.
    path : str or Path
        The file, overwritten.
    **options : dict
        Parameters of :func:`render_report`.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    path = Path(path)
    path.write_text(render_report(comparison, **options), encoding="utf-8")
    return path
