"""One call: what it compares, refuses, leaves out, keeps when interrupted, and saves."""

import json

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from skinterp import compare_surrogates, explain
from skinterp.explanation import SCHEMA, Explanation, _explain
from skinterp.network import as_network

X = np.random.default_rng(0).uniform(-1, 1, (150, 3))
NETWORK = as_network(
    lambda X: 6 * X[:, 0] - 3 * X[:, 1],
    n_features_in=3,
    classes=["no", "yes"],
    feature_names=["dose", "<b>", "age"],
)
Y = NETWORK.predict(X)
QUICK = {"forms": ["tree", "linear"], "importances": False, "cv": 2}


@pytest.fixture(scope="module")
def found():
    return explain(NETWORK, X, Y, **QUICK, title="T")


def test_scores_are_those_of_the_comparison(found):
    alone = compare_surrogates(NETWORK, X, Y, ["tree", "linear"], cv=2)
    for form in alone.scores:
        for metric in ("fidelity", "accuracy", "complexity"):
            expected = alone.scores[form][metric]
            np.testing.assert_array_equal(found.comparison.scores[form][metric], expected)
    assert found.network is NETWORK and found.findings.title == "T"


def test_a_report_is_a_page_and_the_text_is_printed(found, tmp_path):
    page = found.report(tmp_path / "x.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") and "&lt;b&gt;" in page and "<b>" not in page
    assert "150 rows, 3 inputs (binary)." in str(found) and repr(found) == str(found)


def test_a_notebook_shows_the_body_of_the_page(found):
    shown = found._repr_html_()
    assert shown.startswith("<style>") and "<body" not in shown and "<title" not in shown
    assert found.to_html().partition("<body>")[2].partition("</body>")[0] in shown


def test_importances_are_ranked_where_they_are_asked_for(found):
    assert found.importances is None and "importances" not in found.to_dict()
    ranked = explain(NETWORK, X, Y, forms=["linear"], cv=2)
    assert max(ranked.to_dict()["importances"]["permutation"].items(), key=lambda p: p[1])[0] == (
        "dose"
    )


def test_an_interruption_while_ranking_keeps_the_comparison(monkeypatch):
    def interrupt(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(_explain, "compare_importances", interrupt)
    kept = explain(NETWORK, X, Y, **(QUICK | {"importances": True}))
    assert set(kept.comparison.estimators) == {"tree", "linear"} and kept.importances is None
    assert "interrupted" in kept.unfinished[0] and kept.unfinished[0] in str(kept)
    assert kept.to_dict()["unfinished"] == list(kept.unfinished)


def test_verbose_says_what_runs_and_how_far(capsys):
    explain(NETWORK, X, Y, **QUICK, verbose=True)
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "[skinterp] reading the network"
    assert said[1].endswith("fitting tree, linear on 2 folds")
    assert [line.partition(": ")[2][:11] for line in said[2:4]] == ["1 of 6 done", "2 of 6 done"]
    explain(NETWORK, X, Y, **QUICK)
    assert capsys.readouterr().err == ""


def test_progress_is_told_stages_and_one_with_steps_the_steps():
    class Told(list):
        def __call__(self, stage, done=None):
            self.append(stage)

        def step(self, done, of):
            self.append((done, of))

    told, stages = Told(), []
    explain(NETWORK, X, Y, forms=["linear"], cv=2, progress=told)
    explain(NETWORK, X, Y, **QUICK, progress=lambda stage, done=None: stages.append(stage))
    assert told[2:8] == [(k, 6) for k in range(1, 7)] and told[8] == "ranking the inputs"
    ranked = told[9:-1]
    assert ranked == [(k + 1, len(ranked)) for k in range(len(ranked))] and told[-1] == ""
    assert stages == ["reading the network", "fitting tree, linear on 2 folds", ""]


def test_an_interruption_before_there_is_a_comparison_ends_the_call(monkeypatch):
    def interrupt(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(_explain, "compare_surrogates", interrupt)
    with pytest.raises(KeyboardInterrupt):
        explain(NETWORK, X, Y, **QUICK)


def test_what_is_saved_comes_back_as_it_was_shown(found, tmp_path):
    saved = Explanation.load(found.save(tmp_path / "x.json"))
    assert saved.to_dict() == json.loads(json.dumps(found.to_dict()))
    assert str(saved) == str(found) and saved.to_html() == found.to_html()
    assert saved.unfinished == found.unfinished == ()
    again = Explanation.load(saved.save(tmp_path / "again.json"))
    assert again.to_dict() == saved.to_dict()
    assert saved.report(tmp_path / "x.html").read_text(encoding="utf-8") == found.to_html()


@pytest.mark.parametrize(
    "content",
    ["no json", "[1]", '{"content": {}}', '{"content": {}, "page": "", "text": ""}'],
)
def test_other_files_are_refused(content, tmp_path):
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(ValueError, match=r"path must be .* Got .* instead"):
        Explanation.load(tmp_path / "x.json")


def test_the_content_is_strict_json_of_a_version(found):
    content = found.to_dict()
    json.dumps(content, allow_nan=False)
    assert content["schema"] == SCHEMA == 2 and content["title"] == "T"
    assert {"about", "notes", "scores", "surrogates", "forest_importances"} <= set(content)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"forms": "tree"}, "forms must be names out of"),
        ({"forms": ["oak"]}, r"forms must be names out of .* Got \['oak'\] instead"),
        ({"forms": []}, "forms must be names"),
        ({"time_budget": 0}, "time_budget must be a positive number .* Got 0 instead"),
        ({"importances": 3}, "importances must be True or False. Got 3 instead"),
        ({"verbose": "yes"}, "verbose must be True or False. Got 'yes' instead"),
        ({"title": 3}, "title must be a text or None. Got 3 instead"),
        ({"progress": "yes"}, "progress must be a callable or None. Got 'yes' instead"),
        ({"max_atoms": -1}, "max_atoms must be"),
        ({"cv": 1}, "cv must be at least 2"),
        ({"y": Y[:5]}, "y must have one entry per row of X, 150. Got 5 instead"),
        ({"model": None}, "model must be a network"),
        ({"model": MLPClassifier(), "y": None}, "y must be given to train an unfitted model"),
    ],
)
def test_parameters_without_a_meaning_are_named(options, said):
    with pytest.raises(ValueError, match=said):
        explain(**({"model": NETWORK, "X": X, "y": Y} | QUICK | options))


