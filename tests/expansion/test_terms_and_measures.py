"""The arithmetic of terms, measures, categories and series, by numpy alone."""

from itertools import combinations, product
from math import comb, prod

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skinterp.expansion._anchored import expand_around
from skinterp.expansion._categories import (
    CategoricalTable,
    Variable,
    check_count,
    distinct,
    listed,
)
from skinterp.expansion._coefficients import pattern_text
from skinterp.expansion._enumerate import expand_table, spectrum, tabulate
from skinterp.expansion._fourier import fourier_series, kinks
from skinterp.expansion._gauge import (
    average,
    centre,
    change_gauge,
    checked_measure,
    contributions,
    evaluate,
    gauge_weights,
    grid,
    measure_of,
    n_coefficients,
    subsets,
)
from skinterp.expansion._row_explanation import RowExplanation, explain_row, one_row
from skinterp.expansion._variances import (
    shares_of_variables,
    sum_by_order,
    variances,
    weighted_variance,
)
from skinterp.network import Activation

FEW = settings(max_examples=25, deadline=None)
sizes_of = st.lists(st.integers(2, 4), min_size=1, max_size=3).map(tuple)
seeds = st.integers(0, 10_000)


def table_of(sizes, seed, n_outputs=2):
    rng = np.random.default_rng(seed)
    weights = [rng.dirichlet(np.ones(q)) for q in sizes]
    return rng.normal(size=(n_outputs, *sizes)), weights


@pytest.mark.parametrize(("n", "order"), [(1, 1), (4, 2), (5, 3), (3, 3), (6, 0)])
def test_subsets_are_all_and_the_smaller_ones_first(n, order):
    found = subsets(n, order)
    assert len(found) == len(set(found)) == sum(comb(n, m) for m in range(order + 1))
    assert list(map(len, found)) == sorted(map(len, found))
    assert all(tuple(sorted(S)) == S for S in found)


@given(sizes_of, st.integers(0, 3))
def test_coefficients_are_counted_term_by_term(sizes, order):
    order = min(order, len(sizes))
    counted = sum(prod(sizes[i] for i in S) for S in subsets(len(sizes), order))
    assert n_coefficients(sizes, order) == counted


@given(sizes_of)
def test_the_grid_is_every_row_once_the_last_variable_fastest(sizes):
    np.testing.assert_array_equal(grid(sizes), list(product(*map(range, sizes))))


@FEW
@given(sizes_of, seeds)
def test_the_whole_expansion_is_the_table_and_every_term_averages_to_zero(sizes, seed):
    table, weights = table_of(sizes, seed)
    terms = expand_table(table, weights, len(sizes))
    np.testing.assert_allclose(evaluate(terms, grid(sizes)), table.reshape(2, -1).T, atol=1e-12)
    for S, term in terms.items():
        for axis, i in enumerate(S):
            np.testing.assert_allclose(average(term, 1 + axis, weights[i]), 0.0, atol=1e-12)


@FEW
@given(sizes_of, seeds)
def test_variances_of_the_orders_are_those_of_the_spectrum_and_of_all_rows(sizes, seed):
    table, weights = table_of(sizes, seed)
    terms = expand_table(table, weights, len(sizes))
    by_order = sum_by_order(variances(terms, weights), len(sizes))
    np.testing.assert_allclose(by_order, spectrum(table, weights), atol=1e-12)
    probability = np.prod([weights[i][c] for i, c in enumerate(grid(sizes).T)], axis=0)
    whole = weighted_variance(table.reshape(2, -1).T, probability).sum()
    assert by_order.sum() == pytest.approx(whole, abs=1e-12)


@FEW
@given(sizes_of, seeds)
def test_another_gauge_is_the_same_sum_with_terms_that_vanish_at_its_measure(sizes, seed):
    table, weights = table_of(sizes, seed)
    _, others = table_of(sizes, seed + 1)
    terms = expand_table(table, weights, min(2, len(sizes)))
    changed = change_gauge(terms, others)
    rows = grid(sizes)
    np.testing.assert_allclose(evaluate(changed, rows), evaluate(terms, rows), atol=1e-12)
    for S, term in changed.items():
        for axis, i in enumerate(S):
            np.testing.assert_allclose(average(term, 1 + axis, others[i]), 0.0, atol=1e-12)
    again = change_gauge(changed, weights)
    for S, term in terms.items():
        np.testing.assert_allclose(again[S], term, atol=1e-12)


