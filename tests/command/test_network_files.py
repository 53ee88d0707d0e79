"""Networks from files: which formats run code, whose columns and classes are meant."""

import argparse
import pickle

import joblib
import numpy as np
import onnx
import pandas as pd
import pytest
import skops.io
from onnx import TensorProto, helper, numpy_helper
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from skinterp.command import BadCall, main, make_parser
from skinterp.command._data import prepare
from skinterp.command._files import read_table
from skinterp.command._network_files import FORMATS, load_model
from skinterp.command._networks import FileNetwork, as_classes
from skinterp.network import as_network, dates_as_days

N = 80
rng = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "dose": rng.normal(size=N).round(3),
        "zone": rng.choice([1, 2, 30], N),
        "site": rng.choice(["a", "b", "NA"], N),
        "old": rng.choice([True, False], N),
        "weight": rng.normal(size=N).round(3),
    }
)
FRAME.loc[::9, "dose"] = np.nan
NUMBERS = ["dose", "weight"]
Y = np.where(FRAME["weight"] + (FRAME["site"] == "a") > 0.4, "ill", "well")


@pytest.fixture(scope="module")
def mixed():
    """A pipeline on texts, numbers as names, flags and gaps."""
    columns = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS),
            ("names", OneHotEncoder(handle_unknown="ignore"), ["zone", "site", "old"]),
        ]
    )
    mlp = MLPClassifier((5,), solver="lbfgs", max_iter=300, random_state=0)
    return make_pipeline(columns, mlp).fit(FRAME[["site", "dose", "zone", "old", "weight"]], Y)


@pytest.fixture
def write(tmp_path):
    """Return a function that writes the table, and maybe a network, and returns the call."""

    def write_files(model, *options, frame=FRAME, y=Y, name="net.skops"):
        frame.assign(y=y).to_csv(tmp_path / "t.csv", index=False)
        path = tmp_path / name
        if name.endswith("skops"):
            skops.io.dump(model, path)
        elif isinstance(model, onnx.ModelProto):
            onnx.save(model, path)
        else:
            joblib.dump(model, path)
        files = [str(tmp_path / "t.csv"), "--target", "y", "--network", str(path)]
        return ["explain", *files, "--surrogates", "linear", *options]

    return write_files


def prepared(call):
    args = make_parser().parse_args(call)
    found = FileNetwork(args.network, args.trust, len(FRAME.columns))
    return found, prepare(args, read_table(args.data), found)


def plain(names, y=Y):
    mlp = MLPClassifier((4,), solver="lbfgs", max_iter=100, random_state=0)
    X = FRAME[names].fillna(0.0)
    return make_pipeline(StandardScaler(), mlp).fit(X, y)


def onnx_model(width=2, sigmoid=True):
    """A logistic regression as an ONNX model, without names or classes."""
    weights = numpy_helper.from_array(np.ones((width, 1), dtype=np.float32), "W")
    nodes = [helper.make_node("MatMul", ["X", "W"], ["z"])]
    nodes += [helper.make_node("Sigmoid", ["z"], ["p"])] * sigmoid
    last = "p" if sigmoid else "z"
    graph = helper.make_graph(
        nodes,
        "logistic",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, width])],
        [helper.make_tensor_value_info(last, TensorProto.FLOAT, [None, 1])],
        [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)])
    model.ir_version = 8
    return model


# ---- columns --------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [list(FRAME), list(FRAME)[::-1]])
def test_a_network_answers_on_the_file_as_on_the_frame(mixed, write, order):
    found, data = prepared(write(mixed, frame=FRAME[order].assign(more="x")))
    assert np.allclose(
        found.network.predict_proba(data.X), mixed.predict_proba(FRAME), rtol=0, atol=1e-9
    )
    assert [c.name for c in data.columns if c.left_out] == ["more"]


def test_levels_are_matched_as_they_are_written(mixed, write):
    frame = FRAME.assign(
        zone=FRAME["zone"].map("{:03d}".format), old=FRAME["old"].map({True: "true", False: "no"})
    )
    found, data = prepared(write(mixed, frame=frame))
    assert np.allclose(found.network.predict_proba(data.X), mixed.predict_proba(FRAME), atol=1e-9)


def test_unknown_levels_are_said(mixed, write):
    frame = FRAME.assign(site=FRAME["site"].replace("b", "elsewhere"))
    found, data = prepared(write(mixed, frame=frame))
    assert np.allclose(found.network.predict_proba(data.X), mixed.predict_proba(frame), atol=1e-9)
    (site,) = (column for column in data.columns if column.name == "site")
    assert "elsewhere" in site.remarks[0]


