"""Sections as plain text, for a terminal."""

from skinterp.report._section import Table, build_sections
from skinterp.utils import aligned, visible


def _part(part):
    if isinstance(part, Table):
        return aligned(part.head, part.rows, part.left)
    return "".join(part.pieces)


def render_text(findings):
    """Return a report as plain text.

    Parameters
    ----------
    findings : Findings
        What was found.

    Returns
    -------
    str
        The lead, then the sections that are printed, without figures.
    """
    blocks = ["\n".join(findings.lead)] if findings.lead else []
    for section in build_sections(findings, for_terminal=True):
        parts = [_part(part) for part in section.parts if part.only != "page"]
        blocks.append("\n".join([f"{section.printed}:", *parts]))
    return visible("\n\n".join(blocks))
