"""Where one of several classes or outputs is drawn, the picture says which one."""

import numpy as np
import pandas as pd
import pytest
from drawn_texts import drawn_texts, misplaced
from random_networks import random_network, uniform
from sklearn.ensemble import RandomForestClassifier

from skinterp import (
    AdditiveSurrogateRegressor,
    LinearSurrogateClassifier,
    LinearSurrogateRegressor,
    SymbolicSurrogateClassifier,
    TreeSurrogateRegressor,
    as_network,
)
from skinterp.display import BoundaryDisplay, LinkDisplay, MultiplesDisplay
from skinterp.exact import slice_regions
from skinterp.expansion import CategoricalExpansion
from skinterp.expression import Equation, parse
from skinterp.hidden import unit_report
from skinterp.importance import connection_weights, lek_profile
from skinterp.search import Candidate
from skinterp.search._front import make_front

CLASSES = {
    "binary": ("no event", "event"),
    "three": ("Iris setosa", "Iris versicolor", "Iris virginica"),
}
X = uniform(60, 3)


def network_of(task):
    n = {"binary": 1, "three": 3, "regression": 1, "several": 3}[task]
    return random_network([3, 4, n], 0, "tanh", task=CLASSES.get(task))


def surrogate_of(task):
    form = LinearSurrogateClassifier if task in CLASSES else LinearSurrogateRegressor
    return form(network_of(task), random_state=0).fit(X)


def said(display):
    display.plot()
    _, overlapping, cut = misplaced(display.figure_)
    assert overlapping == [] and cut == []
    texts = (" ".join(text.get_text().split()) for text in drawn_texts(display.figure_))
    return " | ".join(texts)


@pytest.fixture(scope="module")
def surrogates():
    return {task: surrogate_of(task) for task in ("binary", "three", "regression", "several")}


@pytest.mark.parametrize("k", range(3))
def test_a_link_names_its_class(surrogates, k):
    display = LinkDisplay.from_estimator(surrogates["three"], X, k=k)
    assert f"Score of {CLASSES['three'][k]} by the network" in said(display)
    logits = np.log(surrogates["three"].network_.predict_proba(X))
    np.testing.assert_allclose(display.output, logits[:, k] - logits.mean(axis=1), atol=1e-9)


def test_the_link_of_two_classes_is_of_the_second(surrogates):
    display = LinkDisplay.from_estimator(surrogates["binary"], X)
    assert "Logit of event by the network" in said(display)
    assert np.corrcoef(display.value, display.output)[0, 1] > 0


@pytest.mark.parametrize("k", range(3))
def test_a_link_names_its_output(surrogates, k):
    display = LinkDisplay.from_estimator(surrogates["several"], X, k=k)
    assert f"Prediction of the network, output {k}" in said(display)
    np.testing.assert_allclose(display.output, surrogates["several"].network_.predict(X)[:, k])


def test_the_link_of_a_single_output_needs_no_number(surrogates):
    assert "Prediction of the network |" in said(
        LinkDisplay.from_estimator(surrogates["regression"], X)
    )


@pytest.mark.parametrize("task", ["three", "several"])
@pytest.mark.parametrize("k", [None, 3, -1, "Iris Setosa", 0.5])
def test_no_class_is_taken_in_silence(surrogates, task, k):
    with pytest.raises(ValueError, match=r"k must be one of .* index from 0 to 2\. Got"):
        LinkDisplay.from_estimator(surrogates[task], X, k=k)


@pytest.mark.parametrize("task", ["binary", "regression"])
@pytest.mark.parametrize("k", [0, 1])
def test_a_single_equation_has_no_index(surrogates, task, k):
    with pytest.raises(ValueError, match="k must be left out where there is one equation"):
        LinkDisplay.from_estimator(surrogates[task], X, k=k)


