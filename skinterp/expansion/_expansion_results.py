"""Results of a fitted expansion: terms by name, predictions, explanations, text and displays."""

from numbers import Integral
from operator import attrgetter

import numpy as np
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skinterp.expansion._expansion import Expansion, only
from skinterp.expansion._expansion_plots import all_displays
from skinterp.expansion._row_explanation import explain_row, one_row
from skinterp.expansion._variances import shares_of_variables
from skinterp.table import as_table
from skinterp.utils import as_shares, signed_output, signed_text
from skinterp.utils._sklearn import validate_data

_N_WRITTEN = 10  # coefficients in the text


def _has_classes(estimator):
    return estimator.network_.classes is not None


def _of_expansion(name):
    """Return a property of an estimator that is one of its `expansion_`."""
    return property(attrgetter(f"expansion_.{name}"), doc=getattr(Expansion, name).__doc__)


class ExpansionResults:
    """Terms, predictions and explanations of an estimator with `expansion_` and `network_`."""

    constant_ = _of_expansion("constant")
    fields_ = _of_expansion("fields")
    couplings_ = _of_expansion("couplings")
    variance_by_order_ = _of_expansion("variance_by_order")
    variance_by_term_ = _of_expansion("variance_by_term")
    total_variance_ = _of_expansion("total_variance")

    @property
    def categories_(self):
        """Categories of each variable."""
        return dict(zip(self.expansion_.names, self.expansion_.categories, strict=True))

    @property
    def sobol_indices_(self):
        """Share of each term in the variance of the network, the largest first."""
        total = self.expansion_.whole_variance or 1.0
        return {names: value / total for names, value in self.variance_by_term_.items()}

    @property
    def standard_errors_(self):
        """Standard errors of all sampled terms, by names; empty if nothing was sampled."""
        expansion, errors = self.expansion_, self.expansion_.errors or {}
        return {tuple(expansion.names[i] for i in S): only(e) for S, e in errors.items()}

    @property
    def complexity_(self):
        """Number of coefficients that are not 0, rounding aside."""
        terms, rounding = self.expansion_.terms, self._rounding
        return sum(int((np.abs(term) > rounding).sum()) for S, term in terms.items() if S)

    def _rows(self, X):
        """Return the codes of rows of the user's table."""
        check_is_fitted(self, "expansion_")
        X = as_table(X)
        validate_data(self, X, skip_check_array=True, reset=False)
        return self.network_.table.codes(X)

    def decision_function(self, X, order=None):
        """Return the values of the truncated expansion.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_columns)
            Rows of the user's table.
        order : int or None, default=None
            Where to truncate; None keeps all terms there are.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Logits, or the values of the output expanded.
        """
        codes = self._rows(X)
        if order is not None and (not isinstance(order, Integral) or order < 0):
            raise ValueError(f"order must be an integer of at least 0. Got {order!r} instead.")
        values = self.expansion_.values(codes, order)
        return values[:, 0] if values.shape[1] == 1 else values

    def predict(self, X):
        """Predict by the truncated expansion, without the network.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_columns)
            Rows of the user's table.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Class labels or values.
        """
        codes = self._rows(X)
        return self.network_.answers(self.expansion_.values(codes))

    @available_if(_has_classes)
    def predict_proba(self, X):
        """Return the class probabilities that go with the logits of the truncated expansion.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_columns)
            Rows of the user's table.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities.
        """
        codes = self._rows(X)
        return self.network_.probabilities(self.expansion_.values(codes))

    def score(self, X, y):
        """Score predictions against a target: the accuracy, or R^2.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_columns)
            Rows of the user's table.
        y : array-like of shape (n_samples,)
            Target.

        Returns
        -------
        float
            The score; for agreement with the network see :func:`skinterp.fidelity_score`.
        """
        predictions = self.predict(X)
        classifies = self.network_.classes is not None
        return float((accuracy_score if classifies else r2_score)(y, predictions))

    def explain(self, x, output=None):
        """Return the contribution of each pattern of categories to the output of one row.

        Parameters
        ----------
        x : array-like of shape (n_columns,), or a data frame, series, dict or array of one row
            The row.
        output : int, str or None, default=None
            Which output, by index, name or class; None is the only one, or the class with the
            largest logit at this row. Of several other outputs one must be chosen.

        Returns
        -------
        RowExplanation
            Contributions, the strongest first: printable, with `to_frame` and `plot`.

        Raises
        ------
        ValueError
            If there is not one row, or no such output.
        """
        codes, expansion = self._rows(one_row(x)), self.expansion_
        values = self._function()(codes)[0]
        if output is None and expansion.classes:
            output = expansion.classes[int(values.argmax())]
        k, sign, _ = signed_output(output, expansion.labels, expansion.first_class)
        return explain_row(expansion.of_output(output), codes[0], sign * values[k])

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
        """
        check_is_fitted(self, "expansion_")
        return self.expansion_.to_frame(order, min_abs)

    def export_text(self):
        """Write the expansion as text: variance by order, the constant, the strongest terms.

        Returns
        -------
        str
            One line per coefficient, the largest first; the others are counted.
        """
        check_is_fitted(self, "expansion_")
        expansion = self.expansion_
        constants = expansion.largest(order=0)
        shown = [c for c in expansion.largest(min_abs=self._floor()) if c.order][:_N_WRITTEN]
        several = expansion.n_outputs > 1
        lines = [
            f"  {signed_text(c.value)}  {c.pattern or 'constant'}{f' ({c.output})' * several}"
            for c in [*constants, *shown]
        ]
        n_more = self.complexity_ - len(shown)
        if n_more > 0:
            lines.append(f"  and {n_more} more coefficients")
        return "\n".join([str(expansion), *lines])

    def _floor(self):
        """Return the size of the smallest coefficient that is written, more than rounding."""
        sizes = [np.abs(term).ravel() for S, term in self.expansion_.terms.items() if S]
        sizes = np.sort(np.concatenate(sizes))
        return max(sizes[max(0, len(sizes) - _N_WRITTEN)], self._rounding)

    @property
    def _rounding(self):
        """Coefficients of this size are 0."""
        return 1e-10 * max(np.abs(term).max() for term in self.expansion_.terms.values())

    def input_shares(self, X=None):
        """Return the share of each column in the variance of the terms.

        Parameters
        ----------
        X : object, default=None
            Ignored, present by convention: the variance is that under the measure.

        Returns
        -------
        ndarray of shape (n_features_in_,)
            Shares that add up to 1; all 0 of a constant. The variance of a term of several
            variables is divided equally among them, that of a one-hot group among its columns.
        """
        check_is_fitted(self, "expansion_")
        variables = self.network_.table.variables
        found = shares_of_variables(self.expansion_.variances.by_term, len(variables))
        shares = np.zeros(self.n_features_in_)
        for variable, share in zip(variables, found, strict=True):
            shares[list(variable.columns)] += share / len(variable.columns)
        return as_shares(shares)

    def displays(self):
        """Return the displays that draw the expansion.

        Returns
        -------
        tuple of Display
            Fields of every output, couplings if there are any, and the variance by order.
        """
        check_is_fitted(self, "expansion_")
        return all_displays(self.expansion_)
