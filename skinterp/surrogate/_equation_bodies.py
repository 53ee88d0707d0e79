"""How forms that are formulas answer: from the features of rows to logits or values."""

import warnings
from dataclasses import dataclass

import numpy as np

from skinterp.base import BodyKind, FormBody, register_body
from skinterp.expression import Expression, IsotonicLink, LogisticLink
from skinterp.expression._equation import decided
from skinterp.surrogate._class_scores import ClassScores
from skinterp.utils import counted, number_text

LOG_ODDS_OF_UNDEFINED = 1e-3


def warn_undefined(values, answer):
    """Warn of rows where a formula is undefined, saying what is answered there."""
    n = int(np.isnan(values).any(axis=-1).sum() if values.ndim > 1 else np.isnan(values).sum())
    if n:
        warnings.warn(
            f"The formula is undefined at {counted(n, 'row')}, outside the range of the fit: "
            f"given {answer}.",
            UserWarning,
            stacklevel=4,
        )


@dataclass(frozen=True)
class FormulasBody(FormBody):
    """Raw values that are formulas.

    Parameters
    ----------
    expressions : tuple of Expression
        A formula per raw value.
    """

    expressions: tuple

    def values(self, rows):
        """Compute the formulas on the features of rows."""
        return np.stack([formula.evaluate(rows) for formula in self.expressions], axis=1)


@dataclass(frozen=True)
class BoundaryBody(FormBody):
    """A formula and a threshold that decide between two classes, and a link to log-odds.

    Parameters
    ----------
    expression : Expression
        The formula that decides.
    threshold : float
        Its value on the boundary.
    greater : bool
        Whether the second class lies above it.
    undefined_as : bool
        Whether rows where the formula is undefined belong to the second class.
    linked : Expression
        The formula whose values the link takes.
    link : LogisticLink or IsotonicLink
        Log-odds of the second class.
    labels : tuple
        The two classes.
    """

    expression: Expression
    threshold: float
    greater: bool
    undefined_as: bool
    linked: Expression
    link: object
    labels: tuple

    @classmethod
    def of(cls, equation):
        """Return the body of an equation with a link."""
        linked = equation.expression if equation.link_of is None else equation.link_of[0]
        decides = equation.threshold, equation.greater, bool(equation.undefined_as)
        return cls(equation.expression, *decides, linked, equation.link, equation.classes)

    def values(self, rows):
        """Compute the log-odds of the second class, of the sign of the decision.

        Just beyond and before the threshold the link may be flat at zero: the sign stays that of
        the decision, so that answers and the printed equation agree.
        """
        values = self.expression.evaluate(rows)
        warn_undefined(values, f"class {self.labels[int(self.undefined_as)]!r}")
        beyond = decided(values, self.threshold, self.greater, self.undefined_as)
        size = np.abs(np.nan_to_num(self.link.log_odds(self.linked.evaluate(rows))))
        log_odds = np.where(beyond, 1.0, -1.0) * np.maximum(size, LOG_ODDS_OF_UNDEFINED)
        return log_odds[:, np.newaxis]


@dataclass(frozen=True)
class ScoresBody(FormBody):
    """Formulas that decide about one or two classes each, calibrated together to scores.

    Parameters
    ----------
    expressions : tuple of Expression
        The formulas.
    scores : ClassScores
        Their scores.
    """

    expressions: tuple
    scores: ClassScores

    def values(self, rows):
        """Compute the scores of the classes on the features of rows."""
        values = FormulasBody(self.expressions).values(rows)
        warn_undefined(values, "the share of the class whose formula it is")
        return self.scores.of(values)


@dataclass(frozen=True)
class LinkedBody(FormBody):
    """A formula of which a regression is a monotone function, or itself.

    Parameters
    ----------
    expression : Expression
        The formula.
    link : IsotonicLink or None
        The function; None where the formula is the prediction.
    undefined_value : float
        What is predicted where the formula is undefined.
    """

    expression: Expression
    link: object
    undefined_value: float

    def values(self, rows):
        """Compute the predictions on the features of rows."""
        values = self.expression.evaluate(rows)
        values = values if self.link is None else self.link.log_odds(values)
        warn_undefined(values, f"the mean {number_text(self.undefined_value)}")
        return np.where(np.isnan(values), self.undefined_value, values)[:, np.newaxis]


def _raw_value(equation):
    if not equation.is_classifier:
        return equation.prediction
    return equation.expression - equation.threshold if equation.threshold else equation.expression


class AnswersByFormulas:
    """Surrogates whose `equations_` are their raw values, less the thresholds."""

    def _form_body(self):
        return FormulasBody(tuple(map(_raw_value, self.equations_)))


register_body(BodyKind(FormulasBody))
register_body(BodyKind(BoundaryBody, (LogisticLink, IsotonicLink)))
register_body(BodyKind(ScoresBody, (ClassScores, IsotonicLink)))
register_body(BodyKind(LinkedBody, (IsotonicLink,)))
