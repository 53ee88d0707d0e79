"""Importing the package imports no optional library and none of the slow ones."""

import subprocess
import sys

import pytest

LAZY = ("matplotlib", "gplearn", "sympy", "onnx")
READERS = ("torch", "skorch")  # libraries whose models are read

IMPORT = """
import sys
import skinterp
print(*(name for name in {lazy} if name in sys.modules))
"""

# None in sys.modules makes an import fail, as where the library is not installed.
IMPORT_PACKAGES_WITHOUT = """
import importlib, pkgutil, sys
for name in {blocked}:
    sys.modules[name] = None
import skinterp
for module in pkgutil.iter_modules(skinterp.__path__, "skinterp."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""


def run_python(code):
    """Run code in a fresh interpreter and return what it printed."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_skinterp_imports_no_lazy_library():
    assert run_python(IMPORT.format(lazy=(*LAZY, *READERS))) == ""


@pytest.mark.parametrize("library", [*LAZY, "pandas"])
def test_every_package_imports_where_a_library_is_missing(library):
    """scikit-learn itself imports pandas where it is installed; skinterp must not need it."""
    run_python(IMPORT_PACKAGES_WITHOUT.format(blocked=(library,)))
