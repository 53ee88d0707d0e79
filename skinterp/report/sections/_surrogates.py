"""Each surrogate, as it explains itself."""

from skinterp.base import explains
from skinterp.report._section import Figure, ReportSection, Section, Table, Text, register_section
from skinterp.report._typeset import typeset
from skinterp.utils import number_text

MOST_SHOWN = 6
_MARKS = {"selected": " (chosen)", "tied": " (near-tie)"}


def _front_table(front):
    """Return the formulas of a front, the chosen one marked."""
    rows = []
    for candidate in front:
        mark = next((text for name, text in _MARKS.items() if getattr(candidate, name)), "")
        formula = candidate.formula(front.feature_names) + mark
        numbers = number_text(candidate.loss, 2), f"{candidate.fidelity:.3f}"
        rows.append((formula, number_text(candidate.cost, 3), *numbers))
    chosen = next(k for k, candidate in enumerate(front) if candidate.selected)
    head = ("formula", "cost", "loss", "fidelity (in sample)")
    return Table(head, rows, formulas=(0,), chosen=chosen, only="page")


def _labels(choice):
    """Return what labels say of an equation: rivals, and constants with their intervals."""
    if choice is None:
        return []
    said = (
        "Constants and form are those that the labels make most likely among what describes the "
        f"network; by the network alone it would be {choice.network_formula}."
    )
    rows = zip(choice.formulas, choice.deviance, choice.accuracy, choice.fidelity, strict=True)
    rivals = [(f, f"{d:.1f}", f"{a:.4f}", f"{v:.4f}") for f, d, a, v in rows]
    head = ("formula", "-2 log L", "accuracy (labels)", "fidelity (network)")
    return [Text(said, "note"), Table(head, rivals, formulas=(0,), chosen=0, only="page")]


_SOURCES = {
    "labels": "Constants with their intervals of 90 %, by the likelihood of the labels.",
    "network": "Constants with the intervals of 90 % within which the network's answers fix them; "
    "they do not say how far the network is off.",
}


def _constants(equation):
    """Return the constants of an equation with their intervals."""
    constants = equation.constants_
    if constants is None or not len(constants.places):
        return []
    head = ("constant of", "value", "90 % from", "to")
    notes = [
        Text(f"{note[0].upper()}{note[1:]}.", "note", only="page") for note in constants.notes
    ]
    table = Table(head, constants.texts(), formulas=(0,))
    return [Text(_SOURCES[constants.source], "note"), table, *notes]


def _writings(equation):
    """Return other writings of an equation's boundary."""
    writings = equation.writings
    if writings is None or len(writings) < 2:
        return []
    rows = list(dict.fromkeys((writings.text(k),) for k in range(len(writings))))[:MOST_SHOWN]
    head = ("writings of the same boundary",)
    return [Table(head, rows, formulas=(0,), only="page")]


def _ties(front):
    """Return where near-ties differ from the formula chosen, in words and as pictures."""
    ties = list(getattr(front, "ties_", None) or ())[:MOST_SHOWN]
    parts = [Text(f"{tie}.", "note", only="page") for tie in ties]
    said = "Where the formula chosen and the first near-tie answer differently, over two inputs."
    return parts + [Figure(tie.display(), said) for tie in ties if tie.experiment is not None][:1]


def _equations(surrogate):
    """Return equations as paragraphs, and the front that each was chosen from."""
    equations, several = surrogate.equations_, len(surrogate.equations_) > 1
    parts = []
    parts += [Text(typeset(equation), "equation", only="page") for equation in equations]
    if several:
        parts.append(
            Text("The class with the largest calibrated log-odds wins.", "note", only="page")
        )
    for equation, front in zip(equations, surrogate.fronts_, strict=True):
        title = f"Front of {equation.classes[1]}" if several else "Simpler and longer rivals"
        parts += [
            Text(title, "heading", only="page"),
            Figure(front.display(), f"Loss against cost of the formulas in the table: {title}."),
            _front_table(front),
        ]
        parts += [Text(f"Note: {note}.", "note", only="page") for note in front.notes]
        parts += [*_ties(front), *_labels(front.by_labels)]
        parts += [*_constants(equation), *_writings(equation), *_profiles(front)]
    return parts


def _profiles(front):
    """Return how each quantity acts in an additive model of the concept."""
    if front.profiles is None:
        return []
    title = "How each quantity acts, in an additive model of the concept"
    return [Text(title, "heading", only="page"), Figure(front.profiles.display(), f"{title}.")]


def surrogates(findings):
    """Return a section per surrogate: its equations and fronts, or its text and displays."""
    for name, surrogate in findings.comparison.estimators.items():
        text = explains(surrogate).export_text(surrogate)
        if getattr(surrogate, "fronts_", ()):
            title = "Equation: which formula answers so?"
            parts = [Text(text, "code", only="terminal"), *_equations(surrogate)]
        else:
            displays = explains(surrogate).displays(surrogate)
            title = f"{name.capitalize()}: how does it answer?"
            said = f"The form {name} as a picture: what the text above it says."
            parts = [Text(text, "code"), *(Figure(display, said) for display in displays)]
        yield Section(title, tuple(parts), {"surrogates": {name: text}}, printed=name)


register_section(ReportSection("surrogates", surrogates, position=30))
