"""Proven extremes, classes and counterfactuals against brute force, samples and ascent."""

import json
from pathlib import Path

import numpy as np
import pytest
from exact_oracles import enumerated_depths, region_constraints, with_box
from hypothesis import given, settings
from mixed_tables import mixed_model, mixed_table
from random_networks import networks, random_network, uniform
from scipy.optimize import linprog, minimize

from skinterp import as_network
from skinterp.exact import (
    extreme_output,
    nearest_counterfactual,
    piecewise_linear,
    reach_class,
    robustness_radius,
    verify_monotonicity,
)
from skinterp.exact.optima import _problems
from skinterp.exact.optima._mixed_integer import MixedInteger
from skinterp.exact.optima._relaxations import relaxed

ORDERS = {"l1": 1, "l2": 2, "linf": np.inf}
SIZES = [[2, 5, 3, 1], [4, 7, 1]]


def regions_of(network, lower, upper):
    """Yield the constraints, slopes and offset of every region, by enumeration."""
    d, at = network.n_features_in, 0
    for key, depth in enumerated_depths(network, lower, upper).items():
        if depth < 1e-9:
            continue
        pattern, A, c, at = np.frombuffer(key, dtype=bool), np.eye(d), np.zeros(d), 0
        for W, b, _ in network.layers[:-1]:
            on = np.where(pattern[at : at + len(b)], 1.0, 0.0)
            at += len(b)
            A, c = (A @ W) * on, (c @ W + b) * on
        W, b, _ = network.layers[-1]
        constraints = with_box(*region_constraints(network, pattern), d, lower, upper)
        yield *constraints, A @ W, c @ W + b


def projected_ascent(network, sign, lower, upper, n_starts=30, n_steps=200):
    """Return the best value that steps along the gradient reach, clipped to a box."""
    X = (
        uniform(n_starts, network.n_features_in, seed=5) * (upper - lower) / 4
        + (upper + lower) / 2
    )
    for k in range(n_steps):
        gradient = network.jacobian(X)[:, 0]
        X = np.clip(X + sign * 0.1 * 0.98**k * gradient, lower, upper)
    return (sign * network.raw_values(X)[:, 0]).max() * sign


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("direction", ["max", "min"])
def test_extremes_are_those_of_a_program_per_region(sizes, direction):
    network, sign = random_network(sizes, 3), 1 if direction == "max" else -1
    best = max(
        sign * C[:, 0] @ found.x + sign * c[0]
        for A, b, C, c in regions_of(network, -2.0, 2.0)
        if (found := linprog(-sign * C[:, 0], A_ub=A, b_ub=b, bounds=(None, None))).status == 0
    )
    found = extreme_output(network, (-2, 2), direction=direction)
    assert found.is_proven and found.gap < 1e-6
    assert found.value == pytest.approx(sign * best, abs=1e-6)
    assert network.raw_values(found.point[np.newaxis])[0, 0] == found.value


@pytest.mark.parametrize("hidden", ["relu", ("leaky_relu", 0.2)])
@pytest.mark.parametrize("sizes", [[3, 10, 8, 1], [5, 12, 8, 1], [10, 8, 1]], ids=str)
def test_no_sample_and_no_ascent_passes_an_extreme(sizes, hidden):
    network = random_network(sizes, 0, hidden)
    values = network.raw_values(uniform(50_000, sizes[0]))[:, 0]
    for direction, sign in {"max": 1, "min": -1}.items():
        found = extreme_output(network, (-2, 2), direction=direction)
        assert found.is_proven and (np.abs(found.point) <= 2).all()
        assert sign * found.bound >= sign * found.value - 1e-12
        assert sign * found.value >= (sign * values).max()
        assert sign * found.bound >= sign * projected_ascent(network, sign, -2.0, 2.0) - 1e-9


@settings(max_examples=20, deadline=None)
@given(network=networks(max_inputs=4, max_layers=2, max_units=4, outputs=(1,)))
def test_extremes_of_hostile_networks_are_above_all_samples(network):
    X = uniform(2000, network.n_features_in)
    found = extreme_output(network, (-2, 2))
    raw = network.raw_values(X)[:, 0]
    assert found.is_proven and found.bound >= raw.max() - 1e-6 * max(1, abs(raw.max()))


def test_bounds_of_boxes_hold_at_all_their_points_and_are_exact_without_bends():
    network = random_network([4, 9, 7, 2], 1, ("leaky_relu", 0.1))
    pieces, rng = piecewise_linear(network), np.random.RandomState(0)
    lower = rng.uniform(-2, 1.5, (20, 4))
    upper = lower + rng.uniform(0, 1, (20, 1)) ** 4
    found = relaxed(pieces, lower, upper)
    for k in range(20):
        X = rng.uniform(lower[k], upper[k], (500, 4))
        below = X @ found.slopes[k].T + found.offsets[k]
        assert (below <= network.raw_values(X) + 1e-9).all()
        if not found.n_unstable[k]:
            np.testing.assert_allclose(below, network.raw_values(X), atol=1e-9)
        lows, highs = (np.concatenate(bounds) for bounds in found.of_box(k))
        on = pieces.patterns(X)
        assert not on[:, highs < 0].any() and on[:, lows > 1e-12].all()


