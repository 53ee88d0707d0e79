"""Sections as a page: HTML around inline SVG, every text from the user escaped."""

import re
from html import escape
from pathlib import Path

from skinterp.report._section import (
    Figure,
    Findings,
    Formula,
    Section,
    Strong,
    Table,
    Text,
    build_sections,
)
from skinterp.report._sorting import SCRIPT
from skinterp.report._svg import inline_svg
from skinterp.utils import visible, write_whole

STYLE = """
.skinterp { --ink: #1c2430; --soft: #4a5565; --paper: #fff; --shade: #f3f6fa; --line: #dde3ea;
  --accent: #0072b2; --warn: #8a3b00; color-scheme: light dark; color: var(--ink);
  background: var(--paper); font: 16px/1.5 system-ui, "Segoe UI", sans-serif;
  padding: 1rem max(1rem, calc(50% - 42rem)); overflow-wrap: break-word; }
body > .skinterp { min-height: calc(100vh - 2rem); }
.skinterp h1 { font-size: 1.5rem; line-height: 1.25; margin: .2rem 0 .6rem; }
.skinterp h2 { font-size: 1.15rem; margin: 0; display: inline; }
.skinterp h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
.skinterp p, .skinterp li { margin: .5rem 0; max-width: 50rem; }
.skinterp li { margin: 0; }
.skinterp .lead, .skinterp .note { color: var(--soft); }
.skinterp .note { font-size: .92rem; }
.skinterp .caution { color: var(--warn); font-weight: 600; }
.skinterp .claim { font-size: 1.3rem; line-height: 1.35; }
.skinterp .equation { background: var(--shade); border-left: 4px solid var(--accent);
  padding: .6rem 1rem; overflow-x: auto; max-width: none; line-height: 1.9; }
.skinterp .equation math { font-size: 1.15rem; line-height: normal; padding-block: .25em; }
.skinterp .answer { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
  gap: 0 2rem; align-items: start; }
.skinterp .answer.wordy { display: block; }
.skinterp .answer figure { margin-top: .5rem; }
.skinterp details { border-top: 1px solid var(--line); padding: .7rem 0; }
.skinterp summary { cursor: pointer; padding: .2rem 0; }
.skinterp :focus-visible { outline: 2px solid var(--accent); }
.skinterp pre { background: var(--shade); padding: .6rem 1rem; overflow-x: auto; margin: .6rem 0;
  font: .85rem/1.4 ui-monospace, Menlo, Consolas, monospace; }
.skinterp .wide { display: inline-block; vertical-align: top; overflow-x: auto;
  box-sizing: border-box; max-width: 100%; padding-right: 2rem; margin-bottom: .8rem; }
.skinterp table { border-collapse: collapse; font-variant-numeric: tabular-nums;
  font-size: .92rem; color: inherit; }
.skinterp th, .skinterp td { padding: .3rem 1rem .3rem 0; text-align: right;
  border-bottom: 1px solid var(--line); }
.skinterp th.text, .skinterp td.text, .skinterp th.formula { text-align: left; }
.skinterp th button { all: unset; box-sizing: border-box; cursor: pointer; }
.skinterp th button:focus-visible { outline: 2px solid var(--accent); }
.skinterp th button::after { content: " \\2195"; color: var(--soft); font-weight: 400; }
.skinterp th[aria-sort="ascending"] button::after { content: " \\2191"; color: var(--accent); }
.skinterp th[aria-sort="descending"] button::after { content: " \\2193"; color: var(--accent); }
.skinterp tr.chosen td { font-weight: 600; }
.skinterp td.formula { text-align: left; min-width: 14rem; overflow-wrap: anywhere;
  font-family: ui-monospace, Menlo, Consolas, monospace; }
.skinterp figure { margin: 1rem 0; overflow-x: auto; }
.skinterp figure svg { max-width: 100%; height: auto; background: #fff; border-radius: 6px; }
@media (max-width: 900px) { .skinterp .answer { display: block; } }
@media (max-width: 600px) { .skinterp .equation math { font-size: 1rem; }
  .skinterp .equation mi:has(wbr) { display: inline-block; max-width: 10rem; }
  .skinterp .wide { padding-right: 0; } }
@media (prefers-color-scheme: dark) {
  .skinterp { --ink: #e8ebf0; --soft: #b4bdca; --paper: #14181f; --shade: #1f2630;
    --line: #39424f; --accent: #56b4e9; --warn: #f0a35e; }
  .skinterp figure svg { filter: invert(.9) hue-rotate(180deg); } }
@media print {
  .skinterp { --ink: #000; --soft: #333; --paper: #fff; --shade: #f6f6f6; --line: #ccc;
    --accent: #0072b2; --warn: #8a3b00; padding: 0; font-size: 11pt; color-scheme: light; }
  .skinterp th button { display: contents; }
  .skinterp th button::after { content: ""; }
  .skinterp summary, .skinterp h3, .skinterp tr:first-child { break-after: avoid; }
  .skinterp tr:last-child { break-before: avoid; }
  .skinterp summary { list-style: none; }
  .skinterp figure svg { min-width: 0 !important; filter: none; }
  .skinterp figure, .skinterp tr, .skinterp .equation { break-inside: avoid; }
  .skinterp .wide { display: block; padding: 0; }
  .skinterp .wide, .skinterp pre, .skinterp .equation { overflow: visible; }
  .skinterp pre { white-space: pre-wrap; } }
"""

