"""Notebooks: what each result shows when it ends a cell; a notebook runs through."""

import html
import re

import numpy as np
import pandas as pd
import pytest
from sklearn.neural_network import MLPClassifier
from sklearn.utils._testing import ignore_warnings

from skinterp import (
    LinearRegions,
    TreeSurrogateClassifier,
    as_network,
    compare_importances,
    compare_surrogates,
    explain,
)
from skinterp.exact import nearest_counterfactual
from skinterp.expression import Equation, parse
from skinterp.surrogate import LinearSurrogateClassifier
from skinterp.utils import PrintedInNotebooks, TableResult, preformatted

HOSTILE = ["<b>", "$x_1$", 'it\'s "so"']
X = pd.DataFrame(np.random.default_rng(0).normal(size=(80, 3)), columns=HOSTILE)
with ignore_warnings():
    NETWORK = MLPClassifier((4,), solver="lbfgs", max_iter=300, random_state=0).fit(
        X, np.where(X["<b>"] > 0, "<i>yes</i>", "no")
    )
TREE = TreeSurrogateClassifier(NETWORK, random_state=0).fit(X)


def shown():
    network = as_network(NETWORK)
    comparison = compare_surrogates(NETWORK, X, surrogates=["tree", "linear"], cv=2)
    box = (X.min().to_numpy(), X.max().to_numpy())
    found = explain(NETWORK, X, forms=["linear"], importances=False, cv=2)
    yield comparison
    yield compare_importances(NETWORK, X, surrogates=comparison.estimators)
    yield TREE.rules_
    yield found.row(0)
    yield nearest_counterfactual(network, X.iloc[0], box=box)


RESULTS = list(shown())


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: type(result).__name__)
def test_results_are_shown_as_they_are_printed_and_escaped(result):
    page = result._repr_html_()
    (text,) = re.fullmatch(r"<pre[^>]*>(.*)</pre>", page, re.DOTALL).groups()
    assert html.unescape(text) == str(result) and "<" not in text


def test_all_tables_are_shown_by_one_function():
    def kinds(base):
        return {base}.union(*(kinds(kind) for kind in base.__subclasses__()))

    assert issubclass(TableResult, PrintedInNotebooks)
    own = {k for k in kinds(TableResult) if k._repr_html_ is not PrintedInNotebooks._repr_html_}
    assert own == set()


def test_long_texts_are_cut_saying_so():
    page = preformatted("\n".join(map(str, range(1000))))
    assert page.count("\n") == 200 and "800 more lines" in page
    assert "\x1b" not in preformatted("\x1b[31m")


def labels(page):
    found = re.findall(r'<label for="[^"]*" class="sk-toggleable__label.*?</label>', page, re.S)
    return [re.sub(r"<[^>]+>", " ", label) for label in found]


@pytest.mark.parametrize("kind", [TreeSurrogateClassifier, LinearSurrogateClassifier])
def test_an_estimator_shows_its_network_once_and_what_it_says(kind):
    fitted = kind(NETWORK).fit(X)
    for page in (fitted._repr_html_(), fitted._repr_mimebundle_()["text/html"]):
        assert sum("MLPClassifier" in label for label in labels(page)) == 1
        assert sum(kind.__name__ in label for label in labels(page)) == 1
        assert page.endswith(preformatted(fitted.export_text()))
    unfitted = kind(NETWORK)
    assert "<pre style" not in unfitted._repr_html_()


def test_regions_and_equations_have_their_own_way():
    regions = LinearRegions(NETWORK).fit(X)
    assert "LinearRegions" in regions._repr_html_()
    equation = Equation(parse("x0/x1"), ("<b>", "a_b"), threshold=1.0, classes=("no", "$yes$"))
    assert equation._repr_latex_().startswith("$") and "<b>" not in equation.to_mathml()


CELLS = [
    """
import numpy as np, pandas as pd
from skinterp import *
from skinterp.expression import parse
X = pd.DataFrame(np.random.default_rng(0).normal(size=(80, 2)), columns=["<b>", "dose"])
network = as_network(lambda X: X[:, 0] - X[:, 1], feature_names=list(X), classes=["no", "yes"])
tree = TreeSurrogateClassifier(network, max_leaf_nodes=4, random_state=0).fit(X)
tree
""",
    "tree.rules_",
    "LinearSurrogateClassifier(network).fit(X).equation_",
    "comparison = compare_surrogates(network, X, surrogates=['tree'], cv=2)\ncomparison",
    "explain(network, X, forms=['linear'], importances=False, cv=2)",
    "parse('x0**2')",
]


@pytest.mark.filterwarnings("ignore")
def test_a_notebook_runs_through_and_shows_each_result():
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    data = [cell.outputs[-1]["data"] for cell in notebook.cells]
    pages = [shown.get("text/html", "") for shown in data]
    tree, rules, equation, comparison, found, _ = pages
    assert "sk-top-container" in tree and "&lt;b&gt; &lt;=" in tree
    assert rules.startswith("<pre") and "&lt;b&gt;" in rules
    assert equation == "" and data[2]["text/latex"].startswith("$")
    assert comparison.startswith("<pre") and "held-out rows" in comparison
    assert "A few rows" in found and "<body" not in found
    assert data[5]["text/latex"] == "$x_{0}^{2}$"