def test_dates_and_nullable_columns_reach_a_network_as_it_was_trained_on_them(write):
    rng = np.random.default_rng(1)
    days = pd.to_timedelta(rng.integers(0, 900, len(FRAME)), unit="D")
    frame = pd.DataFrame(
        {
            "seen": pd.Timestamp("2021-03-01 06:00") + days,
            "ok": pd.array(rng.choice([True, False, None], len(FRAME)), dtype="boolean"),
            "stage": pd.array(rng.choice([1, 2, None], len(FRAME)), dtype="Int64"),
        }
    )
    dates = make_pipeline(FunctionTransformer(dates_as_days), SimpleImputer(), StandardScaler())
    texts = OneHotEncoder(handle_unknown="ignore")
    blocks = [("d", dates, ["seen"]), ("c", texts, ["ok", "stage"])]
    mlp = MLPClassifier((4,), solver="lbfgs", alpha=1.0, max_iter=300, random_state=0)
    model = make_pipeline(ColumnTransformer(blocks), mlp).fit(frame, Y)
    found, data = prepared(write(model, "--trust", frame=frame, name="net.joblib"))
    expected = as_network(model).predict_proba(frame)
    np.testing.assert_allclose(found.network.predict_proba(data.X), expected, atol=1e-9)
    assert not any("does not know" in remark for c in data.columns for remark in c.remarks)


def test_a_column_without_values_is_filled_as_the_network_does_or_refused(mixed, write):
    empty = FRAME.assign(dose=np.nan, site=None)
    found, data = prepared(write(mixed, frame=empty))
    assert np.allclose(found.network.predict_proba(data.X), mixed.predict_proba(empty), atol=1e-9)
    with pytest.raises(BadCall, match=r"numbers in the column 'dose'\. Got missing values only"):
        prepared(write(plain(NUMBERS), frame=empty))


def test_the_whole_call_takes_a_mixed_table(mixed, write, capsys):
    assert main(write(mixed)) == 0
    printed = capsys.readouterr().out
    assert "[site = a]" in printed and "net.skops" in printed


def test_rows_with_gaps_that_a_network_does_not_take_are_left_out(write):
    _, data = prepared(write(plain(NUMBERS)))
    gaps = int(FRAME["dose"].isna().sum())
    assert len(data.X) == len(data.y) == N - gaps
    assert f"{gaps} rows with missing numbers" in data.notes[0]
    assert np.array_equal(data.y, Y[FRAME["dose"].notna()])


def test_yes_no_is_one_and_zero_for_a_network_of_numbers(write):
    _, data = prepared(write(onnx_model(), "--columns", "old,weight", name="n.onnx"))
    assert np.array_equal(data.X["old"], FRAME["old"].astype(float))


def test_columns_that_do_not_fit_are_refused(mixed, write):
    for model, options, wording in (
        (mixed, ("--drop", "site"), r"lack \(they are left out by the call\): 'site'"),
        (onnx_model(), (), r"expects 2 features\. The data have 5 .*--columns"),
        (onnx_model(), ("--columns", "site,dose"), "takes numbers in the column 'site'"),
    ):
        name = "n.skops" if model is mixed else "n.onnx"
        with pytest.raises(BadCall, match=wording):
            prepared(write(model, *options, name=name))
    with pytest.raises(BadCall, match="needs columns that the data lack: 'weight'"):
        prepared(write(plain(NUMBERS), frame=FRAME.drop(columns="weight")))
    dated = FRAME.assign(weight="2021-01-03")
    with pytest.raises(BadCall, match=r"takes numbers in the column 'weight'\. Got dates"):
        prepared(write(plain(NUMBERS), frame=dated))


# ---- classes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "classes", "expected"),
    [
        (["a", "b"], ["a", "b", "c"], ["a", "b"]),
        ([1, 0], ["0", "1"], ["1", "0"]),
        (["1", "0"], [0.0, 1.0], [1.0, 0.0]),
        (["yes", "no"], [False, True], [True, False]),
        (["True", "False"], [False, True], [True, False]),
        ([1, 0], [False, True], [True, False]),
    ],
)
def test_labels_are_matched_as_they_are_written(labels, classes, expected):
    assert as_classes(np.array(labels), np.array(classes)).tolist() == expected


def test_labels_that_a_network_does_not_know_are_none_of_its_classes():
    assert as_classes(np.array(["a", "d"]), np.array(["a", "b"])) is None
    assert as_classes(np.array(["a"]), None) is None


