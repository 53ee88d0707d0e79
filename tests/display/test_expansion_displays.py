"""Displays of expansions show the numbers they are given, few and many, with odd names."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from skinterp.display import (
    CouplingGraphDisplay,
    CouplingsDisplay,
    FieldsDisplay,
    PairDisplay,
    PatternsDisplay,
    VarianceByOrderDisplay,
)
from skinterp.display._couplings import average_product_corrected

LONG = "a name of over sixty characters that has to be shortened somehow ..."


def symmetric(n, seed=0):
    values = np.abs(np.random.default_rng(seed).normal(size=(n, n)))
    return values + values.T


def displays(n):
    names = ["$x$", LONG, *(f"p{i}" for i in range(n))][:n]
    fields = [np.linspace(-1, 1, 1 + i % 4) for i in range(n)]
    return [
        FieldsDisplay(fields, names, [[LONG, "$b$", "c", "d"][: len(f)] for f in fields]),
        FieldsDisplay([[1.0, -1.0]] * n, names, [["A", "C"]] * n),
        CouplingsDisplay(symmetric(n), names),
        CouplingsDisplay(symmetric(n), names, corrected=True),
        CouplingGraphDisplay(symmetric(n), names),
        PairDisplay(symmetric(n), names[:2], (names, names)),
        VarianceByOrderDisplay(np.arange(1, n)),
        PatternsDisplay(names, np.linspace(2, -1, n), network_value=1.0),
    ]


@pytest.mark.parametrize("n", [2, 5, 70])
@pytest.mark.parametrize("k", range(8))
def test_displays_of_expansions_draw_on_given_axes(n, k):
    display = displays(n)[k]
    _, ax = plt.subplots()
    assert display.plot(ax=ax) is display and display.ax_ is ax
    ax.figure.canvas.draw()
    assert ax.get_xlabel()
    assert "<svg" in displays(n)[k].to_svg()


def test_fields_show_the_largest_variables_in_their_order():
    fields = [[0.1], [3.0], [0.2], [2.0]]
    display = FieldsDisplay(fields, list("abcd"), [["x"], ["y"], ["x"], ["x"]], max_variables=2)
    labels = [text.get_text() for text in display.plot().ax_.get_yticklabels()]
    assert labels == ["b", "d"]
    assert "2 largest of 4" in display.ax_.get_title(loc="left")


def test_average_product_correction_removes_the_background_of_a_variable():
    share = np.array([1.0, 2.0, 3.0, 4.0])
    background = np.outer(share, share)
    strengths = background.copy()
    strengths[0, 3] += 5.0
    strengths[3, 0] += 5.0
    corrected = average_product_corrected(strengths)
    assert np.unravel_index(corrected.argmax(), corrected.shape) in [(0, 3), (3, 0)]
    means = (strengths.sum(axis=0) - np.diag(strengths)) / 3
    assert corrected[0, 1] == pytest.approx(strengths[0, 1] - means[0] * means[1] / means.mean())
    assert (average_product_corrected(np.zeros((3, 3))) == 0).all()


def test_the_graph_joins_coupled_variables():
    strengths = np.zeros((6, 6))
    strengths[1, 4] = strengths[4, 1] = 2.0
    strengths[0, 2] = strengths[2, 0] = 0.5
    display = CouplingGraphDisplay(strengths, list("abcdef")).plot()
    assert display.edges == [(1, 4), (0, 2)]
    assert len(display.ax_.lines) == 2
    assert CouplingGraphDisplay(np.zeros((3, 3)), "abc").plot().edges == []


def test_variance_by_order_shows_the_rest_of_the_orders():
    display = VarianceByOrderDisplay([0.5, 0.25], total=1.0).plot()
    heights = [patch.get_height() for patch in display.ax_.patches]
    assert heights == pytest.approx([0.5, 0.25, 0.25])
    assert [t.get_text() for t in display.ax_.get_xticklabels()] == ["1", "2", "> 2"]


def test_patterns_that_are_not_shown_are_added_up_in_one_bar():
    display = PatternsDisplay(list("abcd"), [3.0, 2.0, -1.0, 0.5], max_patterns=2).plot()
    assert [p.get_width() for p in display.ax_.patches] == pytest.approx([3.0, 2.0, -0.5])
    assert display.ax_.get_yticklabels()[-1].get_text() == "2 more"
