"""Registries: records by name, declared where each is implemented."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules


def import_modules(package):
    """Import all modules of a package, so that each registers what it implements.

    Parameters
    ----------
    package : str
        Name of the package.
    """
    path = import_module(package).__path__
    for module in iter_modules(path, f"{package}."):
        import_module(module.name)


class Registry(Mapping):
    """Records by name: the built-in ones and those of strangers, by the same call.

    A record is a value object with a `name`; one with a `position` is listed by it. The modules of
    `packages` are imported when the registry is first read, and each registers what it implements,
    so that a new record is a new file and no list is kept.

    Parameters
    ----------
    kind : str
        What the records are, for the errors, such as ``"reader"``.
    record_type : type
        Class of the records.
    packages : sequence of str, default=()
        Packages whose modules hold the built-in records.

    Examples
    --------
    >>> from typing import NamedTuple
    >>> from skinterp.utils import Registry
    >>> class Unit(NamedTuple):
    ...     name: str
    ...     metres: float
    >>> units = Registry("unit", Unit)
    >>> _ = units.register(Unit("inch", 0.0254))
    >>> units["inch"].metres
    0.0254
    """

    def __init__(self, kind, record_type, packages=()):
        self.kind, self.record_type = kind, record_type
        self._packages, self._records = list(packages), {}

    def register(self, record, *, replace=False):
        """Add a record.

        Parameters
        ----------
        record : object
            The record, an instance of `record_type`.
        replace : bool, default=False
            Whether it may stand in for a record of the same name.

        Returns
        -------
        object
            The record.

        Raises
        ------
        TypeError
            If it is no record of this registry.
        ValueError
            If its name is empty or taken.
        """
        if not isinstance(record, self.record_type):
            raise TypeError(
                f"Every {self.kind} must be registered as {self.record_type.__name__}. "
                f"Got {record!r} instead."
            )
        if not (isinstance(record.name, str) and record.name.strip()):
            raise ValueError(
                f"The name of every {self.kind} must be a non-empty text. "
                f"Got {record.name!r} instead."
            )
        if record.name in self._records and not replace:
            raise ValueError(
                f"One {self.kind} is named {record.name!r} already: choose another name, or pass "
                "replace=True."
            )
        self._records[record.name] = record
        return record

    def unregister(self, name):
        """Remove a record.

        Parameters
        ----------
        name : str
            Its name.
        """
        del self.load()[name]

    def find(self, name, parameter):
        """Return a record, or say which names there are.

        Parameters
        ----------
        name : str
            Its name.
        parameter : str
            The parameter the name came by, for the error.

        Returns
        -------
        object
            The record.

        Raises
        ------
        ValueError
            If there is no record of this name.
        """
        if name not in self:
            raise ValueError(f"{parameter} must be one of {list(self)}. Got {name!r} instead.")
        return self[name]

    def load(self):
        """Import the modules of the packages, once.

        Packages load their registries when they are imported, so that a name of theirs is taken
        before any stranger can register it.

        Returns
        -------
        dict of str to object
            All records by name, in the order of registration.
        """
        while self._packages:
            import_modules(self._packages.pop())
        return self._records

    def __getitem__(self, name):
        return self.load()[name]

    def __iter__(self):
        records = self.load().values()
        ordered = sorted(records, key=lambda record: getattr(record, "position", 0))
        return iter([record.name for record in ordered])

    def __len__(self):
        return len(self.load())

    def __repr__(self):
        return f"Registry({self.kind}: {', '.join(self)})"