@FEW
@given(sizes_of, seeds)
def test_contributions_of_a_row_add_up_to_its_value(sizes, seed):
    table, weights = table_of(sizes, seed)
    terms, rows = expand_table(table, weights, len(sizes)), grid(sizes)
    row = rows[seed % len(rows)]
    total = sum(contributions(terms, row).values())
    np.testing.assert_allclose(total, evaluate(terms, row[np.newaxis])[0], atol=1e-12)


@FEW
@given(sizes_of, seeds, st.integers(0, 3))
def test_a_lower_order_is_the_sum_of_fewer_terms(sizes, seed, order):
    table, weights = table_of(sizes, seed)
    terms, rows = expand_table(table, weights, len(sizes)), grid(sizes)
    few = {S: term for S, term in terms.items() if len(S) <= order}
    np.testing.assert_allclose(evaluate(terms, rows, order), evaluate(few, rows))


@FEW
@given(sizes_of, seeds)
def test_centring_is_a_projection(sizes, seed):
    table, weights = table_of(sizes, seed)
    once = centre(table, weights)
    np.testing.assert_allclose(centre(once, weights), once, atol=1e-12)


def test_tables_are_asked_for_every_row_in_order():
    def function(codes):
        return np.stack([codes @ [100, 10, 1], codes.sum(axis=1)], axis=1)

    table = tabulate(function, (2, 3, 4))
    assert table.shape == (2, 2, 3, 4) and table[0, 1, 2, 3] == 123 and table[1, 1, 2, 3] == 6


def test_shares_of_variables_divide_what_several_do_equally():
    by_term = {(0,): 3.0, (1,): 1.0, (0, 2): 2.0, (0, 1, 2): 3.0}
    np.testing.assert_allclose(shares_of_variables(by_term, 4), [5.0, 2.0, 2.0, 0.0])
    np.testing.assert_allclose(sum_by_order(by_term, 3), [4.0, 2.0, 3.0])


def test_noise_is_no_variance():
    terms = {(): np.zeros(1), (0,): np.array([[0.3, -0.3]])}
    weights, errors = [np.array([0.5, 0.5])], {(): np.zeros(1), (0,): np.full((1, 2), 0.1)}
    assert variances(terms, weights)[(0,)] == pytest.approx(0.09)
    assert variances(terms, weights, errors)[(0,)] == pytest.approx(0.08)
    errors[(0,)] += 1.0
    assert variances(terms, weights, errors)[(0,)] == 0.0


# Measures


def test_uniform_and_marginal_measures():
    codes = np.array([[0, 1], [0, 0], [1, 1], [0, 1]])
    np.testing.assert_allclose(measure_of("uniform", codes, (2, 4))[1], np.full(4, 0.25))
    marginals = measure_of("marginals", codes, (2, 3))
    np.testing.assert_allclose(marginals[0], [0.75, 0.25])
    np.testing.assert_allclose(marginals[1], [0.25, 0.75, 0.0])


@pytest.mark.parametrize(
    "measure",
    [
        "flat",
        [[0.5, 0.5]],
        [[0.5, 0.6], [1, 0, 0]],
        [[1.5, -0.5], [1, 0, 0]],
        3,
        [["a", "b"], [1]],
    ],
)
def test_what_is_no_measure_is_refused(measure):
    with pytest.raises(
        ValueError, match=r"one vector of probabilities per variable, of lengths 2, 3"
    ):
        checked_measure(measure, (2, 3))


def test_the_measure_of_a_gauge():
    weights = [np.array([0.2, 0.8]), np.array([0.5, 0.25, 0.25])]
    assert gauge_weights("zero_sum", weights, None)[0] is weights[0]
    np.testing.assert_array_equal(gauge_weights("reference", weights, None)[1], [1, 0, 0])
    np.testing.assert_array_equal(gauge_weights("wild_type", weights, [1, 2])[1], [0, 0, 1])


# Around a row


