"""What a random forest finds important."""

from skinterp.report._section import Figure, ReportSection, Section, register_section

_ALT = "Importance of each input to a random forest, by impurity and by permutation."


def forest(findings):
    """Return the forest's importances, where there was a target to train it on."""
    comparison = findings.comparison
    data = {
        method: dict(zip(comparison.feature_names, map(float, values), strict=True))
        for method, values in comparison.importances.items()
    }
    parts = (Figure(comparison.importances_display(), _ALT),) if data else ()
    title = "What does a random forest find important?" if data else ""
    return [Section(title, parts, {"forest_importances": data})]


register_section(ReportSection("forest", forest, position=50))
