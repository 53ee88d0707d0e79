"""What equations write: text, LaTeX, sympy and code, in the user's columns."""

from dataclasses import replace

import numpy as np

from skinterp.expression._digits import Digits
from skinterp.expression._exporters import EXPORTERS
from skinterp.expression._names import latex_name
from skinterp.utils import DIGITS, round_to_digits

_MAX_SHIFT = 0.05


class Exported:
    """The exports of an equation."""

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

    @property
    def class_text(self):
        """How the class is named in front of its condition; empty for False and True, 0 and 1."""
        if not self.is_classifier or set(self.classes) == {0, 1}:
            return ""
        return f"{self.classes[1]} if "

    @property
    def statement(self):
        """The equation as a sentence that names its class, whatever the classes are called."""
        if not self.is_classifier:
            return self.format()
        if not self.is_never:
            return f"{self.classes[1]} if {self.format()}"
        formula = replace(self, threshold=None, classes=None, link=None).format()
        course = "rise" if self.greater else "fall"
        return f"{self.classes[1]}: log-odds nowhere above 0; they {course} with {formula}"

    def __str__(self):
        return self.statement if self.is_never else f"{self.class_text}{self.format()}"

    def __repr__(self):
        return f"<Equation {self}>"

    def _repr_latex_(self):
        label = latex_name(self.class_text.removesuffix(" if ")) if self.class_text else ""
        before = f"{label} \\ \\mathrm{{if}}\\ " if label else ""
        after = r"\quad\mathrm{(met\ by\ no\ row)}" if self.is_never else ""
        return f"${before}{self.to_latex()}{after}$"

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

    def to_mathml(self, digits=4):
        """Write the equation as MathML, for pages.

        Parameters
        ----------
        digits : int or None, default=4
            Significant digits, as in `format`.

        Returns
        -------
        str
            ``<math>`` elements, one a term of the outermost sum, names as escaped text.
        """
        return self.export("mathml", digits=digits)

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
        if digits is None or self.link is None or self.link_of is not None:
            return digits
        exact = self.link.log_odds([self.threshold])
        for enough in range(digits, 17):
            rounded = round_to_digits(self.threshold, enough)
            if np.abs(self.link.log_odds([rounded]) - exact) <= _MAX_SHIFT:
                return enough
        return None
