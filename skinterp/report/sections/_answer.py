"""The answer first: what the network decides by, how faithfully, by which inputs, in a picture."""

from itertools import combinations

from skinterp.base import explains
from skinterp.display import BoundaryDisplay
from skinterp.report._headline import SHORT, ranked_inputs
from skinterp.report._section import Figure, ReportSection, Section, Strong, Text, register_section
from skinterp.report._typeset import typeset

MOST_LINES, MOST_LETTERS = 8, 90  # of a text that is shown at once
RESOLUTION = 100
MOST_TRIED = 4  # inputs of which two span the picture


def _shown(surrogate, atoms):
    """Return the form itself if it is short, typeset where it is an equation."""
    if atoms > SHORT:
        return ()
    text = explains(surrogate).export_text(surrogate)
    equations = getattr(surrogate, "equations_", ())
    several = len(equations) > 1 and not all(e.is_classifier for e in equations)
    if len(equations) and not several and getattr(surrogate, "link_", None) is None:
        rule = text.splitlines()[len(equations) :][:1] if len(equations) > 1 else ()
        typeset_ = (Text(typeset(e), "equation", only="page") for e in equations)
        return (*typeset_, *(Text(said, "note", only="page") for said in rule))
    lines = text.splitlines()
    if len(lines) <= MOST_LINES and max(map(len, lines)) <= MOST_LETTERS:
        return (Text(text, "code", only="page"),)
    return ()


def boundary(findings, form):
    """Return the answers of network and form over the two leading inputs, None if there is none.

    Parameters
    ----------
    findings : Findings
        What was found.
    form : str
        The form.

    Returns
    -------
    Figure or None
        The picture.
    """
    comparison, rows = findings.comparison, findings.rows
    table = comparison.network.user_table
    known = comparison.feature_names if table is None else table.column_names
    if rows is None or len(known) < 2:
        return None
    ranked = [name for name in ranked_inputs(findings, form)[0] if name in known]
    names = [*ranked, *(name for name in known if name not in ranked)][:MOST_TRIED]
    for pair in combinations(names, 2):
        features = pair if table is not None else tuple(map(known.index, pair))
        try:
            display = BoundaryDisplay.from_estimator(
                comparison.estimators[form], rows, features, resolution=RESOLUTION
            )
        except ValueError:  # two categories, or no numbers, span no picture
            continue
        what = "levels" if comparison.task == "regression" else "classes"
        alt = (
            f"Answers over {pair[0]} and {pair[1]}: {what} of the network as areas, of {form} as "
            "dashed lines, the data as dots."
        )
        return Figure(display, alt)
    return None


def answer(findings):
    """Return what a reader should know after a minute."""
    head, comparison = findings.headline, findings.comparison
    shown = _shown(comparison.estimators[head.form], head.atoms)
    n_equations = sum(part.style == "equation" for part in shown)
    noun = {0: "the form below", 1: "this equation"}.get(n_equations, "these equations")
    before, figure, after = head.claim(noun)
    claim = (before[:1].upper() + before[1:], Strong(figure), after)
    cautions = tuple(Text(said, "caution", only="page") for said in comparison.cautions)
    words = [*head.context, head.inputs_sentence]
    folds = f"Scores are means over {comparison.n_folds} folds, on each of which the forms are "
    note = Text(f"{folds}fitted anew; shown is the one of all rows.", "note", only="page")
    picture = boundary(findings, head.form)
    parts = (
        *cautions,
        Text(claim, "claim", only="page"),
        *shown,
        *(Text(said, only="page") for said in words if said),
        note,
        *((picture,) if picture else ()),
        Text(str(head), only="terminal"),
    )
    return [Section("", parts, {"headline": head.to_dict()}, "In short", leads=True)]


register_section(ReportSection("answer", answer, position=0, printed_at=-1))
