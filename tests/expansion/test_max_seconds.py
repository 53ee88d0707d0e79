"""Every method keeps its max_seconds: it stops with what is of use, or says what to do."""

import pickle
import time

import numpy as np
import pytest
from expansion_pool import groups_of, largest_difference, random_network, rows_of
from sklearn.exceptions import ConvergenceWarning

from skinterp.expansion import CategoricalExpansion, categorical_network
from skinterp.expansion._categorical_network import CodedFunction, hidden_layer
from skinterp.expansion._convolution import expand_hidden_layer
from skinterp.expansion._deadline import Deadline, OutOfTime, ask_until

SECONDS, MARGIN = 0.3, 8.0  # of a crowded machine; each fit would take much longer
SIZES = (4,) * 8


def slow(per_row):
    """Return a network that takes some time for every row."""

    def values(X):
        time.sleep(per_row * len(X))
        return np.tanh(X @ np.linspace(-1.0, 1.0, X.shape[1])) * X[:, 0]

    return values


def fit_in_time(network, sizes=SIZES, n=10, **options):
    """Fit, and tell how long it took."""
    start = time.monotonic()
    options = {"groups": groups_of(sizes), "max_seconds": SECONDS, "random_state": 0, **options}
    try:
        return CategoricalExpansion(network, **options).fit(rows_of(sizes, n))
    finally:
        assert time.monotonic() - start < SECONDS + MARGIN


def test_enumeration_ends_in_time_and_says_how_far_it_came():
    match = r'"enumerate" must end within max_seconds=0\.3.*values at [\d.]+% of its 65536 inputs'
    with pytest.raises(TimeoutError, match=match) as error:
        fit_in_time(slow(1e-3))
    assert 'method="sampling"' in str(error.value)
    with pytest.warns(ConvergenceWarning, match=r"stopped after max_seconds=0\.3"):
        found = fit_in_time(slow(1e-6), method="sampling", precision=1e-6)  # the advice is good
    assert found.method_ == "sampling" and found.error_ > 0.0


@pytest.mark.parametrize(("method", "order"), [("convolution", 3), ("gaussian", 2)])
def test_sums_over_units_end_in_time(method, order):
    sizes = (12,) * 25
    network = random_network(sizes, (400,), "relu", scale=0.3)
    match = f'"{method}" must end within max_seconds'
    with pytest.raises(TimeoutError, match=match) as error:
        fit_in_time(network, sizes, order=order, method=method, precision=1e-9)
    assert "precision=0.01" in str(error.value) and "lower the order" in str(error.value)


@pytest.mark.parametrize("gauge", ["reference", "wild_type", "zero_vector"])
def test_gauges_of_a_reference_keep_the_orders_that_are_complete(gauge):
    sizes = (4,) * 12
    with pytest.warns(ConvergenceWarning, match="which are complete") as told:
        found = fit_in_time(slow(1e-3), sizes, gauge=gauge, order=4, max_seconds=0.6)
    order = found.expansion_.order
    assert f"or ask for order={order}." in str(told[0].message)
    assert "stopped after max_seconds=0.6" in str(found.expansion_)
    again = CategoricalExpansion(
        slow(0.0), groups=groups_of(sizes), gauge=gauge, order=order, random_state=0
    ).fit(rows_of(sizes, 10))
    assert largest_difference(found.expansion_.terms, again.expansion_.terms) == 0.0
    assert len(found.truncation_r2_["data"]) == order
    assert found.predict(rows_of(sizes, 3)).shape == (3,)


def test_without_time_for_the_fields_a_reference_is_an_error():
    with pytest.raises(TimeoutError, match=r"Got \d of 37 terms .*max_seconds=None"):
        fit_in_time(slow(2e-2), gauge="reference", n=2)


def test_time_enough_changes_nothing():
    network = random_network(SIZES, (5,), "tanh")
    for options in ({}, {"method": "convolution"}, {"gauge": "reference"}):
        some, any_time = (
            CategoricalExpansion(network, groups=groups_of(SIZES), max_seconds=s, **options)
            .fit(rows_of(SIZES))
            .expansion_
            for s in (60.0, None)
        )
        assert largest_difference(some.terms, any_time.terms) == 0.0
        assert some.total_variance == any_time.total_variance and some.notes == ()


def test_a_network_is_asked_in_blocks_until_the_time_is_over():
    asked = []

    def ask(first, end):
        asked.append((first, end))
        time.sleep(1e-4 * (end - first))
        return np.arange(first, end)

    for deadline in (Deadline(), Deadline.after(None), Deadline.after(60.0)):
        asked.clear()
        assert (ask_until(ask, 1000, deadline) == np.arange(1000)).all()
        assert [end for _, end in asked[:-1]] == [first for first, _ in asked[1:]]
    start = time.monotonic()
    some = ask_until(ask, 10**6, Deadline.after(0.1))
    assert time.monotonic() - start < 0.1 + MARGIN
    assert 16 <= len(some) < 10**5 and (some == np.arange(len(some))).all()
    assert len(ask_until(ask, 10**6, Deadline.after(0.0))) == 16


def test_deadlines():
    over, never = Deadline.after(0.0), Deadline.after(None)
    assert over.is_over and not never.is_over and never.left == np.inf
    with pytest.raises(OutOfTime):
        over.check()
    never.check()
    layer = hidden_layer(CodedFunction(categorical_network(random_network((2, 2)), np.eye(4)), 0))
    far = pickle.loads(pickle.dumps(over))  # as another process has it
    with pytest.raises(OutOfTime):
        expand_hidden_layer(layer, [np.array([0.5, 0.5])] * 4, 1, 1e-6, deadline=far)
    assert pickle.loads(pickle.dumps(OutOfTime(0.5))).args == (0.5,)
    assert not over.for_checking().is_over and never.for_checking() == never
    later = Deadline.after(100.0)
    assert later.for_checking().end == later.end
