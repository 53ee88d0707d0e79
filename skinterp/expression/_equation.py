"""A fitted formula in the user's columns, with its threshold, classes and exports."""

from dataclasses import dataclass, field, replace
from functools import partial
from numbers import Real

import numpy as np

from skinterp.expression._boundary_writings import boundary_writings, shown_writings
from skinterp.expression._digits import needed_digits
from skinterp.expression._dimensions import measure
from skinterp.expression._exported import Exported
from skinterp.expression._factored import factored
from skinterp.expression._links import IsotonicLink, LinearLink, LogisticLink, check_finite
from skinterp.expression._names import resolve_names
from skinterp.expression._nodes import Expression
from skinterp.expression._rewrite import tidy
from skinterp.utils import check_X


def decided(values, threshold, greater, undefined_as):
    """Return which values of a formula lie beyond a threshold; where undefined, as is said."""
    beyond = values > threshold if greater else values < threshold
    return np.where(np.isnan(values), undefined_as, beyond)


def _check_classes(classes):
    labels = tuple(label.item() if isinstance(label, np.generic) else label for label in classes)
    if len(set(labels)) != 2 or not all(isinstance(label, str | Real) for label in labels):
        raise ValueError(
            f"classes must hold two different labels, strings or numbers. Got {classes!r} instead."
        )
    return labels


def _check_link(equation):
    allowed = (LogisticLink, IsotonicLink) if equation.is_classifier else (LinearLink,)
    if equation.classes is not None and not equation.is_classifier:
        raise ValueError(f"classes need a threshold. Got {equation.classes!r} without one.")
    if equation.link is not None and not isinstance(equation.link, allowed):
        names = " or ".join(kind.__name__ for kind in allowed)
        raise TypeError(
            f"link must be None or {names} for threshold={equation.threshold!r}. "
            f"Got {equation.link!r} instead."
        )


