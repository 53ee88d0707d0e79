"""The HTML report: plain sections around inline SVG, every text from the user escaped."""

from html import escape
from pathlib import Path

import numpy as np

from skinterp.display import ParetoFrontDisplay

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.55 system-ui, "Segoe UI", sans-serif; color: #1c2430; background: #fff;
       max-width: 62rem; margin: 2.5rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.7rem; margin-bottom: .2rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
.lead { color: #4a5565; } .note { color: #4a5565; font-size: .92rem; }
.equation { font-family: ui-monospace, Menlo, Consolas, monospace; background: #f3f6fa;
            border-left: 4px solid #0072B2; padding: .8rem 1rem; margin: .6rem 0;
            overflow-wrap: anywhere; }
pre { background: #f3f6fa; padding: .8rem 1rem; overflow-x: auto; font-size: .85rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; }
th, td { padding: .3rem .9rem .3rem 0; text-align: right; border-bottom: 1px solid #dde3ea; }
th:first-child, td:first-child { text-align: left; } tr.chosen td { font-weight: 600; }
td.formula { text-align: left; font-family: ui-monospace, Menlo, Consolas, monospace;
             overflow-wrap: anywhere; }
figure { margin: 1rem 0; } figure svg { max-width: 100%; height: auto; }
@media print { body { margin: 0; } h2 { break-after: avoid; } figure { break-inside: avoid; } }
"""

CAVEATS = (
    "Fidelity is agreement with the network on rows held out from the surrogate, not truth: a "
    "faithful surrogate of a wrong network is wrong with it.",
    "Formulas with the same decision boundary differ only off it, where a network is less "
    "reliable. Near-ties are marked in the front.",
    "Impurity importances favour inputs with many values; permutation importances share the "
    "credit of correlated inputs.",
)


def _table(head, rows, chosen=None):
    cells = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = [f"<tr>{cells}</tr>"]
    for k, row in enumerate(rows):
        mark = ' class="chosen"' if k == chosen else ""
        lines.append(f"<tr{mark}>{''.join(row)}</tr>")
    return f"<table>{''.join(lines)}</table>"


def _number(mean, std, digits=3):
    if mean != mean:
        return "<td>–</td>"
    return f"<td>{mean:.{digits}f}{f' ± {std:.{digits}f}' if digits else ''}</td>"


def _score_table(comparison):
    metrics = ["fidelity", "kappa", "accuracy", "complexity", "seconds"]
    if comparison.task == "regression":
        metrics.remove("kappa")
    names = {"accuracy": comparison.accuracy_name, "seconds": "time in s"}
    digits = {"complexity": 0, "seconds": 1}
    rows = [
        [f"<td>{escape(form)}</td>"]
        + [_number(folds[m].mean(), folds[m].std(), digits.get(m, 3)) for m in metrics]
        for form, folds in comparison.scores.items()
    ]
    return _table(["form", *(names.get(m, m) for m in metrics)], rows)


def _front_table(front):
    rows, chosen = [], None
    for k, c in enumerate(front):
        chosen = k if c.selected else chosen
        mark = " (chosen)" if c.selected else " (near-tie)" if c.tied else ""
        formula = escape(c.expression.format(front.feature_names)) + mark
        rows.append(
            [
                f'<td class="formula">{formula}</td>',
                f"<td>{c.complexity}</td>",
                f"<td>{c.loss:.2g}</td>",
                f"<td>{c.fidelity:.3f}</td>",
            ]
        )
    return _table(["formula", "complexity", "loss", "fidelity (in sample)"], rows, chosen)


def _figure(display):
    svg = display.to_svg()
    return f"<figure>{svg[svg.index('<svg') :]}</figure>"


def _equations(surrogate):
    fronts = getattr(surrogate, "fronts_", None) or (surrogate.front_,)
    equations = getattr(surrogate, "equations_", None) or (surrogate.equation_,)
    parts = ["<h2>Equation</h2>"]
    for equation in equations:
        label = f"{escape(str(equation.classes[1]))}: " if equation.is_classifier else ""
        parts.append(f'<p class="equation">{label}{escape(str(equation))}</p>')
    if len(equations) > 1:
        parts.append("<p class='note'>The class with the largest calibrated log-odds wins.</p>")
    for equation, front in zip(equations, fronts, strict=True):
        if len(equations) > 1:
            parts.append(f"<h3>Front of {escape(str(equation.classes[1]))}</h3>")
        else:
            parts.append("<h3>Everything worth knowing that the search found</h3>")
        parts.append(_figure(ParetoFrontDisplay.from_front(front)))
        parts.append(_front_table(front))
        parts.extend(f"<p class='note'>Note: {escape(note)}.</p>" for note in front.notes)
    return parts


def _form(name, surrogate):
    """Return the section of one surrogate, by what it offers."""
    if hasattr(surrogate, "front_") or hasattr(surrogate, "fronts_"):
        return _equations(surrogate)
    if hasattr(surrogate, "export_text"):
        return [
            f"<h2>{escape(name.capitalize())}</h2>",
            f"<pre>{escape(surrogate.export_text())}</pre>",
        ]
    return [f"<h2>{escape(name.capitalize())}</h2>", f"<pre>{escape(repr(surrogate))}</pre>"]


def _importances(importances):
    """Return the section of importances by every method."""
    best = [f"<td>{escape(name)}</td>" for name in importances.methods]
    tau = importances.agreement()
    rows = []
    for i, cell in enumerate(best):
        others = np.delete(tau[i], i)
        mean = "-" if np.isnan(others).all() else f"{np.nanmean(others):.2f}"
        share = importances.shares[importances.methods[i]]
        top = [importances.feature_names[j] for j in np.argsort(-share, kind="stable")[:3]]
        rows.append([cell, f"<td>{mean}</td>", f"<td>{escape(', '.join(top))}</td>"])
    notes = [f"<p class='note'>{escape(note)}</p>" for note in importances.notes]
    return [
        "<h2>Which inputs matter</h2>",
        _figure(importances.display()),
        _table(["method", "mean Kendall's tau with the others", "most important"], rows),
        "<p class='note'>Methods measure different things and may agree on a mistake; inputs that "
        "move together are credited as the model happens to use them.</p>",
        *notes,
    ]


def render_report(
    comparison, *, title="How the network decides", lead=(), footer=(), importances=None
):
    """Return the report as HTML.

    Parameters
    ----------
    comparison : SurrogateComparison
        What to report.
    title : str, default="How the network decides"
        Heading.
    lead : sequence of str, default=()
        Paragraphs under the heading: data, network, its accuracy.
    footer : sequence of str, default=()
        Lines at the end: versions, seed, the call.
    importances : ImportanceComparison or None, default=None
        Importances of the inputs by several methods, to show as well.

    Returns
    -------
    str
        A whole page without external resources.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    parts = [f"<h1>{escape(title)}</h1>"]
    parts += [f'<p class="lead">{escape(text)}</p>' for text in lead]
    # the exact tree is the network itself: it is named only where it stands alone
    forms = [form for form in comparison.estimators if form != "exact"] or ["exact"]
    best = max(forms, key=lambda form: comparison.mean(form, "fidelity"))
    what = "R² to the network" if comparison.task == "regression" else "of held-out rows"
    value = comparison.mean(best, "fidelity")
    share = f"{value:.3f} {what}" if comparison.task == "regression" else f"{value:.1%} {what}"
    parts.append(f"<p>Most faithful form: <strong>{escape(best)}</strong>, {share}.</p>")
    parts.append("<h2>Side by side</h2>")
    parts.append(_score_table(comparison))
    parts.append(
        f"<p class='note'>Means ± deviations over {comparison.n_folds} folds. Fidelity and kappa "
        "compare with the network, the last but two columns with the target.</p>"
    )
    parts.append(_figure(comparison.display()))
    for name, surrogate in comparison.estimators.items():
        parts += _form(name, surrogate)
    if importances is not None:
        parts += _importances(importances)
    if comparison.importances:
        parts.append("<h2>What a random forest finds important</h2>")
        parts.append(_figure(comparison.importances_display()))
    parts.append("<h2>Before you rely on this</h2><ul>")
    parts += [f"<li>{escape(text)}</li>" for text in CAVEATS]
    parts.append("</ul>")
    parts += [f'<p class="note">{escape(text)}</p>' for text in footer]
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    body = "".join(parts)
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'


def write_report(comparison, path, **options):
    """Write the report to a file.

    Parameters
    ----------
    comparison : SurrogateComparison
        What to report.
    path : str or Path
        The file, overwritten.
    **options : dict
        Parameters of :func:`render_report`.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    path = Path(path)
    path.write_text(render_report(comparison, **options), encoding="utf-8")
    return path
