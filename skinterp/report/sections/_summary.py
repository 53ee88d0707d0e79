"""Which form is the most faithful one."""

from skinterp.report._section import ReportSection, Section, Strong, Text, register_section


def summary(findings):
    """Return the sentence that names the most faithful form, unless it is the network itself."""
    comparison = findings.comparison
    fidelity = {form: comparison.mean(form, "fidelity") for form in comparison.estimators}
    inexact = [form for form in fidelity if form not in comparison.exact_forms]
    best = max(inexact or fidelity, key=fidelity.get)
    value = f"{fidelity[best]:.1%} of held-out rows"
    if comparison.task == "regression":
        value = f"{fidelity[best]:.3f} R² to the network"
    return [Section("", (Text(("Most faithful form: ", Strong(best), f", {value}.")),))]


register_section(ReportSection("summary", summary, position=10))
