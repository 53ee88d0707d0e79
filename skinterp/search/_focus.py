"""Scoring again on the inputs that matter: what a network does along the others is its noise.

Of twelve inputs that decide nothing a network still learns small slopes. They are part of every
formula's loss, hide the differences between formulas, and tell nothing of which one is right.
"""

from dataclasses import replace

import numpy as np

from skinterp.search._front import make_front
from skinterp.search._problem import Problem

# Inputs left out must carry this share of the field at least, or nothing is gained; the leading
# formula may answer otherwise than the network on this share, or the other inputs are no noise.
LEAST_NOISE, MOST_OFF = 1e-3, 0.03


def share_of(field, inputs):
    """Return the share of a field's squared directions that some inputs carry.

    Parameters
    ----------
    field : GradientField
        The field.
    inputs : sequence of int
        The inputs.

    Returns
    -------
    float
        The share.
    """
    return float(field.weights @ (field.directions[:, inputs] ** 2).sum(axis=1))


def projected(field, inputs):
    """Return a field's part along some inputs.

    Parameters
    ----------
    field : GradientField
        The field.
    inputs : sequence of int
        The inputs.

    Returns
    -------
    GradientField
        Unit vectors along these inputs; a point's weight is multiplied by the squared length of
        its part.
    """
    part = np.zeros_like(field.directions)
    part[:, inputs] = field.directions[:, inputs]
    squared = np.einsum("ij,ij->i", part, part)
    lengths = np.sqrt(squared)[:, None]
    directions = np.divide(part, lengths, out=part, where=lengths > 0)
    weights = field.weights * squared
    return replace(field, directions=directions, weights=weights / weights.sum())


def focus(search, roughness_of):
    """Score the formulas of a search on the inputs that the selected and tied ones hold.

    Parameters
    ----------
    search : Search
        What was found; its candidates, problem and noise floor change if the formula selected
        answers 97 % of the rows as the network does, and other inputs carry more than a
        thousandth of the field.
    roughness_of : callable
        ``roughness_of(field) -> float``, the network's own roughness on a field.

    Returns
    -------
    Search
        The same search.
    """
    problem, floor = search.problem, search.noise_floor
    front = make_front(search.candidates.values(), (), noise_floor=floor, linear_loss=1.0)
    if front.selected.fidelity < 1.0 - MOST_OFF:
        return search
    leading = [c.expression for c in front if c.selected or c.tied]
    inputs = sorted({j for expression in leading for j in expression.variables})
    field = problem.full_field
    if not inputs or share_of(field, inputs) > 1.0 - LEAST_NOISE:
        return search
    field = projected(field, inputs)
    search.problem = Problem(
        field,
        problem.X,
        problem.fidelity_of,
        problem.settings,
        match_values=problem.match_values,
        ranked=problem.ranked,
    )
    search.noise_floor = roughness_of(field)
    search.candidates = {
        expression: replace(candidate, loss=search.problem.loss(expression))
        for expression, candidate in search.candidates.items()
    }
    return search
