"""Reports: sections as data, rendered as a page, as text for a terminal, and as JSON.

A `Section` holds paragraphs, tables and figures. One file per section in ``sections`` makes them
from what was found (`Findings`); ``register_section`` adds one. `render_report` makes a page that
opens from disk and loads nothing, `render_text` what the command line prints, `report_data` what
it writes as JSON.
"""

from skinterp.report._data import report_data
from skinterp.report._headline import Headline, headline
from skinterp.report._page import render_page, render_report, write_report
from skinterp.report._section import (
    SECTIONS,
    Figure,
    Findings,
    Formula,
    ReportSection,
    Section,
    Strong,
    Table,
    Text,
    build_sections,
    register_section,
)
from skinterp.report._terminal import render_text

__all__ = [
    "SECTIONS",
    "Figure",
    "Findings",
    "Formula",
    "Headline",
    "ReportSection",
    "Section",
    "Strong",
    "Table",
    "Text",
    "build_sections",
    "headline",
    "register_section",
    "render_page",
    "render_report",
    "render_text",
    "report_data",
    "write_report",
]

SECTIONS.load()