def test_held_inputs_stay_and_views_and_names_are_taken():
    network = random_network([3, 8, 3], 2, task=["a", "b", "c"])
    box = ([-1, 0.5, -1], [1, 0.5, 1])
    found = extreme_output(network, box, output="b")
    assert found.point[1] == 0.5 and str(found).startswith("max of logit of b: ")
    margin = extreme_output(network.difference(0, 2), box, direction="min")
    X = uniform(20_000, 3) / 2
    X[:, 1] = 0.5
    raw = network.raw_values(X)
    assert margin.value <= (raw[:, 0] - raw[:, 2]).min() and margin.is_proven
    assert found.value >= raw[:, 1].max()


def test_without_time_the_gap_is_told():
    network = random_network([6, 40, 40, 1], 0)
    found = extreme_output(network, (-2, 2), time_budget=1e-6)
    assert not found.is_proven and found.bound > found.value and found.gap > 0
    assert "time_budget" in found.unfinished[0] and "not more than" in str(found)
    assert found.bound >= network.raw_values(uniform(5000, 6)).max()


def centred(sizes, seed, labels):
    """Return a classifier whose classes are about as frequent."""
    network = random_network(sizes, seed, task=labels)
    coefs, biases, _ = map(list, zip(*network.layers, strict=True))
    biases[-1] = biases[-1] - np.median(network.raw_values(uniform(5000, sizes[0])), axis=0)
    last = "logistic" if network.n_outputs == 1 else "softmax"
    activations = ["relu"] * (len(biases) - 1) + [last]
    return as_network((coefs, biases, activations), classes=labels)


@pytest.mark.parametrize("labels", [["no", "yes"], ["a", "b", "c"]])
def test_classes_are_reached_where_samples_reach_them_and_bounds_prove_the_rest(labels):
    settled = set()
    n_outputs = 1 if len(labels) == 2 else 3
    for seed in range(8):
        network = random_network([3, 6, 4, n_outputs], seed, task=labels)
        answers = network.answers(network.raw_values(uniform(20_000, 3) / 8))
        for label in labels:
            found = reach_class(network, (-0.25, 0.25), label)
            if label in answers:
                assert found.is_reached
            if found.is_reached:
                raw = network.raw_values(found.point[np.newaxis])
                assert network.answers(raw)[0] == label and f"class {label} is reached" in str(
                    found
                )
            else:
                assert found.bound < 0 and "nowhere" in str(found)
            settled.add(found.is_reached)
    assert settled == {True, False}


def nearest_by_regions(network, x, norm, lower, upper):
    """Return the distance of the nearest change of a binary answer, by SLSQP in each region."""
    sign, best = (1 if network.raw_values(x[np.newaxis])[0, 0] > 0 else -1), np.inf
    d = len(x)
    for A, b, C, c in regions_of(network, lower, upper):
        A, b = np.vstack([A, sign * C[:, 0]]), np.append(b, -sign * c[0])
        if norm == "l2":
            inside = linprog(np.zeros(d), A_ub=A, b_ub=b, bounds=(None, None))
            if inside.status != 0:
                continue
            rows = {"type": "ineq", "fun": lambda y, A=A, b=b: b - A @ y, "jac": lambda y, A=A: -A}
            found = minimize(
                lambda y: ((y - x) ** 2).sum(),
                inside.x,
                jac=lambda y: 2 * (y - x),
                constraints=[rows],
                method="SLSQP",
                options={"ftol": 1e-15, "maxiter": 500},
            )
            if (A @ found.x <= b + 1e-7).all():
                best = min(best, np.sqrt(found.fun))
            continue
        n_new = d if norm == "l1" else 1
        spread = np.eye(d) if norm == "l1" else np.ones((d, 1))
        rows = np.block(
            [[A, np.zeros((len(A), n_new))], [np.eye(d), -spread], [-np.eye(d), -spread]]
        )
        cost = np.append(np.zeros(d), np.ones(n_new))
        found = linprog(cost, A_ub=rows, b_ub=np.concatenate([b, x, -x]), bounds=(None, None))
        best = min(best, found.fun if found.status == 0 else np.inf)
    return best


