"""Parameters, fit, texts and displays that both hinge surrogates share."""

from functools import cached_property
from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skinterp.display import ProfilesDisplay
from skinterp.expression import Digits, columns_read
from skinterp.surrogate._equations import equation_shares
from skinterp.surrogate._hinge_fits import (
    MOST_ROWS,
    asked_slopes,
    fitted_coefficients,
    most_points,
    selected_terms,
    sum_expression,
    term_columns,
)
from skinterp.surrogate._hinge_search import own_atoms
from skinterp.surrogate._margins import ask_margins, sampled_rows
from skinterp.surrogate._profiles import panels_of, sum_name
from skinterp.surrogate._row_steps import EquationSteps
from skinterp.surrogate._text import gaps_text, number_scales
from skinterp.utils import needed_text
from skinterp.utils._sklearn import Interval, fit_context


class _HingeBase(EquationSteps):
    """Parameters, fit and texts of both hinge surrogates."""

    _parameter_constraints = {
        "max_terms": [Interval(Integral, 1, None, closed="left")],
        "max_degree": [Interval(Integral, 1, None, closed="left")],
        "max_atoms": [None, Interval(Integral, 1, None, closed="left")],
        "n_queries": [Interval(Integral, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        network=None,
        *,
        max_terms=10,
        max_degree=2,
        max_atoms=None,
        n_queries=2000,
        random_state=None,
    ):
        self.network = network
        self.max_terms = max_terms
        self.max_degree = max_degree
        self.max_atoms = max_atoms
        self.n_queries = n_queries
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None, sample_weight=None):
        """Select the terms and fit their coefficients.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows on which the network is asked; of many a part is drawn.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Target, needed to train an unfitted network. When the network is fitted it is checked
            and used for nothing else.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weights of the rows, in training an unfitted network too. Queries are drawn in
            proportion to them.

        Returns
        -------
        self
            The fitted surrogate.
        """
        X, weight = self._fit_weighted(X, y, sample_weight)
        network, rng = self.network_, check_random_state(self.random_state)
        most = min(MOST_ROWS, most_points(network, X.shape[1]))
        X, weight = sampled_rows(X, weight, most, rng)
        margins = ask_margins(network, X, weight, min(self.n_queries, most), rng)
        self._check_answers(margins.values)
        self.terms_ = selected_terms(
            *asked_slopes(network, margins, X, weight),
            max_terms=self.max_terms,
            max_degree=self.max_degree,
            max_atoms=self.max_atoms,
        )
        columns = term_columns(self.terms_, margins.points)
        self.coef_, self.intercept_ = fitted_coefficients(columns, margins, network)
        numbers = np.count_nonzero(self.coef_) + np.count_nonzero(self.intercept_)
        self.complexity_ = int(max(1, numbers) + sum(map(own_atoms, self.terms_)))
        self._scales = number_scales(network.user_table, X)
        self._effects = columns.std(axis=0)
        self._ranges = np.quantile(X, [0.0, 1.0], axis=0).T
        self._shown_rows = X[:200]
        self.__dict__.pop("equations_", None)
        return self

    def _raw_values(self, rows):
        return term_columns(self.terms_, rows) @ self.coef_.T + self.intercept_

    @cached_property
    def equations_(self):
        """One equation per sum, in the user's names and units."""
        check_is_fitted(self)
        table, rows = self.network_.user_table, self._shown_rows
        functions = zip(self.coef_, self.intercept_, strict=True)
        equations = [self._equation(*function, table=table) for function in functions]
        return tuple(equation.shown_on(rows) for equation in equations)

    @property
    def equation_(self):
        """The equation, where there is one only."""
        if len(self.equations_) > 1:
            raise AttributeError(f"There are {len(self.equations_)} equations; see equations_.")
        return self.equations_[0]

    def input_shares(self, X):
        """Return the importances of the inputs, as shares.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_features,)
            Root mean square slopes times standard deviations of the inputs, as shares; of several
            sums their mean.
        """
        return equation_shares(self.equations_, self._rows(X))

    def export_text(self, digits=4):
        """Write the sums in the user's names and units, the largest effect first.

        Parameters
        ----------
        digits : int, default=4
            Significant digits, at least: numbers get more where the answers need them.

        Returns
        -------
        str
            For each sum a title and one line per term.
        """
        check_is_fitted(self)
        lines = []
        for k, equation in enumerate(self.equations_):
            lines += [f"{self._titles()[k]} =", *self._lines(k, equation, digits)]
        table = self.network_.user_table
        used = sorted({factor.feature for term in self.terms_ for factor in term})
        columns = [] if table is None else columns_read(table, used)
        return "\n".join([*lines, *gaps_text(columns, digits, self._scales)])

    def _lines(self, k, equation, digits):
        needs = dict(equation.needed_digits)
        intercept, coefficients = float(self.intercept_[k]), self.coef_[k]
        lines = [f"    {needed_text(intercept, digits, needs.get(abs(intercept), 0))}"]
        for place in np.argsort(-np.abs(coefficients) * self._effects, kind="stable"):
            if coefficients[place]:
                size = abs(coefficients[place])
                term = sum_expression([self.terms_[place]], [size], 0.0)
                shown = Digits(digits, needs)
                text = term.export("text", self._input_names, digits=shown)
                lines.append(f"    {'-' if coefficients[place] < 0 else '+'} {text}")
        return lines

    def displays(self):
        """Return the display of the sum as curves of single inputs, and maps of pairs.

        Returns
        -------
        tuple of ProfilesDisplay
            Parts of one input, then of two; not drawn yet.
        """
        groups = {}
        for place, term in enumerate(self.terms_):
            groups.setdefault(tuple(sorted({f.feature for f in term})), []).append(place)

        def part(inputs, rows):
            places = groups[inputs]
            terms = [self.terms_[place] for place in places]
            return term_columns(terms, rows) @ self.coef_[:, places].T

        shown = [inputs for inputs in groups if len(inputs) <= 2]
        panels = panels_of(shown, part, self._ranges, self._input_names, self._titles())
        return (ProfilesDisplay(panels, name=sum_name(self._titles())),) if panels else ()
