"""A user's own formula: what it is read as, and scores that are those of its answers."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, r2_score

from skinterp import as_network
from skinterp.evaluation import FormulaScore, read_claim, score_formula

rng = np.random.default_rng(0)
X = rng.uniform(0.5, 3.0, (300, 3)).round(1)
NAMES = ["dose", "body mass", "age"]
HELD = np.arange(0, 300, 4)
TWO = as_network(
    lambda X: X[:, 0] ** 2 / X[:, 1] - 1.0, feature_names=NAMES, classes=["no", "yes"]
)
THREE = as_network(lambda X: X, n_outputs=3, feature_names=NAMES, classes=["a", "b", "c"])
VALUES = as_network(lambda X: 1234567.0 + 1e-3 * (X[:, 0] - X[:, 1]), feature_names=NAMES)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("dose > 1.5", lambda X: X[:, 0] > 1.5),
        ("dose >= 1.5", lambda X: X[:, 0] >= 1.5),
        ("dose < 1.5", lambda X: X[:, 0] < 1.5),
        ("dose <= 3/2", lambda X: X[:, 0] <= 1.5),
        ("dose**2 > `body mass`", lambda X: X[:, 0] ** 2 - X[:, 1] > 0),
        ("1 < dose*age", lambda X: X[:, 0] * X[:, 2] > 1),
        ("dose/`body mass` <= age - 1", lambda X: X[:, 0] / X[:, 1] - (X[:, 2] - 1) <= 0),
    ],
)
def test_a_condition_holds_where_it_says(text, holds):
    formula, threshold, greater = read_claim(text, NAMES)
    values = formula.evaluate(X)
    found = values > threshold if greater else values < threshold
    assert found.tolist() == holds(X).tolist() and 0 < found.sum() < len(X)
    y = np.where(rng.uniform(size=300) < 0.5, "no", "yes")
    scored = score_formula(text, TWO, X, y, held_out=HELD)
    said = np.where(holds(X), "yes", "no")[HELD]
    formula = scored.scores["formula"]
    assert formula["fidelity"] == accuracy_score(TWO.predict(X)[HELD], said)
    assert formula["accuracy"] == accuracy_score(y[HELD], said)
    assert scored.scores["network"]["accuracy"] == accuracy_score(y[HELD], TWO.predict(X)[HELD])
    assert scored.equation.predict(X)[HELD].tolist() == said.tolist()


@pytest.mark.parametrize(
    "text",
    ["dose > 1 > 0", "dose == 1", "dose != 1", "1 > 2", "dose >", "`dose > 1", "", "dose > x"],
)
def test_what_is_no_condition_is_refused(text):
    with pytest.raises(ValueError, match=r"formula (must|cannot be read)"):
        read_claim(text, NAMES)


def test_names_of_any_kind_stand_in_backticks():
    names = ["a > b", "<b>", "x y"]
    formula, threshold, greater = read_claim("`a > b` - `<b>` < 2", names)
    assert formula.variables == (0, 1) and threshold == 2.0 and not greater
    with pytest.raises(ValueError, match="unknown name 'dosis'; known are 'dose', 'body mass'"):
        read_claim("dosis > 1", NAMES)
    with pytest.raises(TypeError, match=r"formula must be a text\. Got 3 instead"):
        read_claim(3, NAMES)


def test_a_threshold_is_found_on_the_other_rows_only():
    scored = score_formula("dose**2/`body mass`", TWO, X, held_out=HELD)
    assert scored.scores["formula"]["fidelity"] > 0.97
    assert scored.equation.threshold == pytest.approx(1.0, abs=0.1)
    others = np.setdiff1d(np.arange(len(X)), HELD)
    assert f"on the other {len(others)} rows" in str(scored)
    changed = X.copy()
    changed[HELD] = 99.0  # held-out rows have no say
    again = score_formula("dose**2/`body mass`", TWO, changed, held_out=HELD)
    assert again.equation.threshold == scored.equation.threshold
    against = score_formula("0 - dose**2/`body mass`", TWO, X, held_out=HELD)
    assert against.scores == scored.scores and not against.equation.greater


@pytest.mark.parametrize("label", ["a", "b", "c"])
def test_of_several_classes_one_is_scored_against_the_others(label):
    k = "abc".index(label)
    rest = [NAMES[j] if j != 1 else "`body mass`" for j in range(3) if j != k]
    name = NAMES[k] if k != 1 else "`body mass`"
    scored = score_formula(
        f"{name} - max({rest[0]}, {rest[1]}) > 0", THREE, X, held_out=HELD, positive=label
    )
    assert scored.scores["formula"]["fidelity"] > 0.9  # rounded inputs have ties
    assert f"whether the answer is {label}, of 3 classes" in str(scored)
    with pytest.raises(ValueError, match=r"positive must be one of the classes \['a', 'b', 'c'\]"):
        score_formula(f"{name} > 0", THREE, X, held_out=HELD)


def test_a_regression_is_scored_as_it_stands_and_scaled():
    y = VALUES.predict(X) + 1e-4 * rng.normal(size=300)
    scored = score_formula("dose - `body mass`", VALUES, X, y, held_out=HELD)
    plain, scaled = scored.scores["formula"], scored.scores["formula, scaled"]
    assert plain["fidelity"] == r2_score(VALUES.predict(X)[HELD], (X[:, 0] - X[:, 1])[HELD])
    assert scaled["fidelity"] > 1 - 1e-6 and scaled["accuracy"] == pytest.approx(
        scored.scores["network"]["accuracy"], abs=1e-6
    )
    assert "0.001 times the formula plus 1234567" in str(scored)
    with pytest.raises(ValueError, match="without a condition"):
        score_formula("dose > 1", VALUES, X, held_out=HELD)


def test_rows_where_the_formula_is_undefined_are_counted():
    scored = score_formula("log(dose - 1) > 0", TWO, X, held_out=HELD)
    n = int((X[HELD, 0] <= 1).sum())
    assert f"undefined at {n} rows: taken as no" in str(scored)
    values = score_formula("log(dose - 1)", VALUES, X, held_out=HELD)
    assert f"undefined at {n} rows: given the mean" in str(values)
    with pytest.raises(ValueError, match="undefined everywhere"):
        score_formula("log(0 - dose)", TWO, X, held_out=HELD)


def test_scores_say_on_which_rows_and_make_tables_and_json():
    scored = score_formula("dose > 1.5", TWO, pd.DataFrame(X, columns=NAMES), held_out=HELD)
    assert f"Scores on {len(HELD)} held-out rows:" in str(scored)
    assert list(scored.to_frame().index) == ["formula", "network", "guess"]
    content = scored.to_dict()
    assert content["scores"]["formula"]["accuracy"] is None and content["rows"] == len(HELD)
    assert content["measured_on"] == "held-out rows" and isinstance(scored, FormulaScore)
    assert content["formula"] == "yes if dose > 1.5"


@pytest.mark.parametrize("held", [np.zeros(300, dtype=bool), np.ones(300, dtype=bool)])
def test_no_rows_and_all_rows_cannot_be_held_out(held):
    with pytest.raises(ValueError, match="held_out must be some of the rows, not all"):
        score_formula(
            "dose > 1", TWO, X, held_out=np.asarray(held, dtype=bool if len(held) else int)
        )
