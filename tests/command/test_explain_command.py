"""The command line: what it prints and writes, and one clear sentence for bad calls and data."""

import gzip
import json
import subprocess
import sys
import warnings

import joblib
import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.neural_network import MLPClassifier

from skinterp import default_network
from skinterp.command import _explain as command_line
from skinterp.command import main
from skinterp.command._networks import held_out_splits
from skinterp.explanation import _explain as explanation
from skinterp.report._sorting import SCRIPT

NAMES = ["a b", "x^2", "<b>"]


def write(path, names, rows):
    lines = [",".join(names), *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def numbers():
    X = np.random.default_rng(0).uniform(-1, 1, size=(160, 3)).round(4)
    return X, (X[:, 0] + X[:, 1] > 0).astype(int)


@pytest.fixture(scope="module")
def table(tmp_path_factory, numbers):
    X, y = numbers
    rows = [[*x, "yes" if label else "no"] for x, label in zip(X, y, strict=True)]
    return write(tmp_path_factory.mktemp("data") / "data.csv", [*NAMES, "class"], rows)


@pytest.fixture(scope="module")
def results(table, tmp_path_factory):
    """What one run wrote: report, JSON."""
    folder = tmp_path_factory.mktemp("results")
    report, content = folder / "report.html", folder / "results.json"
    call = [table, "--target", "class", "--surrogates", "tree,linear"]
    assert main(["explain", *call, "--report", str(report), "--json", str(content), "-q"]) == 0
    return report.read_text(encoding="utf-8"), json.loads(content.read_text(encoding="utf-8"))


def refusal(capsys, *argv):
    """Return the one line on the standard error of a call that ends with exit code 2."""
    assert main(["explain", *argv]) == 2
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert len(lines) == 1, captured.err
    return lines[0]


def test_json_holds_scores_texts_and_importances(results):
    content = results[1]
    assert list(content["scores"]) == ["tree", "linear", "random forest", "network", "majority"]
    assert set(content["surrogates"]) == {"tree", "linear"}
    assert set(content["forest_importances"]["forest, impurity"]) == set(NAMES)
    fidelity = content["scores"]["linear"]["fidelity"]
    assert np.mean(fidelity) > np.mean(content["scores"]["majority"]["fidelity"])
    assert content["scores"]["network"]["complexity"] == [None] * len(fidelity)


def test_report_is_self_contained_and_escaped(results):
    text = results[0].replace(SCRIPT, "")
    for resource in ("<script", "<link", '<img src="http', "url(http", "@import"):
        assert resource not in text
    assert "&lt;b&gt;" in text and "<b>" not in text
    assert "a b" in text and "x^2" in text and "<svg" in text


def test_same_call_same_results(table, results, tmp_path):
    again = tmp_path / "again.json"
    call = [table, "--target", "class", "--surrogates", "tree,linear", "-q"]
    assert main(["explain", *call, "--json", str(again)]) == 0
    content = json.loads(again.read_text(encoding="utf-8"))
    assert content["surrogates"] == results[1]["surrogates"]
    for form in ("tree", "linear"):
        assert content["scores"][form]["fidelity"] == results[1]["scores"][form]["fidelity"]


def test_prints_the_held_out_accuracy_and_the_table(table, capsys):
    assert main(["explain", table, "--target", "class", "--surrogates", "linear"]) == 0
    captured = capsys.readouterr()
    assert "held-out accuracy" in captured.out
    assert "fidelity" in captured.out and "random forest" in captured.out
    assert captured.err == ""


@pytest.mark.slow
def test_equation_in_the_users_names(table, capsys):
    call = ["explain", table, "--target", "class", "--surrogates", "symbolic"]
    assert main([*call, "--time-budget", "0.1"]) == 0
    printed = capsys.readouterr().out
    assert "yes if" in printed and "`a b`" in printed and "`x^2`" in printed


def test_own_network_is_used_as_it_is(table, numbers, tmp_path, capsys):
    X, y = numbers
    labels = np.where(y, "yes", "no")
    joblib.dump(default_network("binary", 0).fit(X, labels), tmp_path / "net.joblib")
    call = [table, "--target", "class", "--surrogates", "linear"]
    assert main(["explain", *call, "--network", str(tmp_path / "net.joblib"), "--trust"]) == 0
    assert "net.joblib" in capsys.readouterr().out


def test_splits_test_only_rows_the_network_has_not_seen():
    y = np.array([0, 1] * 50)
    seen, held = np.arange(75), np.arange(75, 100)
    splits = held_out_splits(seen, held, y, "classification", 0)
    tested = np.concatenate([test for _, test in splits])
    assert sorted(tested) == list(held)
    for train, test in splits:
        assert set(seen) <= set(train) and not set(train) & set(test)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("a,b,class\n", "no rows"),
        ("a,a,class\n1,2,0\n", "same name"),
        ("a,b,class\n1,2,0\n1,2\n", "line 3"),
        ("a,b,class\n" + "1e999,2,0\n2,3,1\n" * 20, "--missing=1e999 takes it as missing"),
        ("a,b,class\n1,2,\n2,3,\n", "has no values: all are missing"),
        ("a,b,class\n" + "1,2,0\n" * 40 + "2,3,1\n" * 3, "Got fewer of 1 (3)"),
        ("a,b,class\n" + "1,2,0\n" * 40, "two different values"),
        ("a,b,class\n" + "1,,0\n1,,1\n" * 20, "a (it is constant, 1), b (all values are m"),
        ("a,b,class\n" + "1,2,0\n1,2,x\n" * 20, "No column can be used"),
        ("a,b,class\n" + "1,2,0\n2,3,1\n" * 5, "At least 12 rows"),
        ("class\n" + "1\n0\n" * 20, "no column beside"),
    ],
)
def test_bad_data_is_one_clear_sentence(text, message, tmp_path, capsys):
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    assert message in refusal(capsys, str(path), "--target", "class")