@dataclass(frozen=True, repr=False)
class Equation(Exported):
    """A formula that predicts: a number, or one of two classes by a threshold.

    Everything it writes (text, LaTeX, sympy, Python, C, SQL) computes what `predict` computes,
    where text and LaTeX round the numbers they show.

    Parameters
    ----------
    expression : Expression
        The formula.
    feature_names : tuple of str
        Names of all columns of X, in order.
    threshold : float or None, default=None
        The second class is predicted where the formula is beyond it; None for regression.
    greater : bool, default=True
        Whether the second class lies above the threshold, or else below.
    classes : tuple of two labels or None, default=None
        Labels of the first (no) and the second class (yes); by default False and True.
    link : LogisticLink, IsotonicLink, LinearLink or None, default=None
        Log-odds of the second class from the formula, or the prediction from it in regression.
    undefined_as : bool, default=False
        Whether rows where the formula is undefined belong to the second class.
    table : UserTable or None, default=None
        The user's table, if the variables are its features: raw rows are taken, and code reads
        raw rows.
    needed_digits : tuple of (float, int) pairs, default=()
        Digits that numbers need in text and LaTeX, by their absolute values; see `shown_on`.
    constants_ : Constants or None, default=None
        The constants with their intervals: from the likelihood of labels or, without any, from
        points on the network's boundary.
    link_of : tuple of (Expression, float) or None, default=None
        The formula whose values the link takes, and its threshold, where that is not the formula
        written but another with the same boundary.
    writings : Writings or None, default=None
        Writings of the same boundary, which decide alike on the rows of the fit.
    units : tuple of Unit or None, default=None
        Units of the inputs.
    is_never : bool, default=False
        Whether no row of the fit is beyond the threshold; the text then says how the log-odds go
        with the formula, not where they are positive.

    Attributes
    ----------
    is_classifier : bool
        Whether there is a threshold.
    prediction : Expression
        The formula with the linear link put in, which is what text and exports show.

    Examples
    --------
    >>> from skinterp.expression import Equation, parse
    >>> names = ("activator", "inhibitor")
    >>> equation = Equation(parse("x0/x1**2"), names, threshold=1.02, classes=("off", "on"))
    >>> print(equation)
    on if activator/inhibitor**2 > 1.02
    >>> equation.predict([[2.0, 1.0], [0.5, 1.0]])
    array(['on', 'off'], dtype='<U3')
    """

    expression: Expression
    feature_names: tuple
    threshold: float | None = None
    greater: bool = True
    classes: tuple | None = None
    link: object = None
    undefined_as: bool = False
    table: object = None
    needed_digits: tuple = ()
    constants_: object = field(default=None, compare=False)
    link_of: tuple | None = None
    writings: object = field(default=None, compare=False)
    units: tuple | None = None
    is_never: bool = False

    def __post_init__(self):
        set_field = partial(object.__setattr__, self)
        if not isinstance(self.expression, Expression):
            raise TypeError(f"expression must be an Expression. Got {self.expression!r} instead.")
        set_field("feature_names", resolve_names(self.expression, self.feature_names))
        if self.is_classifier:
            check_finite(threshold=self.threshold)
            set_field("threshold", float(self.threshold))
            classes = (False, True) if self.classes is None else self.classes
            set_field("classes", _check_classes(classes))
        _check_link(self)

    @property
    def is_classifier(self):
        """Whether the equation predicts a class."""
        return self.threshold is not None

    @property
    def prediction(self):
        """The formula with the linear link put in."""
        if isinstance(self.link, LinearLink):
            return tidy(self.link.apply(self.expression))
        return self.expression

    @property
    def complexity(self):
        """Number of nodes of the formula."""
        return self.expression.complexity

    @property
    def unit(self):
        """The unit of the formula and of its threshold, a text; empty without units."""
        if self.units is None:
            return ""
        found = measure(self.expression, self.units)
        is_number = found.is_free and self.is_classifier and abs(self.threshold) == 1.0
        return "" if is_number else str(found.unit)

    def _check_X(self, X):
        if self.table is not None and not self.table.takes(X):
            X = self.table.read(X)
        return check_X(X, len(self.feature_names), self.feature_names, owner="the equation")

    def values(self, X):
        """Compute the formula, without threshold and link.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows; a data frame must have the columns `feature_names`.

        Returns
        -------
        ndarray of shape (n_samples,)
            The values, nan where the formula is undefined.
        """
        return self.expression.evaluate(self._check_X(X))

    def decide(self, X):
        """Tell which rows belong to the second class.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of bool of shape (n_samples,)
            Whether the formula is beyond the threshold; `undefined_as` where it is undefined.
        """
        self._require_classes()
        values = self.values(X)
        return decided(values, self.threshold, self.greater, self.undefined_as)

    def log_odds(self, X):
        """Compute the log-odds of the second class by the link.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            The log-odds, nan where the formula is undefined.
        """
        self._require_classes()
        if self.link is None:
            raise ValueError("log_odds needs a link. Got link=None instead.")
        return self.link.log_odds(self.linked_values(X))

    def linked_values(self, X):
        """Compute what the link takes: the formula, or another with the same boundary.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            The values, nan where undefined.
        """
        formula = self.expression if self.link_of is None else self.link_of[0]
        return formula.evaluate(self._check_X(X))

    def predict(self, X):
        """Predict a class label or, without a threshold, a number.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels from `classes`, or values of `prediction`, nan where it is undefined.
        """
        if self.is_classifier:
            return np.array(self.classes)[self.decide(X).astype(int)]
        return self.prediction.evaluate(self._check_X(X))

    def shown_on(self, X):
        """Return the equation such that text and LaTeX answer on rows as it does.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Rows that it was fitted on, as the formula takes them.

        Returns
        -------
        Equation
            The equation with `needed_digits`.

        Examples
        --------
        >>> import numpy as np
        >>> from skinterp.expression import Equation, parse
        >>> X = 1e6 + np.linspace(-1.0, 1.0, 100).reshape(-1, 1)
        >>> equation = Equation(parse("(x0 - 1000000.25)**2"), ("t",))
        >>> print(equation, equation.shown_on(X), sep=", ")
        (t - 1000000)**2, (t - 1000000.25)**2
        """
        needs = needed_digits(self.prediction, X, self.threshold)
        return replace(self, needed_digits=tuple(needs.items()))

    def _written_on(self, X):
        found = boundary_writings(self.expression, self.threshold, self.greater, X)
        return shown_writings(found, self.feature_names, X)

    def written_as(self, writing):
        """Return the equation in another writing of its boundary, with the same probabilities.

        Parameters
        ----------
        writing : Writing
            One of `writings`.

        Returns
        -------
        Equation
            The equation.
        """
        before = (self.expression, self.threshold) if self.link_of is None else self.link_of
        is_same = writing.expression == before[0]
        return replace(
            self,
            expression=writing.expression,
            threshold=writing.threshold,
            greater=writing.greater,
            needed_digits=writing.needed_digits,
            link_of=None if is_same else before,
            constants_=self.constants_ if writing.expression == self.expression else None,
        )

    def as_ratio(self, X=None):
        """Write the boundary as a ratio without unit, compared with 1.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features) or None, default=None
            Rows on which both must decide alike; None takes what was found on those of the fit.

        Returns
        -------
        Equation
            Positive terms over negative ones, the threshold among them, ``> 1``.

        Raises
        ------
        ValueError
            If there is no such writing (terms of changing sign, say) or no rows are known.

        Examples
        --------
        >>> from skinterp.expression import Equation, parse
        >>> equation = Equation(parse("x0 - 0.5*x1"), ("dose", "weight"), threshold=3.0)
        >>> print(equation.as_ratio([[6.0, 4.0], [4.0, 4.0]]))
        dose/(0.5*weight + 3) > 1
        """
        self._require_classes()
        return self.written_as(self._writings_on(X, "as_ratio").take("ratio"))

    def factored(self, X=None):
        """Write the formula as a product of factors.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features) or None, default=None
            Rows on which both must answer alike; None takes what was found on those of the fit.

        Returns
        -------
        Equation
            A product against a threshold; in regression the same formula, common factors out.

        Raises
        ------
        ValueError
            If there is no such writing, or no rows are known.

        Examples
        --------
        >>> from skinterp.expression import Equation, parse
        >>> print(Equation(parse("x0*x1 - x0*x2"), ("a", "b", "c")).factored())
        a*(b - c)
        """
        if self.is_classifier:
            return self.written_as(self._writings_on(X, "factored").take("product"))
        rows = None if X is None else self._check_X(X)
        return replace(self, expression=factored(self.prediction, rows), link=None)

    def _writings_on(self, X, method):
        if X is not None:
            return self._written_on(self._check_X(X))
        if self.writings is None:
            raise ValueError(
                f"{method} needs rows to look at signs on, for an equation that was not fitted. "
                "Got X=None instead."
            )
        return self.writings

    def _require_classes(self):
        if not self.is_classifier:
            raise ValueError("only an equation with a threshold has classes. Got threshold=None.")
