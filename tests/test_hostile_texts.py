"""Names and labels of strangers do no harm in any text that is written of them."""

import html.parser
import json
import re
import sqlite3
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neural_network import MLPClassifier

from skinterp import (
    LinearSurrogateClassifier,
    PrunedMLPClassifier,
    SymbolicSurrogateClassifier,
    TreeSurrogateClassifier,
    compare_surrogates,
)
from skinterp.explanation._row import explain_row
from skinterp.expression import parse
from skinterp.report import Findings, render_page, render_text, report_data
from skinterp.report._sorting import SCRIPT
from skinterp.utils import one_line, visible

STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
NAMES = [
    "\x1b[31mred",
    "a\nb: 1",
    "a\u202eb",
    "<script>alert(1)</script>",
    "a\"b'c`d",
    "*/ system(0); /*",
    "'; DROP TABLE t; --",
    "$\\input{x}$ \\end{document}",
    "for",
    "%s {0} \\",
    "]]> &amp; \x07",
    "\U0001f600 \u2067x",
]
LABELS = ["<b>no</b>\x1b[2J'\"", "yes\u202e\n\\"]
rng = np.random.default_rng(0)
X = pd.DataFrame(rng.normal(size=(150, len(NAMES))), columns=NAMES)
Y = np.where(X.to_numpy() @ np.arange(1, len(NAMES) + 1) > 0, *LABELS)
NETWORK = MLPClassifier((4,), solver="lbfgs", alpha=1.0, max_iter=1000, random_state=0).fit(X, Y)
PLAIN = MLPClassifier((4,), solver="lbfgs", alpha=1.0, max_iter=1000, random_state=0)
PLAIN.fit(
    X.to_numpy(),
    np.where(LABELS[0] == Y, "b", "a")
    if LABELS[0] > LABELS[1]
    else np.where(LABELS[0] == Y, "a", "b"),
)
MAKE = {
    "tree": lambda net: TreeSurrogateClassifier(net, random_state=0),
    "linear": lambda net: LinearSurrogateClassifier(net, max_features=3),
    "symbolic": lambda net: SymbolicSurrogateClassifier(
        net, random_state=0, n_points=40, max_complexity=9
    ),
    "pruned": lambda net: PrunedMLPClassifier(net, random_state=0, n_tuning_steps=2),
}
FITTED = {name: make(NETWORK).fit(X) for name, make in MAKE.items()}
COMPARISON = compare_surrogates(NETWORK, X, surrogates=["tree", "linear"], cv=2)
FINDINGS = Findings(COMPARISON, title=NAMES[3] + NAMES[0], lead=(NAMES[2],), footer=(NAMES[10],))


@pytest.mark.parametrize("name", MAKE)
def test_texts_steer_nothing_and_keep_their_lines(name):
    text = FITTED[name].export_text()
    plain = MAKE[name](PLAIN).fit(X.to_numpy()).export_text()
    assert not STEERING.search(text)
    assert text.count("\n") == plain.count("\n")


class Tags(html.parser.HTMLParser):
    """The tags of a page."""

    def __init__(self):
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)


@pytest.mark.filterwarnings("ignore:Glyph")
def test_a_page_holds_no_tag_of_a_stranger():
    page, tags = render_page(FINDINGS).replace(SCRIPT, ""), Tags()
    tags.feed(page)
    assert not tags.found & {"script", "b", "input"}
    assert not STEERING.search(page)


def test_a_terminal_is_not_steered_and_json_is_json():
    assert not STEERING.search(render_text(FINDINGS))
    text = json.dumps(report_data(FINDINGS))
    assert json.loads(text)
    assert not STEERING.search(text)


@pytest.mark.filterwarnings("ignore:Glyph")
def test_the_answer_and_single_rows_hold_no_tag_of_a_stranger():
    answers = replace(FINDINGS, comparison=COMPARISON, rows=X)
    told = replace(answers, told_rows=(explain_row(COMPARISON, 3, X),))
    page, text, tags = render_page(told).replace(SCRIPT, ""), render_text(told), Tags()
    tags.feed(page)
    assert "Why this answer?" in text and 'class="claim"' in page
    assert not tags.found & {"script", "b", "input"}
    assert not STEERING.search(page) and not STEERING.search(text)
    assert json.loads(json.dumps(report_data(told)))


def test_python_code_answers_as_predict():
    for form in ("tree", "symbolic"):
        thing = FITTED[form]
        code = thing.to_python() if form == "tree" else thing.equation_.to_python()
        names = {}
        exec(compile(code, "exported", "exec"), names)
        rows = X.to_numpy()
        found = names["predict"](rows) if "predict" in names else list(map(names["answer"], rows))
        np.testing.assert_array_equal(np.asarray(found), thing.predict(X))


def test_sql_answers_as_predict():
    connection = sqlite3.connect(":memory:")
    columns = ", ".join('"' + name.replace('"', '""') + '" REAL' for name in NAMES)
    connection.execute(f"CREATE TABLE t ({columns})")
    connection.executemany(f"INSERT INTO t VALUES ({','.join('?' * len(NAMES))})", X.to_numpy())
    for form in ("tree", "symbolic"):
        thing = FITTED[form]
        query = thing.to_sql() if form == "tree" else thing.equation_.to_sql()
        found = [row[0] for row in connection.execute(f"SELECT {query} FROM t")]
        assert found == thing.predict(X).tolist()


def test_c_code_stays_in_its_comments():
    for code in (FITTED["tree"].to_c(), FITTED["symbolic"].equation_.to_c()):
        lines = [line.partition("//")[0] for line in code.splitlines()]
        assert not any("system" in line or "script" in line for line in lines)
        assert not STEERING.search(code)


def test_latex_has_no_command_of_a_stranger():
    expression = parse("+".join(f"x{j}" for j in range(len(NAMES))))
    text = expression.export("latex", NAMES)
    assert "\\input" not in text
    assert "\\end" not in text
    assert text.count("{") - text.count("\\{") == text.count("}") - text.count("\\}")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=12), min_size=3, max_size=3, unique=True))
def test_formulas_of_any_names_are_read_back(names):
    expression = parse("x0*x1 + exp(x2)")
    try:
        text = expression.format(names)
    except ValueError:
        return  # names that no text can hold are refused
    assert parse(text, names) == expression


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_shown_texts_steer_nothing(text):
    assert not STEERING.search(visible(text))
    assert "\n" not in one_line(text)


TAKEN = ["for", "1a", "a b", "int", "", "x;y", "None", "double", "np", "exp"]


@pytest.mark.parametrize("name", TAKEN)
@pytest.mark.parametrize("language", ["python", "c"])
def test_names_of_functions_that_are_none_are_refused_and_the_advice_works(name, language):
    with pytest.raises(ValueError, match=r"such as 'formula'. Got "):
        parse("x0").export(language, function_name=name)
    assert "formula(" in parse("x0").export(language, function_name="formula")