def test_classes_out_of_order_keep_their_names(surrogates):
    display = BoundaryDisplay.from_estimator(surrogates["binary"], X[:, :], (0, 1), resolution=7)
    rows = np.stack(np.meshgrid(display.x, display.y), axis=-1).reshape(-1, 2)
    rows = np.column_stack([rows, np.full(len(rows), np.median(X[:, 2]))])
    names = np.asarray(display.classes)[np.asarray(display.network).ravel()]
    assert names.tolist() == surrogates["binary"].network_.predict(rows).tolist()


@pytest.mark.parametrize("task", ["binary", "three", "regression"])
def test_boundaries_are_drawn_of_every_task(surrogates, task):
    text = said(BoundaryDisplay.from_estimator(surrogates[task], X, (0, 2), resolution=20))
    assert "x0" in text and "x2" in text and "All other inputs held" in text
    assert task == "regression" or any(name in text for name in CLASSES[task])


@pytest.mark.parametrize("output", range(3))
def test_profiles_along_inputs_name_their_output(output):
    result = lek_profile(network_of("three"), X, quantiles=[0.5], n_steps=5)
    assert CLASSES["three"][output] in said(result.display(output=output))


@pytest.mark.parametrize("task", ["binary", "three", "regression", "several"])
def test_weights_name_their_outputs(task):
    result = connection_weights(network_of(task))
    text = said(result.display())
    assert all(name[:20] in text for name in result.output_names)


@pytest.mark.parametrize("task", ["binary", "three"])
def test_units_name_the_classes_of_rows(task):
    network = network_of(task)
    report = unit_report(network, X, 1, y=network.predict(X))
    text = said(report.display())
    assert report.name in text
    assert all(name in text for name in np.unique(network.predict(X)))


@pytest.fixture(scope="module")
def expansions():
    rows = np.array([[*a, *b] for a in np.eye(3) for b in np.eye(2)])
    groups = {"colour": range(3), "shape": range(3, 5)}

    def fitted(n):
        network = random_network([5, 4, n], 0, "tanh")
        return CategoricalExpansion(network, groups=groups).fit(rows).expansion_

    return {1: fitted(1), 3: fitted(3)}


@pytest.mark.parametrize("kind", ["fields", "pair"])
def test_terms_of_an_expansion_name_their_output(expansions, kind):
    for output, name in enumerate(expansions[3].output_names):
        assert name in said(expansions[3].plot(kind, output=output))
    assert expansions[1].output_names[0] not in said(expansions[1].plot(kind))


@pytest.mark.parametrize("kind", ["fields", "pair", "couplings", "graph", "variance"])
def test_every_kind_of_expansion_plot_is_labelled(expansions, kind):
    assert said(expansions[3].plot(kind))
    display = expansions[3].plot(kind, output=2)
    assert display.ax_.get_xlabel() and said(display)


def test_a_sum_of_trees_says_which_tree_and_of_what():
    surrogate = TreeSurrogateRegressor(
        network_of("several"), n_trees=2, max_leaf_nodes=3, random_state=0
    ).fit(X)
    displays = surrogate.displays()
    texts = [said(display) for display in displays]
    assert all(f"Tree {k + 1} of {len(texts)}" in text for k, text in enumerate(texts))


def test_fronts_of_several_classes_say_of_which_they_are():
    surrogate, names = SymbolicSurrogateClassifier(), ("a", "b")
    found = [Candidate(parse("x0"), 0.5, 1.0, 0.6), Candidate(parse("x0*x1"), 0.01, 3.0, 0.9)]
    front = make_front(found, names, noise_floor=0.0, linear_loss=0.5)
    surrogate.equations_ = tuple(
        Equation(parse("x0*x1"), names, threshold=1.0, classes=("the rest", name))
        for name in CLASSES["three"]
    )
    surrogate.fronts_ = (front,) * 3
    for name, display in zip(CLASSES["three"], surrogate.displays(), strict=True):
        assert f"{name} if a*b > 1" in said(display)


def test_a_boundary_of_several_outputs_is_refused_with_the_way_out(surrogates):
    with pytest.raises(ValueError, match=r"draws one output\. Got a network of 3 .*output\(k\)"):
        BoundaryDisplay.from_estimator(surrogates["several"], X, resolution=5)


