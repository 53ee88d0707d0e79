"""Pages, texts and data made of sections by hand: what is said arrives whole, escaped and once."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skinterp.display import ContributionsDisplay
from skinterp.report import (
    SECTIONS,
    Figure,
    Findings,
    Formula,
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
from skinterp.report._sorting import SCRIPT
from skinterp.report.sections._columns import SHOWN, columns


class Words(HTMLParser):
    """Reads a page: its texts, the tags left open, the attributes."""

    VOID = ("meta", "br", "wbr", "use", "path", "image")

    def __init__(self):
        super().__init__()
        self.texts, self.open, self.tags = [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def read(page):
    words = Words()
    words.feed(page)
    words.close()
    return words


@pytest.fixture(scope="module")
def only():
    """Register a section that shows given ones, and no others."""
    kept = dict(SECTIONS.load())
    SECTIONS.load().clear()
    register_section(ReportSection("given", lambda findings: findings.comparison))
    yield
    SECTIONS.load().clear()
    SECTIONS.load().update(kept)


pytestmark = pytest.mark.usefixtures("only")


def page_of(*parts, **options):
    return render_page(Findings([Section("S", parts, printed="P")], **options))


def text_of(*parts, **options):
    return render_text(Findings([Section("S", parts, printed="P")], **options))


plain = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Zl", "Zp", "Cs", "Co"))
)
styles = st.sampled_from(["plain", "lead", "note", "equation", "code", "item", "heading"])


@settings(max_examples=40, deadline=None)
@given(plain, styles)
def test_any_text_arrives_as_it_was_and_opens_no_tag(text, style):
    words = read(page_of(Text(text, style)).replace(SCRIPT, ""))
    assert words.open == [] and text in "".join(words.texts)
    assert "script" not in words.tags
    assert text_of(Text(text, style)) == f"P:\n{text}"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(plain, plain), min_size=1, max_size=4))
def test_any_cell_arrives_in_its_row(rows):
    page = page_of(Table(("a", "b"), tuple(rows), formulas=(1,), chosen=0))
    assert read(page).open == []
    body = page[page.index("<table>") : page.index("</table>")]
    lines = body.split("<tr")[2:]
    assert len(lines) == len(rows) and 'class="chosen"' in lines[0]
    for line, row in zip(lines, rows, strict=True):
        assert all(cell in unescape(line) for cell in row)


@pytest.mark.parametrize("only_on", [None, "page", "terminal"])
def test_parts_are_shown_where_they_belong(only_on):
    part = Text("words of a part", only=only_on)
    assert ("words of a part" in page_of(part)) is (only_on != "terminal")
    assert ("words of a part" in text_of(part)) is (only_on != "page")


def test_items_that_follow_each_other_are_one_list():
    page = page_of(Text("one", "item"), Text("two", "item"), Text("end"), Text("three", "item"))
    assert page.count("<ul>") == page.count("</ul>") == 2 and page.count("<li>") == 3


def test_pieces_that_are_strong_are_emphasised_and_read_together():
    part = Text(("most is ", Strong("<x0>"), " and no more"))
    assert "most is <strong>&lt;x0&gt;</strong> and no more" in page_of(part)
    assert "most is <x0> and no more" in text_of(part)


def test_a_title_is_escaped_in_head_and_heading():
    page = page_of(title="</title><script>alert(1)</script>").replace(SCRIPT, "")
    assert "<script>" not in page and page.count("&lt;script&gt;") == 2


def test_what_steers_a_terminal_is_written_out():
    for shown in (page_of(Text("a\x1b[31mb\u202e")), text_of(Text("a\x1b[31mb\u202e"))):
        assert "\x1b" not in shown and "\u202e" not in shown and r"\x1b" in shown


def test_figures_are_inline_pictures_of_pages_only():
    figure = Figure(ContributionsDisplay({"out": [1.0, -2.0]}, ["a", "b"]))
    page = page_of(figure)
    assert (
        page.count("<figure") == page.count("><svg") == 1
        and "<?xml" not in page
        and 'src="' not in page
    )
    assert text_of(Text("x")) == "P:\nx"


def test_sections_that_are_not_printed_are_on_the_page_only():
    findings = Findings([Section("hidden part", (Text("words"),))], lead=("lead",))
    assert "hidden part" in render_page(findings) and render_text(findings) == "lead"


def test_a_section_knows_its_parts_by_kind():
    table, figure = Table((), ()), Figure(None)
    section = Section("S", (Text("a"), table, Text("b", "note"), figure))
    assert section.tables == (table,) and section.figures == (figure,)
    assert [note.text for note in section.notes] == ["b"]


@pytest.mark.parametrize("place", ["page", "terminal"])
def test_sections_stand_by_their_positions(place):
    def of(name):
        return lambda findings: [Section(name, printed=name)]

    first = register_section(ReportSection("late", of("late"), position=20, printed_at=1))
    second = register_section(ReportSection("early", of("early"), position=10, printed_at=2))
    titles = [s.title for s in build_sections(Findings([]), for_terminal=place == "terminal")]
    assert titles == (["late", "early"] if place == "terminal" else ["early", "late"])
    for record in (first, second):
        SECTIONS.unregister(record.name)


def test_data_of_several_sections_are_merged_in_depth_and_later_ones_win():
    sections = [
        Section("1", data={"scores": {"tree": {"a": 1, "b": 2}}, "seed": 0}),
        Section("2", data={"scores": {"tree": {"b": 3}, "linear": {"a": 4}}, "seed": 7}),
    ]
    content = report_data(Findings(sections))
    assert json.loads(json.dumps(content)) == {
        "scores": {"tree": {"a": 1, "b": 3}, "linear": {"a": 4}},
        "seed": 7,
    }
    assert sections[0].data["seed"] == 0


def test_data_of_sections_are_not_changed_by_merging():
    first = Section("1", data={"scores": {"tree": 1}})
    second = Section("2", data={"scores": {"linear": 2}})
    findings = Findings([first, second])
    assert report_data(findings) == report_data(findings)
    assert first.data == {"scores": {"tree": 1}}


# What was made of the columns


def column(name, kind="numbers", gaps=0, **options):
    about = {"read_as": kind, "remarks": (), "left_out": ""} | options
    return SimpleNamespace(name=name, kind=kind, gaps=np.arange(9) < gaps, **about)


def table_of(*found):
    (section,) = columns(Findings([], columns=found))
    return section, section.tables[0]


def test_plain_columns_have_no_room_for_remarks():
    section, table = table_of(column("a"), column("b", "categories"))
    assert table.head == ("column", "read as")
    assert table.rows == [["a", "numbers"], ["b", "categories"]]
    assert section.data == {"columns": {"a": "numbers", "b": "categories"}}


def test_gaps_remarks_and_what_is_left_out_are_told():
    found = (
        column("a", gaps=2),
        column("b", remarks=("first", "second")),
        column("c", left_out="constant"),
    )
    section, table = table_of(*found)
    assert table.head == ("column", "read as", "missing", "remarks")
    assert table.rows == [
        ["a", "numbers", "2", ""],
        ["b", "numbers", "", "first; second"],
        ["c", "left out: constant", "", ""],
    ]
    assert section.data["columns"]["b"] == "numbers; first; second"


def test_of_very_many_columns_those_are_shown_of_which_there_is_most_to_say():
    many = [column(f"x{j}") for j in range(SHOWN + 20)] + [column("told", gaps=1)]
    section, table = table_of(*many)
    assert len(table.rows) == SHOWN and table.rows[-1][0] == "told"
    assert section.notes[0].text == "... and 21 more columns: 21 numbers."
    assert len(section.data["columns"]) == SHOWN + 21


def test_without_columns_there_is_no_section():
    assert columns(Findings([])) == []


def test_long_names_of_formulas_may_go_on_below_and_short_ones_stay_whole():
    long, short = "integrated_area_under_the_response", "dose_mg"
    formula = Formula("f", f"<math><mi>{long}</mi><mo>+</mo><mi>{short}</mi></math>")
    page = page_of(Text(("answer = ", formula), "equation"))
    assert f"<mi>{long.replace('_', '_<wbr>')}</mi>" in page and f"<mi>{short}</mi>" in page
    assert read(page).open == [] and long in "".join(read(page).texts)


@pytest.mark.parametrize("width", [4.0, 7.6, 14.0])
def test_pictures_scroll_before_they_are_too_small_to_read(width):
    display = ContributionsDisplay({"out": [1.0, -2.0]}, ["a", "b"])
    wide = type("Wide", (type(display),), {"figure_size": (width, 3.0)})
    page = page_of(Figure(wide({"out": [1.0, -2.0]}, ["a", "b"])))
    least = re.search(r"min-width:(\d+)px", page[page.index("<figure") :])
    assert (least is None) == (width < 5) == ("<figure>" in page)
    assert least is None or 0.6 < int(least[1]) / (96 * width) < 0.7
