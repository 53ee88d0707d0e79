"""Characteristic functions give what enumeration gives, to the error that is stated."""

import warnings
from itertools import product

import numpy as np
import pytest
from expansion_pool import (
    groups_of,
    largest_difference,
    measures,
    one_hot,
    random_network,
    rows_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning

from skinterp.expansion import CategoricalExpansion
from skinterp.expansion._fourier import fourier_series, kinks
from skinterp.network import as_network

SMOOTH = ["tanh", "logistic", "softplus", "gelu", "silu", "identity", "gelu_tanh", "mish"]
ROUGH = [
    "relu", "elu", "selu", ("leaky_relu", 0.2), ("elu", 0.5), ("celu", 0.5), "softsign",
    "hardtanh", "relu6", "hardsigmoid", "hardswish",
]  # fmt: skip


def both(sizes, activation, seed=0, scale=1.0, n_outputs=1, **options):
    network = random_network(sizes, (6,), activation, n_outputs, seed, scale)
    options = {"groups": groups_of(sizes), "measure": measures(sizes, seed), **options}
    rows = rows_of(sizes)
    return [
        CategoricalExpansion(network, method=method, **options).fit(rows)
        for method in ("enumerate", "convolution")
    ]


@settings(max_examples=30, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 4), min_size=2, max_size=5).map(tuple),
    activation=st.sampled_from(SMOOTH),
    seed=st.integers(0, 99),
    scale=st.sampled_from([0.1, 1.0, 4.0]),
    order=st.integers(1, 3),
)
def test_smooth_activations_agree_to_rounding(sizes, activation, seed, scale, order):
    order = min(order, len(sizes))
    exact, found = both(sizes, activation, seed, scale, n_outputs=2, order=order)
    size = np.sqrt(exact.total_variance_) + 1e-6
    error = largest_difference(found.expansion_.terms, exact.expansion_.terms)
    assert error <= 1e-8 * size + 1e-12
    assert error <= found.error_ + 1e-11 * size + 1e-12


@pytest.mark.parametrize("activation", ROUGH, ids=str)
@pytest.mark.parametrize("sizes", [(2, 3, 1, 4), (2,) * 8])
def test_kinks_agree_to_the_stated_error(activation, sizes):
    exact, found = both(sizes, activation, seed=1)
    size = np.sqrt(exact.total_variance_)
    error = largest_difference(found.expansion_.terms, exact.expansion_.terms)
    assert error <= found.error_ <= 1e-4 * size
    assert found.method_ == "convolution" and exact.error_ == 0.0


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_equal_weights_make_lattices(activation):
    """All inputs of a unit on a lattice: characteristic functions return to 1, and vanish."""
    rng = np.random.default_rng(0)
    sizes = (2,) * 10
    weights = rng.choice([-1.0, 1.0], size=(20, 4))
    network = as_network(([weights, np.ones((4, 1))], [np.zeros(4), np.zeros(1)],
                          [activation, "identity"]))  # fmt: skip
    exact, found = (
        CategoricalExpansion(network, groups=groups_of(sizes), method=method).fit(rows_of(sizes))
        for method in ("enumerate", "convolution")
    )
    error = largest_difference(found.expansion_.terms, exact.expansion_.terms)
    bound = 1e-4 if activation == "relu" else 1e-8
    assert error <= bound * np.sqrt(exact.total_variance_)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_units_that_see_some_variables_only(order):
    rng = np.random.default_rng(1)
    sizes = (2, 3, 1, 2, 3, 2)
    weights = rng.normal(size=(13, 4))
    for unit, unseen in enumerate([(0, 2), (2, 5), (5, 13), (0, 13)]):
        weights[slice(*unseen), unit] = 0.5
    network = as_network(([weights, rng.normal(size=(4, 2))], [rng.normal(size=4), np.zeros(2)],
                          ["tanh", "identity"]))  # fmt: skip
    exact, found = (
        CategoricalExpansion(network, groups=groups_of(sizes), method=method, order=order)
        .fit(rows_of(sizes))
        for method in ("enumerate", "convolution")
    )  # fmt: skip
    error = largest_difference(found.expansion_.terms, exact.expansion_.terms)
    assert error <= 1e-9 * np.sqrt(exact.total_variance_)


def test_many_variables_agree_with_sampling():
    sizes = (4,) * 25
    network = random_network(sizes, (8,), "relu", seed=2, scale=0.3)
    options = {"groups": groups_of(sizes), "order": 1}
    exact = CategoricalExpansion(network, **options).fit(rows_of(sizes))
    drawn = CategoricalExpansion(network, method="sampling", random_state=0, **options)
    drawn.fit(rows_of(sizes))
    assert exact.method_ == "convolution"
    z = np.concatenate(
        [
            ((drawn.expansion_.terms[S] - term) / drawn.expansion_.errors[S]).ravel()
            for S, term in exact.expansion_.terms.items()
        ]
    )
    assert np.abs(z).max() < 4.5
    assert (np.abs(z) < 2.5).mean() > 0.9


