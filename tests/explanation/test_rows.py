"""One row: its answers, terms that add up, the path it takes, and what is refused."""

import json

import numpy as np
import pandas as pd
import pytest

from skinterp import (
    LinearSurrogateClassifier,
    LinearSurrogateRegressor,
    SymbolicSurrogateRegressor,
    TreeSurrogateClassifier,
    TreeSurrogateRegressor,
    as_network,
    explain,
)

rng = np.random.default_rng(0)
X = pd.DataFrame(rng.uniform(-1, 1, (120, 3)), columns=["dose", "<b>", "age"])
NETWORK = as_network(
    lambda X: 6 * X[:, 0] - 3 * X[:, 1] + 1,
    n_features_in=3,
    classes=["no", "yes"],
    feature_names=list(X.columns),
)
SEVERAL = as_network(
    lambda X: np.stack([6 * X[:, 0], 3 * X[:, 1], -X[:, 2]], axis=1),
    n_features_in=3,
    classes=["a", "b", "c"],
)


@pytest.fixture(scope="module")
def found():
    return explain(NETWORK, X, forms=["tree", "linear"], importances=False, cv=2)


def test_every_answer_is_that_of_predict(found):
    for k in (0, 5, 80):
        told, row = found.row(k), X.iloc[[k]]
        probability = NETWORK.predict_proba(row).max()
        assert (
            told.answers["network"] == f"{NETWORK.predict(row)[0]} (probability {probability:.3f})"
        )
        for form, estimator in found.comparison.estimators.items():
            assert told.answers[form] == estimator.predict(row)[0]


def test_a_row_may_come_in_many_ways_and_with_a_cell_changed(found):
    known = found.row(3).to_dict()
    row = X.iloc[3]
    for same in (np.int64(3), row, row.to_dict(), row.tolist(), row.to_numpy(), X.iloc[[3]]):
        assert found.row(same).to_dict() == known
    moved = found.row(row.to_dict() | {"dose": 1.0 if row["dose"] < 0 else -1.0})
    assert moved.cells["dose"] != known["row"]["dose"] and moved.steps != known["steps"]


def test_rows_of_arrays_have_the_names_of_the_network():
    told = explain(NETWORK, X.to_numpy(), forms=["linear"], importances=False, cv=2).row(0)
    assert list(told.cells) == list(X.columns)


@pytest.mark.parametrize("x", [[1.0, 2.0], {"dose": 1.0}, X.iloc[:2], "dose"])
def test_what_is_no_row_is_refused(x, found):
    with pytest.raises(ValueError, match=r"x must be an index of a row, or one row of 3 columns"):
        found.row(x)


def test_an_index_out_of_range_is_refused(found):
    with pytest.raises((IndexError, ValueError), match="x must"):
        found.row(120)


@pytest.mark.parametrize(
    "surrogate",
    [
        LinearSurrogateClassifier(NETWORK),
        LinearSurrogateClassifier(SEVERAL),
        LinearSurrogateRegressor(as_network(lambda X: 2 * X[:, 0] - 1, n_features_in=3)),
        SymbolicSurrogateRegressor(
            as_network(lambda X: X[:, 0] * X[:, 1] - 0.5, n_features_in=3),
            operators=["mul"],
            n_points=40,
            random_state=0,
        ),
    ],
)
def test_the_terms_of_an_equation_add_up_to_it(surrogate):
    rows = X.to_numpy()
    surrogate.fit(rows)
    steps = iter(surrogate.row_steps(rows[7:8]))
    for equation in surrogate.equations_:
        total = 0.0
        for said, value in steps:
            if "sum" in said:
                break
            total += float(value)
        assert total == pytest.approx(float(value), abs=0.01)
        assert float(value) == pytest.approx(equation.prediction.evaluate(rows[7:8])[0], rel=1e-3)
    assert list(steps) == []


def test_terms_of_several_classes_are_told_by_their_labels():
    steps = LinearSurrogateClassifier(SEVERAL).fit(X.to_numpy()).row_steps(X.to_numpy()[:1])
    assert {said.partition(":")[0] for said, _ in steps} == {"a", "b", "c"}


@pytest.mark.parametrize("kind", [TreeSurrogateClassifier, TreeSurrogateRegressor])
def test_the_path_is_met_by_the_row_and_ends_in_its_answer(kind):
    def law(X):
        return 4.0 * X[:, 0] * X[:, 1]

    is_classifier = kind is TreeSurrogateClassifier
    network = as_network(law, n_features_in=3, classes=["no", "yes"] if is_classifier else None)
    tree = kind(network, random_state=0).fit(X.to_numpy())
    for row in X.to_numpy()[:30]:
        *path, (said, answer) = tree.row_steps(row[None])
        assert said == "answer of the leaf" and path
        for condition, met in path:
            name, sign, bound = condition.split()
            value = row[int(name[1:])]
            assert met == "met" and (value <= float(bound)) == (sign == "<=")
        predicted = tree.predict(row[None])[0]
        if is_classifier:
            assert answer.startswith(predicted)
        else:
            assert float(answer) == pytest.approx(predicted, rel=1e-2, abs=1e-2)


def test_a_sum_of_trees_takes_no_path():
    tree = TreeSurrogateRegressor(lambda X: X[:, 0] + X[:, 1], n_trees=3, random_state=0)
    assert tree.fit(X.to_numpy()).row_steps(X.to_numpy()[:1]) == []


def test_what_the_inputs_add_leads_from_the_mean_to_the_output(found):
    told = found.row(11)
    total = float(told.base) + sum(map(float, told.attribution.values()))
    assert total == pytest.approx(NETWORK.raw_values(X.iloc[[11]])[0, 0], abs=0.02)
    values = [abs(float(value)) for value in told.attribution.values()]
    assert values == sorted(values, reverse=True)


def test_rows_stand_in_the_report_printed_text_and_json(found):
    with_rows = found.with_rows(0, 5)
    page, content = with_rows.to_html(), with_rows.to_dict()
    assert page.count("Why this answer?") == 2 and "<b>" not in page
    assert "Why this answer? Row 2 of 2:\n" in str(with_rows)
    assert content["rows"] == [found.row(0).to_dict(), found.row(5).to_dict()]
    assert json.dumps(content) and "rows" not in found.to_dict()
    assert "How tree answers:" in str(found.row(0)) and repr(found.row(0)) == str(found.row(0))