@pytest.mark.parametrize(
    ("features", "words"),
    [("principal", "at least two inputs"), ((0, 1), "at least two inputs")],
)
def test_a_plane_needs_two_inputs(features, words):
    one = LinearSurrogateRegressor(random_network([1, 3, 1], 0), random_state=0).fit(X[:, :1])
    with pytest.raises(ValueError, match=words):
        BoundaryDisplay.from_estimator(one, X[:, :1], features, resolution=5)


LONG = [f"an input of thirty letters, {i:02d}" for i in range(6)]
FORMS = {
    "linear": lambda n: LinearSurrogateRegressor(n, random_state=0),
    "tree": lambda n: TreeSurrogateRegressor(n, max_leaf_nodes=4, random_state=0),
    "additive": lambda n: AdditiveSurrogateRegressor(n, random_state=0),
}


@pytest.mark.parametrize("form", FORMS)
def test_pictures_of_every_form_have_room_for_long_names(form):
    frame = pd.DataFrame(uniform(60, 6), columns=LONG)
    view = as_network(random_network([6, 3, 3], 0, task=("first", "second", "x" * 30))).margin(2)
    surrogate = FORMS[form](view).fit(frame)
    for display in surrogate.displays():
        assert said(display)
    plane = BoundaryDisplay.from_estimator(surrogate, frame, "principal", resolution=15)
    assert "The plane of the two directions of most variation" in said(plane)


@pytest.mark.parametrize("task", ["binary", "three", "regression"])
def test_exact_pictures_name_the_classes_that_they_show(task):
    network = random_network([2, 3, {"three": 3}.get(task, 1)], 0, task=CLASSES.get(task))
    rows = uniform(40, 2)
    plane = slice_regions(network, rows, features=(0, 1)).display(points=rows)
    text = said(plane)
    shown = {str(c) for c in network.predict(network.check(rows))} if task in CLASSES else set()
    assert "linear regions" in text and all(name in text for name in shown)


@pytest.mark.parametrize("n_rows", [2, 3])
def test_few_rows_are_drawn(surrogates, n_rows):
    for display in (
        LinkDisplay.from_estimator(surrogates["three"], X[:n_rows], k=1),
        BoundaryDisplay.from_estimator(surrogates["regression"], X[:n_rows], resolution=9),
    ):
        assert said(display)


@pytest.mark.parametrize("task", ["three", "several"])
def test_of_several_outputs_all_are_drawn(task):
    result = lek_profile(network_of(task), X, quantiles=[0.5], n_steps=5)
    text = said(result.plot())
    assert all(name in text for name in result.output_names)
    assert len(result.plot().axes_) == 9 and len(result.plot(output=1).axes_) == 3


def test_more_outputs_than_are_drawn_are_counted():
    link = LinkDisplay([0.0, 1.0], [0.0, 1.0])
    display = MultiplesDisplay([link] * 14, [f"unit {k}" for k in range(14)], what="unit")
    assert "12 of 14 units are drawn" in said(display)


@pytest.mark.parametrize("names", [[], ["a", "b"]])
def test_multiples_are_named_one_each(names):
    with pytest.raises(ValueError, match="names must be one for each"):
        MultiplesDisplay([LinkDisplay([0, 1], [0, 1])], names).plot()


def test_no_axes_hold_a_figure_of_several_plots():
    result = lek_profile(network_of("three"), X, quantiles=[0.5], n_steps=5)
    with pytest.raises(ValueError, match="ax must be None for MultiplesDisplay"):
        result.plot(ax=object())


@pytest.mark.parametrize("task", ["binary", "three"])
def test_a_network_by_itself_has_a_boundary(task):
    network = network_of(task)
    display = BoundaryDisplay.from_estimator(network, X, (0, 2), resolution=20)
    text = said(display)
    assert display.surrogate is None and "boundary of the network" in text
    assert [*np.unique(display.labels)] == [*np.unique(network.predict(X))]
    assert all(f"data: {name}" in text for name in np.unique(display.labels))


