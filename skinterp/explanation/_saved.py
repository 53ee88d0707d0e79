"""What an explanation says, without network and surrogates: as shown, and as a file."""

import json
from numbers import Real
from pathlib import Path

import numpy as np

from skinterp.base import SavedForm
from skinterp.report import Headline
from skinterp.utils import write_whole

SCHEMA = 2
READABLE = (1, 2)


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
    if schema not in READABLE:
        known = " or ".join(map(str, READABLE))
        raise ValueError(
            f"path must be of schema {known}, which this version reads. Got schema {schema!r} "
            "instead: read it by the version of skinterp that wrote it."
        )
    return content


def _between(text, start, end):
    return text.partition(start)[2].partition(end)[0]


class Shown:
    """What is shown of an explanation: a page, a text, and their content.

    A kind of explanation implements `to_dict`, `to_html` and `__str__`, and `_programs`, what
    answers of it.
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
        shown = {"content": self.to_dict(), "text": str(self), "page": self.to_html()}
        content = {**shown, **self._programs()}
        write_whole(path, json.dumps(content, indent=2, allow_nan=False))
        return Path(path)

    def _repr_html_(self):
        page = self.to_html()
        style = _between(page, "<style>", "</style>")
        return f"<style>{style}</style>{_between(page, '<body>', '</body>')}"

    def __repr__(self):
        return str(self)


class SavedExplanation(Shown):
    """An explanation as it was saved: what it said, its page, its text, and forms that answer.

    Network, estimators and rows are not in the file: what asks them needs `explain` again.

    Parameters
    ----------
    content : dict
        What `to_dict` gave.
    page : str
        The report.
    text : str
        The report as plain text.
    forms : dict of str to dict or None, default=None
        By name what `SavedForm.to_dict` gave, or why a form is not in the file as "refused"; None
        of files of schema 1, which hold no forms.
    dates : dict of str to list or None, default=None
        By the name of a column of dates its zero in days since 1970-01-01 and its unit in days,
        where the command line read it from a file.

    Examples
    --------
    >>> from skinterp.explanation import SavedExplanation
    >>> saved = SavedExplanation({"schema": 1, "unfinished": []}, "<p>Hi</p>", "Hi")
    >>> print(saved, saved.to_dict()["schema"])
    Hi 1
    """

    def __init__(self, content, page, text, forms=None, dates=None):
        self.content, self.page, self.text = content, page, text
        self.forms, self.dates = forms, dates or {}

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
        shown = read["content"], read["page"], read["text"]
        return cls(*shown, read.get("forms"), read.get("dates"))

    def _programs(self):
        known = {} if self.forms is None else {"forms": self.forms}
        return {**known, "dates": self.dates}

    def form(self, name):
        """Return a form that answers as the fitted one did, without its network.

        Parameters
        ----------
        name : str
            Its name, such as "tree".

        Returns
        -------
        SavedForm
            The form: `predict`, and `predict_proba` of a classifier.

        Raises
        ------
        ValueError
            If there is no such form, the file says why it is not in it, or it is of schema 1.
        """
        if self.forms is None:
            raise ValueError(
                "The explanation was saved by schema 1, which holds no forms that answer: save it "
                "again by this version."
            )
        if name not in self.forms:
            known = ", ".join(map(repr, self.forms))
            raise ValueError(f"name must be one of {known}. Got {name!r} instead.")
        refused = self.forms[name].get("refused")
        if refused:
            raise ValueError(
                f"name must be a form that was saved. Got {name!r} instead: {refused}"
            )
        return SavedForm.from_dict(self.forms[name])

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
