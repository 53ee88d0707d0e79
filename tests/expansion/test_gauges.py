"""Every gauge writes the same function; the zero-sum one is the functional ANOVA."""

from itertools import product

import numpy as np
import pytest
from expansion_pool import (
    all_codes,
    groups_of,
    largest_difference,
    measures,
    one_hot,
    oracle,
    random_network,
    rows_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from skinterp.expansion import CategoricalExpansion
from skinterp.expansion._enumerate import expand_table, spectrum, tabulate
from skinterp.expansion._gauge import change_gauge, evaluate, n_coefficients, subsets

GAUGES = ("zero_sum", "reference", "wild_type", "zero_vector")
SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)
ACTIVATIONS = st.sampled_from(["relu", "tanh", "logistic"])


def expanded(sizes, *, activation="tanh", n_outputs=1, seed=0, hidden=(5,), **options):
    network = random_network(sizes, hidden, activation, n_outputs, seed)
    options = {"order": len(sizes), "groups": groups_of(sizes), **options}
    return CategoricalExpansion(network, **options).fit(rows_of(sizes, seed=seed)), network


def network_values(network, sizes):
    return network.raw_values(one_hot(all_codes(sizes), sizes))


@settings(max_examples=40, deadline=None)
@given(
    sizes=SIZES,
    activation=ACTIVATIONS,
    n_outputs=st.integers(1, 3),
    seed=st.integers(0, 99),
    gauge=st.sampled_from(GAUGES),
    measure=st.sampled_from(["uniform", "marginals"]),
    depth=st.integers(1, 2),
)
def test_full_order_is_the_network(sizes, activation, n_outputs, seed, gauge, measure, depth):
    expansion, network = expanded(
        sizes, activation=activation, n_outputs=n_outputs, seed=seed, hidden=(4,) * depth,
        gauge=gauge, measure=measure,
    )  # fmt: skip
    X = one_hot(all_codes(sizes), sizes)
    found = expansion.decision_function(X).reshape(len(X), -1)
    assert np.abs(found - network.raw_values(X)).max() < 1e-9


@settings(max_examples=40, deadline=None)
@given(sizes=SIZES, activation=ACTIVATIONS, seed=st.integers(0, 99))
def test_zero_sum_terms_average_to_zero_and_variances_add_up(sizes, activation, seed):
    weights = measures(sizes, seed)
    expansion, network = expanded(sizes, activation=activation, seed=seed, measure=weights)
    for S, term in expansion.expansion_.terms.items():
        for axis, i in enumerate(S, start=1):
            assert np.abs(np.moveaxis(term, axis, -1) @ weights[i]).max() < 1e-10
    codes, values = all_codes(sizes), network_values(network, sizes)[:, 0]
    share = np.prod([w[codes[:, i]] for i, w in enumerate(weights)], axis=0)
    variance = share @ values**2 - (share @ values) ** 2
    by_term = expansion.variance_by_term_
    assert expansion.variance_by_order_.sum() == pytest.approx(variance, abs=1e-9)
    assert sum(by_term.values()) == pytest.approx(variance, abs=1e-9)
    assert expansion.total_variance_ == pytest.approx(variance, abs=1e-9)
    for order, found in enumerate(expansion.variance_by_order_, start=1):
        assert found == pytest.approx(
            sum(v for names, v in by_term.items() if len(names) == order), abs=1e-9
        )


@settings(max_examples=25, deadline=None)
@given(sizes=SIZES, seed=st.integers(0, 99), order=st.integers(1, 3))
def test_terms_are_those_of_inclusion_and_exclusion(sizes, seed, order):
    order, weights = min(order, len(sizes)), measures(sizes, seed)
    expansion, network = expanded(sizes, seed=seed, n_outputs=2, measure=weights, order=order)
    expected = oracle(network_values(network, sizes), sizes, weights, order)
    assert largest_difference(expansion.expansion_.terms, expected) < 1e-10
    anchored = expansion.convert("reference")
    points = [np.eye(q)[0] for q in sizes]
    expected = oracle(network_values(network, sizes), sizes, points, order)
    assert largest_difference(anchored.expansion_.terms, expected) < 1e-10


@settings(max_examples=25, deadline=None)
@given(
    sizes=SIZES, seed=st.integers(0, 99),
    path=st.lists(st.sampled_from(GAUGES), min_size=1, max_size=3),
)  # fmt: skip
def test_conversions_of_the_network_round_trip(sizes, seed, path):
    start, _ = expanded(sizes, seed=seed, order=min(2, len(sizes)))
    twin = start
    for gauge in path:
        twin = twin.convert(gauge)
    assert twin.convert("zero_sum").expansion_.gauge == "zero_sum"
    back = twin.convert("zero_sum").expansion_.terms
    assert largest_difference(back, start.expansion_.terms) < 1e-10


