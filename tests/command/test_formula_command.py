"""``formula``: a user's own formula on a file, against the user's network or a trained one."""

import json

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp.command import main

rng = np.random.default_rng(0)
X = pd.DataFrame(rng.uniform(0.5, 3, (160, 2)).round(3), columns=["dose", "body mass"])
X["site"] = rng.choice(["a", "b"], len(X))
LAW = X["dose"] ** 2 / X["body mass"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("formula")
    grade = np.array(["low", "mid", "high"])[np.digitize(LAW, [1, 2])]
    made = X.assign(active=np.where(LAW > 1, "yes", "no"), grade=grade, value=LAW.round(4))
    made.to_csv(folder / "t.csv", index=False)
    mlp = MLPClassifier((6,), solver="lbfgs", alpha=1.0, max_iter=2000, random_state=0)
    columns = ["dose", "body mass"]
    model = make_pipeline(StandardScaler(), mlp).fit(X[columns], LAW > 1)
    joblib.dump(model, folder / "net.joblib")
    return folder


def call(folder, *options, target="active", drop="grade,value"):
    return ["formula", str(folder / "t.csv"), "--target", target, "--drop", drop, "-q", *options]


def test_scores_are_those_of_the_formula_on_held_out_rows(folder, capsys):
    network = ["--network", str(folder / "net.joblib"), "--trust"]
    written = folder / "s.json"
    options = [*network, "dose**2/`body mass` > 1.2", "--json", str(written)]
    assert main(call(folder, *options)) == 0
    said, content = capsys.readouterr().out, json.loads(written.read_text())
    assert "Scores on 40 held-out rows:" in said and "flattering on rows that trained it" in said
    assert content["rows"] == 40 and content["target"] == "active"
    shares = content["scores"]["formula"]
    truth = accuracy_score(LAW > 1, LAW > 1.2)
    assert abs(shares["accuracy"] - truth) < 0.15 and f"{shares['accuracy']:.3f}" in said
    # what the table calls yes, the network calls True: the same rows, the same scores
    exact = [*network, "dose**2 > `body mass`"]
    assert main(call(folder, *exact)) == 0
    assert "1.000" in capsys.readouterr().out


def test_a_trained_network_is_scored_on_rows_it_has_not_seen(folder, capsys):
    assert main(call(folder, "dose**2/`body mass`", target="value", drop="grade,active")) == 0
    said = capsys.readouterr().out
    assert "trained on 120 rows" in said and "Scores on 40 held-out rows:" in said
    line = next(line for line in said.splitlines() if line.startswith("formula "))
    assert float(line.split()[-1]) > 0.999  # of the target


def test_of_several_classes_one_must_be_named(folder, capsys):
    three = {"target": "grade", "drop": "active,value"}
    assert main(call(folder, "dose > 2", **three)) == 2
    assert "--positive must be one of the classes ['high', 'low', 'mid']" in (
        capsys.readouterr().err
    )
    assert main(call(folder, "dose**2/`body mass` > 2", "--positive", "high", **three)) == 0
    assert "whether the answer is high, of 3 classes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("dosis > 1", "unknown name 'dosis'; known are 'dose', 'body mass', '[site = a]'"),
        ("dosis > 1", "Did you mean 'dose'?"),
        ("active > 1", "unknown name 'active'"),
        ("dose > 1 > 0", "one condition by <, <=, > or >=. Got 'dose > 1 > 0' instead"),
        ("exec(1)", "unknown function 'exec'"),
    ],
)
def test_formulas_that_cannot_be_read_are_one_sentence(formula, said, folder, capsys):
    assert main(call(folder, formula)) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("skinterp: error: FORMULA: ")
    assert said in lines[0]


def test_a_condition_is_none_of_a_regression(folder, capsys):
    assert main(call(folder, "dose > 1", target="value", drop="grade,active")) == 2
    assert "without a condition" in capsys.readouterr().err


def test_no_input_is_overwritten(folder, capsys):
    assert main(call(folder, "dose > 1", "--json", str(folder / "t.csv"))) == 2
    assert "--json would overwrite the table" in capsys.readouterr().err
