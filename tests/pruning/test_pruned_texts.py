"""A pruned network writes what is left of it as equations, and draws its path."""

import re

import numpy as np
import pytest
from random_networks import random_network, uniform
from sklearn.exceptions import NotFittedError

from skinterp.display import NetworkDisplay, PruningPathDisplay
from skinterp.pruning import PrunedMLPClassifier, PrunedMLPRegressor, PruningPath

FUNCTIONS = {"relu": lambda z: np.maximum(z, 0.0), "tanh": np.tanh}


def values_by_text(text, X):
    """Return the outputs that the equations of a text compute."""
    scope = {**FUNCTIONS, **{f"x{j}": column for j, column in enumerate(X.T)}}
    outputs = []
    for name, formula in re.findall(r"^    (.+?) = (.+)$", text, re.MULTILINE):
        scope[name] = eval(formula, {}, scope) + np.zeros(len(X))
        if "h" not in name[:1]:
            outputs.append(scope[name])
    return np.column_stack(outputs)


@pytest.mark.parametrize("hidden", ["relu", "tanh"])
@pytest.mark.parametrize("sizes", [[3, 6, 1], [3, 5, 4, 2]])
def test_the_equations_in_full_digits_are_the_pruned_network(hidden, sizes):
    network, X = random_network(sizes, 0, hidden), uniform(200, 3)
    options = {"n_weights": 9, "n_tuning_steps": 5, "random_state": 0}
    pruned = PrunedMLPRegressor(network, **options).fit(X)
    text = pruned.export_text(digits=17)
    expected = pruned.pruned_network_.raw_values(X)
    np.testing.assert_allclose(values_by_text(text, X), expected, atol=1e-9)


def test_the_text_begins_with_what_is_left_and_which_inputs_are_used():
    network, X = random_network([3, 8, 1], 0, task=["a", "b"]), uniform(200, 3)
    pruned = PrunedMLPClassifier(network, n_weights=3, n_tuning_steps=5, random_state=0).fit(X)
    first, second, *_, last = pruned.export_text().splitlines()
    step = pruned.path_[pruned.selected_]
    assert first.startswith(f"{step.n_weights} of 32 weights, {step.n_units} of 8 hidden units")
    assert second == f"inputs: {', '.join(pruned.used_features_)}"
    assert last.strip().startswith("logit of b = ")


def test_of_a_wide_layer_only_the_first_units_are_written():
    network, X = random_network([3, 30, 1], 0), uniform(100, 3)
    pruned = PrunedMLPRegressor(network, n_weights=120, random_state=0).fit(X)
    assert "... (25 more units)" in pruned.export_text(max_units=5)
    assert "more units" not in pruned.export_text(max_units=None)


def test_the_display_of_a_pruned_network_is_that_of_its_path():
    network, X = random_network([3, 8, 1], 0), uniform(100, 3)
    pruned = PrunedMLPRegressor(network, n_tuning_steps=5, random_state=0).fit(X)
    display, drawn = pruned.displays()
    assert isinstance(display, PruningPathDisplay) and isinstance(drawn, NetworkDisplay)
    assert display.selected == pruned.selected_ and display.target_fidelity == 0.98
    assert display.n_weights == [step.n_weights for step in pruned.path_]


def test_a_path_says_how_many_networks_of_which_sizes_it_holds():
    network, X = random_network([3, 8, 1], 0), uniform(100, 3)
    path = PrunedMLPRegressor(network, n_weights=9, n_tuning_steps=5, random_state=0).fit(X).path_
    assert str(path).startswith(f"{len(path)} networks of 32 to ") and repr(path) == str(path)
    assert "rows that tuned no weight" in str(path) and len(str(path).split("\n")) == len(path) + 4
    assert str(PruningPath()) == "no networks"


def test_unfitted_estimators_have_no_text_and_no_display():
    for call in (PrunedMLPRegressor().export_text, PrunedMLPRegressor().displays):
        with pytest.raises(NotFittedError):
            call()
