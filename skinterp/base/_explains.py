"""How an estimator explains itself: as text, by the shares of its inputs, in pictures."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skinterp.base._saved_forms import saved_form_of
from skinterp.utils import as_shares
from skinterp.utils._sklearn import take_rows

_N_PERMUTATIONS = 5


def _change(before, after):
    """Return how far answers moved: the share of other classes, or the mean square of values."""
    if before.dtype.kind in "fc":
        return float(np.mean((after - before) ** 2))
    return float(np.mean(after != before))


class ExplainsItself:
    """What printing, reports and comparisons ask of a fitted estimator, with defaults.

    A form of surrogate overrides what it knows better: its rules, formulas or coefficients as
    text, its own importances of the inputs, the displays that draw it.
    """

    def export_text(self):
        """Write the fitted estimator as text.

        Returns
        -------
        str
            What the estimator is, and its complexity.
        """
        check_is_fitted(self)
        size = getattr(self, "complexity_", None)
        return type(self).__name__ + ("" if size is None else f", complexity {size}")

    def input_shares(self, X):
        """Return how much of the answers each input accounts for, as shares.

        By default one input at a time is permuted over the rows, and the answers' change is
        measured: the share of other classes, or the mean square difference of values.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_features,)
            Shares of the network's inputs that add up to 1; all 0 where no input changes the
            answers.
        """
        check_is_fitted(self)
        X = X if hasattr(X, "shape") else np.asarray(X)
        rng, before, shares = np.random.RandomState(0), self.predict(X), np.zeros(X.shape[1])
        for j in range(X.shape[1]):
            for _ in range(_N_PERMUTATIONS):
                moved = take_rows(X, np.arange(len(X)))
                cells = moved.iloc if hasattr(moved, "iloc") else moved
                cells[:, j] = np.asarray(cells[:, j])[rng.permutation(len(X))]
                shares[j] += _change(before, self.predict(moved))
        table = getattr(getattr(self, "network_", None), "user_table", None)
        return as_shares(shares if table is None else table.spread(shares))

    def row_steps(self, X):
        """Tell how the answer at one row comes about.

        Parameters
        ----------
        X : array-like or data frame of shape (1, n_features)
            The row.

        Returns
        -------
        sequence of tuple of str
            Pairs of a step and its value, such as a term or a condition; none by default.
        """
        check_is_fitted(self)
        return ()

    def displays(self):
        """Return the displays that draw the fitted estimator.

        Returns
        -------
        tuple of Display
            None by default; not drawn yet.
        """
        return ()

    def plot(self, ax=None, *, X=None):
        """Draw the obvious picture of the fitted estimator.

        Of a tree the tree; of a sum of profiles the profiles; of an equation, with rows, where it
        and the network decide, over the two leading inputs (the formula against the network, where
        one input matters only); else the first of `displays`.

        Parameters
        ----------
        ax : matplotlib.axes.Axes or None, default=None
            Where to draw; None makes a new figure, as pictures of several panels need.
        X : array-like or data frame of shape (n_samples, n_features) or None, default=None
            Rows that the plane of an equation is laid through; estimators keep none.

        Returns
        -------
        Display
            The display, with its axes.

        Raises
        ------
        ValueError
            If there is no picture of this form.
        ImportError
            If matplotlib is not installed.
        """
        check_is_fitted(self)
        display = self._picture(X)
        if display is None:
            raise ValueError(
                f"{type(self).__name__} has no picture of its own. Take "
                "skinterp.display.BoundaryDisplay.from_estimator(estimator, X)."
            )
        return display.plot() if ax is None else display.plot(ax=ax)

    def _picture(self, X):
        return next(iter(self.displays()), None)

    def saved_form(self):
        """Return the fitted form as a value that is saved without code, and answers alone.

        Returns
        -------
        SavedForm
            Answers as the form does, without estimator and network; `SavedForm.to_dict` makes
            JSON of it.

        Raises
        ------
        ValueError
            If the form is none of formulas, trees and layers.
        """
        check_is_fitted(self)
        body = getattr(self, "_form_body", lambda: None)()
        if body is None:
            raise ValueError(
                f"{type(self).__name__} writes no formulas, rules or layers that answer "
                "alone, which is what a file holds. Save the estimator itself, by joblib or skops."
            )
        return saved_form_of(self, body)


def explains(estimator):
    """Return the class whose methods explain an estimator: its own, or the defaults.

    Parameters
    ----------
    estimator : estimator
        Fitted.

    Returns
    -------
    type
        Its class if it is an `ExplainsItself`, else `ExplainsItself`.
    """
    return type(estimator) if isinstance(estimator, ExplainsItself) else ExplainsItself