def test_models_of_other_libraries_have_a_boundary():
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    y = np.where(frame["a"] * frame["b"] > 0, "ill", "well")
    forest = RandomForestClassifier(n_estimators=5, random_state=0).fit(frame, y)
    display = BoundaryDisplay.from_estimator(forest, frame, ("a", "b"), y=y, resolution=9)
    asked = frame.iloc[[0]].assign(a=display.x[2], b=display.y[5], c=frame["c"].median())
    assert forest.classes_[display.network[5, 2]] == forest.predict(asked)[0]
    assert [*display.labels] == [*y]


OFFSET = [0.0, 0.0, 3.0]  # where x2 decides, and its median is far from where it does


@pytest.mark.parametrize("at", [None, "boundary"])
def test_a_cut_is_laid_where_the_boundary_is(at):
    rows = np.random.default_rng(0).normal(size=(400, 3)) + OFFSET
    network = as_network(lambda x: 4 * (x[:, 0] + 3 * x[:, 2] - 6), classes=["no", "yes"])
    display = BoundaryDisplay.from_estimator(network, rows, (0, 1), at=at, resolution=30)
    assert len(np.unique(display.network)) == 2 and "moved onto the boundary" in display.note
    held = BoundaryDisplay.from_estimator(network, rows, (0, 1), at=rows[0], resolution=30)
    assert len(np.unique(held.network)) == 1 and "boundary" not in held.note


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
        (object(), {}, r"estimator must be a fitted surrogate or network"),
        (None, {"at": "median"}, "at must be a row, 'boundary' or None"),
        (as_network(lambda x: x[:, 0]), {"at": "boundary"}, "needs a classifier with predict_pro"),
        (None, {"y": ["a"]}, "y must be 60, one per row"),
    ],
)
def test_what_has_no_boundary_is_refused(model, options, words):
    with pytest.raises((ValueError, TypeError), match=words):
        BoundaryDisplay.from_estimator(
            network_of("binary") if model is None else model, X, resolution=5, **options
        )


def test_texts_are_refused_by_models_that_do_not_read_them():
    forest = RandomForestClassifier(n_estimators=2, random_state=0).fit(X, X[:, 0] > 0)
    with pytest.raises(ValueError, match=r"pass as_network\(model\)"):
        BoundaryDisplay.from_estimator(forest, np.full((3, 3), "a", dtype=object))


@pytest.mark.parametrize("choice", ["Iris virginica", 2])
def test_classes_are_chosen_by_label_or_index(choice):
    network = network_of("three")
    logits = np.log(network.predict_proba(X))
    rest = np.log1p(-np.exp(logits[:, 2]))
    np.testing.assert_allclose(network.margin(choice).value(X), logits[:, 2] - rest, atol=1e-9)
    between = network.difference(choice, "Iris setosa").value(X)
    np.testing.assert_allclose(between, logits[:, 2] - logits[:, 0], atol=1e-9)
    raw = network.raw_values(X)[:, 2]
    np.testing.assert_allclose(network.output(choice).value(X), raw, rtol=1e-12)


@pytest.mark.parametrize("ask", ["margin", "output"])
def test_unknown_classes_are_named_with_those_that_there_are(ask):
    with pytest.raises(ValueError, match=r"one of \['Iris setosa', .* Got 'rose' instead"):
        getattr(network_of("three"), ask)("rose")


def test_numbers_that_are_labels_are_no_indices():
    network = random_network([3, 4, 3], 0, "tanh", task=(1, 2, 3))
    logits = np.log(network.predict_proba(X))[:, 0]
    expected = logits - np.log1p(-np.exp(logits))
    for label in (1, 1.0, np.int64(1)):
        np.testing.assert_allclose(network.margin(label).value(X), expected, atol=1e-9)
    with pytest.raises(ValueError, match=r"k must be one of \[1, 2, 3\]\. Got 0"):
        network.margin(0)
