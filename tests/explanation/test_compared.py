"""Two explanations side by side: numbers of each, ranks, and rows answered otherwise."""

import json

import numpy as np
import pandas as pd
import pytest

from skinterp import as_network, explain
from skinterp.command import main
from skinterp.explanation import Explanation, compare_explanations, different_answers

rng = np.random.default_rng(0)
NAMES = ["dose", "<b>", "a name of thirty letters, truly"]
X = pd.DataFrame(rng.uniform(-1, 1, (150, 3)), columns=NAMES)
QUICK = {"forms": ["tree", "linear"], "cv": 2, "importances": True}


def network(slopes, shift=0.0, classes=("no", "yes")):
    weights = np.array(slopes, dtype=float)[:, np.newaxis]
    return as_network(([weights], [[shift]], ["identity"]), classes=classes, feature_names=NAMES)


@pytest.fixture(autouse=True)
def _pages_are_not_drawn(monkeypatch):
    monkeypatch.setattr(Explanation, "to_html", lambda found: "<p>not drawn here</p>")


@pytest.fixture(scope="module")
def explained():
    """Return two explanations of networks that differ in their leading input."""
    first, second = network([5, 1, 0]), network([1, 5, 0], 1.0)
    before = explain(first, X, first.predict(X), **QUICK, title="Monday")
    options = QUICK | {"forms": ["linear", "tree sum"]}
    return before, explain(second, X, second.predict(X), **options)


@pytest.fixture(scope="module")
def change(explained):
    return compare_explanations(*explained, X)


def test_scores_are_those_of_each_explanation(explained, change):
    content = change.to_dict()
    assert list(content["forms"]) == ["tree", "linear", "tree sum"]
    for side, found in zip(("before", "after"), explained, strict=True):
        comparison = found.comparison
        for name, form in content["forms"].items():
            if name not in comparison.estimators:
                assert {form[k][side] for k in ("fidelity", "accuracy", "atoms", "text")} == {None}
                continue
            assert form["fidelity"][side] == comparison.mean(name, "fidelity")
            assert form["accuracy"][side] == comparison.mean(name, "accuracy")
            assert form["atoms"][side] == comparison.mean(name, "complexity")
            assert form["text"][side] == comparison.estimators[name].export_text()
        assert content["network"][side] == comparison.mean("network", "accuracy")
        assert content["headline"][side]["text"] == str(found.headline)


def test_ranks_are_those_of_the_importances(explained, change):
    for method, ranks in change.to_dict()["importances"].items():
        for side, found in zip(("before", "after"), explained, strict=True):
            shares = found.importances.to_dict()[method]
            ordered = sorted(shares, key=shares.get, reverse=True)
            assert ranks[ordered[0]][side] == 1
            for one in shares:
                larger = sum(other > shares[one] for other in shares.values())
                assert ranks[one][side] == larger + 1
    assert change.to_dict()["importances"]["permutation"]["dose"] == {"before": 1, "after": 2}


def test_answers_that_differ_are_those_of_the_forms(explained, change):
    found = change.to_dict()["answers"]
    assert list(found) == ["linear"]  # the form of both
    before, after = (e.comparison.estimators["linear"].predict(X) for e in explained)
    assert found["linear"]["different"] == (before != after).sum() > 0
    for row in found["linear"]["shown"]:
        k = row["row"] - 1
        assert (row["before"], row["after"]) == (before[k], after[k]) and before[k] != after[k]


def test_an_explanation_has_not_changed_from_itself(explained):
    same = compare_explanations(explained[0], explained[0], X)
    assert all(found["different"] == 0 for found in same.to_dict()["answers"].values())
    assert "tree: unchanged" in str(same) and "other answers at 0 of 150 rows" in str(same)


def test_the_text_says_on_which_rows(change):
    said = str(change)
    assert "Means on held-out rows, before and after:" in said and said == repr(change)
    assert "Where the answers differ, on rows given to it:" in said
    assert "Ranks of the inputs by permutation:" in said and "Before: Monday" in said
    assert "(not there)" in said
    json.dumps(change.to_dict(), allow_nan=False)


def test_values_differ_most_first():
    before, after = np.array([0.0, 1.0, 2.0]), np.array([0.5, 1.0, -1.0])
    found = different_answers(before, after, np.array([4, 5, 9]))
    assert [row["row"] for row in found["shown"]] == [10, 5] and found["different"] == 2
    assert found["root_mean_square"] == pytest.approx(np.sqrt((0.25 + 9.0) / 3))
    assert different_answers(np.zeros(0), np.zeros(0)) == {"rows": 0, "different": 0, "shown": []}


def test_other_tasks_are_refused(explained):
    values = explain(network([1, 2, 3], classes=None), X, **(QUICK | {"importances": False}))
    with pytest.raises(ValueError, match=r"of the same task, binary\. Got regression instead"):
        compare_explanations(explained[0], values)


def test_the_command_says_what_the_library_says(explained, change, tmp_path, capsys):
    paths = [str(e.save(tmp_path / f"{k}.json")) for k, e in enumerate(explained)]
    X.assign(more="x")[["more", *reversed(NAMES)]].to_csv(tmp_path / "t.csv", index=False)
    written = tmp_path / "c.json"
    table = str(tmp_path / "t.csv")
    assert main(["compare", *paths, table, "--json", str(written)]) == 0
    assert capsys.readouterr().out == f"{change}\n"
    content = json.loads(written.read_text())
    assert content.pop("files") == {"before": paths[0], "after": paths[1], "data": table}
    assert content == json.loads(json.dumps(change.to_dict()))
    assert main(["compare", *paths]) == 0
    assert "Where the answers differ" not in capsys.readouterr().out
    assert main(["compare", paths[0], table]) == 2
    assert "must be an explanation that was saved" in capsys.readouterr().err
    assert main(["compare", *paths, "--json", paths[0]]) == 2
    assert "--json would overwrite BEFORE.json" in capsys.readouterr().err


def test_files_of_schema_1_are_compared_without_answers(explained, tmp_path, capsys):
    path = explained[0].save(tmp_path / "new.json")
    content = json.loads(path.read_text())
    del content["forms"], content["dates"]
    content["content"]["schema"] = 1
    old = tmp_path / "old.json"
    old.write_text(json.dumps(content))
    assert Explanation.load(old).forms is None
    X.to_csv(tmp_path / "t.csv", index=False)
    assert main(["compare", str(old), str(path), str(tmp_path / "t.csv")]) == 0
    assert "tree: The explanation was saved by schema 1" in capsys.readouterr().out
