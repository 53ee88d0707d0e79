"""What one call finds out about a network."""

from dataclasses import dataclass, replace
from functools import cached_property

import skinterp
from skinterp.base import explains
from skinterp.explanation._few_rows import few_rows
from skinterp.explanation._row import explain_row
from skinterp.explanation._saved import SCHEMA, SavedExplanation, Shown, plain
from skinterp.report import Findings, render_page, render_text, report_data
from skinterp.table import as_table


def _saved_or_refused(found, name):
    """Return a form as JSON, or why it is none."""
    try:
        return found.form(name).to_dict()
    except ValueError as error:
        return {"refused": str(error)}


@dataclass(frozen=True, eq=False, repr=False)
class Explanation(Shown):
    """What one call finds out about a network, as :func:`skinterp.explain` returns it.

    Printed it is the report as plain text, in a notebook the report as a page.

    Parameters
    ----------
    comparison : SurrogateComparison
        The surrogates, fitted on all rows, and their scores on held-out ones.
    importances : ImportanceComparison or None
        Importances of the inputs by several methods, if they were asked for and are finished.
    title : str
        Heading of the report.
    about : tuple of str
        Sentences on rows and network.
    notes : tuple of str, default=()
        Classes with few rows; forms that are left out, and why.
    unfinished : tuple of str, default=()
        What an interruption left out.
    footer : tuple of str, default=()
        Last lines of the report: versions, seed.
    columns : tuple, default=()
        What was made of the columns of a file; see `skinterp.report.Findings`.
    rows : array-like or data frame of shape (n_samples, n_features) or None, default=None
        The rows, which pictures are drawn over.
    told_rows : tuple of RowExplanation, default=()
        Single rows that the report explains.
    targets : ndarray of shape (n_samples,) or None, default=None
        Targets of the rows, by which the report finds misjudged ones.

    Attributes
    ----------
    network : Network
        The network explained.
    findings : Findings
        What the report is made from.
    headline : Headline
        What the report says first: which form, how faithful, which inputs.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skinterp import default_network, explain
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> network = default_network("multiclass", random_state=0).fit(X, y)
    >>> found = explain(network, X, y, forms=["tree", "linear"], importances=False, cv=2)
    >>> list(found.comparison.estimators), found.unfinished
    (['tree', 'linear'], ())
    >>> sorted(found.to_dict()["surrogates"])
    ['linear', 'tree']
    """

    comparison: object
    importances: object
    title: str
    about: tuple
    notes: tuple = ()
    unfinished: tuple = ()
    footer: tuple = ()
    columns: tuple = ()
    rows: object = None
    told_rows: tuple = ()
    targets: object = None

    @property
    def network(self):
        """The network explained."""
        return self.comparison.network

    @cached_property
    def findings(self):
        """What the report is made from."""
        first, *more = self.about
        lead = (first, *self.comparison.cautions, *more, *self.notes, *self.unfinished)
        last = self.footer, self.columns, self.rows, self.told_rows
        chosen = lambda: self.few_rows  # noqa: E731
        return Findings(self.comparison, self.importances, self.title, lead, *last, chosen)

    @cached_property
    def few_rows(self):
        """Typical, borderline and misjudged rows, explained, that the page shows."""
        if self.rows is None:
            return ()
        return few_rows(self.comparison, self.headline.form, as_table(self.rows), self.targets)

    @property
    def headline(self):
        """What the report says first."""
        return self.findings.headline

    def told(self, *, about, footer=None, columns=()):
        """Return the explanation with other words about rows and network.

        Parameters
        ----------
        about : sequence of str
            Sentences on rows and network.
        footer : sequence of str or None, default=None
            Last lines of the report; None keeps them.
        columns : sequence, default=()
            What was made of the columns.

        Returns
        -------
        Explanation
            The same findings.
        """
        footer = self.footer if footer is None else tuple(footer)
        return replace(self, about=tuple(about), footer=footer, columns=tuple(columns))

    def row(self, x):
        """Explain one row: every answer, terms and paths behind it, what each input adds.

        Parameters
        ----------
        x : int, array-like of shape (n_features,), dict, Series or data frame of one row
            An index into the rows of the explanation, or any row, such as one of them with a cell
            changed.

        Returns
        -------
        RowExplanation
            Prints itself as tables; ``found.with_rows(x)`` adds them to the report.

        Raises
        ------
        ValueError
            If x is no row of as many cells.
        """
        return explain_row(self.comparison, x, self.rows)

    def with_rows(self, *rows):
        """Return the explanation with rows explained in its report.

        Parameters
        ----------
        *rows : int, array-like, dict, Series or data frame of one row
            As `row` takes them.

        Returns
        -------
        Explanation
            The same findings.
        """
        return replace(self, told_rows=tuple(map(self.row, rows)))

    def form(self, name):
        """Return a form as a value that answers without estimator and network.

        Parameters
        ----------
        name : str
            Its name, a key of ``comparison.estimators``.

        Returns
        -------
        SavedForm
            The form: `predict`, and `predict_proba` of a classifier; it is what `save` writes.

        Raises
        ------
        ValueError
            If there is no such form, or it writes nothing that answers alone.
        """
        known = self.comparison.estimators
        if name not in known:
            names = ", ".join(map(repr, known))
            raise ValueError(f"name must be one of {names}. Got {name!r} instead.")
        return explains(known[name]).saved_form(known[name])

    def _programs(self):
        forms = {name: _saved_or_refused(self, name) for name in self.comparison.estimators}
        dates = {c.name: list(c.since) for c in self.columns if getattr(c, "since", None)}
        return {"forms": forms, "dates": dates}

    def to_dict(self):
        """Return what was found as plain numbers and texts, for JSON.

        Returns
        -------
        dict
            "schema", the version of what follows (see ``docs/explanation.md``), "skinterp",
            "title", "about", "unfinished", and what the sections of the report say: "scores",
            "notes", "surrogates", "importances" and more.
        """
        said = plain(report_data(self.findings))
        return {
            "schema": SCHEMA,
            "skinterp": skinterp.__version__,
            "title": self.title,
            "about": list(self.findings.lead),
            "unfinished": list(self.unfinished),
            **said,
        }

    def to_html(self):
        """Return the report as a page without external resources.

        Returns
        -------
        str
            HTML.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        return render_page(self.findings)

    @staticmethod
    def load(path):
        """Read a file that `save` wrote.

        Parameters
        ----------
        path : str or Path
            The file.

        Returns
        -------
        SavedExplanation
            What was said and shown; network, surrogates and rows are not in the file.

        Raises
        ------
        OSError
            If the file cannot be read.
        ValueError
            If it is none that `save` wrote, or of another schema.
        """
        return SavedExplanation.load(path)

    def __str__(self):
        return render_text(self.findings)