def test_forms_that_cannot_be_fitted_are_left_out_saying_why():
    few = slice(0, 16)  # a search for equations needs ten rows on each fold
    found = explain(NETWORK, X[few], forms=["symbolic", "linear"], importances=False, cv=2)
    assert list(found.comparison.estimators) == ["linear"]
    assert "symbolic is left out" in str(found) and "at least 10 rows" in str(found)


def test_a_class_of_few_rows_takes_fewer_folds_and_is_told():
    y = np.where(np.arange(150) < 3, "rare", "common")
    known = as_network(lambda X: X[:, 0], n_features_in=3, classes=["common", "rare"])
    found = explain(known, X, y, forms=["linear"], importances=False)
    assert found.comparison.n_folds == 3 and "Class rare has 3 rows only" in str(found)


def test_an_unfitted_model_is_trained_per_fold():
    model = MLPClassifier((4,), max_iter=2000, random_state=0, solver="lbfgs")
    found = explain(model, X, Y, **QUICK)
    assert found.comparison.network_is_refitted and not hasattr(model, "coefs_")
    assert "trained on each fold's own rows" in str(found)


def test_stages_are_told_in_their_order():
    told = []
    explain(NETWORK, X, Y, **QUICK, progress=lambda stage, done=None: told.append(stage))
    assert told == ["reading the network", "fitting tree, linear on 2 folds", ""]


def test_a_time_budget_is_shared_by_all_searches(monkeypatch):
    budgets = []

    def compare(network, X, y, surrogates, **options):
        budgets.extend(s.get_params().get("time_budget") for s in surrogates.values())
        raise KeyboardInterrupt

    monkeypatch.setattr(_explain, "compare_surrogates", compare)
    with pytest.raises(KeyboardInterrupt):
        explain(NETWORK, X, Y, forms=["symbolic", "tree"], cv=2, time_budget=6.0)
    assert budgets == [2.0, None]


def test_a_generator_of_folds_is_taken():
    halves = (np.arange(0, 150, 2), np.arange(1, 150, 2))
    splits = (split for split in [halves, halves[::-1]])
    found = explain(NETWORK, X, Y, **(QUICK | {"cv": splits}))
    assert found.comparison.n_folds == 2
