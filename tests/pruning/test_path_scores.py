"""Scores of the networks of a pruning on rows that it has not seen."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from random_networks import random_network, uniform
from sklearn.metrics import accuracy_score, r2_score
from sklearn.neural_network import MLPClassifier

from skinterp.pruning import PathScores, PrunedMLPClassifier, PrunedMLPRegressor
from skinterp.utils._which_rows import NEW, NOT_TUNED


@pytest.fixture(scope="module")
def pruned():
    network, X = random_network([3, 8, 1], 0, task=["a", "b"]), uniform(300, 3)
    return PrunedMLPClassifier(network, n_tuning_steps=10, random_state=0).fit(X)


def test_scores_are_those_of_the_networks(pruned):
    new = uniform(200, 3)[::-1] * 0.9
    y = np.where(new[:, 0] > 0, "a", "b")
    scores = pruned.path_.scores(new, y)
    whole = pruned.path_[0].network
    for k, step in enumerate(pruned.path_):
        answers = step.network.predict(new)
        assert scores.fidelity[k] == accuracy_score(whole.predict(new), answers)
        assert scores.accuracy[k] == accuracy_score(y, answers)
        assert scores.n_weights[k] == step.n_weights and scores.n_units[k] == step.n_units
    frame = scores.to_frame()
    assert list(frame.columns) == ["n_weights", "n_units", "fidelity", "accuracy"]
    assert str(scores).startswith(f"200 {NEW}:\n") and scores.verdict in str(scores)


def test_scores_of_values_are_r2():
    network, X = random_network([3, 8, 1], 0), uniform(300, 3)
    pruned = PrunedMLPRegressor(network, n_weights=9, n_tuning_steps=5, random_state=0).fit(X)
    y = network.predict(X) + 0.1 * X[:, 0]
    scores = pruned.path_.scores(X, y)
    assert scores.metric == "R2"
    assert scores.accuracy[-1] == r2_score(y, pruned.path_[-1].network.predict(X))
    without = pruned.path_.scores(X)
    assert np.isnan(without.accuracy).all() and "with R2" in without.verdict
    assert "R2" not in str(without).split("\n")[1]
    names = [t.get_text() for t in pruned.plot_path(X, y).ax_.get_legend().get_texts()]
    assert f"R2, {NEW}" in names


@pytest.mark.parametrize(
    ("accuracy", "best", "said"),
    [
        ([0.96, 0.97, 0.974, 0.9], 2, "better than the whole"),
        ([0.96, 0.96, 0.96, 0.9], 2, "as good as the whole"),
        ([0.96, 0.95, 0.94, 0.9], 0, "no smaller network is as good"),
    ],
)
def test_a_smaller_network_that_does_better_is_said(accuracy, best, said):
    sizes = (4560, 480, 48, 4)
    scores = PathScores(sizes, sizes, np.ones(4), np.array(accuracy), "accuracy", 100)
    assert scores.best == best and said in scores.verdict
    display = scores.plot(ax=plt.subplots()[1])
    assert display.selected == best


def test_plots_say_on_which_rows(pruned):
    def names(display):
        return [text.get_text() for text in display.ax_.get_legend().get_texts()]

    X = uniform(100, 3)
    own, given = pruned.plot_path(), pruned.plot_path(X, np.where(X[:, 0] > 0, "a", "b"))
    assert f"fidelity, {NOT_TUNED}" in names(own)
    assert f"fidelity, {NEW}" in names(given) and f"accuracy, {NEW}" in names(given)
    assert given.selected == pruned.selected_


def test_tables_of_frames_are_measured_by_name():
    X = pd.DataFrame(uniform(300, 3), columns=list("abc"))
    y = X["a"] > X["b"]
    model = MLPClassifier((4,), solver="lbfgs", max_iter=200, random_state=0).fit(X, y)
    pruned = PrunedMLPClassifier(model, n_tuning_steps=5, random_state=0).fit(X)
    scores = pruned.path_.scores(X, y)
    assert scores.accuracy[0] == model.score(X, y)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (np.zeros((5, 2)), None, "3"),
        (np.zeros((5, 3)), ["A"] * 5, r"network knows, \['a', 'b'\]. Got 'A' instead"),
        (np.zeros((5, 3)), ["a"] * 4, "one value per row of X, 5. Got 4 instead"),
    ],
)
def test_rows_that_do_not_fit_are_refused(pruned, X, y, message):
    with pytest.raises(ValueError, match=message):
        pruned.path_.scores(X, y)
