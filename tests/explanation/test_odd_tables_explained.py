"""One call on the tables that people have: whole pages, strict JSON, figures of the form named."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import default_network, explain
from skinterp.report._sorting import SCRIPT

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
RNG = np.random.default_rng(0)
HOSTILE = "<script>alert(1)</script>", 'a"b&c', "Σ_ij {x}"
VOID = {"meta", "link", "br", "img", "hr", "input", "path", "rect", "circle", "line", "use"}


def mixed():
    n = 120
    table = pd.DataFrame({
        "dose": RNG.normal(5, 2, n),
        "site": RNG.choice(["north", "south", None], n),
        "smoker": RNG.random(n) > 0.5,
        "visit": pd.date_range("2024-01-01", periods=n),
    })  # fmt: skip
    table.loc[::9, "dose"] = np.nan
    y = np.where(table["dose"].fillna(5) + 2 * table["smoker"] > 6, "ill", "well")
    return default_network("binary", 0, table).fit(table, y), table, y


def hostile():
    X = pd.DataFrame(RNG.normal(size=(120, 3)), columns=list(HOSTILE))
    y = np.where(X.iloc[:, 0] > 0.3, "<i>yes", "no & no")
    return scaled(MLPClassifier((5,), **TRAINING), X, y)


def tiny_units():
    X = pd.DataFrame(RNG.normal(size=(120, 2)) * 1e-9 + 1e-3, columns=["mass", "charge"])
    y = 1e-12 * (X["mass"] - 1e-3) / 1e-9 + 5.0
    return scaled(MLPRegressor(hidden_layer_sizes=(5,), **TRAINING), X, 1e12 * (y - 5.0))


def three_classes():
    X = RNG.normal(size=(150, 4))
    y = np.digitize(X[:, 0] + X[:, 1] * X[:, 2], [-0.7, 0.7])
    return scaled(MLPClassifier((6,), **TRAINING), X, y)


def rare():
    X = RNG.normal(size=(200, 2))
    y = (X[:, 0] > np.sort(X[:, 0])[-8]).astype(int)
    return scaled(MLPClassifier((4,), **TRAINING), X, y)


def one_input():
    X = pd.DataFrame({"t": np.linspace(0, 10, 80)})
    return scaled(MLPClassifier((4,), **TRAINING), X, X["t"] > 4)


def long_names():
    names = [f"measurement number {k:02d} of the left hemisphere" for k in range(30)]
    X = pd.DataFrame(RNG.normal(size=(100, 30)), columns=names)
    return scaled(MLPClassifier((4,), **TRAINING), X, X[names[0]] > X[names[1]])


TRAINING = {"solver": "lbfgs", "max_iter": 200, "random_state": 0}
TABLES = [mixed, hostile, tiny_units, three_classes, rare, one_input, long_names]


def scaled(network, X, y):
    return make_pipeline(StandardScaler(), network).fit(X, y), X, y


@pytest.fixture(scope="module", params=TABLES, ids=lambda make: make.__name__)
def explained(request):
    model, X, y = request.param()
    found = explain(model, X, y, forms=["tree", "linear"], cv=2)
    return found, found.to_html(), model, X


class Reader(HTMLParser):
    """Collects the elements, their attributes, and whether they are closed."""

    def __init__(self):
        super().__init__()
        self.elements, self.open, self.texts = [], [], []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        self.texts.append(data)


def read(page):
    reader = Reader()
    reader.feed(page)
    return reader


def test_a_page_is_whole_small_and_needs_nothing_else(explained):
    page = explained[1].replace(SCRIPT, "")
    reader = read(page)
    assert not reader.open and len(page.encode()) <= 1e6
    tags = {tag for tag, _ in reader.elements}
    assert "script" not in tags and "iframe" not in tags
    for _, attributes in reader.elements:
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in ("src", "href", "xlink:href"):
                assert (value or "").startswith(("#", "data:"))
    assert not re.search(r"url\(\s*['\"]?https?:", page)


def test_every_picture_says_what_it_shows(explained):
    for tag, attributes in read(explained[1]).elements:
        if tag == "img":
            assert attributes.get("alt")
        if attributes.get("role") == "img":
            assert attributes.get("aria-label") or attributes.get("aria-labelledby")


def test_names_stand_as_they_are_in_the_text_of_the_page(explained):
    found, page, *_ = explained
    text = " ".join(read(page).texts)
    assert found.headline.inputs
    for name, _ in found.headline.inputs:
        assert str(name) in text


def test_the_content_is_strict_json_with_the_figures_of_the_comparison(explained):
    found = explained[0]
    text = json.dumps(found.to_dict(), allow_nan=False)
    assert json.loads(text)["schema"] == 2
    for form, scores in found.comparison.scores.items():
        fidelity = np.nanmean(scores["fidelity"]) if "fidelity" in scores else np.nan
        if np.isfinite(fidelity):
            assert f"{fidelity:.3f}" in str(found) or form not in str(found)


def test_what_is_saved_is_shown_again(explained, tmp_path):
    found, page, *_ = explained
    found.save(tmp_path / "found.json")
    again = type(found).load(tmp_path / "found.json")
    assert again.to_html() == page and str(again) == str(found)
    assert again.to_dict() == found.to_dict()


def test_each_row_is_answered_as_the_model_answers(explained):
    found, _, model, X = explained
    for k in (0, len(X) // 2, len(X) - 1):
        row = X.iloc[[k]] if hasattr(X, "iloc") else X[[k]]
        answer = model.predict(row)[0]
        text = str(found.row(k))
        if isinstance(answer, float | np.floating):
            assert f"{answer:.3g}"[:4] in text
        else:
            assert str(answer) in text
