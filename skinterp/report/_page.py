"""Sections as a page: HTML around inline SVG, every text from the user escaped."""

from html import escape
from pathlib import Path

from skinterp.report._section import Figure, Findings, Strong, Table, build_sections
from skinterp.utils import visible, write_whole

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.55 system-ui, "Segoe UI", sans-serif; color: #1c2430; background: #fff;
       max-width: 62rem; margin: 2.5rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.7rem; margin-bottom: .2rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
.lead { color: #4a5565; } .note { color: #4a5565; font-size: .92rem; }
.equation { font-family: ui-monospace, Menlo, Consolas, monospace; background: #f3f6fa;
            border-left: 4px solid #0072B2; padding: .8rem 1rem; margin: .6rem 0;
            overflow-wrap: anywhere; }
pre { background: #f3f6fa; padding: .8rem 1rem; overflow-x: auto; font-size: .85rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; }
th, td { padding: .3rem .9rem .3rem 0; text-align: right; border-bottom: 1px solid #dde3ea; }
th.text, td.text, th.formula { text-align: left; } tr.chosen td { font-weight: 600; }
td.formula { text-align: left; font-family: ui-monospace, Menlo, Consolas, monospace;
             overflow-wrap: anywhere; }
figure { margin: 1rem 0; } figure svg { max-width: 100%; height: auto; }
@media print { body { margin: 0; } h2 { break-after: avoid; } figure { break-inside: avoid; } }
"""

_TAGS = {
    "plain": "<p>{}</p>",
    "lead": '<p class="lead">{}</p>',
    "note": '<p class="note">{}</p>',
    "equation": '<p class="equation">{}</p>',
    "code": "<pre>{}</pre>",
    "item": "<ul><li>{}</li></ul>",
    "heading": "<h3>{}</h3>",
}


def _text(part):
    pieces = (
        f"<strong>{escape(piece)}</strong>" if isinstance(piece, Strong) else escape(piece)
        for piece in part.pieces
    )
    return _TAGS[part.style].format("".join(pieces))


def _cells(tag, row, part):
    """Return the cells of a row, marked as formulas or texts by their columns."""
    texts = dict.fromkeys(part.left, ' class="text"')
    kinds = texts | dict.fromkeys(part.formulas, ' class="formula"')
    cells = [f"<{tag}{kinds.get(j, '')}>{escape(cell)}</{tag}>" for j, cell in enumerate(row)]
    return "".join(cells)


def _table(part):
    lines = [f"<tr>{_cells('th', part.head, part)}</tr>"]
    for k, row in enumerate(part.rows):
        mark = ' class="chosen"' if k == part.chosen else ""
        lines.append(f"<tr{mark}>{_cells('td', row, part)}</tr>")
    return f"<table>{''.join(lines)}</table>"


def _figure(part):
    svg = part.display.to_svg()
    return f"<figure>{svg[svg.index('<svg') :]}</figure>"


_WRITERS = {Table: _table, Figure: _figure}


def _section(section):
    parts = [part for part in section.parts if part.only != "terminal"]
    body = "".join(_WRITERS.get(type(part), _text)(part) for part in parts)
    title = f"<h2>{escape(section.title)}</h2>" if section.title else ""
    return title + body.replace("</ul><ul>", "")


def render_page(findings):
    """Return a report as a whole page without external resources.

    Parameters
    ----------
    findings : Findings
        What was found.

    Returns
    -------
    str
        HTML.
    """
    title = escape(findings.title)
    lead = "".join(f'<p class="lead">{escape(text)}</p>' for text in findings.lead)
    footer = "".join(f'<p class="note">{escape(text)}</p>' for text in findings.footer)
    sections = "".join(map(_section, build_sections(findings)))
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    body = f"<h1>{title}</h1>{lead}{sections}{footer}"
    return visible(f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>')


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
    return render_page(
        Findings(comparison, importances, title, (*comparison.cautions, *lead), tuple(footer))
    )


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
    write_whole(path, render_report(comparison, **options))
    return path
