"""Public docstrings pass numpydoc's validation; the checks are named in setup.cfg."""

import configparser
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest
from numpydoc.validate import get_validation_checks, validate

import skinterp

SECTION = "tool:numpydoc_validation"
# Methods of the search's inner classes may say in one line what they take and return.
BRIEF_METHODS = ("skinterp.search.Problem.", "skinterp.search.Search", "skinterp.search.Front.")
SECTIONS = {"PR01", "RT01"}


def configured_checks():
    """Return the checks that setup.cfg names."""
    config = configparser.ConfigParser()
    config.read(Path(__file__).parent.parent / "setup.cfg", encoding="utf-8")
    return get_validation_checks(set(config.get(SECTION, "checks").split(",")))


def public_packages():
    """Return the package, its subpackages and nothing private."""
    names = [m.name for m in pkgutil.iter_modules(skinterp.__path__, "skinterp.")]
    return ["skinterp", *(name for name in names if "._" not in name)]


def is_public(base):
    """Whether a class is one of ours that users see."""
    return base.__module__.startswith("skinterp") and not base.__name__.startswith("_")


def is_own(member):
    """Whether a class defines the member here and not in a library."""
    function = member.fget if isinstance(member, property) else member
    function = getattr(function, "__func__", function)
    return getattr(function, "__module__", "").startswith("skinterp")


def public_members(name, thing):
    """Return the names of a class's own public methods and properties."""
    if not inspect.isclass(thing):
        return []
    own = [base for base in thing.__mro__ if base.__module__.startswith("skinterp")]
    documented_above = {
        m for base in own if is_public(base) and base is not thing for m in vars(base)
    }
    found = [
        member
        for base in own
        for member, value in vars(base).items()
        if not member.startswith("_") and (callable(value) or isinstance(value, property))
        if is_own(value) and member not in documented_above
    ]
    return [f"{name}.{member}" for member in dict.fromkeys(found)]


def public_names():
    """Return every public class, function, method and property by its full name."""
    names = []
    for package in public_packages():
        module = importlib.import_module(package)
        for name in getattr(module, "__all__", ()):
            thing = getattr(module, name)
            if package != "skinterp" and (inspect.isclass(thing) or inspect.isfunction(thing)):
                full = f"{package}.{name}"
                names += [full, *public_members(full, thing)]
    return names


@pytest.mark.parametrize("name", public_names())
def test_docstring_passes_the_configured_checks(name):
    brief = name.startswith(BRIEF_METHODS) and name.count(".") == 3
    checks = configured_checks() - (SECTIONS if brief else set())
    errors = [f"{code} {text}" for code, text in validate(name)["errors"] if code in checks]
    assert not errors, f"{name}: {'; '.join(errors)}"


def test_the_estimators_are_among_the_names():
    assert "skinterp.surrogate.TreeSurrogateClassifier.fit" in public_names()


@pytest.mark.parametrize("package", public_packages())
def test_every_public_name_exists(package):
    module = importlib.import_module(package)
    assert module.__doc__
    missing = [name for name in getattr(module, "__all__", ()) if not hasattr(module, name)]
    assert not missing
