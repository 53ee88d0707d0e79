"""The report renders every task and form, escaped, well formed and without outside resources."""

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

VOID = {"meta", "br", "hr", "img", "link", "input"}


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
    assert text.count('class="equation"') == 3
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
    assert "R2" in text and "kappa</th>" not in text
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
    assert f"&lt;yes&gt; if {equation}</p>" in text
    share = comparison.mean("symbolic", "fidelity")
    assert f"<strong>symbolic</strong>, {share:.1%} of held-out rows" in text
    assert "(chosen)" in text and 'class="chosen"' in text
    assert "What a random forest finds important" in text
    for caveat in ("not truth", "Near-ties", "correlated inputs"):
        assert caveat in text
