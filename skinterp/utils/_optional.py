"""Import of optional libraries, with an error that says how to install them."""

from importlib import import_module


def import_optional(module, extra, purpose):
    """Import a module that is not among the required dependencies.

    Parameters
    ----------
    module : str
        Name of the module, for example ``"matplotlib.pyplot"``.
    extra : str
        The extra of this package that installs it, for example ``"plot"``.
    purpose : str
        What needs it, as the subject of a sentence, for example ``"Plotting"``.

    Returns
    -------
    module
        The imported module.

    Raises
    ------
    ImportError
        If the library is not installed; names the ``pip`` command that installs it.

    Examples
    --------
    >>> from skinterp.utils import import_optional
    >>> import_optional("math", extra="plot", purpose="Counting").sqrt(4.0)
    2.0
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        library = module.partition(".")[0]
        if (error.name or "").partition(".")[0] != library:
            raise
        raise ImportError(
            f"{purpose} needs {library}, which is not installed. "
            f"Install it with: pip install 'skinterp[{extra}]'"
        ) from error
