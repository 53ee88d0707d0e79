"""Sections of a report as data: paragraphs, tables and figures, before any format."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from skinterp.report._headline import headline
from skinterp.utils import Registry


class Strong(str):
    """A piece of a paragraph that is emphasised where the format allows it."""

    __slots__ = ()


class Formula(str):
    """A piece of a paragraph that pages typeset; its text stands everywhere else.

    Parameters
    ----------
    text : str
        The formula as text.
    mathml : str
        The same as MathML, with every text from the user escaped.
    """

    def __new__(cls, text, mathml):
        """Return the text, with the markup beside it."""
        made = super().__new__(cls, text)
        made.mathml = mathml
        return made


@dataclass(frozen=True)
class Text:
    """A paragraph.

    Parameters
    ----------
    text : str or tuple of str
        The words; of a tuple, pieces that are `Strong` are emphasised, and `Formula` typeset.
    style : {"plain", "lead", "claim", "caution", "note", "equation", "code", "item", "heading"}, \
default="plain"
        What the paragraph is: "claim" is what a section says in large letters, "code" keeps its
        line breaks, "item" is one of a list, "heading" stands over what follows within a section.
    only : {"page", "terminal"} or None, default=None
        Where it is shown, if not everywhere.
    """

    text: str | tuple
    style: str = "plain"
    only: str | None = None

    @property
    def pieces(self):
        """The pieces of the text."""
        return (self.text,) if isinstance(self.text, str) else self.text


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Parameters
    ----------
    head : sequence of str
        Titles of the columns.
    rows : sequence of sequence of str
        The cells.
    left : tuple of int, default=(0,)
        Columns aligned to the left.
    formulas : tuple of int, default=()
        Columns that hold formulas.
    chosen : int or None, default=None
        The row that stands out.
    only : {"page", "terminal"} or None, default=None
        Where it is shown, if not everywhere.
    """

    head: tuple
    rows: tuple
    left: tuple = (0,)
    formulas: tuple = ()
    chosen: int | None = None
    only: str | None = None


@dataclass(frozen=True)
class Figure:
    """A picture.

    Parameters
    ----------
    display : Display
        What draws it.
    alt : str or None, default=None
        What it shows, for those who do not see it; None is the title of its section.
    """

    display: object
    alt: str | None = None
    only = "page"


@dataclass(frozen=True)
class Section:
    """A section of a report.

    Parameters
    ----------
    title : str
        Its heading on a page.
    parts : tuple of Text, Table or Figure
        What it shows, in this order.
    data : dict, default={}
        What it adds to the JSON, plain numbers and texts.
    printed : str or None, default=None
        Its heading on a terminal; None is not printed.
    leads : bool, default=False
        Whether a page shows it before all others, words beside pictures, never folded.
    """

    title: str
    parts: tuple = ()
    data: dict = field(default_factory=dict)
    printed: str | None = None
    leads: bool = False

    @property
    def tables(self):
        """The tables."""
        return tuple(part for part in self.parts if isinstance(part, Table))

    @property
    def figures(self):
        """The figures."""
        return tuple(part for part in self.parts if isinstance(part, Figure))

    @property
    def notes(self):
        """The notes."""
        return tuple(part for part in self.parts if getattr(part, "style", "") == "note")


@dataclass(frozen=True)
class Findings:
    """What a report is made from.

    Parameters
    ----------
    comparison : SurrogateComparison
        The surrogates and their scores.
    importances : ImportanceComparison or None, default=None
        Importances of the inputs by several methods.
    title : str, default="How the network decides"
        Heading.
    lead : tuple of str, default=()
        Paragraphs under the heading: data, network, its accuracy.
    footer : tuple of str, default=()
        Lines at the end: versions, seed, the call.
    columns : tuple, default=()
        What was made of the columns of the user's table: each has a `name`, a `kind`, `gaps`,
        what it is `read_as`, `remarks`, and why it is `left_out`.
    rows : array-like or data frame of shape (n_samples, n_features) or None, default=None
        Rows on which inputs are ranked and answers drawn.
    told_rows : tuple, default=()
        Single rows explained: each has `parts`, of a section, and `to_dict`.
    few_rows : callable, default=tuple
        Returns rows that were chosen to show how the network decides, when a page or JSON asks.

    Attributes
    ----------
    headline : Headline
        What a report says first.
    """

    comparison: object
    importances: object = None
    title: str = "How the network decides"
    lead: tuple = ()
    footer: tuple = ()
    columns: tuple = ()
    rows: object = None
    told_rows: tuple = ()
    few_rows: Callable = tuple

    @cached_property
    def headline(self):
        """What a report says first."""
        return headline(self)


@dataclass(frozen=True)
class ReportSection:
    """A section that reports, the command line and its JSON have.

    Parameters
    ----------
    name : str
        Its name.
    build : callable
        ``build(findings)`` returns the `Section` objects, none where there is nothing to show.
    position : float, default=100
        Its place on a page.
    printed_at : float or None, default=None
        Its place on a terminal; None is `position`.
    is_printed : bool, default=True
        Whether a terminal may show it; of what takes long, and is not shown there, it is not
        built then.

    Examples
    --------
    >>> from skinterp.report import SECTIONS, ReportSection, Section, Text, register_section
    >>> def thanks(findings):
    ...     return [Section("Thanks", (Text("To all who measured."),))]
    >>> section = register_section(ReportSection("thanks", thanks))
    >>> SECTIONS.unregister("thanks")
    """

    name: str
    build: Callable
    position: float = 100
    printed_at: float | None = None
    is_printed: bool = True


SECTIONS = Registry("report section", ReportSection, ["skinterp.report.sections"])
register_section = SECTIONS.register


def build_sections(findings, *, for_terminal=False):
    """Return the sections of a report in their order.

    Parameters
    ----------
    findings : Findings
        What was found.
    for_terminal : bool, default=False
        Whether to order, and to choose, them for a terminal.

    Returns
    -------
    list of Section
        The sections.
    """
    records = list(SECTIONS.values())
    if for_terminal:
        records.sort(key=lambda r: r.position if r.printed_at is None else r.printed_at)
    records = [r for r in records if r.is_printed or not for_terminal]
    sections = [section for record in records for section in record.build(findings)]
    return [s for s in sections if s.printed is not None] if for_terminal else sections
