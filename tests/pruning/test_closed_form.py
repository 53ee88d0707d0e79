"""The formula of a pruned network is short, has its values, and says how long it would be."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import random_network, uniform
from sklearn.compose import make_column_transformer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from skinterp.expression import atoms, parse, tidy
from skinterp.network._activations import ACTIVATIONS
from skinterp.pruning import PrunedMLPClassifier, PrunedMLPRegressor
from skinterp.pruning._closed_form import closed_forms

KNOWN = [name for name in ACTIVATIONS if name not in ("gelu", "erf")]
WITH_SLOPES = {"leaky_relu": ("leaky_relu", 0.2), "elu": ("elu", 0.5), "celu": ("celu", 2.0)}
ROWS = uniform(200, 3)


def moved(network, offset, unit):
    """Return the network that reads the same inputs from another offset, in another unit."""
    first, *rest = network.layers
    weights = first.weights / unit
    first = first._replace(weights=weights, bias=first.bias - offset * weights.sum(axis=0))
    return network.with_layers([first, *rest])


def formulas(network, X=ROWS, centre=0.0):
    box = X.min(axis=0), X.max(axis=0)
    return [*map(tidy, closed_forms(network.layers, *box, np.full(X.shape[1], centre)))]


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(KNOWN),
    st.sampled_from([[3, 4, 1], [3, 3, 3, 2], [3, 1]]),
    st.sampled_from([(0.0, 1.0), (1e6, 1.0), (0.0, 1e-12), (-7.0, 100.0)]),
    st.sets(st.sampled_from(["zeros", "dead", "doubled", "unbiased"])),
    st.integers(0, 10**6),
)
def test_formulas_have_the_values_of_the_network_in_the_box(name, sizes, units, damage, seed):
    offset, unit = units
    if name == "exp" and len(sizes) > 3:
        sizes = [3, 4, 1]  # two exponentials exceed all numbers
    network = random_network(sizes, seed, WITH_SLOPES.get(name, name), damage)
    network, X = moved(network, offset, unit), offset + unit * ROWS
    centre = offset if abs(offset) > 1e4 * unit else 0.0
    corners = np.stack([X.min(axis=0), X.max(axis=0)])
    for rows in (X, corners[np.random.RandomState(seed).randint(2, size=(20, 3)), np.arange(3)]):
        values = np.column_stack([f.evaluate(rows) for f in formulas(network, X, centre)])
        expected = network.raw_values(rows)
        atol = 1e-8 * max(1e-3, np.abs(network.raw_values(X)).max())
        np.testing.assert_allclose(values, expected, rtol=1e-8, atol=atol)


@pytest.mark.parametrize("name", ["relu", "hardtanh", "elu", "hardswish", "leaky_relu", "selu"])
def test_units_that_are_linear_in_the_box_are_folded(name):
    network = random_network([3, 5, 5, 1], 0, WITH_SLOPES.get(name, name))
    first, second, last = network.layers
    layers = [first._replace(bias=first.bias + 60.0), second, last]
    network = network.with_layers([*layers[:1], second._replace(bias=second.bias + 3e3), last])
    (formula,) = formulas(network)
    assert "max" not in str(formula) and "exp" not in str(formula) and atoms(formula) <= 4
    np.testing.assert_allclose(formula.evaluate(ROWS), network.raw_values(ROWS)[:, 0], rtol=1e-9)


def test_units_that_are_never_on_and_saturated_ones_are_constants():
    for name, shift in (("relu", -60.0), ("tanh", 99.0), ("logistic", -99.0)):
        network = random_network([3, 5, 1], 0, name)
        first, last = network.layers
        network = network.with_layers([first._replace(bias=first.bias + shift), last])
        (formula,) = formulas(network)
        assert atoms(formula) == 1 and not formula.variables
        np.testing.assert_allclose(formula.evaluate(ROWS), network.raw_values(ROWS)[:, 0])


@pytest.mark.parametrize(
    ("name", "factor"), [("relu", 3.0), ("relu", -0.5), ("tanh", -1.0), ("logistic", -1.0),
                         ("softsign", -1.0), ("leaky_relu", -2.0), ("softplus", 1.0)]
)  # fmt: skip
def test_equal_opposite_and_proportional_units_share_an_atom(name, factor):
    name = WITH_SLOPES.get(name, name)
    network = random_network([3, 2, 1], 1, name)
    first, last = network.layers
    weights = np.column_stack([first.weights[:, 0], factor * first.weights[:, 0]])
    bias = np.array([first.bias[0], factor * first.bias[0]])
    network = network.with_layers([first._replace(weights=weights, bias=bias), last])
    text = str(formulas(network)[0])
    assert sum(text.count(word) for word in ("max", "tanh", "exp", "abs")) == 1
    np.testing.assert_allclose(
        formulas(network)[0].evaluate(ROWS), network.raw_values(ROWS)[:, 0], atol=1e-12
    )


def test_a_formula_that_is_too_long_is_refused_with_its_size():
    network = random_network([3, 9, 9, 1], 0)
    pruned = PrunedMLPRegressor(network, n_weights=100, n_tuning_steps=0, random_state=0).fit(ROWS)
    with pytest.raises(ValueError, match=r"Got 40 instead: .* it takes (\d+) atoms") as refused:
        pruned.equation(ROWS)
    size = int(str(refused.value).split("Pass max_atoms=")[1].split(",")[0])
    with pytest.raises(ValueError, match="max_atoms"):
        pruned.equation(ROWS, max_atoms=size - 1)
    equation = pruned.equation(ROWS, max_atoms=size)  # the advice is good
    assert atoms(equation.expression) == size
    np.testing.assert_allclose(equation.predict(ROWS), pruned.predict(ROWS))
    n_weights = int(str(refused.value).split("n_weights=")[1][:-1])
    smaller = pruned.set_params(n_weights=n_weights // 5, n_tuning_steps=5).fit(ROWS)
    assert atoms(smaller.equation(ROWS).expression) <= 40


def test_wide_deep_networks_are_refused_at_once():
    network = random_network([3, 30, 30, 30, 30, 1], 0, "tanh")
    pruned = PrunedMLPRegressor(network, n_weights=2000, n_tuning_steps=0, random_state=0)
    with pytest.raises(ValueError, match=r"it takes \d{7} atoms"):
        pruned.fit(ROWS[:50]).equation(ROWS)


@pytest.mark.parametrize("name", ["gelu", "erf"])
def test_an_activation_without_operator_is_refused(name):
    network = random_network([3, 4, 1], 0, name)
    pruned = PrunedMLPRegressor(network, n_weights=6, n_tuning_steps=0, random_state=0).fit(ROWS)
    with pytest.raises(ValueError, match=rf"Got {name} instead; to_sympy\(\) writes it"):
        pruned.equation(ROWS)
    assert pruned.to_sympy() is not None
    with pytest.raises(ValueError, match="max_atoms must be an integer of at least 1"):
        pruned.equation(ROWS, max_atoms=0)


@pytest.mark.parametrize(("offset", "unit"), [(0.0, 1.0), (1e6, 1.0), (0.0, 1e-12), (1e6, 1e-3)])
def test_what_is_printed_is_what_predicts(offset, unit):
    network = moved(random_network([3, 6, 1], 3, task=["no", "yes"]), offset, unit)
    X = offset + unit * ROWS
    options = {"n_weights": 12, "n_tuning_steps": 5, "random_state": 0}
    pruned = PrunedMLPClassifier(network, **options).fit(X)
    equation = pruned.equation(X)
    assert (equation.predict(X) == pruned.predict(X)).all()
    np.testing.assert_allclose(equation.log_odds(X), pruned.decision_function(X), atol=1e-5)
    text = str(equation)
    assert text.startswith("yes if ") and text.endswith(" > 0") and len(text) < 400
    printed = parse(text.removeprefix("yes if ").removesuffix(" > 0")).evaluate(X)
    assert (np.where(printed > 0.0, "yes", "no") == pruned.predict(X)).all()


def test_equations_of_several_classes_and_of_tables_with_texts():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({
        "site": rng.choice(["a", "b"], 200), "a <b> `long` name of 30 $x_1$ letters": rng.normal(
            size=200)})  # fmt: skip
    y = np.where(table["site"] == "a", "low", np.where(table.iloc[:, 1] > 0, "mid", "top"))
    columns = make_column_transformer((OneHotEncoder(), ["site"]), remainder="passthrough")
    mlp = MLPClassifier((3,), solver="lbfgs", max_iter=400, random_state=0)
    model = make_pipeline(columns, mlp).fit(table, y)
    pruned = PrunedMLPClassifier(model, n_weights=15, n_tuning_steps=5, random_state=0).fit(table)
    with pytest.raises(ValueError, match="output must be one of"):
        pruned.equation(table)
    logits = np.column_stack([pruned.equation(table, k).predict(table) for k in pruned.classes_])
    assert (pruned.classes_[logits.argmax(axis=1)] == pruned.predict(table)).all()
    for rows in (table[:1], table[:2]):  # a box of a point, and of two rows
        equation = pruned.equation(rows, "top")
        np.testing.assert_allclose(equation.predict(rows), logits[: len(rows), 2], rtol=1e-9)
    with pytest.raises(ValueError, match="feature"):
        pruned.equation(table[["site"]], "top")


@pytest.mark.parametrize("classes", [("ill", "well"), (0, 1), (False, True)])
def test_the_logit_of_either_class_is_written_and_answers_as_the_network(classes):
    network = random_network([3, 4, 1], 3, task=classes)
    pruned = PrunedMLPClassifier(network, n_weights=12, random_state=0).fit(ROWS)
    both = [pruned.equation(ROWS, label, max_atoms=99) for label in classes]
    logits = [equation.expression.evaluate(ROWS) for equation in both]
    np.testing.assert_allclose(*(sign * of for sign, of in zip((-1, 1), logits, strict=True)))
    for equation in both:
        np.testing.assert_array_equal(equation.predict(ROWS), pruned.predict(ROWS))
    first, second = (pruned.to_sympy(label) for label in classes)
    point = dict(zip(sorted(second.free_symbols, key=str), (0.3, -0.7, 1.1), strict=False))
    assert float((first + second).subs(point)) == pytest.approx(0.0, abs=1e-9)
