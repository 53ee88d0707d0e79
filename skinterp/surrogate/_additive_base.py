"""Parameters, fit, texts and displays that both additive surrogates share."""

from functools import cached_property
from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skinterp.display import Panel, ProfilesDisplay
from skinterp.surrogate._additive_choices import (
    checked_pairs,
    fit_additive,
    profile_lines,
    signs_of,
)
from skinterp.surrogate._additive_model import variances
from skinterp.surrogate._additive_terms import Levels, Pair
from skinterp.surrogate._equation_bodies import FormulasBody
from skinterp.surrogate._margins import ask_margins, sampled_rows
from skinterp.surrogate._profiles import level_names, map_with_levels, panels_of, sum_name
from skinterp.surrogate._text import gaps_text, number_scales
from skinterp.utils import as_shares, number_text, one_line
from skinterp.utils._sklearn import Interval, StrOptions, fit_context

MOST_ROWS = 10_000


class _AdditiveBase:
    """Parameters, fit and texts of both additive surrogates."""

    _parameter_constraints = {
        "n_pairs": [Interval(Integral, 0, None, closed="left")],
        "pairs": [None, list, tuple],
        "smoothing": [StrOptions({"reml"}), Interval(Real, 0, None, closed="left")],
        "n_knots": [Interval(Integral, 0, None, closed="left")],
        "monotonic_cst": [None, "array-like", dict],
        "max_atoms": [None, Interval(Integral, 1, None, closed="left")],
        "n_queries": [Interval(Integral, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        network=None,
        *,
        n_pairs=0,
        pairs=None,
        smoothing="reml",
        n_knots=8,
        monotonic_cst=None,
        max_atoms=None,
        n_queries=2000,
        random_state=None,
    ):
        self.network = network
        self.n_pairs = n_pairs
        self.pairs = pairs
        self.smoothing = smoothing
        self.n_knots = n_knots
        self.monotonic_cst = monotonic_cst
        self.max_atoms = max_atoms
        self.n_queries = n_queries
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None, sample_weight=None):
        """Fit the profiles, choose pairs and fit both together.

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
        self._columns = self._column_names()
        signs = signs_of(self.monotonic_cst, self._columns, network, X)
        pairs = checked_pairs(self.pairs, self._columns, signs)
        X, weight = sampled_rows(X, weight, MOST_ROWS, rng)
        margins = ask_margins(network, X, weight, self.n_queries, rng)
        self._check_answers(margins.values)
        self._model = fit_additive(
            network,
            margins,
            X,
            weight,
            pairs=pairs,
            n_pairs=self.n_pairs,
            signs=signs,
            options=(self.smoothing, self.n_knots, self.max_atoms),
        )
        self.intercept_ = self._model.intercept
        self.penalties_ = self._model.fitted.penalties
        n_outputs = max(1, network.n_outputs - (network.task == "multiclass"))
        self.complexity_ = int(n_outputs * (1 + self._model.sizes.sum()))
        self._shares = as_shares(variances(self._model, X, weight))
        self._scales = number_scales(network.user_table, X)
        self._ranges = np.quantile(X, [0.0, 1.0], axis=0).T
        self._quartiles = np.quantile(X, [0.0, 0.25, 0.5, 0.75, 1.0], axis=0).T
        self._shown_rows = X[:200]
        self.__dict__.pop("equations_", None)
        return self

    def _column_names(self):
        """Return the column of the user's table that each input comes from."""
        table = self.network_.user_table
        return self._input_names if table is None else tuple(f.column.name for f in table.features)

    def _raw_values(self, rows):
        return self._model.values(rows)

    def _name(self, term):
        """Return the name of a term: its input, column, or pair of these."""
        if isinstance(term, Pair):
            return f"{self._name(term.first)} × {self._name(term.second)}"
        if isinstance(term, Levels):
            is_flag = self.network_.user_table.features[term.features[0]].is_flag
            name = self._columns[term.features[0]]
            return f"{name} is missing" if is_flag else name
        return self._input_names[term.feature]

    @property
    def shares_(self):
        """Share of the sum of all parts' variances, by name of the part."""
        check_is_fitted(self)
        names = [self._name(term) for term in self._model.terms]
        return dict(zip(names, self._shares.tolist(), strict=True))

    @property
    def pairs_(self):
        """The pairs of inputs in the sum, by name."""
        check_is_fitted(self)
        pairs = [term for term in self._model.terms if isinstance(term, Pair)]
        return tuple((self._name(pair.first), self._name(pair.second)) for pair in pairs)

    @cached_property
    def equations_(self):
        """One equation per sum: the splines as sums of powers, for code and sympy."""
        check_is_fitted(self)
        outputs = range(len(self.intercept_))
        equations = (self._equation(self._model.expression(k), k) for k in outputs)
        return tuple(equation.shown_on(self._shown_rows) for equation in equations)

    @property
    def equation_(self):
        """The equation, where there is one only."""
        if len(self.equations_) > 1:
            raise AttributeError(f"There are {len(self.equations_)} equations; see equations_.")
        return self.equations_[0]

    def profile(self, name, values=None):
        """Return the part of one input or pair, with its band.

        Parameters
        ----------
        name : str
            A key of `shares_`.
        values : array-like of shape (n_values,), default=None
            Values of a number; by default 101 over its range.

        Returns
        -------
        values : ndarray
            The values; of a category its levels. Of a pair rows of all inputs.
        part : ndarray of shape (n_values, n_outputs)
            What they add.
        width : ndarray of shape (n_values, n_outputs)
            Half the width of the band: twice the standard error that the rest of the network
            leaves.
        """
        names = list(self.shares_)
        if name not in names:
            raise ValueError(f"name must be one out of {names}. Got {name!r} instead.")
        k = names.index(name)
        term, rows = self._model.terms[k], np.repeat(self._ranges.mean(axis=1)[None], 101, axis=0)
        if isinstance(term, Levels):
            rows = np.zeros((len(term.features), len(self._ranges)))
            rows[np.arange(len(term.features)), list(term.features)] = 1.0
            shown = np.array([self._input_names[j] for j in term.features])
        elif isinstance(term, Pair):
            if values is None:
                raise ValueError(f"values must be rows of all inputs for a pair. Got {name!r}.")
            shown = rows = np.asarray(values, dtype=float)
        else:
            shown = np.linspace(*self._ranges[term.feature], 101) if values is None else values
            shown = np.asarray(shown, dtype=float)
            rows = np.repeat(rows[:1], len(shown), axis=0)
            rows[:, term.feature] = shown
        return shown, self._model.part(k, rows), self._model.width(k, rows).T

    def input_shares(self, X):
        """Return how much of the variance of all parts each input accounts for.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_features,)
            Shares; a pair counts half for each, a column in equal parts for its inputs.
        """
        rows = self._rows(X)
        shares = np.zeros(rows.shape[1])
        sizes = variances(self._model, rows, np.ones(len(rows)))
        for term, size in zip(self._model.terms, sizes, strict=True):
            halves = (term.first, term.second) if isinstance(term, Pair) else (term,)
            for base in halves:
                shares[list(base.features)] += size / len(halves) / len(base.features)
        return as_shares(shares)

    def _form_body(self):
        outputs = range(len(self.intercept_))
        return FormulasBody(tuple(map(self._model.expression, outputs)))

    def row_steps(self, X):
        """Tell what each part adds at one row.

        Parameters
        ----------
        X : array-like or data frame of shape (1, n_features)
            The row.

        Returns
        -------
        list of tuple of str
            Of each sum the parts with their values, the constant, and the sum.
        """
        rows, steps, titles = self._rows(X), [], self._titles()
        names = [self._name(term) for term in self._model.terms]
        parts = [self._model.part(k, rows)[0] for k in range(len(names))]
        for output, total in enumerate(self._raw_values(rows)[0]):
            before = f"{titles[output]}: " if len(titles) > 1 else ""
            added = [*zip(names, [part[output] for part in parts], strict=True)]
            told = [*added, ("constant", self.intercept_[output]), ("sum", total)]
            steps += [(one_line(f"{before}{n}"), number_text(float(v) + 0.0)) for n, v in told]
        return steps

    def export_text(self, digits=4):
        """Write the parts, the largest share of variance first, by their values at quartiles.

        Parameters
        ----------
        digits : int, default=4
            Significant digits.

        Returns
        -------
        str
            For each sum a title, then a line per part.
        """
        check_is_fitted(self)
        order = np.argsort(-self._shares, kind="stable")
        names = [self._name(term) for term in self._model.terms]
        lines = []
        for output, title in enumerate(self._titles()):
            lines += [f"{title} =", f"    {self.intercept_[output]:.{digits}g}"]
            for k in order:
                lines += profile_lines(self, k, names[k], output, digits)
        table = self.network_.user_table
        columns = [] if table is None else list(dict.fromkeys(f.column for f in table.features))
        return "\n".join([*lines, *gaps_text(columns, digits, self._scales)])

    def displays(self):
        """Return the display of the profiles with bands, and of the pairs.

        Returns
        -------
        tuple of ProfilesDisplay
            The largest share of variance first; not drawn yet.
        """
        panels, model, titles = [], self._model, self._titles()
        for k in np.argsort(-self._shares, kind="stable").tolist():
            term = model.terms[k]
            name = self._name(term)
            if isinstance(term, Levels):
                levels, part, width = self.profile(name)
                levels = level_names(levels, name)
                panels.append(Panel((name,), (levels,), part.T, width.T, tuple(titles)))
                continue
            parts = lambda inputs, rows, k=k: model.part(k, rows)  # noqa: E731
            if len(set(term.features)) <= 2:
                width = lambda inputs, rows, k=k: model.width(k, rows)  # noqa: E731
                about = self._ranges, self._input_names, titles
                panels += panels_of([term.features], parts, *about, band=width)
            elif len(titles) == 1:
                columns = self._name(term.first), self._name(term.second)
                about = self._ranges, self._input_names, columns
                panels.append(map_with_levels(term.first, term.second, parts, *about))
        return (ProfilesDisplay(panels, name=sum_name(titles)),) if panels else ()
