"""The coefficients of an expansion as a table, the largest first."""

from typing import NamedTuple

import numpy as np


class Coefficient(NamedTuple):
    """One coefficient: of a pattern of categories, for one output."""

    order: int
    variables: tuple
    categories: tuple
    output: str
    value: float
    error: float

    @property
    def pattern(self):
        """The pattern as text."""
        return pattern_text(zip(self.variables, self.categories, strict=True))


def pattern_text(pattern):
    """Return a pattern of categories as text."""
    return ", ".join(f"{name}={category}" for name, category in pattern)


def coefficients(expansion, order, min_abs):
    """Return the coefficients of an expansion, the largest first; of equal ones in their order."""
    found = [
        coefficient
        for S, term in expansion.terms.items()
        if order is None or len(S) == order
        for coefficient in _of_term(expansion, S, term, min_abs)
    ]
    return sorted(found, key=lambda coefficient: -abs(coefficient.value))


def _of_term(expansion, S, term, min_abs):
    names = tuple(expansion.names[i] for i in S)
    for index in zip(*np.nonzero(np.abs(term) >= min_abs), strict=True):
        k, *codes = (int(code) for code in index)
        labels = tuple(expansion.categories[i][code] for i, code in zip(S, codes, strict=True))
        error = np.nan if expansion.errors is None else float(expansion.errors[S][index])
        output = expansion.output_names[k]
        yield Coefficient(len(S), names, labels, output, float(term[index]), error)