def test_gaussian_states_its_error_and_improves_with_the_number_of_variables():
    errors = []
    for n in (4, 9):
        sizes = (3,) * n
        network = random_network(sizes, (5,), "tanh", seed=3, scale=1.0 / np.sqrt(n))
        exact, found = (
            CategoricalExpansion(network, groups=groups_of(sizes), method=method, order=1)
            .fit(rows_of(sizes))
            for method in ("enumerate", "gaussian")
        )  # fmt: skip
        error = largest_difference(found.expansion_.terms, exact.expansion_.terms)
        assert error <= found.error_ * (1 + 1e-9)
        errors.append(error / np.sqrt(exact.total_variance_))
    assert errors[1] < errors[0] < 0.1


def test_parts_of_a_layer_and_units_are_expanded_too():
    sizes = (3, 2, 3)
    network = random_network(sizes, (4, 3), "tanh", 2)
    options = {"groups": groups_of(sizes), "method": "convolution", "order": 3}
    X = rows_of(sizes)
    layer = CategoricalExpansion(network, output=("layer", 0), **options).fit(X)
    assert np.allclose(layer.predict(X), network.hidden_activations(X, 0), atol=1e-9)
    before = CategoricalExpansion(network, output=("unit", 1, 2, True), **options).fit(X)
    assert np.allclose(before.predict(X), network.hidden_activations(X, 1, True)[:, 2])
    assert CategoricalExpansion(network, output=("unit", 0, 1), **options).fit(X).error_ < 1e-8


def test_results_do_not_depend_on_the_number_of_jobs():
    sizes = (3,) * 6
    network = random_network(sizes, (12,), "tanh", seed=1)
    one, two = (
        CategoricalExpansion(
            network, groups=groups_of(sizes), method="convolution", precision=0.01, n_jobs=n
        ).fit(rows_of(sizes))
        for n in (1, 2)
    )
    assert largest_difference(one.expansion_.terms, two.expansion_.terms) == 0.0


def test_a_precision_out_of_reach_warns():
    sizes = (2, 3)
    network = random_network(sizes, (3,), "relu", seed=4)
    with pytest.warns(ConvergenceWarning, match="may be wrong by up to"):
        CategoricalExpansion(
            network, groups=groups_of(sizes), method="convolution", precision=1e-12
        ).fit(rows_of(sizes))


@pytest.mark.parametrize(
    "activation", ["tanh", "relu", "softplus", "hardtanh", "relu6", "hardsigmoid", "mish"]
)
@pytest.mark.parametrize("interval", [(-3.0, 8.0), (1.0, 2.0), (-40.0, -1.0)])
def test_series_of_activations_hold_on_their_interval(activation, interval):
    spec = as_network(([np.ones((1, 1))] * 2, [np.zeros(1)] * 2, [activation, "identity"]))
    function = spec.layers[0].activation
    bias = 0.3
    series = fourier_series(
        function, bias, interval[0] - bias, interval[1] - bias, 1e-10, n_kink=2**14
    )
    z = np.linspace(*interval, 501)
    k = np.arange(len(series.coefficients))
    waves = np.exp(1j * series.step * np.outer(z - bias, k)) @ series.coefficients
    values = series.value + series.slope * (z - bias) + waves.real
    found = kinks(function)
    has_kink = any(interval[0] < place < interval[1] for place, _ in found)
    jumps = sum(abs(jump) for _, jump in found)
    tail = jumps / (np.pi * series.step * len(k)) if has_kink else 0.0
    assert np.abs(values - function.value(z)).max() <= 1e-9 + tail


