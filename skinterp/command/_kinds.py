"""What the columns of a table are: numbers, yes/no, dates, categories."""

import re
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace

import numpy as np

from skinterp.command._columns import Column, category_text, listed
from skinterp.command._commands import BadCall
from skinterp.command._files import pandas_of
from skinterp.command._numerals import are_codes, choose_mark, is_number, to_floats
from skinterp.command._texts import MAYBE_MISSING, Texts
from skinterp.utils import digits_within, needed_text

WORDS = (("no", "yes"), ("n", "y"), ("false", "true"), ("f", "t"), ("off", "on"))
MOSTLY, FEW_NUMBERS = 0.8, 20  # of numbers with other texts among them
_UNITS = ((72 * 3600, "days", 86400.0), (3 * 3600, "hours", 3600.0), (0, "seconds", 1.0))
_SIGNS = "%‰€$£¥"
_DAYS = r"\d{1,2}"
_DATES = (  # how dates are written, and the formats that may be meant
    (r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?", ("ISO8601",)),
    (r"\d{4}/\d{1,2}/\d{1,2}", ("%Y/%m/%d",)),
    (rf"{_DAYS}\.{_DAYS}\.\d{{4}}", ("%d.%m.%Y",)),
    (rf"{_DAYS}\.{_DAYS}\.\d{{4}} \d{{1,2}}:\d{{2}}", ("%d.%m.%Y %H:%M",)),
    (rf"{_DAYS}/{_DAYS}/\d{{4}}", ("%d/%m/%Y", "%m/%d/%Y")),
    (rf"{_DAYS}/{_DAYS}/\d{{4}} \d{{1,2}}:\d{{2}}", ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M")),
    (rf"{_DAYS}-{_DAYS}-\d{{4}}", ("%d-%m-%Y", "%m-%d-%Y")),
    (rf"{_DAYS}[- ][A-Za-z]{{3}}[- ]\d{{4}}", ("%d-%b-%Y", "%d %b %Y")),
    (rf"[A-Za-z]{{3,9}} {_DAYS}, \d{{4}}", ("%b %d, %Y", "%B %d, %Y")),
)
_DATE_PATTERNS = tuple((re.compile(pattern), formats) for pattern, formats in _DATES)


# ---- a function per kind: a column, or None where the texts are of another kind ----


def _mark(texts, settings):
    """Return the decimal mark of a column of numbers."""
    found = texts.numerals
    if settings.decimal is not None:
        return settings.decimal if settings.decimal in found.marks else None
    mark = choose_mark(found, settings.marks, settings.separator)
    if mark is None:
        example = found.example
        point, comma = (to_floats([example], m)[0] for m in (".", ","))
        raise BadCall(
            f"Column {texts.name!r}: {example!r} is {point:g} with a decimal point and {comma:g} "
            "with a decimal comma. Say which is meant by --decimal . or --decimal ,"
        )
    return mark


def _with_sign(texts, settings):
    """Return a column of numbers that all bear the same sign, such as %, as numbers."""
    sign = next((s for s in _SIGNS if all(s in text for text in texts.present)), None)
    if not texts.present or sign is None:
        return None
    bare = copy(texts)
    bare.__dict__.pop("numerals", None)
    bare.present = [text.strip(sign + " \u00a0") for text in texts.present]
    mark = _mark(bare, settings) if bare.numerals.marks else None
    if mark is None:
        return None
    values = to_floats(bare.present, mark)
    _check_finite(texts.name, values, bare.present)
    values = texts.values(dict(zip(texts.present, values)), np.float64)
    return replace(_number_column(texts.name, values, settings).said(f"in {sign}"), texts=texts)


def _numbers(texts, settings, must=False):
    if not texts.numerals.marks:
        return _with_sign(texts, settings) or _not_numbers(texts, settings, must)
    mark, present = _mark(texts, settings), texts.present
    if mark is None or (are_codes(present) and not must):
        return _not_numbers(texts, settings, must) if must else None
    values = to_floats(present, mark)
    _check_finite(texts.name, values, present)
    values = texts.values(dict(zip(present, values)), np.float64)
    column = _number_column(texts.name, values, settings)
    if mark == "," and texts.numerals.marks == (",",):
        column = column.said("decimal comma")
    elif texts.numerals.example is not None and mark not in texts.numerals.example:
        example = texts.numerals.example
        column = column.said(f"{example!r} read as {to_floats([example], mark)[0]:g}")
    return replace(column, texts=texts)


def _check_finite(name, values, cells):
    """Refuse numbers that are not finite, naming the first one as it is written."""
    infinite = np.flatnonzero(np.isinf(values))
    if len(infinite):
        cell = cells[int(infinite[0])]
        raise BadCall(
            f"Column {name!r}: a finite number is needed. Got {cell} instead; --missing={cell} "
            "takes it as missing."
        )


def _not_numbers(texts, settings, must):
    """Refuse numbers with a few other texts among them, or asked for."""
    present = texts.present
    mark = settings.decimal
    others = [text for text in present if not is_number(text, mark)]
    if not others and not must and present and mark is None:
        point = next(text for text in present if not is_number(text, ","))
        comma = next(text for text in present if not is_number(text, "."))
        raise BadCall(
            f"Column {texts.name!r} writes numbers in two ways: {point!r} and {comma!r}. Make "
            f"them one, or leave the column out by --drop {texts.name}."
        )
    numbers = set(present) - set(others)
    is_most = texts.count(numbers) >= MOSTLY * texts.count(present)
    if must or (others and is_most and len(numbers) > FEW_NUMBERS):
        wrong = others or present
        raise BadCall(
            f"Column {texts.name!r}: numbers are needed. Got {listed(map(repr, wrong))} in "
            f"{texts.count(wrong)} of {len(texts.codes)} rows instead; --missing takes such texts "
            f"as missing, --categories {texts.name} the column as texts, --drop {texts.name} "
            "leaves it out."
        )


def _end(value, values):
    """Write an end of a range, within a thousandth of it."""
    return needed_text(value, 6, digits_within(value, 1e-3 * np.ptp(values)))


def _number_column(name, values, settings):
    markers = [to_floats([t], ".")[0] for t in settings.missing if is_number(t, ".")]
    values = np.where(np.isin(values, markers), np.nan, values)
    found = values[~np.isnan(values)]
    whole = "whole numbers" if len(found) and (found == np.round(found)).all() else "numbers"
    spread = (
        f" from {_end(found.min(), found)} to {_end(found.max(), found)}" if len(found) else ""
    )
    column = Column(name, "numbers", values, f"{whole}{spread}")
    if len(found) and np.abs(found).max() >= 2**53:
        return column.said("beyond 2^53 neighbouring numbers are the same")
    return column


def _yes_no(texts, settings):
    present = texts.present
    words = [text.casefold() for text in present]
    pair = next((pair for pair in WORDS if set(words) == set(pair)), None)
    if pair is None:
        return None
    counts = [texts.count({t for t in present if t.casefold() == word}) for word in pair]
    by_word = {t.casefold(): t for t in reversed(present)}
    meanings = {text: by_word[text.casefold()] for text in present}
    read_as = f"yes/no: {by_word[pair[1]]} in {counts[1]} of {sum(counts)} rows"
    return Column(texts.name, "yes/no", texts.values(meanings), read_as, texts=texts)


def _parsed(texts, form):
    """Return texts as times of a format in UTC; None if one is no such date."""
    pandas = pandas_of()
    try:
        found = pandas.to_datetime(pandas.Series(texts, dtype=object), format=form, utc=True)
    except (ValueError, OverflowError):
        return None
    return found


def _dates(texts, settings):
    present, form = texts.present, settings.date_format
    if not present:
        return None
    pattern, formats = next(
        ((p, f) for p, f in _DATE_PATTERNS if p.fullmatch(present[0])), (None, ())
    )
    if form is None and (not formats or not all(map(pattern.fullmatch, present))):
        return None
    fits = {f: _parsed(present, f) for f in (formats if form is None else (form,))}
    fits = {f: times for f, times in fits.items() if times is not None}
    times = list(fits.values())
    if not fits:
        return None
    if any((other != times[0]).any() for other in times[1:]):
        raise BadCall(
            f"Column {texts.name!r}: dates such as {present[0]!r} may be written as "
            f"{' or as '.join(fits)}. Say which by --date-format, or leave it out by --drop "
            f"{texts.name}."
        )
    meanings = dict(zip(present, times[0]))
    return replace(date_column(texts.name, texts.values(meanings)), texts=texts)


def date_column(name, times):
    """Return dates as numbers in a unit that suits their range.

    Parameters
    ----------
    name : str
        Name of the column.
    times : array-like of shape (n_rows,)
        Times; NaT or NaN where missing.

    Returns
    -------
    Column
        The column of the time since the first one.
    """
    pandas = pandas_of()
    times = pandas.Series(pandas.to_datetime(pandas.Series(times), utc=True))
    first, span = times.min(), (times.max() - times.min()).total_seconds()
    if (times.dropna() == times.dropna().dt.normalize()).all():
        span = np.inf  # dates without times
    unit, seconds = next((unit, s) for least, unit, s in _UNITS if span >= least)
    since = first.date() if first == first.normalize() else first.strftime("%Y-%m-%d %H:%M:%S")
    values = (times - first).dt.total_seconds().to_numpy(dtype=np.float64) / seconds
    epoch, day = pandas.Timestamp(0, tz="UTC"), pandas.Timedelta(days=1)
    days = ((times - epoch) / day).to_numpy(dtype=np.float64)
    zero = float((first - epoch) / day), seconds / 86400
    read_as = f"dates, as {unit} since {since}"
    return Column(name, "dates", values, read_as, days=days, since=zero)


def _categories(texts, settings):
    present = texts.levels if texts.present else []
    values = texts.values(dict(zip(present, present)))
    kept = [text for text in present if text.casefold() in MAYBE_MISSING]
    column = Column(texts.name, "categories", values, category_text(present), texts=texts)
    for text in kept if settings.default_missing and len(present) > len(kept) else ():
        column = column.said(
            f"{text!r} ({texts.count({text})} rows) is a level; --missing {text} makes it missing"
        )
    return column


@dataclass(frozen=True)
class Kind:
    """A kind of columns.

    Parameters
    ----------
    name : str
        Its name.
    read : callable
        ``read(texts, settings)`` returns a `Column`, or None where the texts are of another kind.
    """

    name: str
    read: Callable


KINDS = (
    Kind("numbers", _numbers),
    Kind("yes/no", _yes_no),
    Kind("dates", _dates),
    Kind("categories", _categories),
)


def _typed(name, cells, settings):
    """Return a column that its file says the type of; None where it holds texts."""
    pandas, types = pandas_of(), pandas_of().api.types
    if types.is_datetime64_any_dtype(cells.dtype) and cells.notna().any():
        return date_column(name, cells)
    if types.is_bool_dtype(cells.dtype) or not types.is_numeric_dtype(cells.dtype):
        return None
    values = pandas.Series(cells).to_numpy(dtype=np.float64, na_value=np.nan)
    _check_finite(name, values, values.tolist())
    return _number_column(name, values, settings)


def _is_text(cells):
    return cells.dtype == object or str(cells.dtype) in ("str", "string", "bool", "boolean")


def read_column(name, cells, settings, kind=None, texts=None):
    """Find out what a column is.

    Parameters
    ----------
    name : str
        Its name.
    cells : pandas.Series
        Its cells.
    settings : Settings
        How columns are read.
    kind : {"numbers", "categories"} or None, default=None
        What it must be; None finds it out.
    texts : Texts or None, default=None
        Its texts, if they are known.

    Returns
    -------
    Column
        The column.

    Raises
    ------
    BadCall
        If it is not of that kind, or cannot be read without guessing.
    """
    is_category = str(cells.dtype) == "category"
    kind = "categories" if is_category and kind is None else kind
    column = None if kind == "categories" or is_category else _typed(name, cells, settings)
    if column is not None:
        return column
    texts = Texts(name, cells.astype(object), settings) if texts is None else texts
    if kind == "numbers":
        return _numbers(texts, settings, must=True)
    if kind == "categories":
        return _categories(texts, settings)
    return next(c for k in KINDS if (c := k.read(texts, settings)) is not None)


class ColumnReader:
    """What finds out, once, what the columns of a table are.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table.
    settings : Settings
        How columns are read; the decimal marks that some columns certainly have are found here.
    kinds : dict of str to str, default={}
        What columns must be, by name.
    """

    def __init__(self, frame, settings, kinds=None):
        self.frame, self.kinds = frame, kinds or {}
        self.texts = {
            name: Texts(name, frame[name].astype(object), settings)
            for name in frame
            if _is_text(frame[name])
        }
        marks = frozenset(found.numerals.certain for found in self.texts.values()) - {None}
        self.settings = replace(settings, marks=marks)

    def read(self, names, kinds=None):
        """Return columns.

        Parameters
        ----------
        names : sequence of str
            Their names.
        kinds : dict of str to str or None, default=None
            What they must be, by name, beside what is known.

        Returns
        -------
        list of Column
            The columns.
        """
        kinds = self.kinds | (kinds or {})
        return [
            read_column(n, self.frame[n], self.settings, kinds.get(n), self.texts.get(n))
            for n in names
        ]
