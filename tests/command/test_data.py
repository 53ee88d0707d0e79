"""From a file and a call to rows, a target and what is said about them."""

import numpy as np
import pandas as pd
import pytest

from skinterp.command import BadCall, make_parser
from skinterp.command._data import prepare
from skinterp.command._files import read_table

N = 60
rng = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "dose": rng.normal(size=N).round(3),
        "site": rng.choice(["a", "b", "c"], N),
        "y": np.tile(["no", "yes"], N // 2),
    }
)


@pytest.fixture
def data(tmp_path):
    """Return a function that reads a frame as a call does."""

    def prepared(frame, *options, target="y"):
        frame.to_csv(tmp_path / "t.csv", index=False)
        call = ["explain", str(tmp_path / "t.csv"), "--target", target, *options]
        args = make_parser().parse_args(call)
        return prepare(args, read_table(args.data))

    return prepared


def test_texts_and_numbers_become_columns_of_their_kind(data):
    found = data(FRAME)
    assert found.task == "classification" and found.notes == ()
    assert [kind.kind for kind in found.X.dtypes] == ["f", "O"]
    assert np.array_equal(found.X["dose"], FRAME["dose"])
    assert found.X["site"].tolist() == FRAME["site"].tolist()
    assert found.y.tolist() == FRAME["y"].tolist()


def test_columns_are_chosen_in_the_order_of_the_call(data):
    assert list(data(FRAME, "--columns", "site, dose").X) == ["site", "dose"]
    assert list(data(FRAME, "--drop", "site").X) == ["dose"]
    named = FRAME.rename(columns={"site": "site, here"})
    assert list(data(named, "--drop", '"site, here"').X) == ["dose"]


def test_a_number_may_be_declared_a_category(data):
    zone = FRAME.assign(zone=np.tile([1, 2, 3], N // 3))
    assert data(zone).X["zone"].dtype.kind == "f"
    assert set(data(zone, "--categories", "zone").X["zone"]) == {"1", "2", "3"}


@pytest.mark.parametrize("option", ["--columns", "--drop", "--categories", "--numbers"])
def test_unknown_columns_are_refused_with_the_closest_one(data, option):
    with pytest.raises(BadCall, match=rf"{option} must be a column of .*Did you mean 'dose'\?"):
        data(FRAME, option, "Dose")


def test_the_target_is_no_input(data):
    with pytest.raises(BadCall, match="--drop must not name the target"):
        data(FRAME, "--drop", "y")
    with pytest.raises(BadCall, match="no column beside the target"):
        data(FRAME, "--drop", "dose,site")


@pytest.mark.parametrize("gap", ["", "NA", "None", "-"])
def test_rows_without_a_target_are_left_out_saying_so(data, gap):
    frame = FRAME.assign(y=FRAME["y"].where(np.arange(N) % 6 > 0, gap))
    found = data(frame)
    assert len(found.X) == len(found.y) == N - 10
    assert "Left out: 10 rows without a target" in found.notes[0] and gap in found.notes[0]


def test_na_is_a_class_among_texts(data):
    frame = FRAME.assign(y=np.tile(["DE", "NA"], N // 2))
    found = data(frame)
    assert set(found.y) == {"DE", "NA"} and "--missing NA" in found.notes[0]
    with pytest.raises(BadCall, match="two different values"):
        data(frame, "--missing", "NA")


@pytest.mark.parametrize(
    ("values", "task", "kind"),
    [
        ([0, 1], "classification", "i"),
        ([0.0, 1.0], "classification", "i"),
        (["yes", "no"], "classification", "U"),
        (["True", "False"], "classification", "U"),
        ([1, 2, "two"], "classification", "U"),
        ([0.5, 1.5], "regression", "f"),
        (["1e30", 0], "regression", "f"),
        (["2021-01-03", "2021-02-03"], "regression", "f"),
        (range(5), "classification", "i"),
        (range(10), "regression", "f"),
        (range(21), "regression", "f"),
    ],
)
def test_the_task_is_guessed(data, values, task, kind):
    frame = FRAME.assign(y=np.resize(np.array(list(values), dtype=object), N))
    found = data(frame)
    assert (found.task, found.y.dtype.kind) == (task, kind)
    if len(values) in (5, 10):
        assert "--task" in found.notes[-1]


def test_the_task_can_be_set(data):
    frame = FRAME.assign(y=np.resize([0, 1, 2.5], N))
    assert set(data(frame, "--task", "classification").y) == {"0", "1", "2.5"}
    frame = FRAME.assign(y=np.resize([1, 2], N))
    assert data(frame, "--task", "regression").y.dtype.kind == "f"
    with pytest.raises(BadCall, match=r"numbers are needed\. Got 'no', 'yes'"):
        data(FRAME, "--task", "regression")


def test_classes_of_few_rows_are_left_out_saying_so(data):
    frame = FRAME.assign(y=["rare"] * 3 + ["a"] * 20 + ["b"] * 37)
    found = data(frame)
    assert set(found.y) == {"a", "b"} and len(found.X) == N - 3
    assert "rare (3)" in found.notes[0]


def test_too_many_classes_are_refused(data):
    with pytest.raises(BadCall, match=r"at most 20 classes\. Got 21"):
        data(FRAME.assign(y=np.resize([f"w{k}" for k in range(21)], N)))


def test_gaps_in_the_target_change_no_number(data):
    frame = FRAME.assign(y=FRAME["y"].where(np.arange(N) % 6 > 0, ""))
    kept = FRAME[np.arange(N) % 6 > 0]
    assert np.array_equal(data(frame).X["dose"], kept["dose"])
    assert data(frame).X["site"].tolist() == kept["site"].tolist()
