"""A user's own formulas, fitted and judged beside those found."""

from dataclasses import dataclass

import numpy as np

from skinterp.expression import Expression, from_sympy, parse
from skinterp.expression._sums import as_sum, gathered
from skinterp.search._evidence import rival_of
from skinterp.search._formulas import finish
from skinterp.search._front import LOSS_FLOOR, scores
from skinterp.search._tuning import tune
from skinterp.utils import TableResult, number_text


def read_hypotheses(hypotheses, names, n_rows):
    """Read a user's formulas.

    Parameters
    ----------
    hypotheses : sequence of str, sympy.Expr or Expression, or None
        The formulas, in the names of the inputs; their numbers are where constants start.
    names : tuple of str
        Names of the inputs.
    n_rows : int
        The number of rows, more than which no formula may have constants.

    Returns
    -------
    tuple of Expression
        The formulas.

    Raises
    ------
    TypeError
        If `hypotheses` is a single text, or one is no formula.
    ValueError
        If one names an input that there is not, has no inputs, or too many constants.
    """
    if hypotheses is None:
        return ()
    if isinstance(hypotheses, str | Expression):
        raise TypeError(f"hypotheses must be a sequence of formulas. Got {hypotheses!r} instead.")
    found = []
    for given in hypotheses:
        expression = _read(given, names)
        if not expression.variables or max(expression.variables) >= len(names):
            raise ValueError(
                f"hypotheses must use some of the inputs {', '.join(names)}. "
                f"Got {given!r} instead."
            )
        if len(expression.constants) > n_rows:
            raise ValueError(
                f"hypotheses must have fewer constants than there are rows, {n_rows}. "
                f"Got {len(expression.constants)} in {given!r} instead."
            )
        found.append(expression)
    return tuple(found)


def _read(given, names):
    if isinstance(given, Expression):
        return given
    try:
        if isinstance(given, str):
            return parse(given, names)
        if type(given).__module__.partition(".")[0] == "sympy":
            return from_sympy(given, names)
    except ValueError as error:
        raise ValueError(f"hypotheses cannot be read: {given!r}: {error}") from error
    raise TypeError(
        f"hypotheses must be texts, sympy expressions or Expressions. Got {given!r} instead."
    )


@dataclass(frozen=True, repr=False)
class Hypotheses(TableResult):
    """A user's formulas, their constants fitted, beside the formula chosen.

    Parameters
    ----------
    given : tuple of str
        The formulas as given.
    fitted : tuple of str
        With fitted constants; a reason in brackets where a formula cannot be judged.
    loss : ndarray of shape (k,)
        Their losses on the network, NaN where they cannot be judged.
    fidelity : ndarray of shape (k,)
        Agreement with the network.
    score : ndarray of shape (k,)
        Selection scores less that of the choice: what the network prefers, negative for the
        hypothesis.
    deviance : ndarray of shape (k,)
        -2 log L of the labels less that of the choice, its constants fitted to them, too:
        negative where the labels prefer the hypothesis; NaN without labels.
    """

    given: tuple
    fitted: tuple
    loss: np.ndarray
    fidelity: np.ndarray
    score: np.ndarray
    deviance: np.ndarray

    _index = "hypothesis"

    def _columns(self):
        return {
            "hypothesis": list(self.given),
            "fitted": list(self.fitted),
            "loss": self.loss,
            "fidelity": self.fidelity,
            "score": self.score,
            "deviance": self.deviance,
        }

    def __str__(self):
        return "\n".join(map(self._line_of, range(len(self.given))))

    def _line_of(self, k):
        if np.isnan(self.loss[k]):
            return f"{self.given[k]}: {self.fitted[k]}"
        said = [
            f"{self.given[k]}: fitted {self.fitted[k]}, loss {number_text(self.loss[k], 3)}, "
            f"fidelity {self.fidelity[k]:.3f}"
        ]
        side = "the equation" if self.score[k] > 0 else "the hypothesis"
        said.append(f"the network prefers {side} by {abs(self.score[k]):.2f} (score)")
        if np.isfinite(self.deviance[k]):
            side = "the equation" if self.deviance[k] > 0 else "the hypothesis"
            said.append(f"the labels prefer {side} by {abs(self.deviance[k]):.1f} (-2 log L)")
        return "; ".join(said)


def fit_hypotheses(search, expressions):
    """Fit the constants of formulas to a network, and add them to a search.

    Parameters
    ----------
    search : Search
        The search.
    expressions : sequence of Expression
        The formulas.

    Returns
    -------
    list of Candidate or None
        The fitted formulas; None where one is undefined on some rows.
    """
    problem, found = search.problem, []
    for expression in expressions:
        parts = as_sum(gathered(expression))[0]
        if any(part.constants for part in parts) and problem.solve(parts) is not None:
            parts = tune(parts, problem)
        solved = problem.solve(parts)
        candidate = None if solved is None else finish(problem, parts, solved[1])
        found.append(candidate)
        if candidate is not None and candidate.cost <= search.settings.max_cost:
            search.candidates.setdefault(candidate.expression, candidate)
    return found


def judge_hypotheses(search, expressions, fitted, front, labels):
    """Compare fitted hypotheses with the formula chosen.

    Parameters
    ----------
    search : Search
        The search.
    expressions : sequence of Expression
        The formulas as given.
    fitted : sequence of Candidate or None
        The fitted ones.
    front : Front
        The front, with its choice.
    labels : Labels or None
        The labels.

    Returns
    -------
    Hypotheses
        The table.
    """
    names, problem = front.feature_names, search.problem
    floor, chosen = max(LOSS_FLOOR, search.noise_floor), front.selected
    least = np.nan if front.by_labels is None else front.by_labels.deviance[0]
    rows = []
    for candidate in fitted:
        if candidate is None:
            rows.append(("(undefined on some rows)", np.nan, np.nan, np.nan, np.nan))
            continue
        own, other = scores([candidate, chosen], floor=floor)
        deviance, expression = np.nan, candidate.expression
        if labels is not None and np.isfinite(least):
            with np.errstate(all="ignore"):
                rival = rival_of(problem, labels, expression)
            if rival is not None:
                deviance, expression = rival.refit.deviance - least, rival.refit.expression
        numbers = candidate.loss, candidate.fidelity, own - other, deviance
        rows.append((expression.format(names), *numbers))
    texts, *numbers = zip(*rows, strict=True)
    given = tuple(expression.format(names) for expression in expressions)
    return Hypotheses(given, tuple(texts), *(np.array(column) for column in numbers))
