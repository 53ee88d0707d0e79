"""An expansion in words: its strongest terms, their shares, and what they are measured against."""

import numpy as np

from skinterp.expansion._coefficients import pattern_text
from skinterp.utils import signed_text

_LEAST = 0.005  # share of the variance of a term that is worth a line
UNNAMED = "output"  # the only output of a network without classes
_LISTED = 6  # categories of a reference that are written


def reference_text(expansion):
    """Return what the coefficients of an expansion are measured against, in words.

    Parameters
    ----------
    expansion : Expansion
        The expansion.

    Returns
    -------
    str
        A phrase.
    """
    if expansion.gauge == "zero_sum":
        is_uniform = all(np.allclose(weights, weights[0]) for weights in expansion.weights)
        how = "equally weighted" if is_uniform else "each as frequent as the measure says"
        return f"the mean over all categories, {how}"
    if expansion.gauge == "zero_vector":
        return "no category at all"
    codes = expansion.wild_type if expansion.gauge == "wild_type" else (0,) * len(expansion.names)
    row = [
        (name, categories[code])
        for name, categories, code in zip(expansion.names, expansion.categories, codes)
    ]
    more = f" and {len(row) - _LISTED} more" if len(row) > _LISTED else ""
    return f"the row {pattern_text(row[:_LISTED])}{more}"


def terms_in_words(expansion, n_terms=5):
    """Say which terms matter most, how much, and where they are largest.

    Parameters
    ----------
    expansion : Expansion
        The expansion.
    n_terms : int, default=5
        How many terms.

    Returns
    -------
    list of str
        Lines: a heading that names the reference, and one for each term with at least half a
        hundredth of the variance.
    """
    ranked = sorted(expansion.variances.by_term.items(), key=lambda item: -item[1])
    whole = expansion.whole_variance
    strong = [(S, v / whole) for S, v in ranked[:n_terms] if v >= _LEAST * whole]
    if not strong:
        return []
    names = expansion.output_names
    of = f" of {names[0]}" if len(names) == 1 and names[0] != UNNAMED else ""
    lines = [f"strongest terms{of} (against {reference_text(expansion)}):"]
    for S, share in strong:
        name = " x ".join(expansion.names[i] for i in S)
        lines.append(f"  {name}  {share:.1%} of the variance; {_largest(expansion, S)}")
    return lines


def _largest(expansion, S):
    """Return the largest coefficient of a term, with its pattern, and output if several."""
    term = expansion.terms[S]
    k, *codes = np.unravel_index(np.abs(term).argmax(), term.shape)
    row = [(expansion.names[i], expansion.categories[i][c]) for i, c in zip(S, codes)]
    of = f" ({expansion.output_names[k]})" if expansion.n_outputs > 1 else ""
    return f"most {signed_text(float(term[(k, *codes)]))} for {pattern_text(row)}{of}"
