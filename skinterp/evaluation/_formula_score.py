"""A formula of the user's own: how faithful to the network it is, and how right."""

import re
from dataclasses import dataclass, field

import numpy as np
from sklearn.metrics import accuracy_score, r2_score

from skinterp.expression import Equation, parse
from skinterp.matching import rounded_threshold
from skinterp.network import input_names, network_for
from skinterp.table import as_table
from skinterp.utils import TableResult, aligned, counted, digits_within, needed_text
from skinterp.utils._which_rows import HELD_OUT

_SIGNS = re.compile(r"`[^`]*`|(<=|>=|==|!=|<|>)")
_ALLOWED = "one formula, or one condition by <, <=, > or >="


def read_claim(text, names):
    """Read a formula, or a condition on one.

    Parameters
    ----------
    text : str
        Such as ``"dose/weight"`` or ``"dose/weight > 3"``; names that are no plain identifiers
        stand in backticks.
    names : sequence of str
        Names of the inputs.

    Returns
    -------
    expression : Expression
        The formula; of a condition between two formulas their difference.
    threshold : float or None
        What it is compared with; None without a condition.
    greater : bool
        Whether the condition holds above the threshold.

    Raises
    ------
    ValueError
        If the text is none, or names an unknown input.

    Examples
    --------
    >>> from skinterp.evaluation import read_claim
    >>> read_claim("dose/weight >= 3", ["dose", "weight"])
    (Operation('div', (Variable(0), Variable(1))), 2.9999999999999996, True)
    """
    if not isinstance(text, str):
        raise TypeError(f"formula must be a text. Got {text!r} instead.")
    signs = [found for found in _SIGNS.finditer(text) if found.group(1)]
    if len(signs) > 1 or any(found.group(1) in ("==", "!=") for found in signs):
        raise ValueError(f"formula must be {_ALLOWED}. Got {text!r} instead.")
    if not signs:
        return _formula(text, names), None, True
    sign = signs[0].group(1)
    sides = text[: signs[0].start()], text[signs[0].end() :]
    left, right = (_formula(side, names) for side in sides)
    if right.variables:
        left, limit = left - right, 0.0
    else:
        limit = float(right.evaluate(np.zeros((1, max(1, len(names)))))[0])
    if not left.variables or not np.isfinite(limit):
        raise ValueError(f"formula must compare an input with a number. Got {text!r} instead.")
    greater = sign.startswith(">")
    if sign.endswith("="):  # at the limit itself the condition holds
        limit = float(np.nextafter(limit, -np.inf if greater else np.inf))
    return left, limit, greater


def _formula(text, names):
    try:
        return parse(text, names=names)
    except ValueError as error:
        raise ValueError(f"formula cannot be read: {error}") from error


@dataclass(frozen=True, repr=False)
class FormulaScore(TableResult):
    """How a user's own formula answers, beside the network and a guess.

    Parameters
    ----------
    equation : Equation
        The formula with its threshold and classes.
    scores : dict of str to dict of str to float
        Of "formula", "network" and "guess" (the commonest class, the mean) the "fidelity" to the
        network and the "accuracy" (R2 of a regression); NaN without a target.
    n_rows : int
        Rows that they are measured on, which trained neither threshold nor scale.
    task : {"regression", "binary", "multiclass"}
        What the network does.
    notes : tuple of str, default=()
        What was fitted, and where the formula is undefined.
    """

    equation: Equation
    scores: dict
    n_rows: int
    task: str
    notes: tuple = field(default=())

    _index = "who"

    def _columns(self):
        metrics = ("fidelity", "accuracy")
        return {
            "who": list(self.scores),
            **{m: [float(row[m]) for row in self.scores.values()] for m in metrics},
        }

    def to_dict(self):
        """Return what was found as plain numbers and texts, for JSON.

        Returns
        -------
        dict
            "formula", "scores" (what has no meaning is None), "rows", "measured_on" and "notes".
        """
        scores = {
            who: {name: None if np.isnan(value) else float(value) for name, value in row.items()}
            for who, row in self.scores.items()
        }
        return {
            "formula": str(self.equation),
            "scores": scores,
            "rows": self.n_rows,
            "measured_on": HELD_OUT,
            "notes": list(self.notes),
        }

    def __str__(self):
        regresses = self.task == "regression"
        head = ["who", *(("R2 to the network", "R2") if regresses else ("fidelity", "accuracy"))]
        rows = [
            [who, *("-" if np.isnan(value) else f"{value:.3f}" for value in row.values())]
            for who, row in self.scores.items()
        ]
        title = f"{self.equation}\nScores on {self.n_rows} {HELD_OUT}:"
        return "\n".join([title, aligned(head, rows), *self.notes])


