"""One size for all forms, and comparisons within it."""

import numpy as np
import pytest
from sklearn.datasets import load_iris

from skinterp import TreeSurrogateClassifier, compare_surrogates, complexity, default_network
from skinterp.evaluation import form_names
from skinterp.expression import atoms, parse

CHEAP = ["tree", "linear", "hinges", "additive", "pairs", "tree sum"]
X, Y = load_iris(return_X_y=True)
NETWORK = default_network("multiclass", random_state=0).fit(X, Y)


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("x0", 1),
        ("3", 1),
        ("2*x0", 1),
        ("x0 - 3", 1),
        ("x0**2.5", 1),
        ("x0**2", 1),
        ("x0*x1", 2),
        ("2*x0 - 3*x1 + 1", 3),
        ("2*max(0, x0 - 3)", 2),
        ("2*max(0, x0 - 3)*max(0, 1 - x1)", 3),
        ("x0*x1/x2**2", 3),
        ("sin(2*x0)", 1),
    ],
)
def test_atoms_of_formulas(text, n):
    assert atoms(parse(text)) == n


@pytest.mark.parametrize("most", [9, 20, 40])
def test_no_form_exceeds_the_atoms(most):
    result = compare_surrogates(NETWORK, X, Y, CHEAP, cv=3, max_atoms=most)
    for name, estimator in result.estimators.items():
        assert complexity(estimator) <= most
        assert (result.scores[name]["complexity"] <= most).all()
    left = set(CHEAP) - set(result.estimators)
    assert {note.split(" is left")[0] for note in result.notes} == left
    assert "tree" in result.estimators
    assert result.display().complexity == [result.mean(f, "complexity") for f in result.estimators]


def test_own_estimators_are_bounded_as_their_form():
    trees = {"mine": TreeSurrogateClassifier(n_trees=2, max_leaf_nodes=30, random_state=0)}
    result = compare_surrogates(NETWORK, X, Y, trees, cv=3, max_atoms=20)
    assert result.estimators["mine"].n_trees == 2 and trees["mine"].max_leaf_nodes == 30


def test_bounds_that_leave_nothing_are_refused():
    with pytest.raises(ValueError, match=r"max_atoms must leave a form\. Got 2"):
        compare_surrogates(NETWORK, X, Y, ["linear"], cv=3, max_atoms=2)
    for wrong in (0, 1.5, True, "20"):
        with pytest.raises(ValueError, match="max_atoms must be an integer from 1 or None"):
            compare_surrogates(NETWORK, X, Y, ["tree"], max_atoms=wrong)


def test_additivity_is_said_in_words():
    rng = np.random.RandomState(0)
    rows = rng.uniform(-1, 1, (300, 3))

    def network(X):
        return X[:, 0] + X[:, 1] + 1.5 * X[:, 0] * X[:, 2]

    result = compare_surrogates(network, rows, None, ["additive", "pairs"], cv=3)
    assert (
        "% of the network is additive (R2 on held-out rows); with pairs it is" in result.diagnosis
    )
    assert (
        result.diagnosis.endswith("x0 × x2 adding most.")
        or "x2 × x0 adding most" in result.diagnosis
    )
    assert result.diagnosis in str(result)
    assert compare_surrogates(network, rows, None, ["additive"], cv=3).diagnosis == ""


def test_all_forms_are_compared_by_default():
    assert form_names("binary", default=True) == ["symbolic", *CHEAP]
