"""A few rows of the report: chosen as the rules say, told as the forms and the network answer."""

import time

import numpy as np
import pandas as pd
import pytest
from mixed_tables import answers_of, mixed_model, mixed_table
from sklearn.utils._testing import ignore_warnings

from skinterp import as_network, explain
from skinterp.explanation import nearest_change
from skinterp.explanation._few_rows import RULES, choose, margins_of

rng = np.random.default_rng(0)
NAMES = ["dose", "<b>", "a name of thirty letters, truly"]
X = pd.DataFrame(rng.normal(size=(200, 3)) * [1.0, 1e-12, 1.0] + [1e6, 0, 0], columns=NAMES)
Z = (X.to_numpy() - [1e6, 0, 0]) / [1.0, 1e-12, 1.0]


def relu(classes, seed=1):
    """Return a ReLU network of three inputs in odd units."""
    draw = np.random.default_rng(seed)
    n_outputs = 1 if classes is None or len(classes) == 2 else len(classes)
    first = draw.normal(size=(3, 6)) / np.array([[1.0], [1e-12], [1.0]])
    shift = -first[0] * 1e6
    weights = [first.tolist(), draw.normal(size=(6, n_outputs)).tolist()]
    layers = weights, [shift.tolist(), [0.0] * n_outputs], ["relu", "identity"]
    return as_network(layers, classes=classes, feature_names=NAMES)


CLASSES = {2: relu(["no", "yes"]), 3: relu(["a", "b", "c"], seed=4), 0: relu(None)}
FOUND = {}


def explained(n):
    if n not in FOUND:
        network = CLASSES[n]
        y = network.predict(X)
        y = y + 0.1 if n == 0 else np.where(np.arange(len(y)) % 7, y, np.roll(y, 1))
        forms = {"forms": ["tree", "linear"], "importances": False, "cv": 2}
        FOUND[n] = explain(network, X, y, **forms), y
    return FOUND[n]


@pytest.mark.parametrize("n", [2, 3])
def test_rows_of_classes_are_those_that_the_rules_name(n):
    found, y = explained(n)
    network = CLASSES[n]
    margins, answers = margins_of(network.raw_values(X)), network.predict(X)
    told = found.comparison.estimators[found.headline.form].predict(X)
    few = {row.choice.title: row for row in found.few_rows}
    for title, row in few.items():
        k = row.choice.place
        if title.startswith("Typical of "):
            alike = margins[answers == answers[k]]
            assert title.endswith(str(answers[k]))
            assert abs((alike < margins[k]).mean() - 0.5) <= 1.0 / len(alike) + 1e-9
        elif title == "Borderline":
            assert margins[k] == margins.min()
        elif title == "Misjudged":
            assert answers[k] != y[k] and margins[k] == margins[answers != y].max()
        else:
            assert title == "Told otherwise" and told[k] != answers[k]
            assert margins[k] == margins[told != answers].max()
    assert {"Borderline", "Misjudged"} <= set(few)
    assert sum(title.startswith("Typical") for title in few) == len(set(answers))


