"""Importances of tables with texts and gaps: per column, with the parts of the features."""

import numpy as np
import pandas as pd
import pytest
from mixed_tables import ENCODERS, answers_of, mixed_model, mixed_table
from sklearn.base import clone

from skinterp import as_network, compare_importances, default_network
from skinterp.exact import breakpoints, slice_regions
from skinterp.importance import (
    connection_weights,
    garson,
    gradient_times_input,
    importance_stability,
    integrated_gradients,
    lek_profile,
    partial_derivatives,
    perturbation,
    refit_on_features,
)

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
TABLE = mixed_table()
Y = answers_of(TABLE)
COLUMNS = {"si te", "age", "smoker", "dose", "grade", "kind"}


@pytest.fixture(scope="module")
def model():
    return mixed_model(TABLE)


def small(n_columns=None):
    """Return an unfitted pipeline that trains fast."""
    return clone(mixed_model(TABLE)).set_params(mlpclassifier__max_iter=30)


@pytest.mark.parametrize(
    "method",
    [garson, connection_weights, partial_derivatives, perturbation],
    ids=lambda m: m.__name__,
)
def test_columns_are_the_sums_of_their_features(method, model):
    found, table = method(model, TABLE), as_network(model).user_table
    assert set(found.feature_names) == COLUMNS == set(found.ranking())
    assert found.parts.feature_names == table.feature_names and found.parts.parts is None
    for name, value in table.fold(found.parts.values).items():
        np.testing.assert_allclose(found.values[found.feature_names.index(name)], value)
    assert found.shares().sum() == pytest.approx(1.0)
    assert set(found.to_frame()["feature"]) == COLUMNS


def test_comparisons_have_parts_that_add_up(model):
    found = compare_importances(model, TABLE, Y, surrogates=["tree", "linear"])
    assert set(found.feature_names) == COLUMNS and found.methods == found.parts.methods
    for name, shares in found.shares.items():
        parts = dict(zip(found.parts.feature_names, found.parts.shares[name], strict=True))
        whole = dict(zip(found.feature_names, shares, strict=True))
        sites = sum(v for k, v in parts.items() if k.startswith("[si te = "))
        assert whole["si te"] == pytest.approx(sites)
        assert parts["dose"] + parts["[dose is missing]"] == pytest.approx(whole["dose"])
    assert (
        compare_importances(lambda X: X[:, 0], TABLE[["age"]].to_numpy(), surrogates=[]).parts
        is None
    )


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_contributions_add_up_over_levels_and_gaps(encoder, task):
    network = as_network(mixed_model(TABLE, encoder, task))
    for one, other in [(0, 9), (3, 4), (18, 27), (5, 5)]:
        x, baseline = TABLE.iloc[[one]], TABLE.iloc[[other]]
        found = integrated_gradients(network, x, baseline)
        change = (network.raw_values(x) - network.raw_values(baseline))[0]
        np.testing.assert_allclose(found.values.sum(axis=0), change, atol=1e-6)
        same = [c for c in COLUMNS if x[c].iloc[0] == baseline[c].iloc[0]]
        for name in same:
            assert not found.values[found.feature_names.index(name)].any()
        back = integrated_gradients(network, baseline, x)
        np.testing.assert_allclose(back.values, -found.values, atol=1e-6)


def test_a_level_alone_contributes_the_change_of_the_output(model):
    network, x = as_network(model), TABLE.iloc[[4]]
    baseline = x.assign(**{"si te": "a"})
    change = (network.raw_values(x) - network.raw_values(baseline))[0, 0]
    for method in (integrated_gradients, gradient_times_input):
        found = method(model, x.iloc[0], baseline)
        assert found.values[found.feature_names.index("si te"), 0] == pytest.approx(change)
        assert found.values.sum() == pytest.approx(change)


