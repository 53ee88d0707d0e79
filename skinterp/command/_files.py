"""Tables from files, as they are written: texts from CSV, typed columns from Parquet and Excel."""

import bz2
import csv
import gzip
import io
import lzma
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from skinterp.command._commands import BadCall
from skinterp.utils import import_optional

_OPENERS = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_PARQUET, SEED = (".parquet", ".pq"), 0
_SEPARATORS = (",", ";", "\t", "|")
_SAMPLE, _SAMPLE_ROWS = 200_000, 500  # characters and records that tell the separator
_ENCODINGS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_DAMAGES = (OSError, EOFError, KeyError, ValueError, zlib.error, lzma.LZMAError)


@dataclass(frozen=True)
class RawTable:
    """A table as its file holds it.

    Parameters
    ----------
    frame : pandas.DataFrame
        The cells: texts, or what a typed format holds.
    separator : str or None, default=None
        What stands between the cells of a text file; None for typed formats.
    notes : tuple of str, default=()
        What was assumed about the file.
    """

    frame: object
    separator: str | None = None
    notes: tuple = ()


def pandas_of():
    """Return pandas, or say which extra installs it.

    Returns
    -------
    module
        pandas.
    """
    return import_optional("pandas", extra="plot", purpose="Reading a table")


def read_table(path, separator=None, max_rows=None):
    """Read a table from a file.

    Parameters
    ----------
    path : str or Path
        A Parquet or Excel file, or a folder of Parquet files; any other name is read as text (CSV,
        TSV), compressed or not.
    separator : str or None, default=None
        What stands between the cells of a text file; None finds it out.
    max_rows : int or None, default=None
        Most rows to take; of more, some are drawn at random, of Parquet files without
        holding all of them. None takes all.

    Returns
    -------
    RawTable
        The cells.

    Raises
    ------
    BadCall
        If the file cannot be read, is empty, has no rows, repeats a column name, or has a line of
        another length.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if not path.exists():
        raise BadCall(f"{path} cannot be read: No such file.")
    if path.is_dir():
        if not any(_parquet_files(path)):
            raise BadCall(f"{path} cannot be read: Is a directory without Parquet files.")
        table = _read_parquet(path, max_rows)
    elif suffix in _PARQUET:
        table = _read_parquet(path, max_rows)
    else:
        table = _TYPED[suffix](path) if suffix in _TYPED else _read_text(path, separator)
    _check_header(path, list(table.frame.columns))
    n_rows = len(table.frame)
    if not n_rows:
        raise BadCall(f"{path} has a header line but no rows.")
    if max_rows is None or n_rows <= max_rows:
        return table
    frame = table.frame.iloc[drawn_rows(n_rows, max_rows)].reset_index(drop=True)
    return replace(table, frame=frame, notes=(*table.notes, _drawn_note(n_rows, max_rows)))


def drawn_rows(n_rows, most):
    """Return which rows of a table are taken, the same ones every time.

    Parameters
    ----------
    n_rows : int
        Rows that there are.
    most : int
        Rows to take.

    Returns
    -------
    ndarray of int
        Their numbers, rising.
    """
    return np.sort(np.random.default_rng(SEED).choice(n_rows, min(most, n_rows), replace=False))


def _drawn_note(n_rows, most):
    return f"{most:,} of {n_rows:,} rows, drawn at random, are used (--max-rows)."


def _check_header(path, names):
    repeated = [name for name, count in Counter(names).items() if count > 1 and name]
    if repeated:
        raise BadCall(f"{path} has columns of the same name: {repeated}. Rename them.")
    if names.count("") > 1:
        raise BadCall(f"{path} has {names.count('')} columns without a name. Name them.")


def _refuse(path, what, error):
    reason = getattr(error, "strerror", None) or " ".join(str(error).split())[:200]
    raise BadCall(f"{path} is not {what} that can be read: {reason}.") from error


# ---- text ---------------------------------------------------------------------------------------


def _text_of(path):
    """Return the text of a file, and a note if it is not in Unicode."""
    try:
        with _OPENERS.get(path.suffix.lower(), open)(path, "rb") as file:
            content = file.read()
    except _DAMAGES as error:
        raise BadCall(f"{path} cannot be read: {getattr(error, 'strerror', error)}.") from error
    encoding = next((e for mark, e in _ENCODINGS.items() if content.startswith(mark)), "utf-8")
    if b"\0" in content and encoding != "utf-16":
        raise BadCall(
            f"{path} is no table of text. Got a binary file instead; CSV, TSV, Parquet (.parquet) "
            "and Excel (.xlsx) files can be read."
        )
    try:
        return content.decode(encoding), ()
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            _refuse(path, f"a text in {encoding}", error)
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        _refuse(path, "a CSV file in UTF-8", error)
    return text, ("The file is not in UTF-8: its texts are read as Windows-1252.",)


def _records(text, separator):
    """Yield the number of the last line and the cells of every record that is not blank."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=separator != "\t"
    )
    for row in reader:
        if len(row) > 1 or (row and row[0].strip()):
            yield reader.line_num, row


def _width(sample, separator, is_whole):
    """Return the number of cells of every record of a sample; 0 where they differ."""
    rows = list(islice(_records(sample, separator), _SAMPLE_ROWS))
    if not is_whole and 1 < len(rows) < _SAMPLE_ROWS:
        rows.pop()  # may be cut off
    widths = {len(row) for _, row in rows}
    return widths.pop() if len(widths) == 1 else 0