def test_rows_of_values_are_those_that_the_rules_name():
    found, _ = explained(0)
    answers = CLASSES[0].predict(X)
    few = {row.choice.title: row.choice.place for row in found.few_rows}
    assert answers[few["Typical"]] == np.sort(answers)[(len(X) - 1) // 2]
    told = found.comparison.estimators[found.headline.form].predict(X)
    assert few["Told otherwise"] == np.argmax(np.abs(told - answers))


@pytest.mark.parametrize("n", [2, 3, 0])
def test_sentences_say_what_is_answered(n):
    found, y = explained(n)
    for few in found.few_rows:
        k, answers = few.choice.place, few.row.answers
        assert few.said.startswith(f"The network answers {answers['network']}, tree ")
        assert f"linear {answers['linear']}. The target is " in few.said
        if n:
            assert few.said.endswith(f"The target is {y[k]}.")
            assert answers["tree"] == found.comparison.estimators["tree"].predict(X)[k]
        assert few.row.cells["dose"] == f"{float(few.row.cells['dose']):.10g}"  # digits told
        assert float(few.row.cells["dose"]) == pytest.approx(X["dose"][k], abs=0.01)
        assert few.to_dict()["rule"] == RULES[few.choice.rule]


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("k", [0, 7, 33])
def test_a_change_is_answered_otherwise_and_no_smaller_one_is(n, k):
    network = CLASSES[n]
    change = nearest_change(network, X.iloc[[k]], X)
    assert "proven" in change.said
    moved = X.iloc[k].copy()
    for name, (now, then) in change.changes.items():
        assert float(now) == pytest.approx(moved[name], rel=1e-3, abs=0.05 * X[name].std())
        moved[name] = float(then)
    answer = network.predict(moved.to_frame().T)[0]
    assert answer != network.predict(X.iloc[[k]])[0] and f"answers {answer}:" in change.said
    scale = X.std(ddof=0).to_numpy()
    size = (np.abs(moved - X.iloc[k]) / scale).sum()
    said = change.said.partition("standard deviations")[0].split()
    assert float(said[-1]) == pytest.approx(size, rel=1e-3)
    least = float(change.said.partition("range of the rows is ")[2].split()[0])
    assert 0.9 * size <= least <= 1.001 * size
    draws = rng.dirichlet(np.ones(3), 2000) * rng.choice([-1, 1], (2000, 3)) * 0.99 * least
    near = X.iloc[k].to_numpy() + draws * scale
    inside = ((near >= X.min().to_numpy()) & (near <= X.max().to_numpy())).all(axis=1)
    assert set(network.predict(near[inside])) <= {network.predict(X.iloc[[k]])[0]}


def test_a_smooth_network_is_searched_and_that_is_said():
    smooth = as_network(
        lambda X: np.tanh(X[:, 0] - 1e6) + X[:, 2], feature_names=NAMES, classes=["no", "yes"]
    )
    for k in range(5):
        change = nearest_change(smooth, X.iloc[[k]], X)
        assert "found by search" in change.said and "proven" not in change.said
        moved = X.iloc[k].copy()
        for name, (_, then) in change.changes.items():
            moved[name] = float(then)
        assert smooth.predict(moved.to_frame().T)[0] != smooth.predict(X.iloc[[k]])[0]
        assert "<b>" not in change.changes  # which says nothing


def test_what_has_no_change_says_why():
    found, _ = explained(0)
    said = found.row(0).counterfactual.said
    assert "is not available: it answers with numbers" in said and said in str(found.row(0))
    always = as_network(lambda X: 1.0 + 0 * X[:, 0], n_features_in=3, classes=["no", "yes"])
    change = nearest_change(always, X.iloc[[0]], X)
    assert "is not available: nothing was found in the range" in change.said
    assert change.to_dict()["changes"] == {}


def test_texts_and_gaps_stay_as_they_are():
    table = mixed_table(150)
    with ignore_warnings():
        network = as_network(mixed_model(table))
    found = explain(network, table, answers_of(table), forms=["tree"], importances=False, cv=2)
    for few in found.few_rows:
        row = table.iloc[[few.choice.place]].copy()
        missing = row["dose"].isna().item()
        assert few.row.cells["dose"] == "missing" if missing else few.row.cells["dose"]
        changes = few.row.counterfactual.changes
        assert set(changes) <= ({"age"} if missing else {"age", "dose"})
        for name, (_, then) in changes.items():
            row[name] = float(then)
        if changes:
            now = network.predict(table.iloc[[few.choice.place]])[0]
            assert network.predict(row)[0] != now


def test_the_section_stands_on_the_page_and_in_json_but_is_not_printed():
    found, _ = explained(3)
    page = found.to_html()
    assert "<h2>A few rows: " in page and "<b>" not in page
    for few in found.few_rows:
        assert f"<h3>{few.choice.title}: row {few.choice.place + 1}</h3>" in page
    assert "A few rows" not in str(found)
    content = found.to_dict()["few_rows"]
    assert [row["index"] for row in content] == [few.choice.place for few in found.few_rows]
    assert {"said", "rule", "kind", "answers", "counterfactual"} <= set(content[0])


def test_without_a_target_none_is_misjudged_and_each_row_stands_once():
    network = CLASSES[2]
    told = np.where(network.predict(X) == "yes", "no", "yes")
    chosen = choose(network, X.to_numpy(), None, told)
    assert "misjudged" not in {choice.rule for choice in chosen}
    assert len({choice.place for choice in chosen}) == len(chosen)


def test_two_rows_and_one_class_are_told():
    always = as_network(lambda X: 1.0 + 0 * X[:, 0], n_features_in=3, classes=["no", "yes"])
    chosen = choose(always, X.to_numpy()[:2], None, np.array(["yes", "yes"]))
    assert [choice.title for choice in chosen] == ["Typical of yes"]


def test_a_report_waits_seconds_only_for_them():
    wide = np.random.default_rng(0).normal(size=(300, 40))
    draw = np.random.default_rng(1)
    layers = (
        [draw.normal(size=(40, 30)).tolist(), draw.normal(size=(30, 1)).tolist()],
        [[0.0] * 30, [0.0]],
        ["relu", "identity"],
    )
    network = as_network(layers, classes=["no", "yes"])
    found = explain(network, wide, forms=["linear"], importances=False, cv=2)
    start = time.process_time()
    assert len(found.few_rows) >= 3
    assert time.process_time() - start < 5.0
