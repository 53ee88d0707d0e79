"""Sections are data: the same ones make the page, the terminal's text and the JSON."""

import json

import numpy as np
import pytest

from skinterp import as_network, compare_surrogates
from skinterp.report import (
    SECTIONS,
    Figure,
    Findings,
    ReportSection,
    Section,
    Strong,
    Table,
    Text,
    build_sections,
    register_section,
    render_page,
    render_text,
    report_data,
)

X = np.random.default_rng(0).normal(size=(90, 2))
NETWORK = as_network(lambda X: 4 * X[:, 0], classes=["no", "yes"], n_features_in=2)


@pytest.fixture(scope="module")
def findings():
    comparison = compare_surrogates(
        NETWORK, X, NETWORK.predict(X), surrogates=["linear", "tree"], cv=2
    )
    return Findings(comparison, title="T", lead=("first line",), footer=("last line",))


@pytest.fixture
def errors():
    def build(findings):
        share = {f: 1 - findings.comparison.mean(f, "fidelity") for f in ("linear", "tree")}
        rows = [[form, f"{value:.2f}"] for form, value in share.items()]
        parts = (
            Text(("Rows that ", Strong("differ<b>"), ".")),
            Table(["form", "share"], rows),
            Text("only on pages", only="page"),
            Text("only on terminals", only="terminal"),
            Text("a note", "note"),
        )
        data = {"errors": share, "surrogates": {"none": "text"}}
        return [Section("Errors & more", parts, data, printed="Errors")]

    yield register_section(ReportSection("errors", build, position=5, printed_at=99))
    SECTIONS.unregister("errors")


def test_the_sections_of_the_package_are_found_without_a_list():
    assert list(SECTIONS) == [
        "answer",
        "scores",
        "surrogates",
        "importances",
        "forest",
        "few rows",
        "rows",
        "columns",
        "caveats",
    ]


@pytest.mark.usefixtures("errors")
def test_a_registered_section_stands_at_its_place_everywhere(findings):
    page, text = render_page(findings), render_text(findings)
    assert (
        page.index('class="claim"') < page.index("Errors &amp; more") < page.index("Side by side")
    )
    assert "Rows that <strong>differ&lt;b&gt;</strong>." in page and "only on pages" in page
    assert text.rindex("Errors:\n") > text.index("Means and deviations")
    assert "Rows that differ<b>.\nform    share\n" in text
    assert "only on pages" not in text and "only on terminals" in text
    assert "only on terminals" not in page and '<p class="note">a note</p>' in page


@pytest.mark.usefixtures("errors")
def test_data_of_the_same_topic_become_one(findings):
    content = json.loads(json.dumps(report_data(findings)))
    assert set(content["errors"]) == {"linear", "tree"}
    assert set(content["surrogates"]) == {"none", "linear", "tree"}


def test_a_section_lists_its_tables_figures_and_notes(findings):
    (scores,) = [s for s in build_sections(findings) if "Side by side" in s.title]
    assert [type(part) for part in scores.tables + scores.figures] == [Table, Figure]
    assert "accuracy with the target" in scores.notes[0].text
    assert [row[0] for row in scores.tables[0].rows][:2] == ["linear", "tree"]


def test_a_terminal_sees_lead_surrogates_and_scores_in_this_order(findings):
    text = render_text(findings)
    places = [text.index(word) for word in ("first line", "linear:", "tree:", "Means and")]
    assert places == sorted(places) and "last line" not in text
    assert '<p class="note">last line</p></main>' in render_page(findings)


def test_numbers_stand_to_the_right_and_texts_to_the_left(findings):
    page = render_page(findings)
    assert '<td class="text">linear</td><td>' in page


def test_sections_with_nothing_to_show_are_left_out(findings):
    page = render_page(findings)
    assert "Which inputs matter" not in page and "<h2></h2>" not in page
