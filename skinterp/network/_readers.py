"""The registry of readers: what turns a model of some library into a network."""

from collections.abc import Callable
from dataclasses import dataclass

from skinterp.utils import Registry


@dataclass(frozen=True)
class Reader:
    """How models of one kind are read as networks.

    Parameters
    ----------
    name : str
        Name of the reader.
    read : callable
        ``read(model, **options) -> Network``; imports its library itself, and only there. It is
        given the options in `options` that the user passed. Names given by the user are set after.
    libraries : tuple of str, default=()
        Root packages of the models' classes, such as ``("torch",)``: models are recognised by
        these names, never by importing the library.
    recognises : callable or None, default=None
        ``recognises(model) -> bool`` for models that no library's name tells apart.
    options : tuple of str, default=()
        Options of :func:`as_network` that the reader takes beside `feature_names`; others are
        refused by name.
    accepts : str, default=""
        What it reads, for the list in the error about a model that no reader takes.
    kind : str, default=""
        What its models are called in errors; by default the name of their class.
    position : int, default=0
        Where several readers take a model, the lowest position wins, then the closest class.

    Examples
    --------
    >>> from skinterp.network import READERS, Reader, as_network, register_reader
    >>> class Doubler:
    ...     def forward(self, X):
    ...         return 2.0 * X[:, 0]
    >>> read = lambda model: as_network(model.forward)
    >>> reader = register_reader(Reader("doubler", read, recognises=lambda m: type(m) is Doubler))
    >>> as_network(Doubler()).predict([[3.0]])
    array([6.])
    >>> READERS.unregister("doubler")
    """

    name: str
    read: Callable
    libraries: tuple = ()
    recognises: Callable | None = None
    options: tuple = ()
    accepts: str = ""
    kind: str = ""
    position: int = 0

    def distance(self, model):
        """Return how closely a model is of this kind.

        Parameters
        ----------
        model : object
            The model.

        Returns
        -------
        int or None
            How many classes lie between the model's own and the one, itself or a base, whose root
            package is in `libraries`; 0 where `recognises` says so; None for other models.
        """
        if self.recognises is not None and self.recognises(model):
            return 0
        roots = [kind.__module__.partition(".")[0] for kind in type(model).__mro__]
        return next((k for k, root in enumerate(roots) if root in self.libraries), None)


READERS = Registry("reader", Reader, ["skinterp.network.readers"])
register_reader = READERS.register


def find_reader(model):
    """Return the reader of a model.

    Parameters
    ----------
    model : object
        The model.

    Returns
    -------
    Reader or None
        The reader; None if there is none.
    """
    distances = {reader.name: reader.distance(model) for reader in READERS.values()}
    found = [name for name, distance in distances.items() if distance is not None]
    best = min(found, key=lambda name: (READERS[name].position, distances[name]), default=None)
    return None if best is None else READERS[best]