def test_bad_calls_are_one_clear_sentence(table, tmp_path, capsys):
    def call(*more):
        return refusal(capsys, table, "--target", "class", *more)

    assert "cannot be read" in refusal(capsys, str(tmp_path / "no.csv"), "--target", "class")
    assert "Did you mean 'class'?" in refusal(capsys, table, "--target", "clas")
    assert "--surrogates" in call("--surrogates", "forest")
    assert "--time-budget" in call("--time-budget", "-1")
    assert "--random-state" in call("--random-state", "-1")
    assert "--time-budget" in call("--time-budget", "soon")
    assert "--time-budget" in call("--time-budget", "nan")
    assert "--surrogates" in call("--surrogates", ",")
    assert "--random-state" in call("--random-state", "two")
    assert "--jobs" in call("--jobs", "0")
    assert "invalid choice" in call("--task", "clustering")
    assert "unrecognized arguments: --quick" in call("--quick")
    assert "--target" in refusal(capsys, table)
    assert "--report" in call("--report", str(tmp_path))


def test_a_command_that_does_not_exist_is_one_clear_sentence(capsys):
    assert main(["interpret"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "'interpret'" in line and "explain" in line


@pytest.mark.parametrize("option", ["--report", "--json", "--save"])
def test_folders_that_do_not_exist_are_refused_before_any_work(
    table, tmp_path, monkeypatch, capsys, option
):
    def work(*args, **options):
        raise AssertionError("the work has begun")

    for name in ("read_network", "explain"):
        monkeypatch.setattr(command_line, name, work)
    path = str(tmp_path / "no" / "file")
    line = refusal(capsys, table, "--target", "class", option, path)
    assert f"{option} must be a file in an existing, writable folder" in line


def test_bad_networks_are_one_clear_sentence(table, numbers, tmp_path, capsys):
    X, y = numbers

    def call(model):
        joblib.dump(model, tmp_path / "m.joblib")
        path = str(tmp_path / "m.joblib")
        return refusal(capsys, table, "--target", "class", "--network", path, "--trust")

    labels = np.where(y, "yes", "no")
    assert "gradients" in call(RandomForestClassifier(n_estimators=2).fit(X, labels))
    assert "features" in call(default_network("binary", 0).fit(X[:, :2], labels))
    assert "classes" in call(default_network("binary", 0).fit(X, y))
    assert "regression" in call(default_network("regression", 0).fit(X, X[:, 0]))


def test_importances_are_printed_reported_and_written(table, tmp_path, capsys):
    report, content = tmp_path / "report.html", tmp_path / "results.json"
    call = [table, "--target", "class", "--surrogates", "tree,linear", "--importances", "-q"]
    assert main(["explain", *call, "--report", str(report), "--json", str(content)]) == 0
    printed = capsys.readouterr().out
    assert "Importances of the inputs, as shares" in printed and "derivatives" in printed
    found = json.loads(content.read_text(encoding="utf-8"))["importances"]
    assert set(found["connection weights"]) == set(NAMES) and "forest, permutation" in found
    assert sum(found["derivatives"].values()) == pytest.approx(1.0)
    page = report.read_text(encoding="utf-8")
    assert "Which inputs matter" in page and "connection weights" in page and "<<b>>" not in page


def test_the_exact_tree_of_a_relu_network_is_compared(table, tmp_path, capsys):
    report, content = tmp_path / "report.html", tmp_path / "results.json"
    call = [table, "--target", "class", "--surrogates", "exact,linear", "-q"]
    assert main(["explain", *call, "--report", str(report), "--json", str(content)]) == 0
    found = json.loads(content.read_text(encoding="utf-8"))
    assert found["scores"]["exact"]["fidelity"] == [1.0] * 5
    page = report.read_text(encoding="utf-8")
    assert "exact" in page and found["headline"]["form"] == "linear"


def test_the_exact_tree_of_a_smooth_network_is_refused_plainly(numbers, table, tmp_path, capsys):
    X, y = numbers
    model = MLPClassifier((4,), activation="tanh", solver="lbfgs", max_iter=200, random_state=0)
    joblib.dump(model.fit(X, np.where(y, "yes", "no")), tmp_path / "smooth.joblib")
    call = ["--target", "class", "--network", str(tmp_path / "smooth.joblib"), "--trust"]
    line = refusal(capsys, table, *call, "--surrogates", "exact")
    assert "tanh" in line and "smooth" in line


def test_constant_columns_are_left_out_saying_so(numbers, tmp_path, capsys):
    X, y = numbers
    rows = [[*x, 7, label] for x, label in zip(X, y, strict=True)]
    path = write(tmp_path / "c.csv", ["a", "b", "c", "same", "class"], rows)
    assert main(["explain", path, "--target", "class", "--surrogates", "linear"]) == 0
    printed = capsys.readouterr().out
    assert "left out: it is constant, 7" in printed and "3 inputs" in printed


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """Texts, gaps, dates, a comma, an identifier: semicolons, compressed."""
    rng, n = np.random.default_rng(0), 120
    dose, site = rng.normal(size=n).round(3), rng.choice(["a", "b", "NA"], n)
    days = np.datetime64("2021-01-03") + rng.integers(0, 90, n)
    rows = zip(
        range(n),
        np.where(rng.random(n) < 0.1, "", np.char.replace(dose.astype(str), ".", ",")),
        site,
        days.astype(str),
        [f"patient {k}" for k in range(n)],
        np.where((dose > 0) | (site == "a"), "ill", "well"),
        strict=True,
    )
    lines = [";".join(map(str, row)) for row in [("", "dose", "site", "day", "who", "y"), *rows]]
    path = tmp_path_factory.mktemp("mixed") / "mixed.csv.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode("utf-8-sig")))
    return str(path)


def test_a_table_as_people_have_it_is_explained(mixed, tmp_path, capsys):
    report, content = tmp_path / "r.html", tmp_path / "r.json"
    call = [mixed, "--target", "y", "--surrogates", "tree,linear", "--importances"]
    assert main(["explain", *call, "--report", str(report), "--json", str(content)]) == 0
    printed = capsys.readouterr().out
    assert "[site = a]" in printed and "120 rows, 3 inputs" in printed
    columns = json.loads(content.read_text(encoding="utf-8"))["columns"]
    assert columns[""] == "left out: it has no name and numbers the rows"
    assert columns["who"] == "left out: all its texts differ"
    assert columns["day"].startswith("dates, as days since 2021-01-0")
    assert columns["dose"].endswith("decimal comma") and "'NA'" in columns["site"]
    found = json.loads(content.read_text(encoding="utf-8"))["importances"]
    assert set(found["permutation"]) == {"dose", "site", "day"}
    assert "What was made of the columns" in report.read_text(encoding="utf-8")


def test_a_form_that_cannot_be_fitted_is_left_out_saying_why(tmp_path, capsys):
    names = np.resize(["a", "b", "c"], 60)
    rows = [[name, "yes" if name == "a" else "no"] for name in names]
    path = write(tmp_path / "c.csv", ["name", "class"], rows)
    call = ["explain", path, "--target", "class", "--surrogates"]
    assert main([*call, "symbolic,tree"]) == 0
    printed = capsys.readouterr().out
    assert "symbolic is left out" in printed and "tree" in printed
    assert main([*call, "symbolic"]) == 2


def test_a_rare_class_is_explained_saying_what_cannot_be(numbers, tmp_path, capsys):
    X, _ = numbers
    rows = [[*x, int(k < 4)] for k, x in enumerate(X)]
    path = write(tmp_path / "r.csv", ["a", "b", "c", "class"], rows)
    assert main(["explain", path, "--target", "class", "--surrogates", "tree,linear"]) == 0
    captured = capsys.readouterr()
    assert "Class 1 has 4 rows only" in captured.out
    assert captured.err.count("The network answers with one class") <= 1


def test_interruption_ends_with_130(table, monkeypatch, capsys):
    def interrupt(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(explanation, "compare_surrogates", interrupt)
    assert main(["explain", table, "--target", "class"]) == 130
    err = capsys.readouterr().err
    assert "interrupted while fitting" in err and "160 rows of 3 inputs are read" in err


def test_an_interrupted_search_is_said_and_its_front_kept(table, monkeypatch, capsys):
    original = explanation.compare_surrogates

    def compare(*args, **options):
        for _ in range(2):
            warnings.warn("The search was interrupted: this is the best front.", stacklevel=2)
        return original(*args, **options)

    monkeypatch.setattr(explanation, "compare_surrogates", compare)
    assert main(["explain", table, "--target", "class", "--surrogates", "linear"]) == 0
    captured = capsys.readouterr()
    assert captured.err.count("skinterp: note: The search was interrupted") == 1
    assert "random forest" in captured.out


def test_a_terminal_sees_progress_unless_it_is_quiet(table, monkeypatch, capsys):
    call = ["explain", table, "--target", "class", "--surrogates", "linear"]
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert main(call) == 0
    shown = capsys.readouterr().err
    assert "training the network" in shown and "fitting linear on" in shown
    assert "\n" not in shown and shown.endswith("\r\033[K")
    assert main([*call, "-q"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("n", [30, 80])
def test_small_tables_of_numbers_have_scores(tmp_path, capsys, n):
    X = np.random.default_rng(0).uniform(-1, 1, (n, 2)).round(3)
    path = write(tmp_path / "s.csv", ["a", "b", "value"], [[*x, x[0] - x[1]] for x in X])
    call = [path, "--target", "value", "--surrogates", "linear", "--json"]
    assert main(["explain", *call, str(tmp_path / "j.json")]) == 0
    assert capsys.readouterr().err == ""
    scores = json.loads((tmp_path / "j.json").read_text(encoding="utf-8"))["scores"]
    assert None not in scores["linear"]["fidelity"]
    assert len(scores["linear"]["fidelity"]) == 2


def test_the_task_can_be_set(tmp_path, capsys):
    X = np.random.default_rng(0).uniform(-1, 1, (60, 2)).round(3)
    rows = [[*x, int(3 * x[0] > 1) + int(x[0] > 0)] for x in X]
    path = write(tmp_path / "s.csv", ["a", "b", "grade"], rows)
    call = ["explain", path, "--target", "grade", "--surrogates", "linear", "--task", "regression"]
    assert main(call) == 0
    assert "(regression)" in capsys.readouterr().out


def test_regression_is_recognised(numbers, tmp_path, capsys):
    X, _ = numbers
    rows = [[*x, round(2 * x[0] - x[1], 4)] for x in X]
    path = write(tmp_path / "r.csv", ["a", "b", "c", "value"], rows)
    assert main(["explain", path, "--target", "value", "--surrogates", "linear"]) == 0
    printed = capsys.readouterr().out
    assert "(regression)" in printed and "held-out R2" in printed


def test_help_and_silence_in_a_pipe(table):
    shown = subprocess.run([sys.executable, "-m", "skinterp"], capture_output=True, text=True)
    assert shown.returncode == 0 and "explain" in shown.stdout
    call = ["explain", table, "--target", "class", "--surrogates", "linear"]
    run = subprocess.run([sys.executable, "-m", "skinterp", *call], capture_output=True, text=True)
    assert run.returncode == 0 and run.stderr == ""
