"""Every score that is printed or drawn says on which rows it was measured, in the same words."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.datasets import load_wine
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import PrunedMLPClassifier, compare_surrogates, explain
from skinterp.hidden import (
    layer_history,
    layer_report,
    smallest_networks,
    unit_gallery,
    unit_report,
)
from skinterp.importance import importance_stability, refit_on_features
from skinterp.utils import _which_rows

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
PHRASES = [text for name, text in vars(_which_rows).items() if name.isupper()]
SCORES = re.compile(
    r"accuracy|fidelity|agreement|R2|precision|recall|score|selectivity|tells class", re.IGNORECASE
)
X, Y = load_wine(return_X_y=True)
X, Y = X[:130, :4], Y[:130]


def model():
    network = MLPClassifier((4,), solver="lbfgs", max_iter=100, random_state=0)
    return make_pipeline(StandardScaler(), network)


@pytest.fixture(scope="module")
def results():
    """What has scores: how it prints, and what it draws."""
    fitted = model().fit(X[::2], Y[::2])
    forms, few = ["tree", "linear"], {"methods": "derivatives", "n_repeats": 2}
    pruned = PrunedMLPClassifier(fitted, n_tuning_steps=3, random_state=0).fit(X[::2], Y[::2])
    comparison = compare_surrogates(fitted, X[1::2], Y[1::2], forms, cv=2)
    explained = explain(fitted, X[1::2], Y[1::2], forms=forms, cv=2, importances=False)
    return {
        "comparison": (str(comparison), comparison.plot),
        "stability": (str(importance_stability(model(), X, Y, **few)), None),
        "stability of samples": (
            str(importance_stability(model(), X, Y, bootstrap=True, **few)),
            None,
        ),
        "refits": _shown(refit_on_features(model(), X, Y, [0, 1], cv=2, n_random=0)),
        "pruned network": (pruned.export_text(), pruned.plot_path),
        "path": _shown(pruned.path_),
        "path on new rows": _shown(pruned.path_.scores(X[1::2], Y[1::2])),
        "sizes": _shown(smallest_networks(model(), X, Y, [1, 2], cv=2)),
        "layers": _shown(layer_report(fitted, X[1::2], Y[1::2])),
        "unit": (str(unit_report(fitted, X[1::2], 0, y=Y[1::2])), None),
        "gallery": (str(unit_gallery(fitted, X[1::2], (2, 2), y=Y[1::2])), None),
        "training": _shown(layer_history([fitted], X[1::2], Y[1::2])),
        "explanation": (str(explained), None),
        "headline": (str(explained.headline), None),
    }


def _shown(result):
    return str(result), result.plot


NAMES = ["comparison", "stability", "stability of samples", "refits", "pruned network", "path"]
NAMES += ["path on new rows", "explanation", "headline", "sizes"]
NAMES += ["layers", "training", "unit", "gallery"]


@pytest.mark.parametrize("name", NAMES)
def test_texts_with_scores(results, name):
    text = results[name][0]
    assert SCORES.search(text) or "%" in text
    assert any(phrase in text for phrase in PHRASES), text


@pytest.mark.parametrize(
    "name", ["comparison", "refits", "pruned network", "path", "sizes", "layers"]
)
def test_pictures_with_scores(results, name):
    display = results[name][1]()
    axes = np.atleast_1d(display.axes_ if hasattr(display, "axes_") else display.ax_).ravel()
    labels = [axis.get_ylabel() + axis.get_xlabel() + axis.get_title() for axis in axes]
    legends = [axis.get_legend() for axis in axes if axis.get_legend() is not None]
    labels += [text.get_text() for legend in legends for text in legend.get_texts()]
    said = " ".join(" ".join(labels).split())
    assert SCORES.search(said)
    assert any(phrase in said for phrase in PHRASES), said
    plt.close("all")


def test_phrases_are_different():
    assert len(set(PHRASES)) == len(PHRASES) >= 5
