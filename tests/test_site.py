"""What the site's configuration makes, tested without Sphinx: reference, menus and links."""

import importlib
import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
SITE = runpy.run_path(str(DOCS / "conf.py"))
PACKAGES = SITE["package_names"]()


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_has_its_page(package):
    page = SITE["reference_pages"]()[f"{package}.rst"]
    module = importlib.import_module(package)
    places = re.findall(r"^   ~([\w.]+)\.(\w+)$", page, re.MULTILINE)
    assert {name for _, name in places} == set(module.__all__) - {"__version__"}
    for home, name in places:
        assert getattr(importlib.import_module(home), name) is getattr(module, name)


def test_a_name_has_one_page_however_often_it_is_handed_on():
    homes = [
        f"{SITE['home'](name, package)}.{name}"
        for package in PACKAGES
        for name in SITE["public_names"](package)
    ]
    assert len(homes) > len(set(homes)) > 300
    assert "skinterp.compare_surrogates" in homes
    assert "skinterp.evaluation.compare_surrogates" not in homes


def test_the_reference_leads_to_all_packages():
    first = SITE["reference_pages"]()["index.rst"]
    assert all(f"\n   {package}\n" in first for package in PACKAGES)


def test_every_page_is_in_a_menu_once():
    placed = []
    for name in SITE["MENUS"]:
        text = SITE["with_menu"](name, (DOCS / f"{name}.md").read_text("utf-8"))
        placed += text.partition("```{toctree}")[2].split("\n\n")[1].strip(" `\n").splitlines()
    assert len(placed) == len(set(placed))
    pages = {str(page.relative_to(DOCS).with_suffix("")) for page in DOCS.rglob("*.md")}
    made = ("_build", "auto_examples", "reference")
    pages = {page for page in pages if not page.startswith(made)}
    assert pages - set(placed) == {"index", "api"}
    assert {"auto_examples/index", "reference/index"} == set(placed) - pages


@pytest.mark.parametrize(
    "written, depth, read",
    [
        ("[a](api.md)", 0, "[a](reference/index.rst)"),
        ("[a](../api.md)", 1, "[a](../reference/index.rst)"),
        ("[g](../examples/)", 0, "[g](auto_examples/index.rst)"),
        ("[g](../examples/exact/plot_x.py)", 0, "[g](auto_examples/exact/plot_x.rst)"),
        ("[c](../CHANGELOG.md#unreleased)", 0, "[c](reference/changes.markdown#unreleased)"),
        ("[s](formula_search.md#selection)", 0, "[s](formula_search.md#selection)"),
    ],
)
def test_links_lead_to_the_site(written, depth, read):
    assert SITE["with_links"](written, depth) == read


def test_pages_of_the_repository_link_to_the_site():
    pages = SITE["repository_pages"]()
    assert set(pages) == {"changes.markdown", "contributing.markdown", "measured.markdown"}
    for text in pages.values():
        local = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
        places = [DOCS / "reference" / link for link in local if link not in pages]
        assert [str(place) for place in places if not place.resolve().exists()] == []


def test_examples_stand_in_the_gallery_in_a_section_with_an_order():
    folders = {path.parent.name for path in (ROOT / "examples").rglob("plot_*.py")}
    ordered = {Path(name).name for name in SITE["sphinx_gallery_conf"]["subsection_order"]}
    assert folders - {"examples"} <= ordered


def test_a_constant_is_described_by_the_list_of_public_names():
    lines = ["int([x]) -> integer"]
    SITE["describe_data"](None, "data", "skinterp.utils.DIGITS", 4, None, lines)
    assert lines == ["Significant digits shown, if none are asked for."]
    lines = ["What it does."]
    SITE["describe_data"](None, "function", "skinterp.utils.visible", None, None, lines)
    assert lines == ["What it does."]


def test_names_that_end_in_underscores_are_no_links():
    lines = ["coef_ : ndarray of shape (1, n_features_in_) or (n_features_in_,)", "of shape_"]
    SITE["escape_shapes"](None, "class", "x", None, None, lines)
    assert lines[0] == r"coef_ : ndarray of shape (1, n_features_in\_) or (n_features_in\_,)"
    assert lines[1] == "of shape_"


def test_scikit_learn_s_own_methods_are_left_out():
    skip, skinterp = SITE["skip_foreign"], importlib.import_module("skinterp")
    form = skinterp.TreeSurrogateClassifier
    assert skip(None, "class", "set_params", form.get_metadata_routing, False, None)
    assert not skip(None, "class", "export_text", form.export_text, False, None)
    assert skip(None, "class", "_x", form.export_text, True, None)
