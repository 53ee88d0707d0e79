"""What an expansion says in words, and draws of letters and units, are its numbers."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from random_networks import random_network

from skinterp.display import LogoDisplay
from skinterp.expansion import CategoricalExpansion, sequence_table

GROUPS = {"colour": range(3), "shape": range(3, 5), "size": range(5, 7)}
ROWS = np.array([[*a, *b, *c] for a in np.eye(3) for b in np.eye(2) for c in np.eye(2)])


def fitted(n_outputs=1, **options):
    network = random_network([7, 5, n_outputs], 3, "tanh")
    return CategoricalExpansion(network, groups=GROUPS, **options).fit(ROWS).expansion_


def lines_of(expansion):
    return [line for line in str(expansion).splitlines() if "of the variance" in line]


@pytest.mark.parametrize("gauge", ["zero_sum", "reference", "wild_type"])
@pytest.mark.parametrize("n_outputs", [1, 3])
def test_terms_in_words_are_the_largest(gauge, n_outputs):
    expansion = fitted(n_outputs, gauge=gauge, order=2)
    by_term, whole = expansion.variance_by_term, expansion.whole_variance
    lines = lines_of(expansion)
    strong = [S for S, value in by_term.items() if value >= 0.005 * whole][:5]
    assert len(lines) == len(strong) > 0
    for line, S in zip(lines, strong):
        assert line.startswith(f"  {' x '.join(S)}  {by_term[S] / whole:.1%} of the variance")
        term = expansion.of_order(len(S))[S]
        value, _, pattern = line.partition("most ")[2].partition(" for ")
        assert abs(float(value)) == pytest.approx(np.abs(term).max(), rel=1e-3)
        assert all(f"{name}=" in pattern for name in S)
        assert ("(output" in line) == (n_outputs > 1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "against the mean over all categories, equally weighted"),
        ({"measure": [[0.5, 0.3, 0.2], [0.5, 0.5], [0.9, 0.1]]}, "each as frequent as the meas"),
        ({"gauge": "reference"}, "against the row colour="),
        ({"gauge": "zero_vector"}, "against no category at all"),
    ],
)
def test_the_reference_is_said(options, words):
    assert words in str(fitted(**options))


def test_a_long_reference_is_cut():
    groups = {f"v{i}": [2 * i, 2 * i + 1] for i in range(8)}
    network = random_network([16, 3, 1], 0, "tanh")
    rows = np.eye(2)[np.random.default_rng(0).integers(2, size=(60, 8))].reshape(60, 16)
    found = CategoricalExpansion(network, groups=groups, gauge="reference", order=1).fit(rows)
    assert "and 2 more):" in str(found.expansion_)


def test_which_unit_acts_by_which_terms():
    network = random_network([7, 4, 1], 0, "tanh")
    layer = CategoricalExpansion(network, groups=GROUPS, output=("layer", 0), order=2).fit(ROWS)
    display = layer.expansion_.plot("terms")
    table = np.asarray(display.shares)
    np.testing.assert_allclose(table.sum(axis=1), 1.0)
    for j in range(4):
        unit = CategoricalExpansion(network, groups=GROUPS, output=("unit", 0, j), order=2)
        by_term = unit.fit(ROWS).expansion_.variance_by_term
        whole = sum(by_term.values())
        for k, term in enumerate(display.terms):
            assert table[j, k] == pytest.approx(
                by_term[tuple(term.split(" x "))] / whole, abs=1e-9
            )


@pytest.mark.parametrize("seed", range(3))
def test_letters_of_a_logo_are_as_high_as_their_coefficients(seed):
    heights = np.random.default_rng(seed).normal(size=(5, 4))
    display = LogoDisplay(heights, [f"p{i}" for i in range(5)], ["ACGT"] * 5).plot()
    found = {}
    for patch in display.ax_.patches:
        box = patch.get_path().get_extents()
        found.setdefault(round((box.x0 + box.x1) / 2), []).append((box.y0, box.y1))
    for i, spans in found.items():
        up = [b - a for a, b in spans if b > 1e-9]
        down = [b - a for a, b in spans if b <= 1e-9]
        assert sum(up) == pytest.approx(heights[i][heights[i] > 0].sum(), rel=0.02, abs=0.05)
        assert sum(down) == pytest.approx(-heights[i][heights[i] < 0].sum(), rel=0.02, abs=0.05)
        ends = sorted(spans)
        assert all(abs(a[1] - b[0]) < 1e-9 for a, b in pairwise(ends))


def test_a_sequence_becomes_a_logo_through_an_expansion():
    rng = np.random.default_rng(0)
    table = sequence_table(["".join(rng.choice([*"ACGT"], 4)) for _ in range(200)])
    model = as_sequences(table)
    expansion = CategoricalExpansion(model, order=1).fit(table).expansion_
    display = expansion.plot("logo")
    assert display.names == expansion.names == ("p1", "p2", "p3", "p4")
    top = expansion.fields["p2"].argmax()
    assert expansion.categories[1][top] == "G" and len(display.ax_.patches) >= 4


def as_sequences(table):
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    network = MLPClassifier((4,), solver="lbfgs", alpha=0.1, max_iter=200, random_state=0)
    return make_pipeline(OneHotEncoder(), network).fit(table, table["p2"] == "G")


@pytest.mark.parametrize("letters", [["AB", "C"], [" ", "C"], [1, 2]])
def test_what_is_no_letter_has_no_logo(letters):
    with pytest.raises(ValueError, match=r"needs categories of one letter\. Got .* of 'p1'"):
        LogoDisplay([[0.5, -0.5]], ["p1"], [letters]).plot()


def test_sequences_keep_their_index():
    series = pd.Series(["AC", "GT"], index=["r1", "r2"])
    table = sequence_table(series, name="site ")
    assert table.to_dict() == {"site 1": {"r1": "A", "r2": "G"}, "site 2": {"r1": "C", "r2": "T"}}


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([], "Got none instead"),
        (["AC", 3], "Got 3 instead"),
        (
            ["ACG", "ACG", "AC"],
            r"lengths from 2 to 3 instead: most have 3 letters.* row 2 is 'AC'",
        ),
        (["", ""], "at least one letter"),
    ],
)
def test_sequences_of_unequal_length_are_refused(texts, words):
    with pytest.raises(ValueError, match=words):
        sequence_table(texts)
