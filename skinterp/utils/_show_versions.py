"""The versions that a report of a fault needs."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

PACKAGES = (
    "skinterp",
    "scikit-learn",
    "numpy",
    "scipy",
    "gplearn",
    "sympy",
    "joblib",
    "pandas",
    "matplotlib",
    "pyarrow",
    "openpyxl",
    "skops",
    "onnx",
    "torch",
    "skorch",
    "keras",
)


def show_versions():
    """Print the versions of Python, the system, and the libraries that skinterp works with.

    Examples
    --------
    >>> from skinterp import show_versions
    >>> show_versions()  # doctest: +ELLIPSIS
    python        ...
    """
    found = {"python": sys.version.replace("\n", " "), "system": platform.platform()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    sys.stdout.write("".join(f"{name:<13} {text}\n" for name, text in found.items()))