READABLE = 0.65  # of its size: a narrower window scrolls a picture rather than shrinks it more
_NARROW = 340  # pixels of a picture in the narrowest window
_LONG = re.compile(r"(?<=>)[^<>]{20,}(?=</mi>)")  # names that a phone breaks, at underscores
OF_A_WHOLE_PAGE = "body { margin: 0; } @page { margin: 14mm; }"  # not in notebooks
_TAGS = {
    "plain": "<p>{}</p>",
    "lead": '<p class="lead">{}</p>',
    "claim": '<p class="claim">{}</p>',
    "caution": '<p class="caution">{}</p>',
    "note": '<p class="note">{}</p>',
    "equation": '<p class="equation" tabindex="0">{}</p>',
    "code": '<pre tabindex="0">{}</pre>',
    "item": "<ul><li>{}</li></ul>",
    "heading": "<h3>{}</h3>",
}


def _piece(piece):
    if isinstance(piece, Formula):
        said = escape(piece)
        mathml = _LONG.sub(lambda name: name[0].replace("_", "_<wbr>"), piece.mathml)
        return f'<span role="math" aria-label="{said}">{mathml}</span>'
    return f"<strong>{escape(piece)}</strong>" if isinstance(piece, Strong) else escape(piece)


def _text(part, section):
    return _TAGS[part.style].format("".join(map(_piece, part.pieces)))


def _cells(tag, row, part):
    """Return the cells of a row, marked as formulas or texts by their columns."""
    texts = dict.fromkeys(part.left, ' class="text"')
    kinds = texts | dict.fromkeys(part.formulas, ' class="formula"')
    scope = ' scope="col"' if tag == "th" else ""
    cells = (f"<{tag}{scope}{kinds.get(j, '')}>{escape(c)}</{tag}>" for j, c in enumerate(row))
    return "".join(cells)


def _table(part, section):
    head, lines = _cells("th", part.head, part), []
    for k, row in enumerate(part.rows):
        mark = ' class="chosen"' if k == part.chosen else ""
        lines.append(f"<tr{mark}>{_cells('td', row, part)}</tr>")
    table = f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody>"
    return f'<div class="wide" tabindex="0"><table>{table}</table></div>'


def _figure(part, section):
    """Return a picture with its text."""
    svg = inline_svg(part.display.to_svg())
    said = escape(part.alt or f"Picture: {section.title or 'of the answer'}")
    least = round(READABLE * 96 * part.display.figure_size[0])
    told = f'<svg role="img" aria-label="{said}" '
    if least <= _NARROW:
        return f"<figure>{told}{svg[5:]}</figure>"
    return f'<figure tabindex="0">{told}style="min-width:{least}px" {svg[5:]}</figure>'


_WRITERS = {Table: _table, Figure: _figure}


def _parts(section, parts):
    parts = [part for part in parts if part.only != "terminal"]
    body = "".join(_WRITERS.get(type(part), _text)(part, section) for part in parts)
    return body.replace("</ul><ul>", "")


def _folded(title, body):
    return f"<details open><summary><h2>{escape(title)}</h2></summary>{body}</details>"


def _section(section):
    if section.leads:
        words = _parts(section, [p for p in section.parts if not isinstance(p, Figure)])
        pictures = _parts(section, section.figures)
        beside = f"<div>{pictures}</div>" if pictures else ""
        kind = "answer" if pictures else "answer wordy"
        return f'<section class="{kind}"><div>{words}</div>{beside}</section>'
    body = _parts(section, section.parts)
    return _folded(section.title, body) if section.title else body


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
    title, sections = escape(findings.title), build_sections(findings)
    said = {part.text for s in sections if s.leads for part in s.parts if isinstance(part, Text)}
    lead = [Text(text, "lead") for text in findings.lead if text not in said]
    about = Section("Which rows, and which network?", tuple(lead))
    first = "".join(_section(section) for section in sections if section.leads)
    others = "".join(_section(section) for section in sections if not section.leads)
    footer = "".join(f'<p class="note">{escape(text)}</p>' for text in findings.footer)
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{STYLE}</style><style>{OF_A_WHOLE_PAGE}</style>"
    )
    before = f"{first}{_section(about) if lead else ''}"
    body = f'<main class="skinterp"><h1>{title}</h1>{before}{others}{footer}</main>{SCRIPT}'
    return visible(f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>')


def render_report(
    comparison,
    *,
    title="How the network decides",
    lead=(),
    footer=(),
    importances=None,
    rows=None,
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
    rows : array-like or data frame of shape (n_samples, n_features) or None, default=None
        Rows on which inputs are ranked and answers drawn.

    Returns
    -------
    str
        A whole page without external resources.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    lead = (*comparison.cautions, *lead)
    findings = Findings(comparison, importances, title, lead, tuple(footer), rows=rows)
    return render_page(findings)


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
