"""A fitted formula in the user's columns, with its threshold, classes and exports."""

from dataclasses import dataclass, field, replace
from functools import partial
from numbers import Real

import numpy as np

from skinterp.expression._digits import Digits, needed_digits
from skinterp.expression._exporters import EXPORTERS
from skinterp.expression._links import IsotonicLink, LinearLink, LogisticLink, check_finite
from skinterp.expression._names import resolve_names
from skinterp.expression._nodes import Expression
from skinterp.expression._rewrite import tidy
from skinterp.utils import DIGITS, check_X, round_to_digits

_MAX_SHIFT = 0.05


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
class Equation:
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
        The constants with their intervals, where labels were there to give them.

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
    activator/inhibitor**2 > 1.02
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
        beyond = values > self.threshold if self.greater else values < self.threshold
        return np.where(np.isnan(values), self.undefined_as, beyond)

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
        return self.link.log_odds(self.values(X))

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

    def export(self, language, **options):
        """Write the equation in a language.

        Parameters
        ----------
        language : str
            Name of an exporter, a key of `EXPORTERS`.
        **options : dict
            Options of the exporter, those of `to_<language>` where there is such a method.

        Returns
        -------
        object
            What the exporter writes, text in most languages.

        Raises
        ------
        ValueError
            If there is no such exporter, or an operator has no notation in the language.
        """
        exporter = EXPORTERS.find(language, "language")
        if exporter.rounds:
            options["digits"] = Digits(options.get("digits", DIGITS), dict(self.needed_digits))
        if self.is_classifier:
            return exporter.write_classifier(self, **options)
        if self.table is not None and exporter.takes_table:
            options["table"] = self.table
        return exporter.write(self.prediction, self.feature_names, **options)

    def format(self, digits=4):
        """Write the equation as text in the user's names.

        Parameters
        ----------
        digits : int or None, default=4
            Significant digits of the numbers shown, at least; None for all. Numbers get more
            where the values or the decisions on the rows of the fit need them (`shown_on`), the
            threshold where rounding would shift the log-odds by more than 0.05.

        Returns
        -------
        str
            A formula, or a comparison of one with the threshold.
        """
        return self.export("text", digits=digits)

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

    def __str__(self):
        return self.format()

    def __repr__(self):
        return f"<Equation {self}>"

    def _repr_latex_(self):
        return f"${self.to_latex()}$"

    def to_latex(self, digits=4):
        """Write the equation as LaTeX for mathematics mode.

        Parameters
        ----------
        digits : int or None, default=4
            Significant digits, as in `format`.

        Returns
        -------
        str
            The LaTeX source.
        """
        return self.export("latex", digits=digits)

    def to_sympy(self):
        """Convert to sympy.

        Returns
        -------
        sympy.Basic
            An inequality for a classifier, an expression otherwise.
        """
        return self.export("sympy")

    def to_python(self):
        """Write a stand-alone Python module that needs NumPy only.

        Returns
        -------
        str
            Source of ``predict(X)``; for a classifier of ``value(X)``, the formula, too.
        """
        return self.export("python")

    def to_c(self):
        """Write C99 functions of one row.

        Returns
        -------
        str
            Source of ``double predict(const double *x)`` or, for a classifier, of
            ``double value(const double *x)`` and ``int predict(const double *x)``, which gives
            the index in `classes`.
        """
        return self.export("c")

    def to_sql(self, value=False):
        """Write a SQL expression over the user's columns.

        Parameters
        ----------
        value : bool, default=False
            Whether a classifier gives its formula instead of the class label.

        Returns
        -------
        str
            The SQL expression.
        """
        return self.export("sql", value=value)

    @property
    def sign(self):
        """The comparison with the threshold that the second class meets, as text."""
        return ">" if self.greater else "<"

    @property
    def opposite_sign(self):
        """The comparison with the threshold that the first class meets, as text."""
        return "<=" if self.greater else ">="

    def condition(self, value, negation):
        """Write code that is true for the second class, and as `undefined_as` says for nan.

        Parameters
        ----------
        value : str
            Code of the formula's value.
        negation : str
            Operator of the language that negates a comparison.

        Returns
        -------
        str
            The code.
        """
        if self.undefined_as:
            return f"{negation}({value} {self.opposite_sign} {self.threshold!r})"
        return f"{value} {self.sign} {self.threshold!r}"

    def threshold_digits(self, digits):
        """Return how many digits of the threshold must be shown to keep the log-odds.

        Parameters
        ----------
        digits : Digits
            Significant digits wanted.

        Returns
        -------
        int or None
            As many, or more where rounding would shift the log-odds by more than 0.05.
        """
        digits = digits.of(self.threshold)
        if digits is None or self.link is None:
            return digits
        exact = self.link.log_odds([self.threshold])
        for enough in range(digits, 17):
            rounded = round_to_digits(self.threshold, enough)
            if np.abs(self.link.log_odds([rounded]) - exact) <= _MAX_SHIFT:
                return enough
        return None

    def _require_classes(self):
        if not self.is_classifier:
            raise ValueError("only an equation with a threshold has classes. Got threshold=None.")
