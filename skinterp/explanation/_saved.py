"""What an explanation says, without network and surrogates: as shown, and as a file."""

import json
from numbers import Real
from pathlib import Path

import numpy as np

from skinterp.report import Headline
from skinterp.utils import write_whole

SCHEMA = 1


def plain(value):
    """Return nested values as JSON takes them: what is no finite number is None.

    Parameters
    ----------
    value : object
        Dictionaries, sequences, numbers, texts.

    Returns
    -------
    object
        The same of plain kinds.
    """
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Real) and not isinstance(value, bool | int):
        return float(value) if np.isfinite(value) else None
    return value if isinstance(value, str | bool | int | None) else str(value)


def _read(path):
    """Return the content of a saved explanation, refusing other files."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"path must be an explanation that was saved. Got {path} instead.") from (
            error
        )
    keys = {"content", "page", "text"}
    if not isinstance(content, dict) or not keys <= set(content):
        raise ValueError(f"path must be an explanation that was saved. Got {path} instead.")
    schema = content["content"].get("schema")
    if schema != SCHEMA:
        raise ValueError(
            f"path must be of schema {SCHEMA}, which this version reads. Got schema {schema!r} "
            "instead: read it by the version of skinterp that wrote it."
        )
    return content


def _between(text, start, end):
    return text.partition(start)[2].partition(end)[0]


class Shown:
    """What is shown of an explanation: a page, a text, and their content.

    A kind of explanation implements `to_dict`, `to_html` and `__str__`.
    """

    def report(self, path):
        """Write the report as a page that opens from disk and loads nothing.

        Parameters
        ----------
        path : str or Path
            The file, overwritten.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        write_whole(path, self.to_html())
        return Path(path)

    def save(self, path):
        """Write what is said and shown to one JSON file, which runs no code when it is read.

        Parameters
        ----------
        path : str or Path
            The file, overwritten.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        content = {"content": self.to_dict(), "text": str(self), "page": self.to_html()}
        write_whole(path, json.dumps(content, indent=2, allow_nan=False))
        return Path(path)

    def _repr_html_(self):
        page = self.to_html()
        style = _between(page, "<style>", "</style>")
        return f"<style>{style}</style>{_between(page, '<body>', '</body>')}"

    def __repr__(self):
        return str(self)


class SavedExplanation(Shown):
    """An explanation as it was saved: what it said, its page and its text.

    Network, surrogates and rows are not in the file: what asks them needs `explain` again.

    Parameters
    ----------
    content : dict
        What `to_dict` gave.
    page : str
        The report.
    text : str
        The report as plain text.

    Examples
    --------
    >>> from skinterp.explanation import SavedExplanation
    >>> saved = SavedExplanation({"schema": 1, "unfinished": []}, "<p>Hi</p>", "Hi")
    >>> print(saved, saved.to_dict()["schema"])
    Hi 1
    """

    def __init__(self, content, page, text):
        self.content, self.page, self.text = content, page, text

    @classmethod
    def load(cls, path):
        """Read a file that `save` wrote.

        Parameters
        ----------
        path : str or Path
            The file.

        Returns
        -------
        SavedExplanation
            What it says and shows.

        Raises
        ------
        OSError
            If the file cannot be read.
        ValueError
            If it is none that `save` wrote, or of another schema.
        """
        read = _read(path)
        return cls(read["content"], read["page"], read["text"])

    @property
    def unfinished(self):
        """What an interruption left out."""
        return tuple(self.content["unfinished"])

    @property
    def headline(self):
        """What the report says first."""
        said = {k: v for k, v in self.content["headline"].items() if k != "text"}
        return Headline(**{**said, "inputs": tuple(said["inputs"].items())})

    def to_dict(self):
        """Return what is said as plain numbers and texts.

        Returns
        -------
        dict
            What `Explanation.to_dict` gave when it was saved.
        """
        return self.content

    def to_html(self):
        """Return the report as a page.

        Returns
        -------
        str
            HTML.
        """
        return self.page

    def __str__(self):
        return self.text
