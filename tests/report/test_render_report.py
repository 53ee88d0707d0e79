"""The report renders every task and form, escaped, well formed and without outside resources."""

import re
from html import escape
from html.parser import HTMLParser

import numpy as np
import pytest

from skinterp import (
    LinearSurrogateRegressor,
    SymbolicSurrogateClassifier,
    SymbolicSurrogateRegressor,
    as_network,
    compare_surrogates,
)
from skinterp.report import render_report, write_report
from skinterp.report._sorting import SCRIPT

VOID = {"meta", "br", "wbr", "hr", "img", "link", "input"}


class Balanced(HTMLParser):
    """Collects links and checks that tags close in the order they opened."""

    def __init__(self):
        super().__init__()
        self.open, self.resources = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        self.resources += [v for k, v in attrs if k in ("src", "href") and not v.startswith("#")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        pass


def checked(text):
    parser = Balanced()
    parser.feed(text)
    assert parser.open == []
    assert [r for r in parser.resources if not r.startswith("data:")] == []
    return text


@pytest.fixture(scope="module")
def X():
    return np.random.default_rng(0).uniform(-1, 1, size=(240, 3))


@pytest.fixture(scope="module")
def multiclass(X):
    network = as_network(
        lambda X: 6 * np.stack([X[:, 0], X[:, 1], -X[:, 0] - X[:, 1]], axis=1),
        n_features_in=3,
        classes=["a<b", "c&d", "e"],
        feature_names=["<i>x</i>", "class", "a b"],
    )
    quick = SymbolicSurrogateClassifier(operators=["add"], n_points=40, random_state=0)
    return compare_surrogates(network, X, network.predict(X), {"symbolic": quick}, cv=2)


def test_every_class_has_its_equation_and_front(multiclass):
    text = checked(render_report(multiclass))
    first, _, below = text.partition("</section>")
    assert first.count('class="equation"') == below.count('class="equation"') == 3
    assert text.count("<h3>Front of") == 3
    assert "<i>x</i>" not in text and "&lt;i&gt;x&lt;/i&gt;" in text
    assert "a&lt;b" in text and "c&amp;d" in text


def test_regression_names_r2_and_has_no_kappa(X):
    network = as_network(lambda X: 2 * X[:, 0] - X[:, 1], n_features_in=3)
    forms = {
        "symbolic": SymbolicSurrogateRegressor(operators=["add"], n_points=40, random_state=0),
        "linear": LinearSurrogateRegressor(),
    }
    text = checked(render_report(compare_surrogates(network, X, surrogates=forms, cv=2)))
    assert "R2" in text and "kappa" not in text
    assert "random forest" not in text  # there was no target
    assert "2*x0 - x1" in text


def test_lead_and_footer_are_escaped_text(multiclass):
    text = render_report(multiclass, title="T<1>", lead=["5 < 6"], footer=["a & b"])
    assert "T&lt;1&gt;" in text and "5 &lt; 6" in text and "a &amp; b" in text


def test_the_same_comparison_gives_the_same_file(multiclass, tmp_path):
    path = write_report(multiclass, tmp_path / "r.html")
    assert path.read_text(encoding="utf-8") == render_report(multiclass)


def test_a_folder_that_does_not_exist_is_an_error(multiclass, tmp_path):
    with pytest.raises(OSError, match="No such file"):
        write_report(multiclass, tmp_path / "no" / "r.html")


def test_the_equation_of_two_classes_is_in_the_report(X):
    network = as_network(
        lambda X: 9 * (X[:, :1] + X[:, 1:2]),
        n_features_in=3,
        classes=["no", "<yes>"],
        feature_names=["a b", "x^2", "<b>"],
    )
    quick = SymbolicSurrogateClassifier(operators=["add"], n_points=40, random_state=0)
    comparison = compare_surrogates(network, X, network.predict(X), {"symbolic": quick}, cv=2)
    text = checked(render_report(comparison))
    equation = escape(comparison.estimators["symbolic"].equation_.format())
    assert "`a b` + `x^2`" in equation
    assert f'<strong>&lt;yes&gt;</strong> if <span role="math" aria-label="{equation}">' in text
    share = comparison.mean("symbolic", "fidelity")
    assert f"<strong>{share:.1%} of held-out rows</strong> the network answers" in text
    assert "(chosen)" in text and 'class="chosen"' in text
    assert "What does a random forest find important?" in text
    assert "means over the 2 folds" in text and "another forest" not in text
    assert "not truth" in text and "Near-ties are marked" not in text


def test_pictures_have_a_text_and_names_of_parts_of_their_own(multiclass, X):
    text = checked(render_report(multiclass, rows=X))
    pictures = re.findall(r"<figure[^>]*>(<svg.*?</svg>)\s*</figure>", text, re.DOTALL)
    assert len(pictures) > 3
    assert all(re.match(r'<svg role="img" aria-label="[^"]+" ', svg) for svg in pictures)
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids)) and len(ids) > 10
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(ids)


def test_a_page_is_small_needs_no_script_and_folds(multiclass, X):
    text = render_report(multiclass, lead=["first"], rows=X)
    assert len(text.encode()) < 1e6 and text.count(SCRIPT) == 1
    text = text.replace(SCRIPT, "")
    assert "<script" not in text and "<button" not in text
    assert text.count("<details open><summary><h2>") == text.count("<h2>") > 3
    for condition in ("prefers-color-scheme: dark", "@media print", "max-width: 900px"):
        assert condition in text
    rules = text.partition("<style>")[2].partition("</style>")[0].split("}")
    selectors = [rule.partition("{")[0].strip() for rule in rules if "@media" not in rule]
    assert all("skinterp" in one for one in selectors if one)  # a notebook keeps its own style
