"""What a random forest finds important."""

from skinterp.report._section import Figure, ReportSection, Section, Text, register_section

_ALT = "Importance of each input to a random forest, by impurity and by permutation."
_NOTE = "By permutation: means over the {} folds on which the forms are scored."
_OTHER = " The table above asks another forest, on other rows, and may rank inputs otherwise."


def forest(findings):
    """Return the forest's importances, where there was a target to train it on."""
    comparison = findings.comparison
    data = {
        method: dict(zip(comparison.feature_names, map(float, values), strict=True))
        for method, values in comparison.importances.items()
    }
    asked = getattr(findings.importances, "shares", {})
    said = _NOTE.format(comparison.n_folds) + (_OTHER if "forest, permutation" in asked else "")
    pictures = (Figure(comparison.importances_display(), _ALT),) if data else ()
    parts = (*pictures, Text(said, "note", only="page")) if data else ()
    title = "What does a random forest find important?" if data else ""
    return [Section(title, parts, {"forest_importances": data})]


register_section(ReportSection("forest", forest, position=50))
