"""Files of networks: how each format is loaded, and which of them may run code."""

import logging
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import joblib

from skinterp.command._commands import BadCall
from skinterp.utils import import_optional

# What reading a file that is damaged, or of classes that are not here, may raise.
DAMAGES = (
    AssertionError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    pickle.UnpicklingError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
_TORCH = "Loading a torch model"
_OPTIMIZERS = "sklearn.neural_network._stochastic_optimizers."
_HARMLESS = {"numpy.dtype", f"{_OPTIMIZERS}AdamOptimizer", f"{_OPTIMIZERS}SGDOptimizer"}


@dataclass(frozen=True)
class Format:
    """A format of files that hold a network.

    Parameters
    ----------
    suffixes : tuple of str
        How names of such files end.
    load : callable
        ``load(path, trust)`` returns what :func:`skinterp.network.as_network` takes.
    runs_code : str, default=""
        Why loading it can run code of its author, as the start of a sentence; such files need
        ``--trust``.
    """

    suffixes: tuple
    load: Callable
    runs_code: str = ""


def _path(path, trust):
    return str(path)


def _joblib(path, trust):
    return joblib.load(path)


def _skops(path, trust):
    io = import_optional("skops.io", extra="skops", purpose="Loading a .skops file")
    unknown = io.get_untrusted_types(file=path)
    if set(unknown) <= _HARMLESS:
        return io.load(path, trusted=unknown)
    if unknown and not trust:
        raise BadCall(
            f"--network {path} holds types that skops does not trust: {', '.join(unknown)}. "
            "If you know where the file comes from, add --trust."
        )
    return io.load(path, trusted=unknown)


def _is_script(path):
    """Tell whether a file is TorchScript, which holds no pickled Python objects."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith("/constants.pkl") for name in archive.namelist())
    except zipfile.BadZipFile:
        return False


def _torch(path, trust):
    torch = import_optional("torch", extra="torch", purpose=_TORCH)
    if _is_script(path):
        return torch.jit.load(str(path), map_location="cpu").eval()
    try:
        model = torch.load(path, map_location="cpu", weights_only=not trust)
    except pickle.UnpicklingError as error:
        if trust:
            raise
        raise BadCall(
            f"--network {path} holds a pickled module, or is damaged; a pickle can run code when "
            "it is loaded. If you know where the file comes from, add --trust; or save the module "
            "by torch.jit.script(module).save(...)."
        ) from error
    if isinstance(model, dict):
        raise BadCall(
            f"--network {path} holds weights without the layers they belong to (a state dict). "
            "Load them into the module in Python, and save that by "
            "torch.jit.script(module).save(...)."
        )
    return model.eval() if isinstance(model, torch.nn.Module) else model


def _exported(path, trust):
    torch = import_optional("torch", extra="torch", purpose=_TORCH)
    logging.disable(logging.WARNING)  # torch tells of damaged files twice
    try:
        return torch.export.load(path)
    finally:
        logging.disable(logging.NOTSET)


FORMATS = (
    Format((".joblib", ".pkl", ".pickle"), _joblib, "A pickle"),
    Format((".skops",), _skops),
    Format((".onnx",), _path),
    Format((".pt", ".pth"), _torch),
    Format((".pt2",), _exported, "An exported program, which torch unpickles,"),
    Format((".keras",), _path),
)


def load_model(path, trust=False):
    """Load what the file of a network holds.

    Parameters
    ----------
    path : str
        The file; how its name ends says the format.
    trust : bool, default=False
        Whether code of its author may run.

    Returns
    -------
    object
        The model, or the path where the reader of networks opens the file itself.

    Raises
    ------
    BadCall
        If there is no such file, its format is unknown, it is damaged, or it may run code and is
        not trusted.
    """
    path = Path(path)
    found = next((f for f in FORMATS if path.suffix.lower() in f.suffixes), None)
    if found is None:
        known = ", ".join(suffix for f in FORMATS for suffix in f.suffixes)
        raise BadCall(f"--network must be a file named {known}. Got {path} instead.")
    if not path.is_file():
        reason = "it is a folder" if path.is_dir() else "there is no such file"
        raise BadCall(f"--network {path} cannot be read: {reason}.")
    if found.runs_code and not trust:
        raise BadCall(
            f"--network {path}: {found.runs_code} can run code when it is loaded. If you know "
            "where the file comes from, add --trust; formats that run none are .skops, .onnx, "
            ".keras, and .pt from torch.jit."
        )
    try:
        return found.load(path, trust)
    except ModuleNotFoundError as error:
        raise BadCall(
            f"--network {path} needs a Python module that is not here: {error}."
        ) from error
    except ImportError:  # says what to install
        raise
    except DAMAGES as error:
        reason = f"{type(error).__name__}, {' '.join(str(error).split())[:200]}"
        kind = path.suffix.lower()
        raise BadCall(
            f"--network {path} is not a {kind} file that can be loaded: {reason}."
        ) from error
