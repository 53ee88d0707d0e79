"""The parameters, search and results that symbolic surrogates share."""

import sys
import warnings
from dataclasses import replace
from numbers import Integral, Real

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skinterp.expression import Dimensions, atoms, columns_read, read_units
from skinterp.sampling import feature_scale
from skinterp.search import SearchSettings, operator_prices, read_hypotheses
from skinterp.search._said import COMMONEST, NO_FORMULA
from skinterp.search._selection import SELECTIONS
from skinterp.surrogate._asked import with_queries
from skinterp.surrogate._pictures import PlotsEquations
from skinterp.surrogate._row_steps import EquationSteps
from skinterp.surrogate._text import gaps_text, number_scales
from skinterp.utils import as_shares, one_line
from skinterp.utils._sklearn import Interval, StrOptions

# Sums may have so many terms, or one more for every so much cost that is allowed.
FEWEST_TERMS, COST_OF_A_TERM = 5, 8
MOST_RANGE = 1e50  # its sixth power is a floating-point number
MIN_ROWS = 10
# Largest cost of formulas, and of linear ones, where nothing else is asked for.
MAX_COST, MAX_LINEAR_COST = 40.0, 300.0
# Points on which formulas are compared, and their seed.
N_HELD, HELD_SEED = 2000, 0


def _report(message):
    sys.stderr.write(f"[skinterp] {message}\n")


def equation_shares(equations, X):
    """Return the importances of the inputs of equations, as shares.

    Parameters
    ----------
    equations : sequence of Equation
        The equations.
    X : ndarray of shape (n_samples, n_features)
        Rows; those where an equation is undefined are left out.

    Returns
    -------
    ndarray of shape (n_features,)
        Root mean square derivatives times standard deviations of the inputs, as shares; of several
        equations their mean.
    """
    scale, parts = feature_scale(X), []
    for equation in equations:
        slopes = equation.expression.value_and_gradient(X)[1]
        known = np.isfinite(slopes).all(axis=1)
        parts.append(as_shares(np.sqrt((slopes[known] ** 2).mean(axis=0)) * scale))
    return as_shares(np.mean(parts, axis=0))


def _course(link):
    """Say whether a monotone link rises or falls."""
    return "rising" if link.knots_y[-1] >= link.knots_y[0] else "falling"


