"""Plots of pruning carry the numbers of the path."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from random_networks import random_network, uniform

from skinterp.display import PruningPathDisplay
from skinterp.pruning import PrunedMLPClassifier, PrunedMLPRegressor


def test_a_path_shows_its_sizes_fidelities_and_choice():
    network, X = random_network([3, 8, 1], 0, task=["a", "b"]), uniform(300, 3)
    pruned = PrunedMLPClassifier(network, n_tuning_steps=10, random_state=0)
    pruned.fit(X, network.predict(X))
    display = pruned.plot_path()
    assert display.n_weights == [step.n_weights for step in pruned.path_]
    assert display.fidelity == [step.fidelity for step in pruned.path_]
    assert display.selected == pruned.selected_ and display.target_fidelity == 0.98
    names = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert f"selected: {pruned.n_weights_} weights" in names
    again = pruned.path_.plot(ax=plt.subplots()[1])
    assert again.selected == pruned.selected_ and again.target_fidelity is None
    again.figure_.canvas.draw()


def test_a_path_to_a_number_of_weights_has_no_target_line():
    network, X = random_network([3, 8, 1], 0), uniform(100, 3)
    pruned = PrunedMLPRegressor(network, n_weights=6, n_tuning_steps=5, random_state=0).fit(X)
    display = pruned.plot_path(ax=plt.subplots()[1])
    names = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert display.target_fidelity is None and "target fidelity" not in names


@pytest.mark.parametrize(
    "sizes", [[36, 7, 2], [36, 36, 5, 0], [0], [9, 9], [10**7, 40], [2140, 1]]
)
def test_sizes_are_labelled_with_room_and_none_is_left_out(sizes):
    scores = np.linspace(1.0, 0.9, len(sizes))
    display = PruningPathDisplay(sizes, scores, accuracy=scores, selected=0).plot()
    display.figure_.canvas.draw()
    ax = display.ax_
    drawn = [label for label in ax.get_xticklabels() if label.get_text()]
    inside = [
        label for label in drawn if ax.get_xlim()[0] <= label.get_position()[0] <= ax.get_xlim()[1]
    ]
    boxes = sorted((label.get_window_extent().extents for label in inside), key=lambda b: b[0])
    assert inside and all(a[2] < b[0] for a, b in pairwise(boxes))
    assert np.isfinite(ax.transData.transform(np.column_stack([sizes, scores]))).all()
    assert ax.get_xlim()[0] <= min(sizes) and max(sizes) <= ax.get_xlim()[1]
    assert ax.get_title() == "pruned networks beside the whole one"
    wide, thin = (line.get_linewidth() for line in (ax.lines[1], ax.lines[0]))
    assert wide > thin and not ax.lines[0].get_clip_on()
