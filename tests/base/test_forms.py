"""Forms: made by name, compared and asked for on the command line once registered."""

import numpy as np
import pytest
from random_networks import random_network
from sklearn.dummy import DummyClassifier

from skinterp import as_network, compare_importances, compare_surrogates
from skinterp.base import FORMS, ClassifierSurrogate, Form, register_form
from skinterp.evaluation import form_names, make_surrogates
from skinterp.surrogate import TreeSurrogateClassifier

X = np.random.default_rng(0).normal(size=(120, 2))
NETWORK = as_network(lambda X: 4 * X[:, 0], classes=["no", "yes"], n_features_in=2)

LAYERS = random_network([2, 6, 1], 0, "tanh", task=("no", "yes"))


class Majority(ClassifierSurrogate):
    """The commonest class."""

    def __init__(self, network=None):
        self.network = network

    def fit(self, X, y=None):
        X = self._fit_network(X, y)
        self.model_ = DummyClassifier().fit(X, self.network_.predict(X))
        self.complexity_ = 1
        return self

    def predict(self, X):
        rows = self._rows(X)
        return self.model_.predict(rows)


@pytest.fixture
def commonest():
    yield register_form(Form("commonest", Majority))
    FORMS.unregister("commonest")


DEFAULT = ["symbolic", "tree", "linear", "hinges", "additive", "pairs", "tree sum"]


def test_the_forms_of_the_package_come_in_their_order():
    assert form_names() == [*DEFAULT, "exact", "pruned"]
    assert form_names(default=True) == DEFAULT


@pytest.mark.usefixtures("commonest")
def test_a_registered_form_is_compared_but_not_by_default():
    assert form_names()[-1] == "commonest"
    assert "commonest" not in make_surrogates(None, "binary")
    result = compare_surrogates(NETWORK, X, surrogates=["commonest", "linear"], cv=2)
    assert result.mean("commonest", "fidelity") == result.mean("majority", "fidelity")
    found = compare_importances(NETWORK, X, surrogates=["commonest"])
    assert not found.shares["commonest"].any()


@pytest.mark.usefixtures("commonest")
def test_a_form_without_a_regressor_is_no_form_of_regressions():
    assert "commonest" not in form_names("regression")
    with pytest.raises(ValueError, match="surrogates must be names out of"):
        make_surrogates(["commonest"], "regression")


def test_a_form_makes_its_estimator_with_options_and_seed():
    form = Form("stump", TreeSurrogateClassifier, options={"max_depth": 1})
    made = form.make("binary", random_state=3)
    assert (made.max_depth, made.random_state) == (1, 3)
    assert form.estimator_for("regression") is None
    assert Form("commonest", Majority).make("binary", random_state=3).network is None


@pytest.mark.usefixtures("commonest")
def test_a_taken_name_is_refused():
    with pytest.raises(ValueError, match="named 'commonest' already"):
        register_form(Form("commonest", Majority))
    with pytest.raises(ValueError, match="named 'tree' already"):
        register_form(Form("tree", Majority))


@pytest.mark.parametrize("max_atoms", [None, 12])
def test_a_pruned_network_is_compared_like_any_form(max_atoms):
    result = compare_surrogates(
        LAYERS, X, surrogates=["pruned", "linear"], cv=2, max_atoms=max_atoms, random_state=0
    )
    pruned = result.estimators["pruned"]
    agree = (pruned.predict(X) == pruned.network_.predict(X)).mean()
    assert 0.5 < result.mean("pruned", "fidelity") <= 1.0 and agree > 0.5
    assert max_atoms is None or pruned.complexity_ <= max_atoms
    assert "pruned" in str(result)


def test_networks_without_layers_have_no_pruned_form():
    with pytest.raises(ValueError, match="The form 'pruned' needs"):
        FORMS["pruned"].check(as_network(lambda x: x[:, 0]))