class Coded:
    """A function of codes that is a nonlinear function of a sum of tables."""

    n_outputs = 1

    def __init__(self, tables):
        self.tables = tables

    def first(self, codes):
        return sum(table[codes[:, i]] for i, table in enumerate(self.tables))

    def rest(self, first):
        return np.tanh(first).sum(axis=1, keepdims=True)


def test_terms_around_the_reference_are_those_of_the_whole_table():
    rng, sizes = np.random.default_rng(0), (2, 3, 3)
    function = Coded([rng.normal(size=(q, 4)) for q in sizes])
    weights = [np.eye(q)[0] for q in sizes]
    table = tabulate(lambda codes: function.rest(function.first(codes)), sizes)
    expected = expand_table(table, weights, 2)
    for S, around in expand_around(function, np.zeros((1, 3), dtype=int), weights, 2):
        np.testing.assert_allclose(around[0], expected[S], atol=1e-12)


# Categories


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([3, 1, 2, 1], (1, 2, 3)),
        (["b", "a", "b"], ("a", "b")),
        ([True, False], (False, True)),
        ([10, 9], (9, 10)),
    ],
)
def test_categories_are_sorted_by_value_or_as_texts(values, found):
    assert distinct(np.array(values), "x") == found


def test_a_gap_is_a_category_only_where_it_is_taken():
    values = np.array(["a", None, np.nan], dtype=object)
    assert distinct(values, "x", takes_missing=True) == ("a", None)
    with pytest.raises(ValueError, match="'x' must have no missing values"):
        distinct(values, "x")
    with pytest.raises(ValueError, match="'x' contains infinity"):
        distinct(np.array([1.0, np.inf]), "x")


def test_a_column_of_too_many_numbers_is_refused_with_ways_out():
    with pytest.raises(ValueError, match=r"at most 64 categories\. Got 65 .* numbers=5"):
        check_count(range(65), "age")
    check_count(range(64), "age")


@pytest.mark.parametrize(("n", "end"), [(3, "2"), (8, "7"), (11, "7 and 3 more")])
def test_long_lists_are_cut_and_counted(n, end):
    assert listed(list(range(n))).endswith(end)


TABLE = CategoricalTable(
    (
        Variable("site", ("a", "b"), (0,)),
        Variable("colour", ("red", "blue", None), (1,)),
    ),
    np.array([1.0, 0.0, 0.0]),
    (np.array([[0.0], [2.0]]), np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])),
    (np.array([0]), np.array([1, 2])),
)


def test_rows_are_coded_decoded_and_fed_into_the_network():
    rows = np.array([["b", "blue"], ["a", None], ["a", "red"]], dtype=object)
    codes = TABLE.codes(rows)
    assert codes.tolist() == [[1, 1], [0, 2], [0, 0]]
    assert TABLE.decode(codes).tolist() == rows.tolist()
    np.testing.assert_array_equal(TABLE.encode(codes), [[3, 0, 1], [1, 0, 0], [1, 1, 0]])
    assert TABLE.sizes == (2, 3) and TABLE.names == ("site", "colour")


@pytest.mark.parametrize(
    ("cell", "said"), [("c", "'a', 'b'. Got 'c'"), (None, "a missing value"), (1.0, "Got 1.0")]
)
def test_an_unknown_category_is_refused_with_the_known_ones(cell, said):
    rows = np.array([["a", "red"], [cell, "red"]], dtype=object)
    with pytest.raises(ValueError, match=rf"'site' must be one of the categories .*{said}"):
        TABLE.codes(rows)


@pytest.mark.parametrize(
    ("row", "good"),
    [([0, 1, 0], True), ([1, 1, 0], False), ([0, 0, 0], False), ([0, 0.5, 0.5], False)],
)
def test_groups_hold_a_single_one(row, good):
    variable = Variable("p", ("x", "y", "z"), (0, 1, 2), is_one_hot=True)
    rows = np.array([[1.0, 0, 0], row])
    if good:
        assert variable.codes(rows).tolist() == [0, 1]
    else:
        with pytest.raises(ValueError, match=r"'p' must be one-hot.* in row 1 instead"):
            variable.codes(rows)


# Series of activations


