"""The displays of an expansion: fields, couplings, one pair, variance by order."""

from dataclasses import replace

import numpy as np

from skinterp.display import (
    CouplingGraphDisplay,
    CouplingsDisplay,
    FieldsDisplay,
    LogoDisplay,
    MultiplesDisplay,
    PairDisplay,
    TermSharesDisplay,
    VarianceByOrderDisplay,
)
from skinterp.expansion._categories import listed
from skinterp.expansion._expansion_texts import UNNAMED
from skinterp.expansion._variances import in_zero_sum, variances_by_output
from skinterp.utils import counted

KINDS = ("fields", "logo", "couplings", "graph", "pair", "variance", "terms")
_OF_OUTPUTS = ("fields", "logo", "pair")
_OF_PAIRS = ("couplings", "graph", "pair")


def expansion_display(expansion, kind, pair=None, output=None, corrected=False):
    """Return a display of an expansion, not drawn yet.

    Parameters
    ----------
    expansion : Expansion
        The expansion.
    kind : {"fields", "logo", "couplings", "graph", "pair", "variance", "terms"}
        Which display.
    pair : tuple of two str or None, default=None
        The pair for ``kind="pair"``; None is the strongest.
    output : object, default=None
        Which output, by class, index or name; None is all of them.
    corrected : bool, default=False
        Whether to subtract the average product from the strengths.

    Returns
    -------
    Display
        The display.

    Raises
    ------
    ValueError
        If the kind, the pair or the output is unknown, or there are no couplings to show.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}. Got {kind!r} instead.")
    if kind in _OF_PAIRS and not expansion.couplings:
        raise ValueError(
            f"kind={kind!r} needs couplings: at least two variables and order=2. Got an "
            f"expansion of order {expansion.order} instead."
        )
    if output is not None:
        expansion = expansion.of_output(output)
    elif kind in _OF_OUTPUTS and expansion.n_outputs > 1:
        found = [expansion_display(expansion, kind, pair, k) for k in expansion.labels]
        displays = [replace(display, title="") for display in found]
        return MultiplesDisplay(displays, expansion.output_names)
    if kind in ("fields", "logo"):
        return _fields(expansion, FieldsDisplay if kind == "fields" else LogoDisplay)
    if kind == "terms":
        return _terms(expansion)
    if kind == "variance":
        return _variance(expansion)
    if kind == "pair":
        return _pair(expansion, pair)
    form = CouplingsDisplay if kind == "couplings" else CouplingGraphDisplay
    title = f"Strength of the couplings{_of(expansion)}"
    return form(expansion.strengths, expansion.names, corrected=corrected, title=title)


def all_displays(expansion):
    """Return the displays that tell an expansion: fields by output, couplings, variance."""
    fields = [_fields(expansion.of_output(k)) for k in expansion.labels]
    kinds = [*["couplings"] * bool(expansion.couplings), "variance"]
    return (*fields, *(expansion_display(expansion, kind) for kind in kinds))


def _terms(expansion):
    """Return which output acts by which terms."""
    same = in_zero_sum(expansion)
    found = variances_by_output(same.terms, same.weights, same.errors)
    table = np.maximum(np.array(list(found.values())).T, 0.0)
    whole = table.sum(axis=1, keepdims=True)
    names = [" x ".join(expansion.names[i] for i in S) for S in found]
    return TermSharesDisplay(
        table / np.where(whole > 0, whole, 1.0),
        names,
        expansion.output_names,
        title=f"Variance by term{'' if expansion.n_outputs > 1 else _of(expansion)}",
    )


def _variance(expansion):
    of_sum = "" if expansion.variances.are_of_network else " of the truncated sum"
    return VarianceByOrderDisplay(
        expansion.variance_by_order,
        expansion.whole_variance,
        title=f"Variance{of_sum} by order{_of(expansion)}",
    )


def _fields(expansion, form=FieldsDisplay):
    return form(
        [expansion.terms[(i,)][0] for i in range(len(expansion.names))],
        expansion.names,
        expansion.categories,
        name=_of_output("field", expansion),
        title=f"Fields{_of(expansion)}",
    )


def _of(expansion):
    """Return of what outputs a picture is, for its title."""
    name, *others = expansion.output_names
    if others:
        return f", {counted(expansion.n_outputs, 'output')} added up"
    return "" if name == UNNAMED else f", {name}"


def _of_output(name, expansion):
    """Return what numbers are called: with the output they belong to, if it has a name."""
    (output,) = expansion.output_names
    return name if output == UNNAMED else f"{name}, {output}"


def _pair(expansion, pair):
    names = expansion.names
    if pair is None:
        i, j = np.unravel_index(np.argmax(expansion.strengths), expansion.strengths.shape)
    else:
        known = [name for name in pair if name in names]
        if len(pair) != 2 or len(set(known)) != 2:
            raise ValueError(
                f"pair must be two different variables out of {listed(names)}. "
                f"Got {pair!r} instead."
            )
        i, j = map(names.index, pair)
    i, j = sorted((int(i), int(j)))
    return PairDisplay(
        expansion.terms[(i, j)][0],
        (names[i], names[j]),
        (expansion.categories[i], expansion.categories[j]),
        name=_of_output("coupling", expansion),
        title=f"Couplings of {names[i]} and {names[j]}{_of(expansion)}",
    )
