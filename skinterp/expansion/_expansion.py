"""The result of an expansion: its terms, in a gauge, with names of variables and categories."""

from dataclasses import dataclass, field, replace

import numpy as np

from skinterp.display import (
    CouplingGraphDisplay,
    CouplingsDisplay,
    FieldsDisplay,
    PairDisplay,
    VarianceByOrderDisplay,
)
from skinterp.expansion._categories import listed
from skinterp.expansion._gauge import (
    change_gauge,
    checked_measure,
    evaluate,
    n_coefficients,
    variances,
)
from skinterp.utils import import_optional, output_index

KINDS = ("fields", "couplings", "graph", "pair", "variance")
GAUGES = ("zero_sum", "reference", "wild_type", "zero_vector")


def gauge_weights(gauge, weights, wild_type):
    """Return the product measure of a gauge: probabilities, or 1 on a reference.

    Parameters
    ----------
    gauge : {"zero_sum", "reference", "wild_type"}
        The gauge.
    weights : sequence of ndarray
        Probabilities of the categories of each variable.
    wild_type : sequence of int
        Codes of the wild type.

    Returns
    -------
    list of ndarray
        One measure per variable.
    """
    if gauge == "zero_sum":
        return list(weights)
    anchors = np.zeros(len(weights), dtype=int) if gauge == "reference" else wild_type
    return [np.eye(len(w))[a] for w, a in zip(weights, anchors, strict=True)]


def only(array):
    """Return an array without a first axis of one entry, as a number if nothing is left."""
    array = array[0] if len(array) == 1 else array
    return float(array) if array.ndim == 0 else array


