"""``predict``: saved forms answer files as the fitted ones answer the rows they were fitted on."""

import io
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import ExactTreeRegressor, explain
from skinterp.command import COMMANDS, _explain, main
from skinterp.explanation import Explanation

N = 160
FORMS = "tree,linear,additive"


def people(seed, n=N):
    """Return a table as people have it: gaps, an offset, dates, many levels, yes/no."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "dose <b>": rng.lognormal(0, 1, n).round(3),
            "age": rng.normal(50, 10, n).round(1) + 1e6,
            "site": rng.choice(["a", "b, 'c'", "c"], n),
            "day": pd.Timestamp("2021-03-01") + pd.to_timedelta(rng.integers(0, 700, n), "D"),
            "town": [f"t{int(k)}" for k in rng.geometric(0.05, n)],
            "smoker": rng.choice(["Yes", "No"], n),
        }
    )
    value = table["dose <b>"] - 0.1 * (table["age"] - 1e6 - 50) + (table["site"] == "a")
    table.loc[::7, "dose <b>"] = np.nan
    table["day"] = table["day"].dt.strftime("%d.%m.%Y")
    return table, value


@pytest.fixture(scope="module", params=["classes", "numbers"])
def saved(request, tmp_path_factory):
    """Return the folder of a table and its saved explanation, and the explanation itself."""
    folder, kept = tmp_path_factory.mktemp(request.param), []
    table, value = people(0)
    if request.param == "classes":
        value = np.array(["low", "mid", "high"])[np.digitize(value, [0.8, 2.0])]
    table.assign(target=value).to_csv(folder / "t.csv", index=False)
    patch = pytest.MonkeyPatch()
    patch.setattr(Explanation, "to_html", lambda found: "<p>not drawn here</p>")
    patch.setattr(_explain, "explain", lambda *a, **k: kept.append(explain(*a, **k)) or kept[-1])
    call = ["explain", str(folder / "t.csv"), "--target", "target", "--surrogates", FORMS, "-q"]
    assert main([*call, "--save", str(folder / "e.json")]) == 0
    patch.undo()
    return folder, kept[0]


def predicted(capsys, *argv):
    """Return what a call printed as a table."""
    capsys.readouterr()
    assert main(["predict", *map(str, argv)]) == 0
    return pd.read_csv(io.StringIO(capsys.readouterr().out))


@pytest.mark.parametrize("form", FORMS.split(","))
def test_the_rows_of_the_fit_are_answered_as_by_the_fitted_form(form, saved, capsys):
    folder, found = saved
    estimator, rows = found.comparison.estimators[form], found.rows
    said = predicted(capsys, folder / "e.json", folder / "t.csv", "--form", form)
    expected = estimator.predict(rows)
    if expected.dtype.kind == "f":
        np.testing.assert_allclose(said["answer"], expected, rtol=1e-6, atol=1e-6)
        assert list(said) == ["answer"]
        return
    assert said["answer"].tolist() == expected.tolist()
    shares = said[[f"probability of {label}" for label in estimator.classes_]]
    np.testing.assert_allclose(shares, estimator.predict_proba(rows), atol=1e-6)


def test_a_new_table_may_have_other_dates_levels_columns_and_rows(saved, capsys):
    folder, found = saved
    table = pd.read_csv(folder / "t.csv", dtype=str, keep_default_na=False)
    # two rows, whose first date is another one, with columns in another order and one more
    few = table.iloc[[5, 90]].assign(more="x")[["more", *reversed(table.columns)]]
    few.to_csv(folder / "few.tsv", sep="\t", index=False)
    said = predicted(capsys, folder / "e.json", folder / "few.tsv", "--form", "linear")
    all_rows = predicted(capsys, folder / "e.json", folder / "t.csv", "--form", "linear")
    pd.testing.assert_frame_equal(said, all_rows.iloc[[5, 90]].reset_index(drop=True))
    rare = table.assign(town="nowhere").iloc[:3]
    rare.to_csv(folder / "rare.csv", index=False)
    pooled = table.assign(town="t40").iloc[:3]
    pooled.to_csv(folder / "pooled.csv", index=False)
    names = found.form("linear").user_table.feature_names
    assert "[town = (other)]" in names and "[town = t40]" not in names
    same = [predicted(capsys, folder / "e.json", folder / f"{n}.csv") for n in ("rare", "pooled")]
    pd.testing.assert_frame_equal(*same)


def test_forms_that_are_networks_answer_without_the_network(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(Explanation, "to_html", lambda found: "<p>not drawn here</p>")
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"far <b>": 1e6 + rng.normal(size=90), "$x_1$": 1e-12 * rng.normal(size=90)})
    y = X["far <b>"] - 1e6 + 1e12 * X["$x_1$"]
    mlp = MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", max_iter=300, random_state=0)
    model = make_pipeline(StandardScaler(), mlp).fit(X, y)
    found = explain(model, X, y, forms=["pruned", "exact"], cv=2, random_state=0)
    found.save(tmp_path / "e.json")
    X.to_csv(tmp_path / "t.csv", index=False)
    for form in ("pruned", "exact"):
        said = predicted(capsys, tmp_path / "e.json", tmp_path / "t.csv", "--form", form)
        expected = found.comparison.estimators[form].predict(X)
        np.testing.assert_allclose(said["answer"], expected, rtol=1e-12, atol=1e-9)


def test_the_form_said_first_answers_unless_another_is_named(saved, capsys):
    folder, found = saved
    first = predicted(capsys, folder / "e.json", folder / "t.csv")
    named = predicted(capsys, folder / "e.json", folder / "t.csv", "--form", found.headline.form)
    pd.testing.assert_frame_equal(first, named)


def test_answers_are_written_whole_and_never_over_an_input(saved, capsys):
    folder, _ = saved
    call = ["predict", str(folder / "e.json"), str(folder / "t.csv"), "--form", "tree"]
    assert main([*call, "--output", str(folder / "o.csv")]) == 0
    assert f"{N} answers of tree written to" in capsys.readouterr().out
    written = pd.read_csv(folder / "o.csv")
    pd.testing.assert_frame_equal(written, predicted(capsys, *call[1:]))
    for name, other in (("t.csv", "the table"), ("e.json", "the explanation")):
        assert main([*call, "--output", str(folder / name)]) == 2
        assert f"--output would overwrite {other}" in capsys.readouterr().err
    assert main([*call, "--output", str(folder / "none" / "o.csv")]) == 2
    assert "--output must be a file in an existing" in capsys.readouterr().err


def test_rows_that_a_form_does_not_take_have_no_answer_saying_which(tmp_path, capsys):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(60, 2)), columns=["a", "b"])
    mlp = MLPRegressor(hidden_layer_sizes=(3,), solver="lbfgs", max_iter=500, random_state=0)
    model = make_pipeline(StandardScaler(), mlp).fit(X, X["a"])
    found = explain(model, X, forms=["linear"], importances=False, cv=2)
    path, table = found.save(tmp_path / "e.json"), X.head(4).astype(object)
    table.iloc[1, 0], table.iloc[3, 1] = None, "?"
    table.to_csv(tmp_path / "t.csv", index=False)
    said = predicted(capsys, path, tmp_path / "t.csv")
    assert said["answer"].isna().tolist() == [False, True, False, True]
    expected = found.comparison.estimators["linear"].predict(X.iloc[[0, 2]])
    np.testing.assert_allclose(said["answer"].dropna(), expected)
    main(["predict", str(path), str(tmp_path / "t.csv")])
    assert "No answer for 2 rows with gaps" in (told := capsys.readouterr().err)
    assert "row 2, 4." in told
    table.assign(a=None).to_csv(tmp_path / "t.csv", index=False)
    assert predicted(capsys, path, tmp_path / "t.csv")["answer"].isna().all()


def test_columns_without_names_are_taken_in_their_order_saying_so(tmp_path, capsys):
    X = np.random.default_rng(0).normal(size=(60, 2))
    network = ([[[1.0], [-2.0]]], [[0.5]], ["identity"])
    found = explain(network, X, forms=["linear"], importances=False, cv=2)
    path = found.save(tmp_path / "e.json")
    pd.DataFrame(X, columns=["p", "q"]).to_csv(tmp_path / "t.csv", index=False)
    assert main(["predict", str(path), str(tmp_path / "t.csv")]) == 0
    said = capsys.readouterr()
    assert "taken in their order, p, q." in said.err
    answers = pd.read_csv(io.StringIO(said.out))["answer"]
    np.testing.assert_allclose(answers, found.comparison.estimators["linear"].predict(X))
    pd.DataFrame(X[:, :1], columns=["p"]).to_csv(tmp_path / "t.csv", index=False)
    assert main(["predict", str(path), str(tmp_path / "t.csv")]) == 2
    assert "expects 2 features. The data have 1 columns" in capsys.readouterr().err


def test_what_cannot_answer_is_refused_by_name(saved, tmp_path, capsys):
    folder, _ = saved

    def refusal(*argv):
        assert main(["predict", *map(str, argv)]) == 2
        return capsys.readouterr().err

    table = folder / "t.csv"
    said = refusal(folder / "e.json", table, "--form", "oak")
    assert "--form: name must be one of 'tree', 'linear'" in said and "Got 'oak'" in said
    assert "Got 'symbolic' instead" in refusal(folder / "e.json", table, "--form", "equation")
    assert "No such file" in refusal(folder / "none.json", table)
    assert "must be an explanation that was saved" in refusal(table, table)
    content = json.loads((folder / "e.json").read_text())
    del content["forms"]
    content["content"]["schema"] = 1
    (tmp_path / "old.json").write_text(json.dumps(content))
    assert "schema 1, which holds no forms" in refusal(tmp_path / "old.json", table)
    pd.read_csv(table).drop(columns="site").to_csv(tmp_path / "less.csv", index=False)
    assert "needs columns that the data lack: 'site'" in refusal(
        folder / "e.json", tmp_path / "less.csv"
    )
    pd.read_csv(table).assign(age="old").to_csv(tmp_path / "texts.csv", index=False)
    assert "takes numbers in the column 'age'" in refusal(
        folder / "e.json", tmp_path / "texts.csv"
    )


def test_a_form_without_a_program_says_so_in_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(ExactTreeRegressor, "_form_body", lambda tree: None)
    X = np.random.default_rng(0).normal(size=(60, 2))
    network = ([[[1.0], [2.0]]], [[0.5]], ["identity"])
    found = explain(network, X, forms=["exact", "linear"], importances=False, cv=2)
    saved = Explanation.load(found.save(tmp_path / "e.json"))
    with pytest.raises(ValueError, match="Got 'exact' instead: ExactTreeRegressor writes no"):
        saved.form("exact")
    assert saved.form("linear").predict(X[:3]) == pytest.approx(
        found.form("linear").predict(X[:3])
    )
    with pytest.raises(ValueError, match="name must be one of 'exact', 'linear'"):
        found.form("oak")
    again = Explanation.load(saved.save(tmp_path / "again.json"))
    assert again.forms == saved.forms


def test_every_command_has_examples_and_exit_codes_in_its_help(capsys):
    for name, command in COMMANDS.items():
        with pytest.raises(SystemExit) as ended:
            main([name, "--help"])
        said = capsys.readouterr().out
        assert ended.value.code == 0 and "Exit codes: 0 done;" in said
        assert f"  skinterp {name} " in said and command.examples in said


def test_the_module_is_the_command():
    call = [sys.executable, "-m", "skinterp", "--help"]
    said = subprocess.run(call, capture_output=True, text=True, check=True).stdout
    assert said.startswith("usage: skinterp ") and all(name in said for name in COMMANDS)
