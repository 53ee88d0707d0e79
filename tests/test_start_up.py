"""What is loaded when: names are imported when they are used, help comes at once."""

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import skinterp
from skinterp._lazy import lazy_names
from skinterp.command import main, make_parser

HEAVY = {"numpy", "scipy", "sklearn", "sympy", "pandas", "gplearn", "matplotlib", "joblib"}
LAZY = ["skinterp", "skinterp.utils"]


def loaded_by(code):
    """Return the heavy libraries that are loaded after code has run in a new process."""
    said = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    return HEAVY & set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "code",
    [
        "import skinterp",
        "import skinterp; assert 'TreeSurrogateClassifier' in dir(skinterp)",
        "import skinterp.utils",
        "import skinterp.command",
        "from skinterp.command import main\nassert main([]) == 0",
        "from skinterp.command import main\ntry: main(['--version'])\nexcept SystemExit: pass",
        "from skinterp.command import main\ntry: main(['--help'])\nexcept SystemExit: pass",
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_used(code):
    assert loaded_by(code) == set()


def test_forms_of_one_kind_load_no_other_library_than_they_need():
    loaded = loaded_by("from skinterp.utils import number_text; number_text(0.1)")
    assert loaded == set()


@pytest.mark.parametrize("name", LAZY)
def test_types_and_names_say_the_same(name):
    module = importlib.import_module(name)
    tree = ast.parse(Path(module.__file__).read_text())
    typed = {}
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    for node in block.body:
        home = node.module.removeprefix(f"{name}.")
        typed.setdefault(home, []).extend(alias.name for alias in node.names)
    (assigned,) = block.orelse
    named = ast.literal_eval(assigned.value.args[1])
    assert {home: names for home, names in named.items() if names} == typed
    public = {n for names in named.values() for n in names}
    assert public <= set(module.__all__) <= public | {"__version__"}


@pytest.mark.parametrize("name", LAZY)
def test_every_public_name_is_there(name):
    module = importlib.import_module(name)
    for public in module.__all__:
        assert getattr(module, public) is not None
        assert public in dir(module)


def test_packages_are_attributes():
    folders = {p.parent.name for p in Path(skinterp.__file__).parent.glob("*/__init__.py")}
    assert folders <= set(dir(skinterp))
    for folder in sorted(folders):
        assert getattr(skinterp, folder).__name__ == f"skinterp.{folder}"


def test_other_names_are_refused_as_those_of_any_module():
    with pytest.raises(AttributeError, match="module 'skinterp' has no attribute 'nothing'"):
        skinterp.nothing  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        from skinterp import nothing  # noqa: F401


def test_a_name_is_imported_once():
    getattr_, dir_ = lazy_names("json", {"decoder": ["JSONDecoder"], "_private": []})
    assert getattr_("JSONDecoder") is json.JSONDecoder
    assert "_private" not in dir_() and "decoder" in dir_()


def test_only_the_command_that_runs_gets_its_arguments(capsys):
    short = make_parser(["--help"]).format_help()
    assert short == make_parser().format_help()
    assert "explain" in short
    with pytest.raises(SystemExit):
        main(["explain", "--help"])
    assert "--target" in capsys.readouterr().out