@dataclass(frozen=True, eq=False, repr=False)
class Expansion:
    """A function of categories as a sum of a constant, fields, couplings and higher terms.

    Parameters
    ----------
    names : tuple of str
        Names of the variables.
    categories : tuple of tuple
        Categories of each variable.
    weights : tuple of ndarray
        Their probabilities under the measure.
    terms : dict of tuple to ndarray
        By tuples of variables (indices, ascending) arrays ``(n_outputs, q_i, q_j, ...)``.
    gauge : {"zero_sum", "reference", "wild_type", "zero_vector"}
        The gauge.
    wild_type : tuple of int
        Codes of the wild type.
    output_names : tuple of str
        What the outputs are.
    errors : dict of tuple to ndarray or None, default=None
        Standard errors of the terms, where they were sampled.
    total_variance : float or None, default=None
        Variance of the network under the measure, summed over the outputs.
    spectrum : ndarray of shape (N,) or None, default=None
        Variance of all orders there are, where all inputs were enumerated.
    term_variances : dict of tuple to float or None, default=None
        Variances of the network's terms in the zero-sum gauge, where `terms` do not give them.
    is_projection : bool, default=True
        Whether the terms, written in the zero-sum gauge, are the network's own up to the order:
        not so for the truncation in the gauge of a reference.
    """

    names: tuple
    categories: tuple
    weights: tuple
    terms: dict
    gauge: str
    wild_type: tuple
    output_names: tuple
    errors: dict | None = None
    total_variance: float | None = None
    spectrum: np.ndarray | None = field(default=None)
    term_variances: dict | None = None
    is_projection: bool = True

    @property
    def order(self):
        """Highest order of the terms."""
        return max(map(len, self.terms))

    @property
    def n_outputs(self):
        """Number of outputs."""
        return len(self.terms[()])

    @property
    def constant(self):
        """The constant: a number, or one per output."""
        return only(self.terms[()])

    @property
    def fields(self):
        """Terms of one variable, by name: arrays over the categories (outputs first, if many)."""
        return {self.names[S[0]]: only(term) for S, term in self.terms.items() if len(S) == 1}

    @property
    def couplings(self):
        """Terms of two variables, by their names: arrays over the categories of both."""
        return self.of_order(2)

    def of_order(self, order):
        """Return the terms of one order by names.

        Parameters
        ----------
        order : int
            Number of variables of a term.

        Returns
        -------
        dict of tuple of str to ndarray
            Arrays over the categories of each variable (outputs first, if there are many).
        """
        return {
            tuple(self.names[i] for i in S): only(term)
            for S, term in self.terms.items()
            if len(S) == order
        }

    def coefficient(self, pattern):
        """Return the coefficient of one pattern of categories.

        Parameters
        ----------
        pattern : dict of str to category
            Categories by variable, such as ``{"colour": "red", "shape": "flat"}``.

        Returns
        -------
        float or ndarray of shape (n_outputs,)
            The coefficient.

        Raises
        ------
        KeyError
            If there is no such term or category.
        """
        try:
            chosen = sorted((self.names.index(v), v, c) for v, c in pattern.items())
            codes = [self.categories[i].index(c) for i, _, c in chosen]
            term = self.terms[tuple(i for i, _, _ in chosen)]
        except (ValueError, KeyError):
            raise KeyError(
                f"There is no coefficient of {pattern!r} in an expansion of order {self.order} in "
                f"the variables {list(self.names)}."
            ) from None
        return only(term[(slice(None), *codes)])

    def values(self, codes, order=None):
        """Return the sum of the terms at rows of codes.

        Parameters
        ----------
        codes : ndarray of int of shape (n_samples, n_variables)
            Indices of categories.
        order : int or None, default=None
            Highest order to sum; None is all.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
            The sums.
        """
        return evaluate(self.terms, codes, order)

    def convert(self, gauge, measure=None):
        """Write the same truncated sum in another gauge, exactly.

        This converts what was truncated; `CategoricalExpansion.convert` converts the network and
        then truncates, which is another function and usually the better one.

        Parameters
        ----------
        gauge : {"zero_sum", "reference", "wild_type"}
            The gauge.
        measure : "uniform", sequence of ndarray or None, default=None
            Other probabilities for the zero-sum gauge.

        Returns
        -------
        Expansion
            The same function; without standard errors, which would not be independent.

        Raises
        ------
        ValueError
            If the gauge is unknown, or zero_vector, which asks the network at inputs that are no
            categories.
        """
        if gauge not in GAUGES[:3]:
            raise ValueError(
                f"gauge must be one of {', '.join(GAUGES[:3])} to rewrite a sum of terms (use "
                f"CategoricalExpansion.convert for zero_vector). Got {gauge!r} instead."
            )
        sizes = [len(categories) for categories in self.categories]
        weights = self.weights if measure is None else checked_measure(measure, sizes)
        target = gauge_weights(gauge, weights, self.wild_type)
        same = measure is None
        return replace(
            self,
            terms=change_gauge(self.terms, target),
            gauge=gauge,
            weights=weights,
            errors=self.errors if gauge == self.gauge and same else None,
            spectrum=self.spectrum if same else None,
            total_variance=self.total_variance if same else None,
            term_variances=self.term_variances if same else None,
            is_projection=self.is_projection and same,
        )

    @property
    def _by_term(self):
        if self.term_variances is not None:
            return self.term_variances
        is_zero_sum = self.gauge == "zero_sum"
        terms = self.terms if is_zero_sum else self.convert("zero_sum").terms
        found = variances(terms, self.weights, self.errors if is_zero_sum else None)
        return {S: max(value, 0.0) for S, value in found.items()}

    @property
    def variance_by_term(self):
        """Variance of each term in the zero-sum gauge, by tuples of names, the largest first.

        Where all inputs were enumerated, or the gauge is zero-sum, these are the network's; of a
        longer function truncated in the gauge of a reference they are those of the truncated sum.
        """
        ranked = sorted(self._by_term.items(), key=lambda item: -item[1])
        return {tuple(self.names[i] for i in S): value for S, value in ranked}

    @property
    def variance_by_order(self):
        """Variance of the orders 1, 2, ...: all there are, where all inputs were enumerated."""
        if self.spectrum is not None:
            return self.spectrum
        result = np.zeros(self.order)
        for S, value in self._by_term.items():
            result[len(S) - 1] += value
        return result

    @property
    def whole_variance(self):
        """What variances of terms are parts of: that of the network, or of the truncated sum."""
        if self.is_projection or self.spectrum is not None:
            return self.total_variance
        return float(self.variance_by_order.sum())

    @property
    def strengths(self):
        """Frobenius norms of the couplings in this gauge: a symmetric matrix."""
        result = np.zeros((len(self.names),) * 2)
        for S, term in self.terms.items():
            if len(S) == 2:
                result[S] = result[S[::-1]] = np.sqrt((term**2).sum())
        return result

    def to_frame(self, order=None, min_abs=0.0):
        """Return the coefficients as a data frame, the largest first.

        Parameters
        ----------
        order : int or None, default=None
            The order to list; None is all.
        min_abs : float, default=0.0
            Coefficients with a smaller absolute value are left out.

        Returns
        -------
        pandas.DataFrame
            Columns order, variables, categories, output, value (and error, if sampled).

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        pandas = import_optional("pandas", extra="plot", purpose="Expansion.to_frame")
        rows = []
        for S, term in self.terms.items():
            if order is None or len(S) == order:
                rows += self._rows_of(S, term, min_abs)
        columns = ["order", "variables", "categories", "output", "value", "error"]
        frame = pandas.DataFrame(rows, columns=columns)
        frame = frame.drop(columns=["error"] * (self.errors is None))
        ranked = frame["value"].abs().sort_values(ascending=False, kind="stable").index
        return frame.loc[ranked].reset_index(drop=True)

    def _rows_of(self, S, term, min_abs):
        names = tuple(self.names[i] for i in S)
        for index in zip(*np.nonzero(np.abs(term) >= min_abs), strict=True):
            k, *codes = (int(code) for code in index)
            labels = tuple(self.categories[i][code] for i, code in zip(S, codes, strict=True))
            error = np.nan if self.errors is None else float(self.errors[S][index])
            yield len(S), names, labels, self.output_names[k], float(term[index]), error

    def plot(self, kind="fields", *, pair=None, output=0, corrected=False, ax=None):
        """Plot the terms.

        Parameters
        ----------
        kind : {"fields", "couplings", "graph", "pair", "variance"}, default="fields"
            What to show: the fields as a heat map, the strength of the couplings as a matrix or
            as a graph, the couplings of one pair, or the variance by order.
        pair : tuple of two str or None, default=None
            The pair for ``kind="pair"``; None is the strongest.
        output : int or str, default=0
            Which output, where there are several (fields and pair), by index or name.
        corrected : bool, default=False
            Whether to subtract the average product from the strengths.
        ax : matplotlib.axes.Axes or None, default=None
            Where to draw.

        Returns
        -------
        Display
            The display.

        Raises
        ------
        ValueError
            If the kind, the pair or the output is unknown, or there are no couplings to show.
        """
        if kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}. Got {kind!r} instead.")
        if kind in ("couplings", "graph", "pair") and not self.couplings:
            raise ValueError(
                f"kind={kind!r} needs couplings: at least two variables and order=2. Got an "
                f"expansion of order {self.order} instead."
            )
        output = output_index(output, self.output_names)
        return self._display(kind, pair, output, corrected).plot(ax)

    def _display(self, kind, pair, output, corrected):
        if kind == "fields":
            fields = [self.terms[(i,)][output] for i in range(len(self.names))]
            return FieldsDisplay(fields, self.names, self.categories)
        if kind == "variance":
            return VarianceByOrderDisplay(self.variance_by_order, self.whole_variance)
        if kind == "pair":
            return self._pair_display(pair, output)
        form = CouplingsDisplay if kind == "couplings" else CouplingGraphDisplay
        return form(self.strengths, self.names, corrected=corrected)

    def _pair_display(self, pair, output):
        if pair is None:
            i, j = np.unravel_index(np.argmax(self.strengths), self.strengths.shape)
        else:
            known = [name for name in pair if name in self.names]
            if len(pair) != 2 or len(set(known)) != 2:
                raise ValueError(
                    f"pair must be two different variables out of {listed(self.names)}. "
                    f"Got {pair!r} instead."
                )
            i, j = map(self.names.index, pair)
        i, j = sorted((int(i), int(j)))
        return PairDisplay(
            self.terms[(i, j)][output],
            (self.names[i], self.names[j]),
            (self.categories[i], self.categories[j]),
        )

    def __repr__(self):
        return (
            f"Expansion(order {self.order}, {len(self.names)} variables, "
            f"{n_coefficients([len(c) for c in self.categories], self.order)} coefficients, "
            f"gauge {self.gauge})"
        )

    def __str__(self):
        total, constant = self.whole_variance, np.abs(self.terms[()]).max()
        if not total:
            return repr(self)
        if total <= 1e-24 * constant**2:
            return f"{self!r}\nconstant"
        of_sum = "" if self.is_projection or self.spectrum is not None else " of the truncated sum"
        shares = ", ".join(
            f"{k}: {v / total:.1%}" for k, v in enumerate(self.variance_by_order, 1)
        )
        return f"{self!r}\nvariance{of_sum} by order: {shares}"