@pytest.mark.parametrize("norm", sorted(ORDERS))
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_counterfactuals_are_as_near_as_brute_force_finds(sizes, norm):
    network = centred(sizes, 1, ["no", "yes"])
    x = uniform(3, sizes[0])[2] / 2
    expected = nearest_by_regions(network, x, norm, -2.0, 2.0)
    found = nearest_counterfactual(network, x, box=(-2, 2), norm=norm)
    assert found.is_proven and found.bound <= found.distance <= found.bound + 1e-5
    assert found.distance == pytest.approx(expected, rel=1e-4)
    step = np.linalg.norm(found.point - x, ORDERS[norm])
    assert step == pytest.approx(found.distance)
    raw = network.raw_values(np.array([x, found.point]))
    assert len(set(network.answers(raw))) == 2


@pytest.mark.parametrize("norm", sorted(ORDERS))
@pytest.mark.parametrize("sizes", [[4, 8, 6, 3], [9, 7, 2]], ids=str)
def test_no_sample_of_another_class_is_nearer_than_the_radius(sizes, norm):
    labels = list("abc")[: sizes[-1]]
    network, scale = centred(sizes, 0, labels), np.linspace(0.5, 2, sizes[0])
    x = uniform(1, sizes[0])[0] / 2
    found = robustness_radius(network, x, box=(-2, 2), norm=norm, scale=scale, time_budget=20)
    X = np.concatenate([uniform(20_000, sizes[0]), x + 0.2 * uniform(20_000, sizes[0])])
    X = X[(np.abs(X) <= 2).all(axis=1)]
    answers = network.answers(network.raw_values(np.vstack([x, found.point, X])))
    distances = np.linalg.norm((X - x) / scale, ORDERS[norm], axis=1)
    assert answers[1] == found.answer != answers[0]
    assert (
        found.bound <= found.distance <= distances[answers[2:] != answers[0]].min(initial=np.inf)
    )
    within = x + 0.999 * found.bound * scale * uniform(5000, sizes[0]) / (
        2 * (1 if norm == "linf" else sizes[0])
    )
    assert (network.answers(network.raw_values(np.clip(within, -2, 2))) == answers[0]).all()


def test_only_chosen_inputs_change_and_the_target_is_reached():
    network = centred([4, 10, 3], 3, list("abc"))
    x = uniform(1, 4)[0] / 2
    now = network.answers(network.raw_values(x[np.newaxis]))[0]
    for target in sorted(set("abc") - {now}):
        found = nearest_counterfactual(network, x, target, box=(-2, 2), features=["x0", 2])
        free = nearest_counterfactual(network, x, target, box=(-2, 2))
        assert set(free.changes) <= {"x0", "x1", "x2", "x3"} and free.answer == target
        assert free.distance <= found.distance + 1e-6
        if found.point is None:
            assert found.is_proven and str(found) == "no counterfactual in the box"
        else:
            assert set(found.changes) <= {"x0", "x2"} and found.answer == target
            assert f"class {target} at " in str(found)


def test_out_of_time_the_nearest_point_known_comes_with_the_bound_reached():
    network = centred([6, 30, 30, 3], 0, list("abc"))
    x = uniform(1, 6)[0] / 2
    found = robustness_radius(network, x, box=(-2, 2), norm="l2", time_budget=1e-6)
    assert not found.is_proven and 0 <= found.bound < found.distance < np.inf
    assert found.answer != network.answers(network.raw_values(x[np.newaxis]))[0]
    assert "none nearer than" in str(found) and "time_budget" in found.unfinished[0]


@pytest.mark.filterwarnings("ignore:lbfgs failed")
def test_levels_and_gaps_of_a_row_are_kept():
    table = mixed_table()
    network = as_network(mixed_model(table))
    x = table.iloc[[9]]  # its dose is missing
    found = nearest_counterfactual(network, x, box=(-1e3, 1e3))
    assert found.is_proven and list(found.changes) == ["age"]
    full = nearest_counterfactual(network, table.iloc[[1]], box=(-1e3, 1e3), norm="l2")
    assert full.is_proven and set(full.changes) <= {"age", "dose"}
    changed = table.iloc[[1]].assign(**{name: new for name, (_, new) in full.changes.items()})
    answers = network.answers(network.raw_values(network.check(changed)))
    assert answers[0] == full.answer
    with pytest.raises(ValueError, match="Inputs that vary in a box must be numbers"):
        extreme_output(network, (0, 1))
    with pytest.raises(ValueError, match=r"features must be numbers .* Got dose instead"):
        nearest_counterfactual(network, x, box=(-1e3, 1e3), features=["age", "dose"])


def test_where_no_answer_changes_that_is_proven():
    layers = [[[1.0], [1.0]], [[1.0]]], [[0.0], [1.0]], ["relu", "logistic"]
    network = as_network(layers, classes=["no", "yes"])
    found = robustness_radius(network, [0, 0], box=(-2, 2))
    assert found.point is None and found.distance == found.bound == np.inf and found.is_proven
    assert reach_class(network, (-2, 2), "no").is_reached is False


