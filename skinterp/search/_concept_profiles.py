"""The profiles of a concept: how each quantity acts, and the function it looks like."""

from dataclasses import dataclass

import numpy as np

from skinterp.display import ConceptProfilesDisplay
from skinterp.utils import Result, number_text

N_SHOWN = 60


@dataclass(frozen=True, repr=False)
class ConceptProfiles(Result):
    """An additive model of a network's concept, ``g = sum_k f_k(s_k)``: its smooth profiles.

    Parameters
    ----------
    components : tuple of str
        The quantities s_k: inputs, or what inputs act through, such as ``x0*x1``.
    points : tuple of ndarray of shape (n_k,)
        Values of each, rising.
    values : tuple of ndarray of shape (n_k,)
        The profile at the points, centred and rising with the network, in a unit in which the
        profile that moves most moves by one.
    formulas : tuple of str
        The function that each profile looks like, with its factor in that unit.
    identified : tuple of ndarray of shape (n_k,)
        Its values at the points, centred.
    shares : ndarray of shape (k,)
        Mean squared gradients, as shares of their sum.
    loss : float
        Misalignment of the model's gradients with the network's: where it is far above that of the
        front's formulas, the concept is not a sum of functions of these quantities.

    Notes
    -----
    The profiles are up to a common factor and to what a boundary in few inputs leaves open: with
    two inputs it is a curve, along which other sums of two functions are constant, too.
    """

    components: tuple
    points: tuple
    values: tuple
    formulas: tuple
    identified: tuple
    shares: np.ndarray
    loss: float

    _index = "quantity"

    def _columns(self):
        return {
            "quantity": list(self.components),
            "looks like": list(self.formulas),
            "share": self.shares,
            "misfit": [_misfit(*pair) for pair in zip(self.values, self.identified)],
        }

    def display(self):
        """Return the display of the profiles, with the functions they look like.

        Returns
        -------
        ConceptProfilesDisplay
            The display, not drawn yet.
        """
        return ConceptProfilesDisplay(
            self.points, self.values, self.identified, self.components, self.formulas, self.shares
        )

    def __str__(self):
        lines = [f"{'share':>6}  {'misfit':>6}  profile"]
        misfits = [_misfit(*pair) for pair in zip(self.values, self.identified)]
        for share, misfit, name, formula in zip(
            self.shares, misfits, self.components, self.formulas
        ):
            lines.append(f"{share:6.1%}  {misfit:6.3f}  of {name}: {formula}")
        return "\n".join([*lines, f"loss of the additive model: {number_text(self.loss, 3)}"])


def _misfit(values, identified):
    """Return one minus the R^2 of the identified function on the profile."""
    total = float(((values - values.mean()) ** 2).sum())
    return float(((values - identified) ** 2).sum()) / total if total > 0 else 0.0


def _profile(s, slope):
    """Return which points are shown, by rising value, and the profile there, from its slopes."""
    shown = np.argsort(s, kind="stable")
    if len(shown) > N_SHOWN:
        shown = shown[np.unique(np.linspace(0, len(shown) - 1, N_SHOWN).astype(int))]
    s, slope = s[shown], slope[shown]
    steps = np.diff(s) * (slope[1:] + slope[:-1]) / 2.0
    values = np.concatenate([[0.0], np.cumsum(steps)])
    return shown, values - values.mean()


def _sign(field, reading):
    """Return -1 for a model that falls where the network rises, else 1."""
    pairs = zip(reading.terms, reading.profiles.slopes)
    gradients = sum(term.gradients * slope[:, None] for term, slope in pairs)
    return -1.0 if np.einsum("n,nd,nd->", field.weights, field.directions, gradients) < 0 else 1.0


def concept_profiles(problem, reading, names):
    """Make the result of an additive model and of the functions its profiles look like.

    Parameters
    ----------
    problem : Problem
        The problem.
    reading : Reading
        The model and the functions.
    names : tuple of str
        Names of the inputs.

    Returns
    -------
    ConceptProfiles
        The profiles of some share, the one with the largest first.
    """
    n, (terms, profiles, choices) = problem.space.n, reading
    curves = {k: _profile(terms[k].values[:n], profiles.slopes[k]) for k in choices}
    unit = max(float(np.ptp(values)) for _, values in curves.values()) or 1.0
    unit, rows = unit * _sign(problem.field, reading), []
    order = sorted(choices, key=lambda k: -profiles.shares[k])
    for k in order:
        shown, values = curves[k]
        function, values = choices[k][0], values / unit
        own = np.nan_to_num(function.evaluate(problem.field.points[shown]))
        own = own - own.mean()
        factor = float(own @ values) / max(float(own @ own), 1e-300)
        name = terms[k].expression.format(names)
        text = f"{number_text(factor, 3)}*{function.format(names)}"
        rows.append((name, terms[k].values[shown], values, text, factor * own))
    return ConceptProfiles(*zip(*rows), profiles.shares[order], profiles.loss)
