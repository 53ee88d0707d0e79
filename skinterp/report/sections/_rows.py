"""Single rows: what is answered there, and how that comes about."""

from skinterp.report._section import ReportSection, Section, register_section


def rows(findings):
    """Return a section per row that is explained."""
    told = findings.told_rows
    data = {"rows": [row.to_dict() for row in told]}
    for k, row in enumerate(told):
        title = f"Why this answer? Row {k + 1} of {len(told)}"
        yield Section(title, tuple(row.parts()), data, printed=title)


register_section(ReportSection("rows", rows, position=60))
