"""The terms of an expansion, in a gauge, with names of variables and categories."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from skinterp.expansion._coefficients import Coefficient, coefficients
from skinterp.expansion._expansion_plots import expansion_display
from skinterp.expansion._expansion_texts import terms_in_words
from skinterp.expansion._gauge import (
    GAUGES,
    change_gauge,
    checked_measure,
    evaluate,
    gauge_weights,
)
from skinterp.expansion._variances import NetworkVariance, variances_of
from skinterp.utils import import_optional, signed_output


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
    network_variance : NetworkVariance, default=NetworkVariance()
        Variance of the network under the measure, as far as it is known.
    is_projection : bool, default=True
        Whether the terms, written in the zero-sum gauge, are the network's own up to the order:
        not so for the truncation in the gauge of a reference.
    notes : tuple of str, default=()
        What says that numbers are held, or that the precision wanted was not reached.
    classes : tuple, default=()
        Labels of the classes that the outputs are of, one each, by which they may be chosen.
    first_class : object, default=None
        Where the only output is the logit of the second of two classes, the first: chosen as
        output, all terms have the sign turned.
    """

    names: tuple
    categories: tuple
    weights: tuple
    terms: dict
    gauge: str
    wild_type: tuple
    output_names: tuple
    errors: dict | None = None
    network_variance: NetworkVariance = field(default_factory=NetworkVariance)
    is_projection: bool = True
    notes: tuple = ()
    classes: tuple = ()
    first_class: object = None

    @property
    def labels(self):
        """What an output may be chosen by: its class, or its name."""
        return self.classes or self.output_names

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
            network_variance=self.network_variance if same else NetworkVariance(),
            is_projection=self.is_projection and same,
        )

    def of_output(self, output=None):
        """Return the expansion of one output.

        Parameters
        ----------
        output : object, default=None
            Which one, by class, index or name; None is the only one there is.

        Returns
        -------
        Expansion
            Its terms; for the first of two classes those of the second with the sign turned. Of
            one of several outputs the variance that is known is that of the terms.

        Raises
        ------
        ValueError
            If there is no such output.
        """
        k, sign, label = signed_output(output, self.labels, self.first_class)
        is_only = self.n_outputs == 1
        parts = (self.terms, self.errors or {})
        terms, errors = ({S: a[k : k + 1] for S, a in part.items()} for part in parts)
        return replace(
            self,
            terms={S: sign * term for S, term in terms.items()},
            errors=errors or None,
            output_names=(self.output_names[k] if sign > 0 else f"logit of {label}",),
            classes=(label,) if self.classes else (),
            first_class=None,
            network_variance=self.network_variance if is_only else NetworkVariance(),
            is_projection=self.is_projection and is_only,
        )

    @cached_property
    def variances(self):
        """Variances of the terms and orders (`Variances`), by indices of variables."""
        return variances_of(self)

    @property
    def total_variance(self):
        """Variance of the network under the measure, summed over the outputs, if it is known."""
        return self.network_variance.total

    @property
    def variance_by_term(self):
        """Variance of each term in the zero-sum gauge, by tuples of names, the largest first.

        Where all inputs were enumerated, or the gauge is zero-sum, these are the network's; of a
        longer function truncated in the gauge of a reference they are those of the truncated sum.
        """
        ranked = sorted(self.variances.by_term.items(), key=lambda item: -item[1])
        return {tuple(self.names[i] for i in S): value for S, value in ranked}

    @property
    def variance_by_order(self):
        """Variance of the orders 1, 2, ...: all there are, where all inputs were enumerated."""
        return self.variances.by_order

    @property
    def whole_variance(self):
        """Variance that those of the terms are parts of: the network's, or the truncated sum's."""
        return self.variances.whole

    @property
    def strengths(self):
        """Frobenius norms of the couplings in this gauge: a symmetric matrix."""
        result = np.zeros((len(self.names),) * 2)
        for S, term in self.terms.items():
            if len(S) == 2:
                result[S] = result[S[::-1]] = np.sqrt((term**2).sum())
        return result

    def largest(self, order=None, min_abs=0.0):
        """Return the coefficients as records, the largest first.

        Parameters
        ----------
        order : int or None, default=None
            The order to list; None is all.
        min_abs : float, default=0.0
            Coefficients with a smaller absolute value are left out.

        Returns
        -------
        list of Coefficient
            Order, variables, categories, output, value and standard error (nan if exact).
        """
        return coefficients(self, order, min_abs)

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
        frame = pandas.DataFrame(self.largest(order, min_abs), columns=Coefficient._fields)
        return frame.drop(columns=["error"] * (self.errors is None))

    def plot(self, kind="fields", *, pair=None, output=None, corrected=False, ax=None):
        """Plot the terms.

        Parameters
        ----------
        kind : {"fields", "logo", "couplings", "graph", "pair", "variance", "terms"}, \
default="fields"
            What to show: the fields as a heat map, or, of categories of one letter, as a sequence
            logo; the strength of the couplings as a matrix or as a graph; the couplings of one
            pair; the variance by order; or which output (or hidden unit, with
            ``output=("layer", 0)``) acts by which terms.
        pair : tuple of two str or None, default=None
            The pair for ``kind="pair"``; None is the strongest.
        output : object, default=None
            Which output, by class, index or name; None is all of them (fields, logo and pair one
            below the other, couplings and variances added up).
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
        return expansion_display(self, kind, pair, output, corrected).plot(ax)

    def __repr__(self):
        return (
            f"Expansion(order {self.order}, {len(self.names)} variables, "
            f"{sum(term[0].size for term in self.terms.values())} coefficients, "
            f"gauge {self.gauge})"
        )

    def __str__(self):
        total, constant = self.whole_variance, np.abs(self.terms[()]).max()
        head = "\n".join([repr(self), *self.notes])
        if not total:
            return head
        if total <= 1e-24 * constant**2:
            return f"{head}\nconstant"
        of_sum = "" if self.variances.are_of_network else " of the truncated sum"
        shares = ", ".join(
            f"{k}: {v / total:.1%}" for k, v in enumerate(self.variance_by_order, 1)
        )
        shares = f"variance{of_sum} by order: {shares}"
        return "\n".join([head, shares, *terms_in_words(self)])
