"""What to keep in mind."""

from skinterp.report._section import ReportSection, Section, Text, register_section

CAVEATS = (
    "Fidelity is agreement with the network on rows held out from the surrogate, not truth: a "
    "faithful surrogate of a wrong network is wrong with it.",
    "Formulas with the same decision boundary differ only off it, where a network is less "
    "reliable. Near-ties are marked in the front.",
    "Impurity importances favour inputs with many values; permutation importances share the "
    "credit of correlated inputs.",
)


def caveats(findings):
    """Return the list of caveats."""
    items = tuple(Text(text, "item") for text in CAVEATS)
    return [Section("Before you rely on this", items)]


register_section(ReportSection("caveats", caveats, position=200))