def test_the_constant_is_the_mean_over_all_inputs():
    """The exact constant is the mean over all rows."""
    sizes = (4, 4, 4)
    network = random_network(sizes, (5,), "relu", seed=9)
    rows = np.stack(np.meshgrid(*[range(4)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    found = CategoricalExpansion(network, groups=groups_of(sizes), method="convolution")
    found.fit(rows_of(sizes))
    mean = network.raw_values(one_hot(rows, sizes)).mean()
    assert found.constant_ == pytest.approx(mean, abs=found.error_)


def binary_sum(weights, bias, function):
    """Return the mean of a function of a sum of whole weights, each there or not by chance."""
    chances = np.ones(1)
    for weight in weights:
        step = np.zeros(abs(weight) + 1)
        step[0] += 0.5
        step[-1] += 0.5
        chances = np.convolve(chances, step)
    lowest = sum(min(weight, 0) for weight in weights)
    return function(bias + lowest + np.arange(len(chances))) @ chances


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("grid", [1, 8, 32])
def test_averages_that_return_on_a_grid_of_weights_are_in_the_stated_error(activation, grid):
    rng = np.random.default_rng(grid)
    weights = np.round((1 + 0.2 * rng.normal(size=100)) * grid).astype(int)
    bias = -weights.sum() // 2
    network = (
        [weights[:, np.newaxis] / grid, np.ones((1, 1))],
        [np.array([bias / grid]), np.zeros(1)],
        [activation, "identity"],
    )
    rows = np.array([[0.0] * 100, [1.0] * 100])
    function = {"relu": lambda z: np.maximum(z, 0.0), "tanh": np.tanh}[activation]
    expected = binary_sum(weights, bias, lambda z: function(z / grid))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for precision in (None, 3e-8):
            found = CategoricalExpansion(
                network, order=1, method="convolution", precision=precision
            ).fit(rows)
            assert abs(found.constant_ - expected) <= found.error_


@pytest.mark.parametrize("activation", ["tanh", "relu", "elu", "silu"])
@pytest.mark.parametrize("scale", [1e-3, 1e-6, 1e-9])
def test_units_that_hardly_vary_lose_no_digits(activation, scale):
    weights = np.array([[1.0], [-0.7], [0.4]]) * scale
    network = ([weights, np.ones((1, 1))], [np.ones(1), np.zeros(1)], [activation, "identity"])
    rows = np.array(list(product([0.0, 1.0], repeat=3)))
    exact = CategoricalExpansion(network).fit(rows)
    found = CategoricalExpansion(network, method="convolution").fit(rows)
    difference = largest_difference(exact.expansion_.terms, found.expansion_.terms)
    assert difference <= found.error_
    assert difference <= 1e-9 * np.sqrt(exact.total_variance_) + 1e-14


@pytest.mark.parametrize("method", ["convolution", "sampling"])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_an_output_that_does_not_move_costs_the_others_no_precision(activation, method):
    rng = np.random.default_rng(0)
    X = rng.integers(0, 2, (100, 9)).astype(float)
    weights, bias, behind = rng.normal(size=(9, 6)), rng.normal(size=6), rng.normal(size=(6, 2))
    behind[:, 1], weights[:, 5] = 0.0, 0.0
    network = ([weights, behind], [bias, np.array([0.2, 0.7])], [activation, "identity"])
    for output in ("raw", ("layer", 0)):
        exact = CategoricalExpansion(network, output=output).fit(X)
        found = CategoricalExpansion(network, output=output, method=method, precision=3e-2)
        if method == "convolution":
            found.set_params(precision=None)
        found.set_params(random_state=0).fit(X)
        difference = largest_difference(exact.expansion_.terms, found.expansion_.terms)
        deviation = np.sqrt(exact.total_variance_)
        assert found.error_ <= 6e-2 * deviation
        if method == "convolution":
            assert difference <= found.error_ <= 1e-4 * deviation
        assert difference <= 6.0 * found.error_


def test_a_unit_that_is_off_nearly_everywhere_is_expanded_beside_the_others():
    X = np.random.default_rng(0).integers(0, 2, (100, 24)).astype(float)
    weights = np.random.default_rng(1).normal(size=(24, 3))
    weights[:, 1] = 1.0
    bias = np.array([0.0, -22.5, 0.0])  # at least 23 of 24 are 1
    network = ([weights, np.ones((3, 1))], [bias, np.zeros(1)], ["relu", "identity"])
    for method in ("convolution", "sampling"):
        found = CategoricalExpansion(
            network, order=1, output=("layer", 0), method=method, precision=0.05, random_state=0
        ).fit(X)
        assert 0.0 < found.error_ < 0.1 * np.sqrt(found.total_variance_)


HARD = {
    "sparse": lambda w, rng: w * (rng.random(w.shape) < 0.3),
    "huge": lambda w, rng: 30.0 * w,
    "tiny": lambda w, rng: w * 10.0 ** -rng.integers(3, 9),
    "near": lambda w, rng: 1.0 + 1e-6 * w,
    "mixed": lambda w, rng: w * 10.0 ** rng.integers(-8, 3, size=w.shape[1]),
}


@pytest.mark.parametrize("kind", HARD)
@pytest.mark.parametrize("seed", range(8))
def test_the_stated_error_holds_on_hard_weights(kind, seed):
    rng = np.random.default_rng(seed)
    sizes = tuple(rng.choice([1, 2, 3, 5], size=3).tolist())
    weights = HARD[kind](rng.normal(size=(sum(sizes), 4)), rng)
    activation = (SMOOTH + ROUGH)[rng.integers(len(SMOOTH + ROUGH))]
    network = (
        [weights, rng.normal(size=(4, 2))],
        [rng.normal(size=4), rng.normal(size=2)],
        [activation, "identity"],
    )
    options = {"groups": groups_of(sizes), "measure": measures(sizes, seed), "order": 3}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        exact, found = (
            CategoricalExpansion(network, method=method, **options).fit(rows_of(sizes))
            for method in ("enumerate", "convolution")
        )
    terms = exact.expansion_.terms
    rounding = 1e-14 * max(np.abs(term).max() for term in terms.values())
    assert largest_difference(terms, found.expansion_.terms) <= found.error_ + rounding