@pytest.mark.parametrize("sigmoid", [True, False])
def test_outputs_without_classes_are_those_of_the_target_saying_so(write, sigmoid):
    model = onnx_model(sigmoid=sigmoid)
    found, data = prepared(write(model, "--columns", "weight,old", name="n.onnx"))
    network, y, note = found.match(data.y, data.task)
    assert network.classes.tolist() == ["ill", "well"] and np.array_equal(y, Y)
    assert "ill, well, in this order" in note
    network, _, note = found.match(data.y, data.task, ["well", "ill"])
    assert network.classes.tolist() == ["well", "ill"] and note is None


def test_a_regression_keeps_the_values_of_a_network(write):
    model = onnx_model(sigmoid=False)
    y = FRAME["weight"] + 1.0
    found, data = prepared(write(model, "--columns", "weight,old", y=y, name="n.onnx"))
    assert found.match(data.y, data.task)[0].task == "regression"


def test_classes_that_do_not_fit_are_refused(write, capsys):
    model = plain(["weight"], np.where(Y == "ill", "x", "y"))
    assert main(write(model)) == 2
    assert "['ill', 'well'] that --network does not know" in capsys.readouterr().err
    assert main(write(plain(["weight"]), "--classes", "ill,well")) == 2
    assert "knows its own: ['ill', 'well']" in capsys.readouterr().err
    assert (
        main(write(onnx_model(1), "--columns", "weight", "--classes", "a,b,c", name="n.onnx")) == 2
    )
    assert "classes must be 2 different labels" in capsys.readouterr().err


# ---- files ------------------------------------------------------------------------------------


class Runs:
    """What leaves a trace when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


@pytest.mark.parametrize("suffix", [s for f in FORMATS if f.runs_code for s in f.suffixes])
def test_files_that_run_code_are_refused_unopened(tmp_path, suffix):
    path, trace = tmp_path / f"net{suffix}", tmp_path / "trace"
    path.write_bytes(pickle.dumps(Runs(str(trace))))
    with pytest.raises(BadCall, match=r"can run code when it is loaded.*add --trust"):
        load_model(str(path))
    assert not trace.exists()


def test_a_pickle_is_loaded_if_it_is_trusted(tmp_path):
    for name in ("net.joblib", "net.pkl", "net.pickle"):
        (tmp_path / name).write_bytes(pickle.dumps({"a": 1}))
        assert load_model(tmp_path / name, trust=True) == {"a": 1}


def test_types_that_skops_does_not_know_are_named(tmp_path):
    skops.io.dump(argparse.Namespace(a=1), tmp_path / "n.skops")
    with pytest.raises(BadCall, match=r"does not trust: argparse\.Namespace.*--trust"):
        load_model(tmp_path / "n.skops")
    assert load_model(tmp_path / "n.skops", trust=True).a == 1


@pytest.mark.parametrize("suffix", [".joblib", ".pkl", ".skops", ".onnx"])
@pytest.mark.parametrize("content", [b"", b"no network", b"\x80\x05\x95\x00"])
def test_damaged_files_are_refused(tmp_path, suffix, content):
    path = tmp_path / f"net{suffix}"
    path.write_bytes(content)
    with pytest.raises(BadCall, match=f"--network .*net{suffix}"):
        FileNetwork(str(path), True, 2)


def test_files_that_are_none_are_refused(tmp_path):
    with pytest.raises(BadCall, match=r"there is no such file"):
        load_model(tmp_path / "no.onnx")
    with pytest.raises(BadCall, match=r"named \.joblib, .*\.keras\. Got .*net\.h5 instead"):
        load_model(tmp_path / "net.h5")
    (tmp_path / "folder.onnx").mkdir()
    with pytest.raises(BadCall, match="it is a folder"):
        load_model(tmp_path / "folder.onnx")


def test_classes_named_in_a_pickle_that_are_not_here_are_said(tmp_path):
    (tmp_path / "n.pkl").write_bytes(b"cnot_here_at_all\nModel\n.")
    with pytest.raises(
        BadCall, match=r"needs a Python module that is not here: .*not_here_at_all"
    ):
        load_model(tmp_path / "n.pkl", trust=True)


@pytest.mark.parametrize("option", [("--trust",), ("--classes", "a,b")])
def test_options_of_networks_need_one(write, capsys, option):
    call = write(None, *option, name="n.pkl")
    del call[call.index("--network") : call.index("--network") + 2]
    assert main(call) == 2
    assert f"{option[0]} says something of --network" in capsys.readouterr().err
