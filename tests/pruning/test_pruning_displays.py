"""Plots of pruning carry the numbers of the path."""

import matplotlib.pyplot as plt
from random_networks import random_network, uniform

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
    assert again.selected is None and again.target_fidelity is None
    again.figure_.canvas.draw()


def test_a_path_to_a_number_of_weights_has_no_target_line():
    network, X = random_network([3, 8, 1], 0), uniform(100, 3)
    pruned = PrunedMLPRegressor(network, n_weights=6, n_tuning_steps=5, random_state=0).fit(X)
    display = pruned.plot_path(ax=plt.subplots()[1])
    names = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert display.target_fidelity is None and "target fidelity" not in names
