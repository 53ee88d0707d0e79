"""What was made of the columns of the user's table."""

from skinterp.report._section import ReportSection, Section, Table, Text, register_section

SHOWN = 40


def _row(column):
    gaps, remarks = int(column.gaps.sum()), "; ".join(column.remarks)
    if column.left_out:
        return [column.name, f"left out: {column.left_out}", "", remarks]
    return [column.name, column.read_as, str(gaps) if gaps else "", remarks]


def _is_plain(column):
    """Tell whether there is nothing to say but that a column holds numbers."""
    return column.kind == "numbers" and not (
        column.left_out or column.remarks or column.gaps.any()
    )


def columns(findings):
    """Return the table of columns, those first about which there is more to say."""
    if not findings.columns:
        return []
    rows = [_row(column) for column in findings.columns]
    data = {name: "; ".join(filter(None, (text, more))) for name, text, _, more in rows}
    told = sorted(findings.columns, key=_is_plain)
    more = len(rows) - SHOWN
    if more > 0:
        chosen = told[:SHOWN]
        rows = [_row(column) for column in findings.columns if column in chosen]
    last = (Text(f"... and {more} more columns: {_kinds(told[SHOWN:])}.", "note"),) * (more > 0)
    if not any(row[2] or row[3] for row in rows):
        head, rows = ("column", "read as"), [row[:2] for row in rows]
        table = Table(head, rows, left=(0, 1))
    else:
        head = ("column", "read as", "missing", "remarks")
        table = Table(head, rows, left=(0, 1, 3))
    return [Section("What was made of the columns?", (table, *last), {"columns": data}, "Columns")]


def _kinds(columns):
    counts = {}
    for column in columns:
        kind = "left out" if column.left_out else column.kind
        counts[kind] = counts.get(kind, 0) + 1
    return ", ".join(f"{n} {kind}" for kind, n in counts.items())


register_section(ReportSection("columns", columns, position=190, printed_at=0))