@settings(max_examples=25, deadline=None)
@given(sizes=SIZES, seed=st.integers(0, 99), gauge=st.sampled_from(GAUGES[:3]))
def test_rewriting_a_truncated_sum_keeps_it_and_round_trips(sizes, seed, gauge):
    fitted, _ = expanded(sizes, seed=seed, order=min(2, len(sizes)))
    truncated, codes = fitted.expansion_, all_codes(sizes)
    other = truncated.convert(gauge)
    assert np.allclose(other.values(codes), truncated.values(codes), atol=1e-10)
    assert largest_difference(other.convert("zero_sum").terms, truncated.terms) < 1e-10


def test_truncating_first_is_another_function():
    sizes = (3, 3, 2)
    zero_sum, _ = expanded(sizes, order=2, seed=3)
    codes = all_codes(sizes)
    first_converted = zero_sum.convert("reference").expansion_
    first_truncated = zero_sum.expansion_.convert("reference")
    assert np.abs(first_converted.values(codes) - first_truncated.values(codes)).max() > 0.01
    r2 = zero_sum.truncation_r2_["measure"]
    assert (r2 >= zero_sum.convert("reference").truncation_r2_["measure"] - 1e-12).all()


def test_anchored_terms_vanish_at_their_reference():
    sizes = (3, 2, 4)
    row = ("1", "0", "2")
    network = random_network(sizes, seed=5)
    groups = {name: [f"{name}_{k}" for k in range(q)] for name, q in zip("abc", sizes)}
    columns = [column for group in groups.values() for column in group]
    pandas = pytest.importorskip("pandas")
    X = pandas.DataFrame(rows_of(sizes), columns=columns)
    fitted = CategoricalExpansion(network, groups=groups, gauge=row, order=3).fit(X)
    for names, term in (*fitted.couplings_.items(), *fitted.expansion_.of_order(3).items()):
        for axis, name in enumerate(names):
            k = fitted.categories_[name].index(row["abc".index(name)])
            assert np.abs(np.take(term, k, axis=axis)).max() < 1e-12
    at = one_hot(np.array([[1, 0, 2]]), sizes)
    assert fitted.constant_ == pytest.approx(network.raw_values(at)[0, 0])
    again = fitted.convert("zero_sum").convert("wild_type")
    assert again.gauge == row
    assert largest_difference(again.expansion_.terms, fitted.expansion_.terms) < 1e-12


def test_zero_vector_is_the_network_without_input():
    sizes = (3, 2)
    fitted, network = expanded(sizes, gauge="zero_vector", seed=1)
    assert fitted.constant_ == pytest.approx(network.raw_values(np.zeros((1, 5)))[0, 0])
    alone = network.raw_values(np.eye(5)[:3])[:, 0] - fitted.constant_
    assert np.allclose(fitted.fields_["a"], alone)


def test_the_spectrum_has_all_orders_and_counts_coefficients():
    sizes, weights = (2, 3, 1, 2), measures((2, 3, 1, 2))
    rng = np.random.default_rng(0)
    table = rng.normal(size=(2, *sizes))
    terms = expand_table(table, weights, 4)
    assert sum(term[0].size for term in terms.values()) == n_coefficients(sizes, 4)
    assert n_coefficients(sizes, 2) == sum(
        np.prod([sizes[i] for i in S], dtype=int) for S in subsets(4, 2)
    )
    again = tabulate(lambda codes: evaluate(terms, codes), sizes)
    assert np.allclose(again, table)
    by_order = np.zeros(4)
    for S, term in terms.items():
        if S:
            share = np.ones(())
            for i in S:
                share = np.multiply.outer(share, weights[i])
            by_order[len(S) - 1] += (term**2 * share).sum()
    assert np.allclose(spectrum(table, weights), by_order)


def test_change_of_gauge_makes_missing_terms():
    tensor = np.arange(6.0).reshape(1, 2, 3)
    found = change_gauge({(0, 1): tensor}, [np.full(2, 0.5), np.full(3, 1 / 3)])
    assert found[()] == pytest.approx(2.5)
    assert np.allclose(found[(0,)], [[-1.5, 1.5]]) and np.allclose(found[(1,)], [[-1, 0, 1]])
    assert np.allclose(found[(0, 1)], 0)