@pytest.mark.parametrize(
    "name", ["relu", "leaky_relu", "hardtanh", "relu6", "hardsigmoid", "selu"]
)
def test_kinks_are_the_jumps_of_the_slope(name):
    activation = Activation(name, 0.2 if name == "leaky_relu" else None)
    for place, jump in kinks(activation):
        ends = np.array([place - 1e-6, place + 1e-6])
        before, after = activation.derivative(ends, activation.value(ends))
        assert after - before == pytest.approx(jump, abs=1e-4)


@pytest.mark.parametrize(
    "name", ["tanh", "logistic", "relu", "softplus", "hardsigmoid", "identity"]
)
@pytest.mark.parametrize(("low", "high"), [(-1.0, 2.0), (0.5, 0.9), (-6.0, 6.0)])
def test_a_series_is_its_activation_within_the_stated_error(name, low, high):
    activation, bias = Activation(name), 0.3
    series = fourier_series(activation, bias, low, high, 1e-9)
    x = np.linspace(low, high, 41)
    waves = np.exp(1j * series.step * np.outer(x, np.arange(len(series.coefficients))))
    found = series.value + series.slope * x + (waves @ series.coefficients).real
    off = np.abs(found - activation.value(bias + x)).max()
    assert off <= 10 * (series.error + series.tail) + 1e-8


# One row explained


def test_a_row_is_explained_by_its_terms_the_strongest_first():
    class Made:
        names, output_names = ("a", "b"), ("yes",)
        categories = (("x", "y"), ("u", "v"))
        terms = {
            (): np.array([1.0]),
            (0,): np.array([[0.5, -0.5]]),
            (1,): np.array([[2e-16, 2.0]]),
            (0, 1): np.array([[[0.0, 0.0], [0.0, -3.0]]]),
        }

    found = explain_row(Made, np.array([1, 1]), -0.5)
    assert found.labels == ("a=y, b=v", "b=v", "a=y")
    assert found.values == (-3.0, 2.0, -0.5) and found.total == pytest.approx(-0.5)
    assert str(found).splitlines()[0] == "yes = -0.5, by the expansion -0.5"
    assert found.to_frame()["order"].tolist() == [2, 1, 1]
    few = explain_row(Made, np.array([0, 0]), 1.5)
    assert few.labels == ("a=x",)


def test_many_patterns_are_added_up_at_the_end():
    patterns = tuple((("v", k),) for k in range(20))
    found = RowExplanation("out", 1.0, patterns, tuple(np.linspace(2, 0.1, 20)), 3.0)
    last = str(found).splitlines()[-1]
    assert last.endswith("5 more")
    assert float(last.split()[0]) == pytest.approx(sum(found.values[15:]), rel=1e-3)


def test_patterns_are_written_by_variable():
    assert pattern_text([("cap", "red"), ("ring", 2)]) == "cap=red, ring=2"


@pytest.mark.parametrize(
    "row",
    [
        ["a", 1],
        np.array(["a", 1], dtype=object),
        pd.Series(["a", 1], index=["x", "y"]),
        pd.DataFrame([["a", 1]]),
        np.array([["a", 1]], dtype=object),
    ],
)
def test_a_row_comes_in_any_form(row):
    assert np.asarray(one_row(row)).tolist() == [["a", 1]]


@pytest.mark.parametrize("rows", [np.zeros((2, 3)), pd.DataFrame(np.zeros((3, 2))), 5.0])
def test_several_rows_or_none_are_refused(rows):
    with pytest.raises(ValueError, match=r"explain must be given one row\. Got"):
        one_row(rows)


@FEW
@given(sizes_of, seeds)
def test_pairs_of_an_additive_table_are_nothing(sizes, seed):
    rng = np.random.default_rng(seed)
    parts = [rng.normal(size=q) for q in sizes]
    table = sum(np.ix_(*parts))[np.newaxis] if len(sizes) > 1 else parts[0][np.newaxis]
    terms = expand_table(table, [rng.dirichlet(np.ones(q)) for q in sizes], len(sizes))
    for S in combinations(range(len(sizes)), 2):
        np.testing.assert_allclose(terms[S], 0.0, atol=1e-12)
