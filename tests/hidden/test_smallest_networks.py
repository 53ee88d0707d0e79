"""The smallest network that does as well as the best, by scores on held-out rows."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp.hidden import NetworkSizes, smallest_networks
from skinterp.utils._which_rows import HELD_OUT

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 2))
RING = (np.hypot(*X.T) < 1.1).astype(int)  # one unit cuts the plane once
SOLVER = {"solver": "lbfgs", "max_iter": 200, "random_state": 0, "tol": 1e-3, "alpha": 0.1}
pytestmark = [
    pytest.mark.filterwarnings("ignore:lbfgs failed to converge"),
    pytest.mark.filterwarnings("ignore:Stochastic Optimizer"),
]


def classifier(**options):
    return make_pipeline(StandardScaler(), MLPClassifier(**SOLVER | options))


def test_scores_are_those_of_cross_validation():
    folds = KFold(3, shuffle=True, random_state=1)
    found = smallest_networks(classifier(), X, RING, [4, 1], cv=folds)
    assert found.n_units == (1, 4) and found.metric == "accuracy"
    for n, scores in zip(found.n_units, found.scores, strict=True):
        own = cross_val_score(classifier(hidden_layer_sizes=(n,)), X, RING, cv=folds)
        np.testing.assert_array_equal(scores, own)


def test_a_ring_needs_more_than_one_unit():
    found = smallest_networks(classifier(), X, RING, [1, 8], cv=3)
    assert found.smallest == 8
    assert "8 hidden units will do" in str(found) and HELD_OUT in str(found)
    assert found.to_frame()["is_enough"].tolist() == [False, True]


@pytest.mark.parametrize(
    ("means", "spread", "smallest"),
    [([0.5, 0.9, 0.91], 0.05, 2), ([0.5, 0.9, 0.91], 0.001, 4), ([0.9, 0.5, 0.6], 0.1, 1)],
)
def test_the_rule_of_one_standard_error(means, spread, smallest):
    scores = np.array(means)[:, np.newaxis] + spread * np.array([-1.0, 0.0, 1.0])
    found = NetworkSizes((1, 2, 4), scores, "accuracy")
    assert found.smallest == smallest
    np.testing.assert_allclose(found.standard_errors, spread / np.sqrt(3))
    text = str(found).splitlines()[-1]
    assert ("Larger ones were not tried" in text) == (smallest == 4)
    assert text.startswith(f"{smallest} hidden unit") and HELD_OUT in text
    assert ("the best of these" in text) == (max(means) == means[[1, 2, 4].index(smallest)])
    display = found.plot()
    assert HELD_OUT in " ".join(display.ax_.get_ylabel().split())
    marked = display.ax_.collections[-1].get_offsets()[0]
    assert marked[1] == pytest.approx(means[[1, 2, 4].index(smallest)])


@pytest.mark.parametrize("last", [0.9, 0.805])
def test_where_the_largest_is_best_larger_ones_were_not_tried(last):
    scores = np.array([0.5, 0.8, last])[:, np.newaxis] + 0.001 * np.array([-1.0, 0.0, 1.0])
    found = NetworkSizes((1, 2, 4), scores, "accuracy")
    assert ("scores still rose" in str(found)) == (last - 0.8 > found.standard_errors[-1])
    assert "Larger ones were not tried" in str(found)
    assert "3 folds" in found.plot().ax_.get_title()


def test_tables_of_texts_and_regressions_are_trained():
    frame = pd.DataFrame({"x": X[:, 0], "site": np.where(X[:, 1] > 0, "a", "b")})
    found, again = (smallest_networks(None, frame, frame["site"] == "a", [2], cv=2) for _ in "ab")
    assert found.scores.mean() > 0.8
    np.testing.assert_array_equal(found.scores, again.scores)
    line = smallest_networks(MLPRegressor(**SOLVER), X, X[:, 0] + 3.0, [1, 2], cv=2)
    assert line.metric == "R2" and line.scores.shape == (2, 2)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: smallest_networks(LogisticRegression(), X, RING), "hidden_layer_sizes, as"),
        (lambda: smallest_networks(classifier(), X, RING, [0]), "n_units must be an integer of"),
        (lambda: smallest_networks(classifier(), X, RING, []), "n_units must be at least one"),
        (lambda: smallest_networks(classifier(), X, RING, cv=1), "cv must be an integer of at"),
        (lambda: smallest_networks(classifier(), X, 0 * RING), "at least two values"),
    ],
)
def test_what_does_not_fit_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