def test_where_two_classes_tie_no_other_class_is_answered():
    # the logit is 0, and the class "no", wherever x0 is negative
    layers = [[[1.0], [0.0]], [[1.0]]], [[0.0], [0.0]], ["relu", "logistic"]
    network = as_network(layers, classes=["no", "yes"])
    found = nearest_counterfactual(network, [-1, 0], box=(-2, 2), norm="l2")
    assert found.is_proven and found.distance == pytest.approx(1) and found.answer == "yes"
    for norm in ("l1", "linf"):  # ties are within the tolerance of programs: told, not proven
        found = nearest_counterfactual(network, [-1, 0], box=(-2, 2), norm=norm, time_budget=0.3)
        assert found.answer == "yes" and found.bound <= found.distance
        assert found.is_proven == (found.bound > found.distance - 1e-5)


def test_many_inputs_are_one_program(monkeypatch):
    network, calls = random_network([12, 6, 1], 0), []
    finish = _problems.LeastLargest.finish
    monkeypatch.setattr(
        _problems.LeastLargest, "finish", lambda *args: calls.append(1) or finish(*args)
    )
    assert extreme_output(network, (-2, 2)).is_proven and len(calls) == 1


LOGIT = as_network(
    ([[[1.0], [1.0]], [[1.0]]], [[0.0], [-1.0]], ["relu", "logistic"]), classes=[0, 1]
)
VALUE = random_network([2, 3, 1], 0)


@pytest.mark.parametrize(
    "call, wording",
    [
        (lambda: extreme_output(VALUE, "unbounded"), "box must be finite"),
        (lambda: extreme_output(VALUE, (1, -1)), "must not be above the upper ones"),
        (lambda: verify_monotonicity(VALUE, (1, 1), 0), "An input must vary in box"),
        (lambda: verify_monotonicity(VALUE, (-1, 1), "y"), "feature must be among"),
        (lambda: extreme_output(VALUE, (-1, 1), direction="up"), "direction must be 'max' or"),
        (
            lambda: extreme_output(VALUE, (-1, 1), output=1),
            "output must be one of ",
        ),
        (lambda: extreme_output(VALUE, (-1, 1), time_budget=-1), "time_budget must be a positive"),
        (lambda: reach_class(VALUE, (-1, 1), 0), "reach_class needs a classifier"),
        (lambda: reach_class(LOGIT, (-1, 1), 2), r"target must be one of \[0, 1\].* Got 2"),
        (
            lambda: robustness_radius(LOGIT, [3, 0], box=(-1, 1)),
            "must lie in the box",
        ),
        (lambda: nearest_counterfactual(LOGIT, [0, 0], 0, box=(-1, 1)), "target must be another"),
        (
            lambda: nearest_counterfactual(LOGIT, [0, 0], box=(-1, 1), norm="l0"),
            "norm must be one",
        ),
        (
            lambda: nearest_counterfactual(LOGIT, [0, 0], box=(-1, 1), scale=[1, 0]),
            "scale must be",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(call, wording):
    with pytest.raises(ValueError, match=wording):
        call()


def test_a_program_on_which_presolve_ends_the_process_is_infeasible():
    # from the nearest counterfactual of an 8-7-3 network, a box without points of the class
    text = Path(__file__).with_name("program_without_points.json").read_text("utf-8")
    of = {name: np.array(values, dtype=float) for name, values in json.loads(text).items()}
    whole, upper = of["whole"].astype(int), np.nan_to_num(of["upper"], nan=np.inf)
    n = len(whole)
    outputs = np.zeros((len(upper), 1))
    program = MixedInteger(outputs, np.zeros(1), of["rows"], of["right"], of["lower"], upper, n)
    assert whole.tolist() == list(range(whole[0], whole[0] + n))
    bound, point = program.minimise(of["cost"], whole[0] - n)
    assert bound == np.inf and point is None


@pytest.mark.parametrize("classes", [("no", "ill"), (0, 1), (False, True)])
def test_either_of_two_classes_is_an_output(classes):
    """The logit of the first is that of the second with the sign turned."""
    network, box = random_network([2, 5, 1], 0, task=classes), (-1.0, 1.0)
    first, second = (extreme_output(network, box, output=label) for label in classes)
    least = extreme_output(network, box, direction="min")
    assert first.value == pytest.approx(-least.value) and second.name == f"logit of {classes[1]}"
    assert first.name == f"logit of {classes[0]}" and first.bound == pytest.approx(-least.bound)
    rises = verify_monotonicity(network, box, 0, output=classes[0])
    falls = verify_monotonicity(network, box, 0, output=classes[1], direction="decreasing")
    assert rises.holds == falls.holds and rises.slope == pytest.approx(-falls.slope)
    with pytest.raises(ValueError, match=r"output must be one of .*Got 'other' instead"):
        extreme_output(network, box, output="other")
