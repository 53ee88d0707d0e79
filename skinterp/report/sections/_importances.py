"""Which inputs matter, by every method."""

from skinterp.report._section import Figure, ReportSection, Section, Table, Text, register_section

_CAVEAT = (
    "Methods measure different things and may agree on a mistake; inputs that move together are "
    "credited as the model happens to use them."
)
_ALT = "Share of each input by each method, with its rank."
_PRINTED = "Importances of the inputs, as shares, on all rows"


def importances(findings):
    """Return the importances by every method, where they were asked for."""
    found = findings.importances
    if found is None:
        return []
    table = Table(*found.table(), left=(0, 2))
    notes = [Text(note, "note") for note in found.notes]
    data = {"importances": found.to_dict(), "importance_notes": found.notes}
    parts = (Figure(found.display(), _ALT), table, Text(_CAVEAT, "note", only="page"), *notes)
    return [Section("Which inputs matter?", parts, data, _PRINTED)]


register_section(ReportSection("importances", importances, position=40))