def score_formula(formula, network, X, y=None, *, held_out, positive=None):
    """Score a formula of one's own against a network and, with a target, against the truth.

    A condition such as ``"dose/weight > 3"`` is the answer of one class; a formula without one
    gets the threshold on which it agrees best with the network, from the rows that are not held
    out. Of a regression the formula is the answer as it stands; beside it stands what a factor
    and a constant, fitted on the other rows by least squares, would make of it.

    Parameters
    ----------
    formula : str
        The formula, in the names of the inputs.
    network : Network or anything `as_network` takes
        Fitted.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows.
    y : array-like of shape (n_samples,) or None, default=None
        Targets; without them there is no accuracy.
    held_out : array-like of int or bool
        The rows that are scored; the others give threshold and scale.
    positive : label or None, default=None
        The class that the condition stands for; None is the second of two.

    Returns
    -------
    FormulaScore
        The scores, and on which rows.

    Raises
    ------
    ValueError
        If the formula cannot be read or names an unknown input, a condition is given to a
        regression, or `positive` is missing or no class.

    See Also
    --------
    skinterp.compare_surrogates : Forms that are fitted, on the same scale.

    Notes
    -----
    Fidelity is agreement with the network, not truth. Of several classes the formula says only
    whether the answer is `positive`, and that is what is compared.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import as_network
    >>> from skinterp.evaluation import score_formula
    >>> X = np.random.default_rng(0).normal(size=(200, 2))
    >>> network = as_network(lambda X: X[:, 0] - X[:, 1], n_features_in=2, classes=["no", "yes"])
    >>> found = score_formula("x0 - x1 > 0.1", network, X, held_out=np.arange(100))
    >>> found.scores["formula"]["fidelity"] > 0.9, found.n_rows
    (True, 100)
    """
    network, X = network_for(network, X), as_table(X)
    held = np.zeros(len(X), dtype=bool)
    held[np.asarray(held_out)] = True
    if not held.any() or held.all():
        raise ValueError(
            f"held_out must be some of the rows, not all. Got {held.sum()} of {len(X)} instead."
        )
    names = network.feature_names or input_names(network)
    features = network.check(X)
    claim = read_claim(formula, names)
    about = network, claim, names, features, held
    scored = _regression if network.task == "regression" else _classification
    return scored(*about, network.predict(X), None if y is None else np.asarray(y), positive)


def _guess(values, held, task):
    """Return the answer that fits the other rows best: their mean or commonest one."""
    seen = values[~held]
    if task == "regression":
        return np.full(held.sum(), seen.mean())
    labels, counts = np.unique(seen, return_counts=True)
    return np.full(held.sum(), labels[counts.argmax()])


def _rows_of(score, answers, truth, predictions, guesses):
    """Return the scores of who answers."""
    found = {**predictions, "network": answers, "guess": guesses}
    return {
        who: {
            "fidelity": float(score(answers, said)),
            "accuracy": np.nan if truth is None else float(score(truth, said)),
        }
        for who, said in found.items()
    }


def _undefined_note(n, answer):
    return (f"The formula is undefined at {counted(n, 'row')}: {answer}.",) if n else ()


def _classification(network, claim, names, features, held, answers, y, positive):
    positive = _positive(network, positive)
    expression, threshold, greater = claim
    told, truth = answers == positive, None if y is None else y[held] == positive
    values, notes = expression.evaluate(features), ()
    if threshold is None:
        known = np.isfinite(values) & ~held
        if not known.any():
            raise ValueError("formula must be defined on some rows. Got one undefined everywhere.")
        threshold, greater = rounded_threshold(values[known], told[known])
        notes = (f"The threshold agrees best with the network on the other {(~held).sum()} rows.",)
    others = [label for label in network.classes.tolist() if label != positive]
    other = others[0] if len(others) == 1 else f"not {positive}"
    equation = Equation(expression, names, threshold, greater, (other, positive))
    if len(others) > 1:
        notes += (f"Scored is whether the answer is {positive}, of {len(others) + 1} classes.",)
    said = {"formula": equation.decide(features[held])}
    scores = _rows_of(accuracy_score, told[held], truth, said, _guess(told, held, "binary"))
    notes += _undefined_note(int(np.isnan(values[held]).sum()), f"taken as {other}")
    return FormulaScore(equation, scores, int(held.sum()), network.task, notes)


def _positive(network, positive):
    """Return the class that a condition stands for."""
    known = network.classes.tolist()
    if positive is None and len(known) == 2:
        return known[1]
    labels = {str(label): label for label in known}
    if positive is None or str(positive) not in labels:
        raise ValueError(f"positive must be one of the classes {known}. Got {positive!r} instead.")
    return labels[str(positive)]


def _line(values, answers, mean):
    """Return the factor and the constant that make answers of values."""
    if not len(values) or not np.ptp(values):
        return 0.0, mean
    middle, spread = values.mean(), values.std()
    slope = np.mean((values - middle) / spread * (answers - answers.mean())) / spread
    return slope, answers.mean() - slope * middle


def _regression(network, claim, names, features, held, answers, y, positive):
    expression, threshold, _ = claim
    if threshold is not None or positive is not None:
        raise ValueError(
            "formula must be a formula without a condition, and positive None, for a regression. "
            f"Got a threshold {threshold!r} and {positive!r} instead."
        )
    if answers.ndim > 1 and answers.shape[1] > 1:
        raise ValueError(
            f"network must have one output. Got {answers.shape[1]} instead: take "
            "as_network(model).output(k)."
        )
    answers, values = answers.ravel(), expression.evaluate(features)
    defined, mean = np.isfinite(values), answers[~held].mean()
    fitted = ~held & defined
    slope, constant = _line(values[fitted], answers[fitted], mean)
    as_is = np.where(defined, values, mean)[held]
    scaled = np.where(defined, slope * values + constant, mean)[held]
    predictions = {"formula": as_is, "formula, scaled": scaled}
    scores = _rows_of(
        r2_score,
        answers[held],
        None if y is None else y[held],
        predictions,
        _guess(answers, held, "regression"),
    )
    near = 1e-3 * float(np.std(answers))
    shift = needed_text(constant, 4, digits_within(constant, near))
    factor = needed_text(slope, 4, digits_within(slope, near / (np.abs(as_is).max() or 1.0)))
    notes = (f"Scaled: {factor} times the formula plus {shift}, fitted on the other rows.",)
    undefined = int((~defined[held]).sum())
    notes += _undefined_note(undefined, f"given the mean {mean:.4g}")
    return FormulaScore(Equation(expression, names), scores, int(held.sum()), network.task, notes)
