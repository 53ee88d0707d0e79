"""All forms side by side, on held-out rows."""

from skinterp.report._section import Figure, ReportSection, Section, Table, Text, register_section

_ALT = "Fidelity of each form, as in the table, against its size in atoms."
_NOTE = "Means ± deviations over {} folds. {} with the network, {} with the target."


def scores(findings):
    """Return the table of scores, and fidelity against complexity."""
    comparison = findings.comparison
    head, rows = comparison.table()
    own = "Fidelity and kappa compare" if "kappa" in head else "Fidelity compares"
    note = _NOTE.format(comparison.n_folds, own, comparison.accuracy_name)
    parts = (
        Table(head, rows),
        Text(note, "note", only="page"),
        Figure(comparison.display(), _ALT),
    )
    said = [comparison.diagnosis] if comparison.diagnosis else []
    parts += tuple(Text(text) for text in (*said, *comparison.notes))
    printed = comparison.title
    data = {"scores": comparison.to_dict(), "notes": list(comparison.notes)}
    return [Section("Side by side: how faithful is each form?", parts, data, printed)]


register_section(ReportSection("scores", scores, position=20, printed_at=35))