def test_contributions_need_rows_of_the_table(model):
    network, x = as_network(model), TABLE.iloc[[0]]
    with pytest.raises(ValueError, match=r"baseline must be a row of the table.*Got None"):
        integrated_gradients(model, x)
    with pytest.raises(ValueError, match="baseline must have one level of 'si te', or none"):
        gradient_times_input(model, x, network.check(TABLE).mean(axis=0))
    with pytest.raises(ValueError, match="x must have one level of"):
        integrated_gradients(model, network.check(TABLE).mean(axis=0), x)


def test_profiles_follow_numbers_and_hold_levels(model):
    table = TABLE.head(299)
    curves = lek_profile(model, table, quantiles=[0.5], n_steps=5)
    assert curves.feature_names == ("age", "dose")
    typical, filled = (
        table[list(COLUMNS)].mode().iloc[0],
        TABLE["dose"].fillna(TABLE["dose"].mean()),
    )
    row = table.iloc[[0]].assign(**{c: typical[c] for c in COLUMNS - {"age", "dose"}})
    row = row.assign(age=curves.grids[0, 2], dose=filled.head(299).median())
    assert curves.values[0, 0, 2, 0] == pytest.approx(as_network(model).raw_values(row)[0, 0])
    with pytest.raises(ValueError, match=r"The inputs to follow must be numbers.*\[si te = a\]"):
        lek_profile(model, TABLE, features="[si te = a]")


def test_slices_lie_in_the_numbers_and_hold_levels(model):
    network, row = as_network(model), TABLE.iloc[[7]]
    found = slice_regions(model, TABLE, features=("age", "dose"), origin=row)
    for point in found.centroids[:5]:
        here = row.assign(age=point[0], dose=point[1])
        np.testing.assert_allclose(
            network.raw_values(found.inputs([point])), network.raw_values(here)
        )
    assert set(slice_regions(model, TABLE, features=("age", "dose")).origin[4:7]) <= {
        0.0,
        1.0,
        50.0,
    }
    assert len(breakpoints(model, TABLE, feature="age", origin=row)) >= 1
    with pytest.raises(ValueError, match="The inputs that span a slice must be numbers"):
        slice_regions(model, TABLE, features=("age", "[smoker = True]"))
    with pytest.raises(ValueError, match="Inputs along directions must be numbers"):
        breakpoints(model, TABLE, direction=np.ones(network.n_features_in))


@pytest.mark.parametrize("bootstrap", [False, True])
def test_stability_ranks_columns(bootstrap):
    found = importance_stability(
        small(), TABLE, Y, methods=["derivatives", "permutation"], n_repeats=2, bootstrap=bootstrap
    )
    assert found.feature_names == tuple(TABLE.columns)
    assert found.shares.shape == (2, 2, 7)
    np.testing.assert_allclose(found.shares.sum(axis=-1), 1.0)
    assert not found.shares[..., found.feature_names.index("note")].any()


def test_refits_keep_whole_columns():
    check = refit_on_features(
        small(), TABLE, Y, ["dose", "si te", "note"], cv=2, n_random=1, sizes=[1, 2]
    )
    assert check.features == ("dose", "si te", "note") and check.sizes == (1, 2)
    scores = check.scores["ranked"]["accuracy"].mean(axis=1)
    assert scores.min() > 0.6


def test_the_default_network_is_trained_on_the_table():
    table = TABLE.drop(columns="note").head(120)
    y = answers_of(table)
    for estimator in (None, default_network("binary", 0, table)):
        found = importance_stability(estimator, table, y, methods="derivatives", n_repeats=2)
        assert found.ranking()[0] == "dose"
    check = refit_on_features(None, table, y, found, sizes=1, cv=2, n_random=0)
    assert check.features[0] == "dose"


def test_columns_without_steps_for_them_are_refused():
    numbers = default_network("binary", 0)
    with pytest.raises(ValueError, match=r"text|numbers|float"):
        importance_stability(numbers, TABLE, Y, n_repeats=2)
    gaps = pd.DataFrame({"a": [1.0, np.nan] * 20, "b": range(40)})
    with pytest.raises(ValueError, match=r"NaN|missing"):
        refit_on_features(numbers, gaps, [0, 1] * 20, ["a"], cv=2)
