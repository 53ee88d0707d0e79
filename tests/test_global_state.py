"""A call ends as it was ended, touches nothing global, and several run at once."""

import threading

import numpy as np
import pytest
from global_state import state
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier

from skinterp import (
    LinearSurrogateClassifier,
    SymbolicSurrogateClassifier,
    TreeSurrogateClassifier,
    compare_surrogates,
)
from skinterp.importance import partial_derivatives, perturbation
from skinterp.pruning import PrunedMLPClassifier

rng = np.random.default_rng(0)
X = rng.normal(size=(200, 3))
y = (X[:, 0] * X[:, 1] > 0.1).astype(int)
NETWORK = MLPClassifier((8,), solver="lbfgs", max_iter=300, random_state=0).fit(X, y)
SURROGATES = {
    "tree": TreeSurrogateClassifier(NETWORK, random_state=0),
    "linear": LinearSurrogateClassifier(NETWORK),
    "symbolic": SymbolicSurrogateClassifier(NETWORK, random_state=0, n_points=50),
    "pruned": PrunedMLPClassifier(NETWORK, random_state=0, n_tuning_steps=3),
}
CALLS = {
    **{name: (lambda s=s: s.fit(X).export_text()) for name, s in SURROGATES.items()},
    "perturbation": lambda: str(perturbation(NETWORK, X, y)),
    "derivatives": lambda: str(partial_derivatives(NETWORK, X)),
    "comparison": lambda: (
        compare_surrogates(NETWORK, X, y, {n: SURROGATES[n] for n in ("tree", "linear")}, cv=2)
        .estimators["tree"]
        .export_text()
    ),
    "drawing": lambda: str(SURROGATES["tree"].fit(X).displays()[0].plot()),
}


@pytest.mark.parametrize("call", CALLS)
def test_nothing_global_is_touched(call):
    CALLS[call]()  # what is imported lazily is loaded
    before = state()
    CALLS[call]()
    after = state()
    for name, value in before.items():
        assert after[name] == value, name


@pytest.mark.parametrize("call", ["tree", "linear", "symbolic", "pruned", "derivatives"])
def test_two_threads_at_once_find_what_one_finds(call):
    alone, found = CALLS[call](), [None] * 2

    def run(k):
        surrogate = SURROGATES.get(call)
        if surrogate is None:
            found[k] = CALLS[call]()
        else:
            copied = type(surrogate)(**surrogate.get_params(deep=False))
            found[k] = copied.fit(X).export_text()

    threads = [threading.Thread(target=run, args=(k,)) for k in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [alone, alone]


def interrupted(monkeypatch):
    """Let the second stage of a search, or step of a pruning, end by Ctrl-C."""
    from skinterp.pruning._path import PruningStep
    from skinterp.search._stages import STAGES

    def stop(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("skinterp.search._search.STAGES", (STAGES[0], Stopping(stop)))
    measured, n_calls = PruningStep.measured, []

    def later(*args, **options):
        n_calls.append(1)
        return measured(*args, **options) if len(n_calls) < 4 else stop()

    monkeypatch.setattr(PruningStep, "measured", later)


class Stopping:
    """A stage that is interrupted."""

    is_needed = staticmethod(lambda search: True)

    def __init__(self, run):
        self.run = run


@pytest.mark.parametrize("name", ["symbolic", "pruned"])
def test_the_fit_the_user_called_keeps_its_best(name, monkeypatch):
    interrupted(monkeypatch)
    with pytest.warns(UserWarning, match="interrupted"):
        fitted = SURROGATES[name].fit(X)
    assert len(fitted.predict(X)) == len(X)


@pytest.mark.parametrize("name", ["symbolic", "pruned"])
@pytest.mark.parametrize("around", ["comparison", "grid"])
def test_what_runs_many_fits_ends_with_the_first_one_interrupted(name, around, monkeypatch):
    interrupted(monkeypatch)
    surrogate = SURROGATES[name]
    with pytest.raises(KeyboardInterrupt):
        if around == "comparison":
            compare_surrogates(NETWORK, X, y, {name: surrogate}, cv=2)
        else:
            GridSearchCV(surrogate, {"random_state": [0, 1]}, cv=2).fit(X, y)
