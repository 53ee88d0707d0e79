"""Columns of sequences are noticed, and read position by position where the call says so."""

import argparse
import shlex

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skinterp.command import BadCall, main
from skinterp.command._columns import sequence_advice
from skinterp.command._data import prepare
from skinterp.command._kinds import ColumnReader
from skinterp.command._options import add_arguments
from skinterp.command._sequences import read_with_positions
from skinterp.command._suspicions import suspicions
from skinterp.command._texts import Settings
from skinterp.explanation import Explanation

rng = np.random.default_rng(0)
PROTEIN = "ACDEFGHIKLMNPQRSTVWY"


def sequences(n, length, letters, seed=0):
    drawn = np.random.default_rng(seed).choice(list(letters), size=(n, length))
    return ["".join(row) for row in drawn]


def table(n=60, length=6, letters="ACGT"):
    found = pd.DataFrame({"gene": sequences(n, length, letters), "ph": rng.normal(size=n)})
    return found.assign(y=[int(text[1] == letters[0]) for text in found["gene"]])


def called(path, *options):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args([str(path), "--target", "y", *options])


def prepared(frame, tmp_path, *options):
    path = tmp_path / "t.csv"
    frame.to_csv(path, index=False)
    args = called(path, *options)
    return prepare(args, read_with_positions(args))


def advice_on(cells, name="gene"):
    reader = ColumnReader(pd.DataFrame({name: cells}), Settings())
    return sequence_advice(reader.read([name])[0])


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["ACGT", "acgu", "ACGT-", PROTEIN, "HP", "αβγ"]),
    st.integers(8, 40),
    st.integers(0, 10**6),
    st.sampled_from(["gene", "a name of 30 letters, <b>$x_1$", "it's", '"q"']),
)
def test_many_texts_of_one_length_and_few_letters_are_sequences(letters, length, seed, name):
    said = advice_on(sequences(80, length, letters, seed), name)
    assert said.startswith(f"its texts are sequences of {length} letters out of ")
    assert shlex.split(said)[-2:] == ["--sequence", name]


@pytest.mark.parametrize(
    "cells",
    [
        sequences(80, 3, "ACGT"),  # short codes
        [*sequences(80, 8, "ACGT"), "ACGTACGTA"],  # another length
        sequences(5, 8, "ACGT") * 16,  # a few levels
        sequences(80, 8, "0123456789"),
        sequences(80, 8, "01"),
        sequences(80, 8, "abcdefghijklmnopqrstuvwxyz"),  # words
        sequences(80, 8, "AC GT"),
        [f"2021-03-{k % 28 + 1:02}" for k in range(80)],
        [f"p{k:05}" for k in range(80)],
        rng.normal(size=80),
    ],
)
def test_other_columns_are_no_sequences(cells):
    assert advice_on(cells) == ""


@pytest.mark.parametrize("length", [5, 8])  # some of the texts are the same, or none
def test_the_note_stands_with_the_column_and_its_advice_works(length, tmp_path):
    frame = table(length=length)
    data = prepared(frame, tmp_path)
    said = [*suspicions(data, "y"), *(column.left_out for column in data.columns)]
    (advice,) = [text for text in said if "--sequence" in text]
    options = shlex.split(advice.rstrip("."))[-2:]
    again = prepared(frame, tmp_path, *options)
    assert list(again.X) == [*(f"gene_{k}" for k in range(1, length + 1)), "ph"]
    read = again.X.drop(columns="ph").sum(axis=1)
    assert read.tolist() == frame["gene"].tolist()
    assert f"Column gene is read as {length} positions, gene_1 to gene_{length}." in again.notes
    assert not any("--sequence" in text for text in suspicions(again, "y"))


def test_a_sequence_alone_is_said_in_the_error(tmp_path):
    with pytest.raises(BadCall, match=r"No column can be used: .*pass --sequence gene"):
        prepared(table().drop(columns="ph"), tmp_path)
    assert prepared(table().drop(columns="ph"), tmp_path, "--sequence", "gene").X.shape == (60, 6)


def test_letters_are_categories_whatever_they_are_and_gaps_are_gaps(tmp_path):
    frame = table(letters="01")
    frame["more"] = sequences(60, 3, "YN.")
    frame.loc[[4, 9], ["gene", "more"]] = ["", "nan"]
    frame["name, of 30 <b> $letters$"] = sequences(60, 2, "NA")  # NA is a sequence of two letters
    data = prepared(frame, tmp_path, "--sequence", 'gene,more,"name, of 30 <b> $letters$"')
    kinds = {column.name: column.kind for column in data.columns}
    assert kinds == dict.fromkeys(kinds, "categories") | {"ph": "numbers"} and len(kinds) == 12
    gaps = data.X[["gene_1", "gene_6", "more_2"]].isna()
    assert (gaps.sum() == 2).all() and gaps.loc[[4, 9]].all(axis=None)
    assert not data.X["name, of 30 <b> $letters$_2"].isna().any()


def test_other_options_may_name_sequences_or_positions(tmp_path):
    frame = table()
    call = ["--sequence", "gene", "--columns", "gene,ph", "--categories", "ph"]
    assert list(prepared(frame, tmp_path, *call[:4]).X)[-2:] == ["gene_6", "ph"]
    few = prepared(frame, tmp_path, *call[:2], "--columns", "gene_2,ph")
    assert list(few.X) == ["gene_2", "ph"]
    assert len(prepared(frame, tmp_path, *call[:2], "--drop", "gene_2").X.columns) == 6
    assert list(prepared(frame, tmp_path, *call[:2], "--drop", "gene").X) == ["ph"]


@pytest.mark.parametrize(
    ("change", "sequence", "match"),
    [
        ({}, "genes", r"--sequence must be a column of .*Did you mean 'gene'\?"),
        ({}, "y", "--sequence must not name the target 'y'"),
        ({"gene": ["ACGT"] * 59 + ["ACG"]}, "gene", "--sequence gene: .* row 59 is 'ACG'"),
        ({"gene": [""] * 60}, "gene", "--sequence gene: all values are missing"),
        ({"gene_3": range(60)}, "gene", "would make a second column 'gene_3': rename"),
    ],
)
def test_what_cannot_be_read_as_positions_is_refused(change, sequence, match, tmp_path):
    with pytest.raises(BadCall, match=match):
        prepared(table().assign(**change), tmp_path, "--sequence", sequence)


def test_a_saved_form_answers_sequences_and_says_how(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(Explanation, "to_html", lambda found: "<p>not drawn here</p>")
    path, saved = str(tmp_path / "t.csv"), str(tmp_path / "e.json")
    frame = table(120)
    frame.to_csv(path, index=False)
    call = ["explain", path, "--target", "y", "--surrogates", "tree", "-q"]
    assert main([*call, "--sequence", "gene", "--save", saved]) == 0
    assert "gene_2" in capsys.readouterr().out
    assert main(["predict", saved, path]) == 2
    said = capsys.readouterr().err
    assert "If they are positions of 'gene', pass --sequence gene." in said
    assert main(["predict", saved, path, "--sequence", "gene"]) == 0
    answers = [line.split(",")[0] for line in capsys.readouterr().out.splitlines()[1:]]
    assert np.mean(np.array(answers, dtype=int) == frame["y"]) > 0.9
