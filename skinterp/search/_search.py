"""A search: what its stages have found so far, and the front of it."""

from dataclasses import replace

import numpy as np
from sklearn.utils import check_random_state

from skinterp.search._beam import SEARCH_PRICE, merit, sum_cost
from skinterp.search._concept_profiles import concept_profiles
from skinterp.search._formulas import completed_squares, finish
from skinterp.search._front import LOSS_FLOOR, make_front, pareto, scores
from skinterp.search._problem import linear_loss
from skinterp.search._stages import STAGES
from skinterp.utils import is_one_of_many

# The dictionary's gradients, terms x points x inputs, are held at once: this many numbers at most.
MAX_GRADIENTS, MIN_TERMS, MAX_TERMS = 2e7, 400, 2000
# Below this loss and infidelity a formula is as good as the network lets it be; if it is longer
# than this, evolved terms may yet say the same in short.
GOOD_LOSS, GOOD_INFIDELITY, GOOD_COST = 2e-3, 0.01, 15.0
STOPPED = "interrupted", "time budget"


class Search:
    """A search in stages; what it has found so far is never lost.

    Parameters
    ----------
    problem : Problem
        What to solve.
    noise_floor : float
        Loss that the network's own roughness accounts for.
    random_state : int, RandomState instance or None
        Seeds the evolution.

    Attributes
    ----------
    candidates : dict of Expression to Candidate
        The formulas finished so far.
    losses : dict of tuple of Expression to float
        Losses of the sums of terms solved so far.
    terms : list of Term
        The terms of the last beam.
    combinations : list of Combination
        The combinations of the last beam.
    tuned : set of tuple of Expression
        Sums of terms whose constants were tuned.
    sums : dict of tuple of Expression to ndarray
        Coefficients of all sums of beams and additive models, of which labels may choose one.
    products : Products or None
        Products of powers, where inputs are positive.
    reading : Reading or None
        The additive model of the concept that is best and shortest.
    has_evolved : bool
        Whether terms were evolved.
    notes : list of str
        Notes on the result, such as on an interruption.
    """

    def __init__(self, problem, *, noise_floor, random_state):
        self.problem, self.settings = problem, problem.settings
        self.noise_floor = noise_floor
        room = MAX_GRADIENTS / problem.field.directions.size
        self.max_terms = int(np.clip(room, MIN_TERMS, MAX_TERMS))
        self.rng = check_random_state(random_state)
        self.candidates, self.losses, self.tuned, self.notes = {}, {}, set(), []
        self.terms, self.combinations, self.sums = [], [], {}
        self.has_evolved, self.products, self.reading = False, None, None

    def run(self):
        """Run the stages in order; an interruption keeps what was found before it.

        Returns
        -------
        self
            The search.

        Raises
        ------
        ValueError
            If no formula is defined on all rows.
        """
        first, *further = STAGES
        try:
            first.run(self)
            for stage in further:
                if self._is_over():
                    break
                if stage.is_needed(self):
                    stage.run(self)
        except KeyboardInterrupt:
            if not self.candidates or is_one_of_many():
                raise
            self.notes.append("interrupted: the best formulas found until then are kept")
        return self

    def _is_over(self):
        if self.candidates and self.settings.should_stop():
            self.notes.append("time budget reached: the best formulas found until then are kept")
            return True
        return not self.candidates

    def may_go_on(self):
        """Tell whether there is time left, and nobody has interrupted.

        Returns
        -------
        bool
            Whether further formulas may be searched.
        """
        stopped = any(note.startswith(STOPPED) for note in self.notes)
        return not stopped and not self.settings.should_stop()

    def front(self, feature_names, selection=None):
        """Return the front of all that was found.

        Parameters
        ----------
        feature_names : tuple of str
            Names of the inputs.
        selection : Selection or None, default=None
            How to choose from it; None takes the elbow.

        Returns
        -------
        Front
            The front.

        Raises
        ------
        ValueError
            If no formula is defined on all rows.
        """
        self._check_found()
        front = make_front(
            self.candidates.values(),
            feature_names,
            noise_floor=self.noise_floor,
            linear_loss=linear_loss(self.problem),
            notes=self.notes,
            selection=selection,
        )
        if self.reading is None:
            return front
        return replace(front, profiles=concept_profiles(self.problem, self.reading, feature_names))

    def _check_found(self):
        if not self.candidates:
            raise ValueError(
                "No formula is defined on all rows within max_complexity="
                f"{self.settings.max_cost:g} with the operators "
                f"{sorted(self.settings.prices)}. Allow more."
            )

    def best(self):
        """Return the candidate that would be selected now.

        Returns
        -------
        Candidate
            The candidate.

        Raises
        ------
        ValueError
            If no formula is defined on all rows.
        """
        self._check_found()
        front = pareto(self.candidates.values())
        return front[int(np.argmin(scores(front, floor=max(LOSS_FLOOR, self.noise_floor))))]

    def is_good(self):
        """Tell whether the best candidate is as close as the network allows, and short.

        Returns
        -------
        bool
            Whether it is.
        """
        best = self.best()
        close = best.loss <= max(GOOD_LOSS, 2 * self.noise_floor)
        return close and 1 - best.fidelity <= GOOD_INFIDELITY and best.cost <= GOOD_COST

    def add(self, parts, coefficients, loss):
        """Finish a sum of terms and keep it as a candidate, unless it was added before.

        Parameters
        ----------
        parts : tuple of Expression
            The terms.
        coefficients : ndarray of shape (m,)
            Their coefficients.
        loss : float
            Loss of the sum.
        """
        if parts in self.losses:
            return
        self.losses[parts] = loss
        candidate = finish(self.problem, *completed_squares(parts, coefficients, self.problem.X))
        if candidate is not None and candidate.cost <= self.settings.max_cost:
            known = self.candidates.get(candidate.expression)
            if known is None or candidate.loss < known.loss:
                self.candidates[candidate.expression] = candidate

    def leaders(self, n, max_terms=np.inf):
        """Return the sums of terms with the best merit.

        Parameters
        ----------
        n : int
            How many, at the most.
        max_terms : float, default=inf
            Largest number of terms of a sum.

        Returns
        -------
        list of tuple of Expression
            The sums, the best first.
        """

        def rank(parts):
            cost = sum_cost(parts, self.settings.prices)
            return merit(self.losses[parts] + self.noise_floor, cost, SEARCH_PRICE)

        return sorted((p for p in self.losses if len(p) <= max_terms), key=rank)[:n]
