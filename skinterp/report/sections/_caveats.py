"""What to keep in mind: the caveats that apply to this run."""

from skinterp.report._caveats import GENERAL, RULES
from skinterp.report._section import ReportSection, Section, Text, register_section


def caveats(findings):
    """Return the list of caveats that apply, the general one first."""
    found = filter(None, (rule(findings) for rule in RULES))
    said = [GENERAL, *found]
    items = tuple(Text(text, "item") for text in said)
    return [Section("What should you keep in mind?", items, {"caveats": said})]


register_section(ReportSection("caveats", caveats, position=200))
