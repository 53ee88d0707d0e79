"""Public names that are imported when they are first used (PEP 562)."""

import sys
from importlib import import_module


def lazy_names(package, modules):
    """Return a module's ``__getattr__`` and ``__dir__`` for names that others define.

    Parameters
    ----------
    package : str
        Full name of the package.
    modules : dict of str to sequence of str
        For each module of the package the names that it defines; public modules are names, too.

    Returns
    -------
    getattr_, dir_ : callable
        The functions.

    Examples
    --------
    >>> from skinterp._lazy import lazy_names
    >>> getattr_, dir_ = lazy_names("json", {"decoder": ["JSONDecoder"]})
    >>> getattr_("JSONDecoder").__name__
    'JSONDecoder'
    """
    home = {name: module for module, names in modules.items() for name in names}
    public = {module for module in modules if not module.startswith("_")}

    def getattr_(name):
        if name in home:
            value = getattr(import_module(f"{package}.{home[name]}"), name)
        elif name in public:
            value = import_module(f"{package}.{name}")
        else:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        setattr(sys.modules[package], name, value)
        return value

    def dir_():
        return sorted({*vars(sys.modules[package]), *home, *public})

    return getattr_, dir_