def node_bound(estimator, max_atoms, n_outputs):
    """Return how many nodes keep a formula within atoms: its leaves, and two numbers around it."""
    return {"max_complexity": max(3, 2 * (max_atoms // n_outputs - 2) - 1)}


class EquationsMixin(PlotsEquations, EquationSteps):
    """Parameters and search of symbolic surrogates; what `equations_` and `fronts_` say."""

    _parameter_constraints = {
        "operators": [None, list, tuple, set, dict],
        "max_complexity": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "hypotheses": [None, list, tuple],
        "units": [None, dict, StrOptions({"names"})],
        "dimensions": [StrOptions({"prefer", "require"})],
        "n_points": [Interval(Integral, 10, None, closed="left")],
        "time_budget": [None, Interval(Real, 0, None, closed="neither")],
        "verbose": ["verbose"],
        "n_jobs": [None, Integral],
        "random_state": ["random_state"],
        "select": [StrOptions({*SELECTIONS}), callable],
    }

    def __init__(
        self,
        network=None,
        *,
        operators=None,
        max_complexity="auto",
        select="auto",
        hypotheses=None,
        units=None,
        dimensions="prefer",
        n_points=600,
        time_budget=None,
        verbose=0,
        n_jobs=None,
        random_state=None,
    ):
        self.network = network
        self.operators = operators
        self.max_complexity = max_complexity
        self.select = select
        self.hypotheses = hypotheses
        self.units = units
        self.dimensions = dimensions
        self.n_points = n_points
        self.time_budget = time_budget
        self.verbose = verbose
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _settings(self, until, n_rows):
        required = self.dimensions == "require"
        is_auto = self.max_complexity == "auto"
        max_cost = MAX_COST if is_auto else float(self.max_complexity)
        return SearchSettings(
            operator_prices(self.operators),
            max_terms=max(FEWEST_TERMS, int(max_cost // COST_OF_A_TERM)),
            max_cost=max_cost,
            max_linear_cost=MAX_LINEAR_COST if is_auto else max_cost,
            n_jobs=self.n_jobs,
            deadline=until,
            n_points=self.n_points,
            progress=_report if self.verbose else None,
            hypotheses=read_hypotheses(self.hypotheses, self._input_names, n_rows),
            dimensions=None if self._units is None else Dimensions(self._units, required),
            select=self.select,
        )

    def _held_points(self, X):
        """Return points that the search does not see, drawn from the distribution of rows."""
        table = self.network_.user_table
        return with_queries(X, np.ones(len(X)), N_HELD, HELD_SEED, table)[0][len(X) :]

    def _searched_rows(self, X, y, sample_weight):
        """Fit the network and return X and y by weight, refusing tables too small to search on."""
        operator_prices(self.operators)
        table = X
        X, y = self._fit_repeated(X, y, sample_weight)
        self._units = read_units(self.units, self._input_names, table)
        if len(X) < MIN_ROWS:
            raise ValueError(
                f"{type(self).__name__} needs at least {MIN_ROWS} rows to search on. "
                f"Got n_samples={len(X)} instead."
            )
        self._check_ranges(X)
        return X, y

    def _check_ranges(self, X):
        """Refuse columns of which the powers in formulas are no floating-point numbers."""
        ranges = X.max(axis=0) / 2.0 - X.min(axis=0) / 2.0
        extreme = (ranges > 0) & ((ranges < 1.0 / MOST_RANGE) | (ranges > MOST_RANGE))
        if extreme.any():
            j = int(np.argmax(extreme))
            raise ValueError(
                f"The columns of X must have ranges from {1 / MOST_RANGE:g} to {MOST_RANGE:g}, so "
                f"that formulas can hold their powers. Got {2.0 * ranges[j]:.3g} in "
                f"{self._input_names[j]!r} instead; give it in another unit."
            )

    @property
    def unfinished_(self):
        """What says that the search was interrupted or ran out of time; empty otherwise."""
        check_is_fitted(self)
        notes = dict.fromkeys(note for front in self.fronts_ for note in front.notes)
        cut_short = ("interrupted", "time budget")
        return tuple(f"The search: {note}." for note in notes if note.startswith(cut_short))

    def _interruption(self, results):
        """Return the note of an interrupted search, or None."""
        notes = (note for _, front in results for note in front.notes)
        return next((note for note in notes if note.startswith("interrupted")), None)

    def _store(self, results, X):
        """Set the equations found on X, and the fronts, and warn of an interrupted search."""
        equations, fronts = zip(*results, strict=True)
        self.fronts_ = tuple(front.shown_on(X) for front in fronts)
        table = self.network_.user_table
        self.equations_ = tuple(
            replace(e.shown_on(X), table=table, units=self._units) for e in equations
        )
        self._scales = number_scales(table, X)
        if len(results) == 1:
            self.equation_, self.front_ = self.equations_[0], self.fronts_[0]
        else:
            self.equations_ = tuple(
                replace(e, is_never=not e.decide(X).any()) for e in self.equations_
            )
            answers = self.network_.answers(self.scores_.of(self._values(X)))
            self._unanswered = [label for label in self.classes_ if label not in answers]
        self.complexity_ = sum(atoms(e.prediction) + e.is_classifier for e in self.equations_)
        note = self._interruption(results)
        if note is not None:
            warnings.warn(f"The search was {note}.", UserWarning, stacklevel=5)
        for trivial in (COMMONEST, "a constant") if len(fronts) == 1 else ():
            if f"{NO_FORMULA}{trivial}" in self.fronts_[0].notes:
                self._warn_of_little(trivial)

    @staticmethod
    def _warn_of_little(trivial):
        warnings.warn(
            f"{NO_FORMULA.capitalize()}{trivial}: this equation explains nothing. Compare other "
            "forms by compare_surrogates.",
            UserWarning,
            stacklevel=6,
        )

    def export_text(self):
        """Write the equations in the user's names and units.

        Returns
        -------
        str
            The formula; of a classifier the class and the condition for it, a line per class where
            there are more than two.
        """
        check_is_fitted(self)
        equations, table = self.equations_, self.network_.user_table
        if not equations[0].is_classifier:
            link = getattr(self, "link_", None)
            before = "" if link is None else f"a {_course(link)} function of "
            lines = [f"{before}{equations[0]}"]
        elif len(equations) == 1:
            lines = [equations[0].statement]
        else:
            lines = [equation.statement for equation in equations]
            never = "".join(f", never {label}" for label in getattr(self, "_unanswered", ()))
            lines.append(f"(the class with the largest calibrated log-odds wins{never})")
        used = sorted({k for equation in equations for k in equation.expression.variables})
        columns = [] if table is None else columns_read(table, used)
        lines = [*map(one_line, lines), *gaps_text(columns, scales=self._scales)]
        lines += self.unfinished_
        return "\n".join(lines)

    def input_shares(self, X):
        """Return the importances of the inputs, as shares.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_features,)
            Root mean square derivatives times standard deviations of the inputs, as shares; of
            several equations their mean.
        """
        return equation_shares(self.equations_, self._rows(X))

    def displays(self):
        """Return the displays of the fronts the equations were chosen from, and of profiles.

        Returns
        -------
        tuple of Display
            Per equation the front and, where directions were matched, how each quantity acts; not
            drawn yet.
        """
        displays = []
        for equation, front in zip(self.equations_, self.fronts_, strict=True):
            drawn, about = front.display(), "concept"
            if equation.is_classifier:
                drawn = replace(drawn, expression=equation.statement)
                about = f"concept of {equation.classes[1]}"
            displays.append(drawn)
            if front.profiles is not None:
                displays.append(replace(front.profiles.display(), name=about))
        return tuple(displays)
