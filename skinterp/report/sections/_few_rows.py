"""A few rows: typical, borderline and misjudged ones, each explained."""

from skinterp.report._section import ReportSection, Section, Table, Text, register_section

MOST_STEPS = 16
_NOTE = (
    "Of all rows. What an input adds is its Shapley value, estimated from a part of the rows; "
    "terms are those of the form, not causes, and those of 0 are left out."
)


def _parts(few):
    """Yield what is said of one row."""
    choice, row = few.choice, few.row
    yield Text(f"{choice.title}: row {choice.place + 1}", "heading")
    yield Text(few.said)
    change = row.counterfactual
    yield Text(change.said)
    if change.changes:
        rows = [(name, *pair) for name, pair in change.changes.items()]
        yield Table(("input that changes", "now", "then"), rows, formulas=(0,))
    added = [(name, row.cells.get(name, ""), value) for name, value in row.attribution.items()]
    head = ("input", "value", "adds to the network's output")
    yield Table(head, [("mean of the rows", "", row.base), *added], formulas=(0,))
    for form, steps in row.steps.items():
        steps = [step for step in steps if step[1] != "0"]
        more = len(steps) - MOST_STEPS
        shown = [*steps[:MOST_STEPS], *[(f"and {more} more", "")] * (more > 0)]
        yield Table((f"how {form} answers", "value"), shown, formulas=(0,))


def few_rows(findings):
    """Return the section of a few rows, the rules that chose them first."""
    found = findings.few_rows()
    if not found:
        return []
    rules = {few.choice.title.partition(" of ")[0]: few.rule for few in found}
    said = [Text(f"{title}: {rule}.", "item") for title, rule in rules.items()]
    parts = [Text(_NOTE, "note"), *said, *(part for few in found for part in _parts(few))]
    data = {"few_rows": [few.to_dict() for few in found]}
    return [Section("A few rows: why these answers?", tuple(parts), data)]


register_section(ReportSection("few rows", few_rows, position=55, is_printed=False))
