"""The code of the README and of the documentation runs and prints what is shown."""

import importlib
import pkgutil
import re

import pytest
from documentation import PAGES, ROOT, agree, check_page, code_blocks, name_of

import skinterp
from skinterp.base import FORMS
from skinterp.expression import EXPORTERS, OPERATORS
from skinterp.importance import METHODS
from skinterp.network import READERS, STEPS
from skinterp.report import SECTIONS

SLOW = {"README.md", "how_to_choose.md", "ten_minutes.md"}
WITH_TORCH = {"torch_to_equation.md"}  # run by tests/network/torch_
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


@pytest.fixture
def registries():
    """Take out what a page registers."""
    known = [EXPORTERS, FORMS, METHODS, OPERATORS, READERS, SECTIONS, STEPS]
    names = [set(registry) for registry in known]
    yield
    for registry, before in zip(known, names, strict=True):
        for name in set(registry) - before:
            registry.unregister(name)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=name_of(page), marks=[pytest.mark.slow] * (page.name in SLOW))
        for page in PAGES
        if page.name not in WITH_TORCH
    ],
)
@pytest.mark.usefixtures("registries")
def test_code_runs_and_prints_what_is_shown(page, monkeypatch, capsys):
    check_page(page, monkeypatch, capsys)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_files(page):
    text = FENCED.sub("", page.read_text("utf-8"))
    targets = [target for target in LINK.findall(text) if "://" not in target]
    assert [t for t in targets if not (page.parent / t).exists()] == []


@pytest.mark.parametrize("page", PAGES[1:], ids=name_of)
def test_index_and_guide_lead_to_every_page(page):
    docs = ROOT / "docs"
    leading = "".join((docs / name).read_text("utf-8") for name in ("index.md", "guide.md"))
    assert page == docs / "index.md" or f"({page.relative_to(docs)})" in leading


PACKAGES = [m.name for m in pkgutil.iter_modules(skinterp.__path__) if m.name != "__main__"]


@pytest.mark.parametrize("package", ["skinterp", *(f"skinterp.{name}" for name in PACKAGES)])
def test_the_list_of_public_names_is_complete(package):
    section = (ROOT / "docs" / "api.md").read_text("utf-8").partition(f"## `{package}`\n")[2]
    section = section.partition("\n## ")[0]
    missing = [
        name
        for name in getattr(importlib.import_module(package), "__all__", ())
        if f"`{name}`" not in section and not name.startswith("__")
    ]
    assert not missing, f"docs/api.md lacks under {package}: {missing}"


def test_blocks_are_found_and_compared():
    assert len(code_blocks(ROOT / "README.md")) == 1 < len(code_blocks(ROOT / "docs/exact.md"))
    assert agree("fidelity 0.981", "fidelity 0.975") and agree("a/b > 2", "3*a/b > 7")
    assert not agree("fidelity 0.981", "fidelity 0.7")
    assert not agree("a/b > 2", "a/c > 2")
    assert not agree("1 2", "1")
