"""The bases of displays: axes, colours, labels, and export to SVG."""

import re
import textwrap
from abc import ABC, abstractmethod
from collections import defaultdict
from io import StringIO

import numpy as np

from skinterp.utils import import_optional, visible

# Okabe and Ito: told apart with every common colour blindness, and in grey
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "D", "^", "v", "P")  # six, so that seven colours pair anew each round
LIGHT = ("#CFE3F1", "#F8DCC9", "#CDE9DF", "#F3DFEA", "#FAEBCB", "#DDF0FB", "#DDDDDD")
GREY = "#555555"
_HATCHES = (None, "////", "....", "xxxx")  # of areas, and of lines, where colours come again
_LINES = ("-", "--", ":", "-.")


def cycle(values, index):
    """Return the entry of a palette for an index of any size."""
    return values[index % len(values)]


def area_style(colours, index):
    """Return colour and hatching of an area: what differs from those of 27 others."""
    return {"color": cycle(colours, index), "hatch": cycle(_HATCHES, index // len(colours))}


def line_style(index):
    """Return colour and dashes of a line: what differs from those of 27 others."""
    return {"color": cycle(PALETTE, index), "linestyle": cycle(_LINES, index // len(PALETTE))}


def _one_line(text):
    return visible(" ".join(str(text).split()))


def _shortened(text, width):
    half = (width - 1) // 2
    return text if len(text) <= width else f"{text[:half]}…{text[-half:]}"


def label(text, width=40):
    """Return text as it may be drawn: shortened, and with no dollar read as mathematics."""
    return _shortened(_one_line(text), width).replace("$", r"\$")


def labels(texts, width=40):
    """Return texts as labels of one axis: shortened, but different texts stay different."""
    texts = [_one_line(text) for text in texts]
    groups = defaultdict(set)
    for text in texts:
        groups[_shortened(text, width)].add(text)
    drawn = {}
    for short, group in groups.items():
        drawn |= {next(iter(group)): short} if len(group) == 1 else _distinguished(group, width)
    return [drawn[text].replace("$", r"\$") for text in texts]


def _common(texts, whole_words):
    """Return the common begin of texts."""
    n = next((i for i, letters in enumerate(zip(*texts)) if len(set(letters)) > 1), 0)
    return re.sub(r"[^\W_]*$", "", texts[0][:n]) if whole_words else texts[0][:n]


def _distinguished(texts, width, whole_words=True):
    """Return labels by text: the parts that differ, with some of the common begin and end."""
    texts = sorted(texts)
    head = _common(texts, whole_words)
    tail = _common([text[len(head) :][::-1] for text in texts], whole_words)[::-1]
    middles = [text[len(head) : len(text) - len(tail)] for text in texts]
    if whole_words and max(map(len, middles)) > width:
        return _distinguished(texts, width, whole_words=False)
    result = {}
    for text, middle in zip(texts, middles):
        room = max(0, (width - len(middle) - 2) // 2)
        begin = head if len(head) <= room else f"{head[:room]}…"
        end = tail if len(tail) <= room else f"…{tail[len(tail) - room :]}"
        result[text] = f"{begin}{middle}{end}"
    return result


def label_inches(texts):
    """Return about how long the longest of some labels is, drawn along an axis."""
    return 0.085 * max((len(str(text)) for text in texts), default=0)


def beside_each_other(texts, inches):
    """Return the rotation at which labels of an axis of this length overlap no neighbour."""
    return 90 if label_inches(texts) * len(texts) > inches else 0


def few_ticks(ax, inches, most=4):
    """Give the x axis, of so many inches, as many ticks as have labels that stand side by side."""
    ax.ticklabel_format(axis="x", scilimits=(-3, 5))
    for n_bins in range(most, 0, -1):
        ax.locator_params(axis="x", nbins=n_bins, min_n_ticks=1)
        low, high = ax.get_xlim()
        places = [place for place in ax.get_xticks() if low <= place <= high]
        texts = ax.xaxis.get_major_formatter().format_ticks(places)
        if label_inches([" ".join(texts)]) <= inches:
            break
    _fold_offset(ax, places, texts)


def _fold_offset(ax, places, texts):
    """Write a factor or offset of the ticks below the name of the x axis, not across it."""
    offset = ax.xaxis.get_major_formatter().get_offset()
    if offset:
        ax.set_xticks(places, texts)
        sign = "" if offset[0] in "+-\N{MINUS SIGN}" else "\N{MULTIPLICATION SIGN} "
        ax.set_xlabel(f"{ax.get_xlabel()}\n({sign}{offset})")


def along(text, inches):
    """Return a text broken into lines that fit along a side of so many inches."""
    return wrapped(text, max(12, int(inches / 0.1)), max_lines=3)


def legend_inches(n_entries):
    """Return about how high a legend is, with the margins of its figure."""
    return 0.6 + 0.22 * n_entries


def checked_points(points, name="points"):
    """Return points of a plane as an array of shape (n_points, 2), refusing other shapes."""
    points = np.asarray(points, dtype=float)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(
            f"{name} must be of shape (n_points, 2). Got shape {points.shape} instead."
        )
    return points


def check_one_each(values, n, name, of):
    """Refuse values that are not one per thing there is."""
    if len(values) != n:
        raise ValueError(f"{name} must be {n}, one per {of}. Got {len(values)} instead.")


class _Wrapper(textwrap.TextWrapper):
    """Breaks names that are longer than a line after an underscore, or any sign of a formula."""

    def _split(self, text):
        words = super()._split(text)
        parts = ([w] if len(w) <= self.width else re.findall(".[^_*/]*[_*/]*", w) for w in words)
        return [part for word in parts for part in word]


_RELATION = re.compile(r" ([=<>]=?) ")


def lines_of(text, width, **limits):
    """Return a text broken into lines, before names and with numbers beside what they are of."""
    wrapper = _Wrapper(width, break_on_hyphens=False, placeholder=" …", **limits)
    lines = wrapper.wrap(_RELATION.sub("\xa0\\1\xa0", text))
    return [line.replace("\xa0", " ") for line in lines]


def wrapped(text, width=70, max_lines=4):
    """Return a formula broken into lines that fit above a plot."""
    lines = lines_of(visible(str(text)), width, max_lines=max_lines)
    return "\n".join(lines).replace("$", r"\$")


def tidy(ax, grid="both", handles=None):
    """Draw axes without a frame, on a light grid, the legend beside them if there is any.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    grid : {"both", "x", "y"}, default="both"
        Which lines to draw.
    handles : sequence of matplotlib.artist.Artist or None, default=None
        What the legend lists; None is all that has a label.
    """
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(True, axis=grid, color="#DDDDDD", linewidth=0.6)
    ax.set_axisbelow(True)
    handles = handles or ax.get_legend_handles_labels()[0]
    if handles:
        ax.legend(
            handles=handles,
            loc="upper left",
            bbox_to_anchor=(1.02, 1.0),
            borderaxespad=0.0,
            frameon=False,
        )


def title_inches(title):
    """Return the height that a title takes, in inches; 0 without one."""
    return 0.3 if title else 0.0


def write_title(ax, *texts, width=60):
    """Write what there is of some texts above axes, each on lines of its own."""
    lines = [wrapped(text, width, 2) for text in texts if text]
    if lines:
        ax.set_title("\n".join(lines), loc="left", fontsize="medium")


class Display(ABC):
    """Base of displays: a plot of stored numbers, drawn when asked.

    A display stores numbers in `__init__` and implements `figure_size` and `draw`; `plot` and
    `to_svg` follow.

    Examples
    --------
    >>> from skinterp.display import Display
    >>> class SlopesDisplay(Display):
    ...     figure_size = (5.0, 3.0)
    ...
    ...     def __init__(self, slopes, names):
    ...         self.slopes, self.names = slopes, names
    ...
    ...     def draw(self, ax):
    ...         ax.barh(self.names, self.slopes)
    >>> len(SlopesDisplay([0.5, -1.0], ["age", "mass"]).plot().ax_.patches)
    2
    """

    @property
    @abstractmethod
    def figure_size(self):
        """Width and height of a new figure, in inches: a property or a constant of the class."""

    @abstractmethod
    def draw(self, ax):
        """Draw the numbers.

        Parameters
        ----------
        ax : matplotlib.axes.Axes
            Where to draw.
        """

    def plot(self, ax=None):
        """Draw the numbers.

        Parameters
        ----------
        ax : matplotlib.axes.Axes or None, default=None
            Where to draw; a new figure of fitting size by default.

        Returns
        -------
        Display
            The display itself, with attributes `figure_` and `ax_`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        pyplot = import_optional("matplotlib.pyplot", extra="plot", purpose="Plotting")
        if ax is None:
            _, ax = pyplot.subplots(figsize=self.figure_size, layout="constrained")
        self.draw(ax)
        self.figure_, self.ax_ = ax.figure, ax
        return self

    def draw_on(self, figure):
        """Draw the numbers on an empty figure, or part of one.

        Parameters
        ----------
        figure : matplotlib.figure.Figure or SubFigure
            Where to draw.

        Returns
        -------
        sequence of matplotlib.axes.Axes
            The main axes.
        """
        ax = figure.subplots()
        self.draw(ax)
        return [ax]

    def to_svg(self):
        """Draw the numbers as an SVG image, the same text for the same numbers.

        Returns
        -------
        str
            The image; text in it is drawn as outlines, so that it needs no font.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        matplotlib = import_optional("matplotlib", extra="plot", purpose="Plotting")
        module = import_optional("matplotlib.figure", extra="plot", purpose="Plotting")
        figure = module.Figure(figsize=self.figure_size, layout="constrained")
        self.draw_on(figure)
        image = StringIO()
        with matplotlib.rc_context({"svg.hashsalt": "skinterp"}):
            figure.savefig(image, format="svg", metadata={"Date": None})
        return image.getvalue()


class PanelsDisplay(Display):
    """Base of displays that are a figure of several plots; they implement `draw_panels`."""

    @abstractmethod
    def draw_panels(self, figure):
        """Draw the numbers on an empty figure.

        Parameters
        ----------
        figure : matplotlib.figure.Figure
            Where to draw.

        Returns
        -------
        sequence of matplotlib.axes.Axes
            The main axes.
        """

    def draw(self, ax):
        figure = ax.figure
        figure.clear()
        self.draw_panels(figure)

    def draw_on(self, figure):
        return list(self.draw_panels(figure))

    def plot(self, ax=None):
        """Draw the numbers on a new figure.

        Parameters
        ----------
        ax : matplotlib.axes.Axes or None, default=None
            Where to draw; a new figure, as several plots are none on one: see `draw_on`.

        Returns
        -------
        Display
            The display itself, with attributes `figure_` and `axes_`.

        Raises
        ------
        ValueError
            If axes are given.
        ImportError
            If matplotlib is not installed.
        """
        if ax is not None:
            raise ValueError(
                f"ax must be None for {type(self).__name__}, a figure of several plots. "
                f"Got {ax!r} instead: choose one output, or draw on a part of a figure by draw_on."
            )
        pyplot = import_optional("matplotlib.pyplot", extra="plot", purpose="Plotting")
        self.figure_ = pyplot.figure(figsize=self.figure_size, layout="constrained")
        self.axes_ = self.draw_panels(self.figure_)
        return self