def test_pairwise_zero_sum_agrees_with_gaugefixer():
    gaugefixer = pytest.importorskip("gaugefixer")
    pandas = pytest.importorskip("pandas")
    sizes, letters = (2, 4, 3, 2), "ACGT"
    fitted, _ = expanded(sizes, seed=7, order=2)
    anchored = fitted.convert("reference").expansion_
    alphabets = [list(letters[:q]) for q in sizes]
    model = gaugefixer.PairwiseModel(alphabet_list=alphabets)
    theta = pandas.Series(0.0, index=model.features)
    for S, term in anchored.terms.items():
        for category in product(*(range(sizes[i]) for i in S)):
            theta[[(S, "".join(letters[k] for k in category))]] = term[(0, *category)]
    model.set_params(theta)
    expected = model.get_fixed_params(gauge="zero-sum")
    for S, term in anchored.convert("zero_sum").terms.items():
        for category in product(*(range(sizes[i]) for i in S)):
            key = (S, "".join(letters[k] for k in category))
            assert term[(0, *category)] == pytest.approx(expected[[key]].iloc[0], abs=1e-10)
    weights = measures(sizes, 1)
    expected = model.get_fixed_params(gauge="hierarchical", pi_lc=weights)
    for S, term in anchored.convert("zero_sum", measure=weights).terms.items():
        for category in product(*(range(sizes[i]) for i in S)):
            key = (S, "".join(letters[k] for k in category))
            assert term[(0, *category)] == pytest.approx(expected[[key]].iloc[0], abs=1e-10)


def test_variances_are_the_networks_in_every_gauge():
    sizes = (3, 2, 3, 2)
    expected, _ = expanded(sizes, order=2, measure="marginals")
    for gauge in ("reference", "wild_type", "zero_vector"):
        found, _ = expanded(sizes, order=2, measure="marginals", gauge=gauge)
        assert np.allclose(found.variance_by_order_, expected.variance_by_order_)
        assert found.sobol_indices_.keys() == expected.sobol_indices_.keys()
        for names, share in found.sobol_indices_.items():
            assert share == pytest.approx(expected.sobol_indices_[names])
        assert str(found.expansion_).split("\n")[1] == str(expected.expansion_).split("\n")[1]


def test_variances_of_a_long_sum_truncated_around_a_reference_are_its_own():
    rows = np.random.default_rng(0).integers(2, size=(20, 30)).astype(float)
    weights = np.linspace(0.5, 2.0, 30)
    found = CategoricalExpansion(
        lambda X: np.tanh(X @ weights - weights.sum() / 2), gauge="reference"
    ).fit(rows)
    assert sum(found.sobol_indices_.values()) == pytest.approx(1.0)
    assert "variance of the truncated sum by order" in str(found.expansion_)
    full = found.expansion_.values(np.eye(30, dtype=int))
    rewritten = found.expansion_.convert("zero_sum")
    assert np.allclose(rewritten.values(np.eye(30, dtype=int)), full)
    assert "of the truncated sum" in str(rewritten)


def test_a_constant_network_has_no_orders():
    found = CategoricalExpansion(lambda X: 0.1 + 0.0 * X[:, 0]).fit(np.eye(3)[:, :2])
    assert str(found.expansion_).endswith("constant")


@pytest.mark.parametrize("single", [1, 2])
def test_zero_vector_takes_away_columns_that_never_change(single):
    rng = np.random.default_rng(single)
    X = np.array([["k"] * single + [c, d] for c in "abc" for d in "xy"], dtype=object)
    mlp = MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", max_iter=50, random_state=0)
    model = make_pipeline(OneHotEncoder(), mlp).fit(X, rng.normal(size=len(X)))
    found = CategoricalExpansion(model, gauge="zero_vector", order=2 + single).fit(X)
    assert found.constant_ == pytest.approx(mlp.predict(np.zeros((1, 5 + single)))[0])
    assert np.allclose(found.predict(X), model.predict(X))


@pytest.mark.parametrize(
    "measure", [[[0.5, np.nan], [0.5, 0.5]], {"x0": [1, 0]}, [[1, 2], [1, 0]]]
)
def test_invalid_measures_are_refused(measure):
    rows = np.array([[0.0, 0.0], [1.0, 1.0]])
    with pytest.raises(ValueError, match="measure must be"):
        CategoricalExpansion(lambda X: X[:, 0], measure=measure).fit(rows)
    found = CategoricalExpansion(lambda X: X[:, 0]).fit(rows)
    with pytest.raises(ValueError, match="measure must be"):
        found.expansion_.convert("zero_sum", measure=measure)
    same = found.expansion_.convert("zero_sum", measure="uniform")
    assert largest_difference(same.terms, found.expansion_.terms) == 0.0
