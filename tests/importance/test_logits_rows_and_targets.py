"""What changes no probability changes no ranking; rows by name; targets and lists as they come."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from importance_pool import normal_rows, random_network
from sklearn.datasets import load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import as_network
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
    variable_embedding,
)

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")


@pytest.fixture(scope="module")
def wine():
    X, y = load_wine(return_X_y=True, as_frame=True)
    mlp = MLPClassifier((8,), solver="lbfgs", max_iter=300, random_state=0)
    return make_pipeline(StandardScaler(), mlp).fit(X, y), X, y


def two_networks_of_the_same_probabilities(seed, activation):
    """Return classifiers that differ by a number per hidden unit added to all logits."""
    rng = np.random.default_rng(seed)
    first, bias, last = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(4, 3))
    added = 3.0 * rng.normal(size=(4, 1))
    return [
        as_network(([first, weights], [bias, np.zeros(3)], [activation, "softmax"]))
        for weights in (last, last + added)
    ]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["relu", "tanh"]))
def test_importances_do_not_depend_on_what_is_added_to_all_logits(seed, activation):
    one, other = two_networks_of_the_same_probabilities(seed, activation)
    X = normal_rows(60, 3)
    np.testing.assert_allclose(one.predict_proba(X), other.predict_proba(X), atol=1e-9)
    for method in (
        lambda network: partial_derivatives(network, X),
        lambda network: connection_weights(network, X),
        lambda network: garson(network, X, form="1991"),
        lambda network: gradient_times_input(network, X[0]),
        lambda network: integrated_gradients(network, X[0], X[1]),
        lambda network: perturbation(network, X, n_repeats=2),
    ):
        a, b = method(one), method(other)
        np.testing.assert_allclose(a.shares(), b.shares(), atol=1e-8)
        np.testing.assert_allclose(a.zero_sum_values, b.zero_sum_values, atol=1e-8)


def test_values_are_those_of_the_logits_as_they_are():
    one, other = two_networks_of_the_same_probabilities(0, "tanh")
    X = normal_rows(60, 3)
    for network in (one, other):
        found = partial_derivatives(network, X)
        np.testing.assert_allclose(found.values, network.jacobian(X).mean(axis=0).T)
        mean = found.values.mean(axis=1, keepdims=True)
        np.testing.assert_allclose(found.zero_sum_values, found.values - mean)
        centred = network.jacobian(X) - network.jacobian(X).mean(axis=1, keepdims=True)
        strength = np.sqrt((centred**2).mean(axis=0)).T * X.std(axis=0)[:, np.newaxis]
        np.testing.assert_allclose(found.shares(1), (strength / strength.sum(axis=0))[:, 1])
        assert "zero_sum_value" in found.to_frame()


def test_a_linear_network_has_slopes_without_deviation():
    rng = np.random.default_rng(0)
    weights = 1e3 * rng.normal(size=(5, 2))
    network = as_network(([weights], [[0.0, 0.0]], ["identity"]))
    assert (partial_derivatives(network, normal_rows(1000, 5)).statistics["std"] == 0.0).all()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 4), min_size=2, max_size=4),
    st.sampled_from(["relu", ("leaky_relu", 0.2), "tanh"]),
    st.integers(0, 10**6),
)
def test_contributions_to_hidden_units_add_up(sizes, activation, seed):
    network = random_network([*sizes, 1], activation, seed=seed)
    start, end = normal_rows(2, sizes[0], seed=seed)
    for layer in range(len(sizes) - 1):
        unit = network.unit(layer, 0)
        found = integrated_gradients(unit, end, start)
        difference = unit.value(end[np.newaxis])[0] - unit.value(start[np.newaxis])[0]
        assert found.values.sum() == pytest.approx(difference, abs=1e-8)


def test_contributions_of_relu_networks_that_end_in_a_bend_add_up():
    found = integrated_gradients(([[[1.0]]], [[-1.0]], ["relu"]), [3.0])
    assert found.values[0, 0] == pytest.approx(2.0, abs=1e-12)


def test_contributions_to_margins_and_callables_add_up(wine):
    model, X, _ = wine
    network, rows = as_network(model), X.to_numpy()
    margin = network.margin(0)
    found = integrated_gradients(margin, rows[0], rows[100])
    difference = margin.value(rows[[0]])[0] - margin.value(rows[[100]])[0]
    assert found.values.sum() == pytest.approx(difference, abs=1e-8)
    smooth = as_network(lambda Z: np.tanh(Z).sum(axis=1))
    found = integrated_gradients(smooth, [1.0, 2.0])
    assert found.values.sum() == pytest.approx(np.tanh([1.0, 2.0]).sum(), abs=1e-6)
    tiny = as_network(lambda Z: 1e-19 * np.tanh(Z).sum(axis=1))
    expected = 1e-19 * np.tanh([1.0, 2.0]).sum()
    assert integrated_gradients(tiny, [1.0, 2.0]).values.sum() == pytest.approx(expected, rel=1e-5)


def test_a_line_that_cannot_be_integrated_warns():
    rough = as_network(lambda Z: np.abs(np.sin(3000.0 * Z[:, 0])))
    with pytest.warns(ConvergenceWarning, match="known to"):
        found = integrated_gradients(rough, [1.0])
    assert len(found.notes) == 1
    assert found.notes[0] in str(found) and "of the largest slope only" in found.notes[0]


def test_rows_as_series_are_compared_by_name(wine):
    model, X, _ = wine
    expected = integrated_gradients(model, X.iloc[[0]], X.mean().to_numpy()).values
    found = integrated_gradients(model, X.iloc[0], X.mean())
    np.testing.assert_allclose(found.values, expected)
    for x, baseline in ((X.iloc[0][::-1], None), (X.iloc[0], X.mean()[::-1])):
        with pytest.raises(ValueError, match="another order"):
            integrated_gradients(model, x, baseline)


def test_targets_of_perturbation_must_fit(wine):
    model, X, y = wine
    column = perturbation(model, X, y.to_frame())
    np.testing.assert_array_equal(column.values, perturbation(model, X, y).values)
    two = as_network(([np.eye(2)], [[0.0, 0.0]], ["identity"]))
    Z = normal_rows(30)[:, :2]
    for network, rows, target, message in (
        (two, Z, Z[:, 0], "one column per output, 2"),
        (two, Z, np.hstack([Z, Z]), "one column per output, 2"),
        (two.output(0), Z, Z, "one column per output, 1"),
        (model, X, np.column_stack([y, y]), "one column of class labels"),
        (model, X, np.where(y == 0, np.nan, y), "must not have missing values"),
        (model, X, [None, *y[1:]], "must not have missing values"),
        (as_network(model).margin(1), X, y, "left out for a view of a classifier"),
        (model, X * 0.0 + 1.0, y, "an input that varies"),
    ):
        with pytest.raises(ValueError, match=message):
            perturbation(network, rows, target)


def test_trainings_need_rows_that_fit_together(wine):
    model, X, y = wine
    with pytest.raises(ValueError, match=r"one entry per row of X, 178\. Got 90"):
        importance_stability(model, X, y[:90], n_repeats=2)
    for call in (importance_stability, lambda *a, **k: refit_on_features(*a, [0], **k)):
        with pytest.raises(ValueError, match="X must be finite"):
            call(model, X.assign(hue=np.nan), y)
        with pytest.raises(ValueError, match="estimator must be"):
            call(as_network(model), X, y)


def test_bootstrap_samples_hold_all_classes():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 2))
    y = np.repeat(["a", "b", "c"], [20, 18, 2])
    X[:, 0] += np.repeat([0.0, 3.0, 6.0], [20, 18, 2])
    mlp = MLPClassifier((3,), solver="lbfgs", max_iter=100, random_state=0)
    found = importance_stability(
        mlp, X, y, methods="derivatives", n_repeats=8, bootstrap=True, random_state=1
    )
    assert found.shares.shape == (1, 8, 2) and found.ranking() == ["x0", "x1"]


def test_rankings_of_several_methods_can_be_checked(wine):
    model, X, y = wine
    stability = importance_stability(
        model, X, y, methods=["derivatives", "connection weights"], n_repeats=2
    )
    ranks = stability.mean_ranks.mean(axis=0)
    assert stability.ranking()[0] == X.columns[ranks.argmin()]
    assert stability.ranking("derivatives")[0] == X.columns[stability.mean_ranks[0].argmin()]
    with pytest.raises(ValueError, match="method must be one of"):
        stability.ranking("garson")
    check = refit_on_features(model, X, y, stability, sizes=2, cv=2, n_random=0)
    assert check.features == tuple(stability.ranking())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m, X, y: refit_on_features(m, X, y, [1.7]), "Got 1.7 instead"),
        (lambda m, X, y: refit_on_features(m, X, y, [True]), "Got True instead"),
        (lambda m, X, y: refit_on_features(m, X, y, "colour"), "Got 'colour' instead"),
        (lambda m, X, y: refit_on_features(m, X, y, [0], sizes=1.5), r"Got \[1.5\] instead"),
        (lambda m, X, y: refit_on_features(m, X, y, [0], sizes="all"), r"Got \['all'\] instead"),
        (lambda m, X, y: refit_on_features(m, X, y, [0], n_random=-1), "n_random must be"),
        (lambda m, X, y: importance_stability(m, X, y, methods="slopes"), r"Got \['slopes'\]"),
        (lambda m, X, y: lek_profile(m, X, features=[]), r"Got \[\] instead"),
        (lambda m, X, y: lek_profile(m, X, quantiles="a"), "Got 'a' instead"),
        (lambda m, X, y: lek_profile(m, X, quantiles=[0.5, np.nan]), "quantiles must be"),
        (
            lambda m, X, y: lek_profile(m, X).plot(output=-1),
            "output must be one of",
        ),
        (
            lambda m, X, y: lek_profile(m, X).plot(output="3"),
            "output must be one of",
        ),
        (lambda m, X, y: variable_embedding(m).clusters(2.5), "Got 2.5 instead"),
    ],
)
def test_bad_lists_and_counts_are_refused(wine, call, message):
    with pytest.raises(ValueError, match=message):
        call(*wine)


def test_single_names_stand_for_lists_of_one(wine):
    model, X, y = wine
    curves = lek_profile(model, X, features="hue", quantiles=0.5)
    assert curves.feature_names == ("hue",) and curves.quantiles == (0.5,)
    assert "hue" in str(curves) and "proline" in repr(variable_embedding(model))
    check = refit_on_features(model, X, y, "proline", cv=2, n_random=0)
    assert check.features == ("proline",)