def find_separator(text):
    """Return what stands between the cells of a text.

    Parameters
    ----------
    text : str
        The text, a header line first.

    Returns
    -------
    str
        The separator under which all lines have the same number of cells; if there is none, the
        one that is most frequent in the header.

    Raises
    ------
    BadCall
        If there are several.
    """
    sample, is_whole = text[:_SAMPLE], len(text) <= _SAMPLE
    fitting = [s for s in _SEPARATORS if _width(sample, s, is_whole) > 1]
    if len(fitting) > 1:
        raise BadCall(
            f"The cells of the table may be separated by {' or by '.join(map(repr, fitting))}: "
            "say which by --separator."
        )
    if fitting:
        return fitting[0]
    header = text.lstrip().partition("\n")[0]
    found = max(_SEPARATORS, key=header.count)
    if not header.count(found) and _width(sample, " ", is_whole) > 1:
        return " "
    return found


def _check_widths(path, text, separator):
    """Return the numbers of records and of cells in each, refusing records of another length."""
    n_rows, width = 0, 0
    for line, row in _records(text, separator):
        width = width or len(row)
        if len(row) != width:
            hint = " If the first one names the row, name it in the header." * (len(row) > width)
            raise BadCall(
                f"{path}, line {line}: {width} cells are needed, as in the header. Got {len(row)} "
                f"instead (separated by {separator!r}; --separator says another).{hint}"
            )
        n_rows += 1
    return n_rows, width


def _read_text(path, separator):
    pandas = pandas_of()
    text, notes = _text_of(path)
    if not text.strip():
        raise BadCall(f"{path} is empty: a header line and rows are needed.")
    try:
        separator = find_separator(text) if separator is None else separator
        shape = _check_widths(path, text, separator)
        cells = pandas.read_csv(
            io.StringIO(text, newline=""),
            sep=separator,
            header=None,
            dtype=str,
            na_filter=False,
            skipinitialspace=separator != "\t",
        )
    except (csv.Error, pandas.errors.ParserError) as error:
        _refuse(path, "a CSV file", error)
    if cells.shape != shape:
        raise BadCall(
            f"{path} is not a CSV file that can be read: {shape[0]} lines of {shape[1]} cells "
            f"were counted. Got {cells.shape[0]} of {cells.shape[1]} instead; look for quotes "
            "that are not closed."
        )
    return RawTable(_with_header(cells), separator, notes)


def _with_header(cells):
    """Return a frame whose first row holds the names of its columns."""
    pandas = pandas_of()
    frame = cells.iloc[1:].reset_index(drop=True)
    names = ["" if pandas.isna(name) else str(name).strip() for name in cells.iloc[0]]
    return frame.set_axis(names, axis=1)


# ---- typed formats ------------------------------------------------------------------------------


def _parquet_files(folder):
    return (file for file in folder.rglob("*") if file.suffix.lower() in _PARQUET)


def _read_parquet(path, max_rows):
    """Read a Parquet file, or a folder of them, in one pass over their row groups."""
    pandas_of()
    purpose = "Reading a Parquet file"
    pyarrow = import_optional("pyarrow", extra="tables", purpose=purpose)
    datasets = import_optional("pyarrow.dataset", extra="tables", purpose=purpose)
    try:
        files = sorted(map(str, _parquet_files(path))) if path.is_dir() else str(path)
        dataset = datasets.dataset(files, format="parquet")
        n_rows = dataset.count_rows()
        is_drawn = max_rows is not None and n_rows > max_rows
        batches = dataset.to_batches(use_threads=False)
        if is_drawn:
            batches = _taken(batches, drawn_rows(n_rows, max_rows), pyarrow)
        frame = pyarrow.Table.from_batches(batches, dataset.schema).to_pandas()
    except _DAMAGES as error:
        _refuse(path, "a Parquet file", error)
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    frame = frame.reset_index(drop=True).set_axis(list(map(str, frame.columns)), axis=1)
    return RawTable(frame, notes=(_drawn_note(n_rows, max_rows),) if is_drawn else ())


def _taken(batches, rows, pyarrow):
    """Yield the rows of batches that have some numbers."""
    first = 0
    for batch in batches:
        begin, end = np.searchsorted(rows, [first, first + len(batch)])
        if end > begin:
            yield batch.take(pyarrow.array(rows[begin:end] - first))
        first += len(batch)


def _read_excel(path):
    pandas = pandas_of()
    import_optional("openpyxl", extra="tables", purpose="Reading an Excel file")
    try:
        with pandas.ExcelFile(path, engine="openpyxl") as book:
            sheets = book.sheet_names
            options = {"header": None, "keep_default_na": False, "na_values": [""]}
            cells = pandas.read_excel(book, sheet_name=sheets[0], **options)
    except (*_DAMAGES, zipfile.BadZipFile) as error:
        _refuse(path, "an Excel file", error)
    if not len(cells):
        raise BadCall(f"{path} is empty: a header line and rows are needed.")
    cells = cells.astype(object)
    more = f"Of the sheets {', '.join(sheets)} the first one is read."
    return RawTable(_with_header(cells).infer_objects(), notes=(more,) * (len(sheets) > 1))


def _refuse_old_excel(path):
    raise BadCall(f"{path}: the old Excel format cannot be read. Save the table as .xlsx or CSV.")


_TYPED = {
    ".xlsx": _read_excel,
    ".xlsm": _read_excel,
    ".xls": _refuse_old_excel,
}
