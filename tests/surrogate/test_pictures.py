"""The obvious picture of each form, by one method: what it shows, on tables of every kind."""

import warnings
from itertools import product

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from mixed_tables import mixed_model, mixed_table
from sklearn.utils._testing import ignore_warnings

from skinterp import PrunedMLPClassifier, as_network
from skinterp.base import FORMS
from skinterp.display import BoundaryDisplay, LinkDisplay, ObliqueTreeDisplay, ProfilesDisplay

rng = np.random.default_rng(0)
NAMES = ["dose <b>", "$x_1$", "a name of thirty letters, truly"]
X = pd.DataFrame(rng.normal(size=(150, 3)) + [1e6, 0, 0], columns=NAMES)
QUICK = {"n_queries": 100, "n_points": 40, "max_complexity": 9, "operators": ["add", "sub"]}
KINDS = {
    "symbolic": BoundaryDisplay,
    "linear": BoundaryDisplay,
    "tree": ObliqueTreeDisplay,
    "tree sum": ObliqueTreeDisplay,
    "additive": ProfilesDisplay,
    "hinges": ProfilesDisplay,
}


def law(n_outputs):
    def raw(X):
        Z = X - [1e6, 0, 0]
        return np.stack([Z[:, 0] - 2 * Z[:, 2], Z[:, 2], -Z[:, 0]], axis=1)[:, :n_outputs]

    return raw


NETWORKS = {
    "binary": as_network(law(1), feature_names=NAMES, classes=["no", "yes"]),
    "multiclass": as_network(law(3), n_outputs=3, feature_names=NAMES, classes=["a", "b", "c"]),
    "regression": as_network(law(1), feature_names=NAMES),
}


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def fitted(form, network, task, rows):
    surrogate = FORMS[form].make(task, random_state=0)
    known = surrogate.get_params(deep=False)
    surrogate.set_params(network=network, **{k: v for k, v in QUICK.items() if k in known})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return surrogate.fit(rows)


CASES = sorted(set(product(KINDS, NETWORKS)) - {("symbolic", "multiclass")})  # which takes long


@pytest.mark.parametrize(("form", "task"), CASES)
def test_each_form_draws_the_obvious_picture(form, task):
    surrogate = fitted(form, NETWORKS[task], task, X)
    if form == "linear":  # whose picture is of rows, which it does not keep
        with pytest.raises(ValueError, match=r"X must be rows to draw a Linear.* Got None"):
            surrogate.plot()
    else:
        assert surrogate.plot().figure_ is not None
    shown = surrogate.plot(X=X)
    assert isinstance(shown, KINDS[form]) and shown.figure_ is not None
    if isinstance(shown, BoundaryDisplay):
        axes = shown.ax_.get_xlabel() + shown.ax_.get_ylabel()
        assert "dose" in axes and "a name of thirty" in axes  # the inputs that matter
        again = surrogate.plot(X=X.iloc[:50])
        assert isinstance(again, BoundaryDisplay)


def test_it_is_drawn_where_one_says():
    ax = plt.figure().subplots()
    shown = fitted("linear", NETWORKS["binary"], "binary", X).plot(ax, X=X)
    assert shown.ax_ is ax


def test_of_one_input_the_formula_stands_against_the_network():
    for data in (X[NAMES[1:2]], X):
        k = 0 if data.shape[1] == 1 else 1
        names = list(data)
        network = as_network(lambda X, k=k: X[:, k], feature_names=names, classes=["no", "yes"])
        surrogate = FORMS["linear"].make("binary").set_params(network=network, max_features=1)
        assert isinstance(surrogate.fit(data).plot(X=data), LinkDisplay)


def test_arrays_and_mixed_tables_are_drawn():
    arrays = as_network(law(1), n_features_in=3, classes=["no", "yes"])
    rows = X.to_numpy()
    assert isinstance(fitted("linear", arrays, "binary", rows).plot(X=rows), BoundaryDisplay)
    table = mixed_table(150)
    with ignore_warnings():
        model = mixed_model(table)
    shown = fitted("linear", model, "binary", table).plot(X=table)
    assert isinstance(shown, BoundaryDisplay)
    assert isinstance(fitted("tree", model, "binary", table).plot(), ObliqueTreeDisplay)


def test_what_has_no_picture_says_so():
    network = ([[[1.0], [2.0], [0.5]], [[1.0]]], [[0.5], [0.0]], ["relu", "identity"])
    pruned = PrunedMLPClassifier(as_network(network, classes=["a", "b"]), random_state=0)
    with ignore_warnings():
        pruned.fit(rng.normal(size=(40, 3)))
    if pruned.displays():
        assert pruned.plot().figure_ is not None
    pruned.displays = tuple
    with pytest.raises(ValueError, match="PrunedMLPClassifier has no picture of its own"):
        pruned.plot()


def test_bars_of_a_tree_have_the_colours_of_the_networks_classes():
    network = as_network(law(3), n_outputs=3, feature_names=NAMES, classes=["a", "b", "c"])
    rows = X[network.predict(X) != "a"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        tree = FORMS["tree"].make("multiclass", random_state=0).set_params(network=network)
        tree.set_params(n_queries=0, max_leaf_nodes=4).fit(rows)
    (display,) = tree.displays()
    shares, groups = np.asarray(display.shares), np.asarray(display.groups)
    assert list(tree.tree_.classes_) == ["b", "c"]  # of which the tree knows two
    assert list(display.classes) == ["a", "b", "c"] and shares.shape[1] == 3
    leaves = np.asarray(display.children_left) < 0
    np.testing.assert_array_equal(shares[leaves].argmax(axis=1), groups[leaves])
