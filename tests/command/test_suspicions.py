"""What looks wrong in a table is said in the first lines, and the advice works."""

import re

import numpy as np
import pandas as pd
import pytest

from skinterp import compare_surrogates, default_network
from skinterp.command import main


def table(n_rows=200, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(n_rows, 2)), columns=["a", "b"]).round(4)
    frame["y"] = (frame.a + frame.b > 0).astype(int)
    return frame


def told(frame, tmp_path, capsys, *options):
    """Return what the command line prints above its table of columns."""
    path = tmp_path / "t.csv"
    frame.to_csv(path, index=False)
    call = ["explain", str(path), "--target", "y", "--surrogates", "tree", "-q", *options]
    assert main(call) == 0
    return " ".join(capsys.readouterr().out.partition("Columns:")[0].split())


def with_sentinel(frame):
    frame.loc[::9, "a"] = -999


def with_sentinel_in_classes(frame):
    frame.loc[::9, "y"] = -99


def with_sentinel_in_values(frame):
    frame["y"] = np.where(np.arange(len(frame)) % 9 == 0, -999.0, frame.a + frame.b)


def with_identifier(frame):
    frame["case"] = np.random.default_rng(1).permutation(len(frame)) + 1000


def with_leak(frame):
    frame["copy"] = np.where(frame.y == 1, "ill", "well")


SPOILT = {
    with_sentinel: "Column a: -999 in 23 rows lies far from the others",
    with_sentinel_in_classes: "Target y: -99 in 23 rows lies far from the others (0 to 1)",
    with_sentinel_in_values: "Target y: -999 in 23 rows lies far from the others",
    with_identifier: "Column case numbers the rows",
    with_leak: "Column copy says what y is in every row",
}


@pytest.mark.parametrize("spoil", SPOILT)
def test_columns_that_look_wrong_are_said_and_the_advice_works(spoil, tmp_path, capsys):
    frame = table()
    spoil(frame)
    text = told(frame, tmp_path, capsys)
    assert SPOILT[spoil] in text
    (advice,) = re.findall(r"(--(?:missing|drop)[= ]\S+)\.", text)
    assert SPOILT[spoil] not in told(frame, tmp_path, capsys, *advice.split())


def test_nothing_is_said_of_a_table_that_looks_right(tmp_path, capsys):
    text = told(table(), tmp_path, capsys)
    assert not any(suspicion in text for suspicion in SPOILT.values())


def test_a_leaked_number_is_said(tmp_path, capsys):
    frame = table()
    frame["y"] = frame.a + frame.b**2
    frame["in_feet"] = 3.28 * frame.y - 5.0
    assert "Column in_feet says what y is" in told(frame, tmp_path, capsys)
    frame["in_feet"] += np.random.default_rng(0).normal(size=len(frame))
    assert "in_feet says" not in told(frame, tmp_path, capsys)


def test_rows_that_are_there_twice_are_said(tmp_path, capsys):
    frame = table()
    assert "value by value" not in told(frame, tmp_path, capsys)
    twice = pd.concat([frame, frame])
    assert "value by value, among those that trained" in told(twice, tmp_path, capsys)


def test_a_network_that_only_guesses_is_said_first(tmp_path, capsys):
    frame = table()
    frame["y"] = np.random.default_rng(3).integers(2, size=len(frame))
    lines = told(frame, tmp_path, capsys)
    assert "predicts no better than the majority class (accuracy" in lines.split("Network")[0]


def test_a_network_that_is_worse_than_the_forest_is_said_first():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.uniform(0, 20, 400), "b": rng.normal(size=400)})
    y = (X.a.astype(int) % 2 == 0).astype(int)
    network = default_network("binary", random_state=0).set_params(mlpclassifier__max_iter=5)
    with pytest.warns(UserWarning, match="Maximum iterations"):
        network.fit(X, y)
    result = compare_surrogates(network, X, y, ["tree"], cv=3)
    assert "worse than a random forest" in str(result).splitlines()[len(result.cautions) - 1]
    fine = compare_surrogates(network, X, network.predict(X), ["tree"], cv=3)
    assert fine.cautions == ()
    assert str(fine).startswith(f"{fine.title}:\nform")
