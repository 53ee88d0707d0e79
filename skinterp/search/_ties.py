"""Where two formulas answer differently, in words, and the row that would tell them apart."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from sklearn.utils import check_random_state

from skinterp.display import DifferenceDisplay
from skinterp.expression import Equation
from skinterp.expression._digits import spread
from skinterp.matching import best_threshold
from skinterp.utils import Result, TableResult, digits_within, needed_text

# Formulas that agree on this share of the points, with a free threshold, have one boundary.
SAME_BOUNDARY = 0.998
# With the thresholds that they have they must agree on this share.
SAME_THRESHOLD = 0.98
# A bound that leaves out no more than this share of the points is none.
TRIFLE = 0.01
# A second input must raise what a region separates by this.
WORTH_AN_INPUT = 0.05
# In regression: points among which the largest differences are looked at.
LARGEST_SHARE = 0.1
# A smaller share of the rows is written as none.
LEAST_SHARE = 0.0005
N_ASKED = 2000


def asked_points(X, random_state=None):
    """Return rows, and blends of two rows each, within the ranges of the data.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        Rows.
    random_state : int, RandomState instance or None, default=None
        Draws them.

    Returns
    -------
    ndarray of shape (m, p)
        At most 2,000 rows, and as many blends: of each, every number but those of columns with
        two values is that of either row.
    """
    rng = check_random_state(random_state)
    rows = X[rng.permutation(len(X))[:N_ASKED]]
    others = X[rng.randint(len(X), size=len(rows))]
    is_number = np.array([len(np.unique(column[:N_ASKED])) > 2 for column in X.T])
    taken = (rng.uniform(size=rows.shape) < 0.5) & is_number
    return np.concatenate([rows, np.where(taken, others, rows)])


def best_interval(x, differs):
    """Return the interval of an input in which rows of a kind concentrate most.

    Parameters
    ----------
    x : ndarray of shape (n,)
        The input.
    differs : ndarray of bool of shape (n,)
        The rows of that kind; some, and not all.

    Returns
    -------
    low, high : float
        The interval, between values; infinite where it has no end in the data.
    gain : float
        Share of these rows inside less that of the others.
    """
    levels, place = np.unique(x, return_inverse=True)
    weights = np.where(differs, 1.0 / differs.sum(), -1.0 / (~differs).sum())
    total = np.concatenate([[0.0], np.cumsum(np.bincount(place, weights))])
    least = np.minimum.accumulate(total)
    end = int(np.argmax(total[1:] - least[:-1]))
    start = int(np.argmin(total[: end + 1]))
    counts = np.cumsum(np.bincount(place)) / len(x)
    start = 0 if start and counts[start - 1] <= TRIFLE else start
    end = len(levels) - 1 if counts[end] >= 1.0 - TRIFLE else end
    low = -np.inf if start == 0 else (levels[start - 1] + levels[start]) / 2.0
    high = np.inf if end == len(levels) - 1 else (levels[end] + levels[end + 1]) / 2.0
    return float(low), float(high), float(total[end + 1] - total[start])


def _inside(X, region):
    found = np.ones(len(X), dtype=bool)
    for j, low, high in region:
        found &= (X[:, j] > low) & (X[:, j] < high)
    return found


def region_of(X, differs, inputs):
    """Return bounds on one or two inputs within which rows concentrate.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        Rows.
    differs : ndarray of bool of shape (n,)
        The rows that the region shall hold.
    inputs : sequence of int
        Inputs that bounds may be on.

    Returns
    -------
    tuple of (int, float, float)
        Input, lower and upper bound; empty if no bounds separate anything.
    """
    region, gain = (), 0.0
    for _ in range(2):
        inside, best = _inside(X, region), None
        if not (differs & inside).any() or not (~differs & inside).any():
            break
        for j in inputs:
            if j in [k for k, _, _ in region]:
                continue
            low, high, _ = best_interval(X[inside, j], differs[inside])
            trial = (*region, (j, low, high))
            held = _inside(X, trial)
            new = held[differs].mean() - held[~differs].mean()
            if np.isfinite([low, high]).any() and new > gain + WORTH_AN_INPUT:
                region_, gain_ = trial, new
                best = (region_, gain_) if best is None or gain_ > best[1] else best
        if best is None:
            break
        region, gain = best
    return region


@dataclass(frozen=True, repr=False)
class Difference(Result):
    """Where two formulas answer differently.

    Parameters
    ----------
    formulas : tuple of two str
        The formulas; of a classifier with their thresholds.
    feature_names : tuple of str
        Names of the inputs.
    share : float
        Share of the rows on which they differ; in regression the root mean square difference
        in units of the first one's spread.
    same_boundary : bool
        Whether they decide alike everywhere, up to the rounding of numbers.
    region : tuple of (int, float, float)
        Bounds on one or two inputs between which they differ: input, lower and upper bound.
    covered, others : float
        Share of the points of difference, and of the others, that lie in the region.
    experiment : ndarray of shape (p,) or None
        The row within the ranges of the data on whose class (value) they are surest to differ.
    answers : tuple of two
        What each says there.
    points : ndarray of shape (n, p)
        Points on which they were asked.
    differs : ndarray of bool of shape (n,)
        Where they differ.
    inputs : tuple of int
        Inputs that occur in them.
    is_classified : bool, default=True
        Whether they say classes, or values.
    """

    formulas: tuple
    feature_names: tuple
    share: float
    same_boundary: bool
    region: tuple
    covered: float
    others: float
    experiment: np.ndarray | None
    answers: tuple
    points: np.ndarray
    differs: np.ndarray
    inputs: tuple
    is_classified: bool = True

    @property
    def region_text(self):
        """The region in words; empty if there is none."""
        bounds = []
        for j, low, high in self.region:
            below = f"{self._text(j, low)} < " if np.isfinite(low) and np.isfinite(high) else ""
            name, end = self.feature_names[j], f" < {self._text(j, high)}"
            if not np.isfinite(high):
                end = f" > {self._text(j, low)}"
            bounds.append(f"{below}{name}{end}")
        return " and ".join(bounds)

    @property
    def experiment_text(self):
        """The values of the inputs in question in the row that would tell them apart."""
        if self.experiment is None:
            return ""
        names, row = self.feature_names, self.experiment
        return ", ".join(f"{names[j]} = {self._text(j, row[j])}" for j in self.inputs)

    def _text(self, j, value):
        """Write a number of an input, within a hundredth of its spread."""
        return needed_text(value, 3, digits_within(value, 0.01 * spread(self.points[:, j])))

    def _columns(self):
        return {
            "formula": [self.formulas[0]],
            "other": [self.formulas[1]],
            "share": [self.share],
            "same boundary": [self.same_boundary],
            "region": [self.region_text],
            "experiment": [self.experiment_text],
            "answer": [str(self.answers[0])] if self.answers else [""],
            "other answer": [str(self.answers[1])] if self.answers else [""],
        }

    def __str__(self):
        head = f"{self.formulas[0]} and {self.formulas[1]}"
        if self.same_boundary:
            return f"{head}: the same boundary"
        if self.experiment is None:
            return f"{head}: no difference within the ranges of the data"
        of = "of the rows" if self.is_classified else "of the spread"
        how = f"{'on' if self.is_classified else 'by'} {self.share:.1%} {of}"
        parts = [f"{head}: differ {how if self.share >= LEAST_SHARE else 'off the rows only'}"]
        if self.region:
            parts.append(
                f"mostly where {self.region_text} ({self.covered:.0%} of the differences, "
                f"{self.others:.0%} of the rest)"
            )
        said = f"{self.answers[0]} by the first, {self.answers[1]} by the second"
        parts.append(f"told apart best by {self.experiment_text}: {said}")
        return "; ".join(parts)

    def display(self):
        """Return the display of the points on which they differ.

        Returns
        -------
        DifferenceDisplay
            The display, not drawn yet.
        """
        axes = [j for j, _, _ in self.region]
        axes += [j for j in self.inputs if j not in axes]
        axes += [j for j in range(self.points.shape[1]) if j not in axes]
        names, row = self.feature_names, self.experiment
        first, second = axes[0], axes[1] if len(axes) > 1 else None
        bounds, whole = {j: (low, high) for j, low, high in self.region}, (-np.inf, np.inf)
        flat = second is None
        return DifferenceDisplay(
            self.points[:, first],
            np.zeros(len(self.points)) if flat else self.points[:, second],
            self.differs,
            names=(names[first], "" if flat else names[second]),
            region=(bounds.get(first, whole), bounds.get(second, whole)),
            experiment=None if row is None else (row[first], 0.0 if flat else row[second]),
            title="\n".join(self.formulas),
        )


@dataclass(frozen=True, repr=False)
class Ties(TableResult):
    """The formulas that are nearly as good as the one selected, beside it.

    Parameters
    ----------
    differences : tuple of Difference
        One for each tied formula.
    """

    differences: tuple

    def __len__(self):
        """Return the number of tied formulas."""
        return len(self.differences)

    def __getitem__(self, index):
        """Return the difference to a tied formula."""
        return self.differences[index]

    def _columns(self):
        columns = [d._columns() for d in self.differences]
        names = ("formula", "other", "share", "same boundary", "region", "experiment")
        return {name: [c[name][0] for c in columns] for name in (*names, "answer", "other answer")}

    def __str__(self):
        return "\n".join(map(str, self.differences)) or "no formula is tied with the one selected"


def _ranks_from(values, threshold):
    """Return how far values lie from a threshold, as shares of all values."""
    order = np.sort(values)
    ranks = np.searchsorted(order, values) / len(values)
    return np.abs(ranks - np.searchsorted(order, threshold) / len(values))


def _decided(candidate, values):
    return values > candidate.threshold if candidate.greater else values < candidate.threshold


def difference(first, second, X, feature_names, classes=None, random_state=0):
    """Compare two formulas on rows and on blends of them.

    Parameters
    ----------
    first, second : Candidate
        The formulas; with thresholds those of a classifier.
    X : ndarray of shape (n, p)
        Rows.
    feature_names : tuple of str
        Names of the inputs.
    classes : tuple of two labels or None, default=None
        What the formulas say below and above; None says no and yes.
    random_state : int, RandomState instance or None, default=0
        Draws rows and blends.

    Returns
    -------
    Difference
        Where they differ.
    """
    points = asked_points(X, random_state)
    values = np.stack([c.expression.evaluate(points) for c in (first, second)])
    known = np.isfinite(values).all(axis=0)
    points, values = points[known], values[:, known]
    on_rows = [c.expression.evaluate(X) for c in (first, second)]
    if first.threshold is None or second.threshold is None:
        compared = _compared_values(values, on_rows)
    else:
        labels = tuple(str(label) for label in (classes or ("no", "yes")))
        compared = _compared_classes(first, second, values, on_rows, labels)
    inputs = tuple(sorted({*first.expression.variables, *second.expression.variables}))
    make = partial(
        Difference,
        (_text(first, feature_names, X), _text(second, feature_names, X)),
        tuple(feature_names),
        compared.share,
        compared.same_boundary,
        points=points,
        differs=compared.differs,
        inputs=inputs,
        is_classified=None not in (first.threshold, second.threshold),
    )
    differs = compared.differs
    if compared.same_boundary or not differs.any():
        return make((), 0.0, 0.0, None, ())
    region = region_of(points, differs, inputs)
    held = _inside(points, region)
    k = int(np.argmax(np.where(differs, compared.sureness, -1.0)))
    covered, rest = float(held[differs].mean()), float(held[~differs].mean())
    return make(region, covered, rest, points[k], compared.answers(k))


class _Compared(NamedTuple):
    """How two formulas compare on points: where they differ, how surely, what they say."""

    share: float
    differs: np.ndarray
    sureness: np.ndarray
    answers: Callable
    same_boundary: bool = False


def _compared_classes(first, second, values, on_rows, labels):
    yes, other = _decided(first, values[0]), _decided(second, values[1])
    thresholds = first.threshold, second.threshold
    sure = np.min([_ranks_from(v, t) for v, t in zip(values, thresholds)], axis=0)
    share = np.mean(_decided(first, on_rows[0]) != _decided(second, on_rows[1]))
    is_divided = yes.any() and not yes.all()
    same = is_divided and best_threshold(values[1], yes)[2] >= SAME_BOUNDARY
    same = same and np.mean(yes == other) >= SAME_THRESHOLD

    def answers(k):
        return labels[int(yes[k])], labels[int(other[k])]

    return _Compared(float(share), yes != other, sure, answers, bool(same))


def _compared_values(values, on_rows):
    gap = np.abs(values[0] - values[1])
    differs = (gap > 0) & (gap >= np.quantile(gap, 1.0 - LARGEST_SHARE)) if gap.size else gap > 0
    size = np.sqrt(np.nanmean((on_rows[0] - on_rows[1]) ** 2))

    def answers(k):
        return tuple(needed_text(v, 3, digits_within(v, 0.01 * gap[k])) for v in values[:, k])

    return _Compared(float(size / (np.nanstd(on_rows[0]) or 1.0)), differs, gap, answers)


def _text(candidate, names, X):
    equation = Equation(candidate.expression, names, candidate.threshold, candidate.greater)
    return equation.shown_on(X).format()
