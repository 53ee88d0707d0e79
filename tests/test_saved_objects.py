"""Fitted estimators and results are saved small, read back anywhere, and know who wrote them."""

import copy
import inspect
import pickle
import subprocess
import sys

import numpy as np
import pytest
from estimator_pool import public_estimators
from sklearn.base import clone, is_regressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.utils._testing import ignore_warnings

import skinterp
from skinterp import compare_importances, compare_surrogates
from skinterp.importance import lek_profile, partial_derivatives, perturbation, shapley_values

FAST = {
    "random_state": 0,
    "n_tuning_steps": 2,
    "n_points": 30,
    "operators": ["add"],
    "n_queries": 50,
    "method": "enumerate",
    "numbers": "median",
}
X = np.random.default_rng(0).normal(size=(120, 3))
Y = X[:, 0] - X[:, 1] * X[:, 2]
ELSEWHERE = {"CategoricalExpansion"}  # of categories, in tests/expansion
KINDS = [kind for kind in public_estimators() if kind.__name__ not in ELSEWHERE]


def network_for(kind, width=4, **options):
    """Return a fitted network that an estimator explains."""
    regresses = is_regressor(kind())
    make, y = (MLPRegressor, Y) if regresses else (MLPClassifier, (Y > 0).astype(int))
    options = {"solver": "lbfgs", "max_iter": 50, "random_state": 0, **options}
    with ignore_warnings():
        return make(hidden_layer_sizes=(width,), **options).fit(X, y)


@ignore_warnings()
def fitted(kind, network):
    known = inspect.signature(kind).parameters
    return kind(network, **{k: v for k, v in FAST.items() if k in known}).fit(X)


@pytest.mark.parametrize("kind", KINDS)
def test_saved_estimators_do_not_carry_the_training_of_their_network(kind):
    network = network_for(kind, width=30, solver="adam")
    network.payload = "x" * 1_000_000
    estimator = fitted(kind, network)
    saved = pickle.dumps(estimator)
    assert len(saved) < 200_000
    assert b"AdamOptimizer" not in saved
    assert estimator.network is network
    assert copy.copy(estimator).network is network


@pytest.mark.parametrize("kind", KINDS)
def test_saved_estimators_can_be_cloned_and_fitted_again(kind):
    estimator = fitted(kind, network_for(kind))
    again = pickle.loads(pickle.dumps(estimator))
    text = estimator.export_text()
    assert again.export_text() == text
    with ignore_warnings():
        assert clone(again).fit(X).export_text() == text


@pytest.mark.parametrize("way", [pickle.dumps, copy.deepcopy])
def test_an_unfitted_network_stays_the_user_s(way):
    surrogate = skinterp.TreeSurrogateClassifier(MLPClassifier((3,), max_iter=20), random_state=0)
    with ignore_warnings():
        surrogate.fit(X, Y > 0)
    again = way(surrogate)
    again = pickle.loads(again) if isinstance(again, bytes) else again
    assert isinstance(again.network, MLPClassifier)


def results():
    """Return results of all kinds."""
    network = network_for(skinterp.TreeSurrogateClassifier)
    y = (Y > 0).astype(int)
    return [
        compare_surrogates(network, X, y, ["tree", "linear"], cv=2),
        compare_importances(network, X, y, surrogates=["tree"]),
        partial_derivatives(network, X),
        perturbation(network, X, y),
        lek_profile(network, X),
        shapley_values(network, X[:4], n_orders=2),
        fitted(skinterp.PrunedMLPClassifier, network).path_,
        fitted(skinterp.SymbolicSurrogateClassifier, network).front_,
        fitted(skinterp.SymbolicSurrogateClassifier, network).equation_,
        skinterp.as_network(network),
        skinterp.as_network(network).margin(),
    ]


RESULTS = results()


@pytest.mark.parametrize("result", RESULTS, ids=lambda r: type(r).__name__)
@pytest.mark.parametrize("way", ["pickle", "deepcopy", "joblib", "skops"])
def test_results_come_back_as_they_were(result, way, tmp_path):
    if way == "pickle":
        again = pickle.loads(pickle.dumps(result))
    elif way == "deepcopy":
        again = copy.deepcopy(result)
    elif way == "joblib":
        joblib = pytest.importorskip("joblib")
        joblib.dump(result, tmp_path / "it")
        again = joblib.load(tmp_path / "it")
    else:
        sio = pytest.importorskip("skops.io")
        data = sio.dumps(result)
        again = sio.loads(data, trusted=sio.get_untrusted_types(data=data))
    assert type(again) is type(result)
    assert str(again) == str(result)


READER = """
import sys
sys.modules["pandas"] = sys.modules["matplotlib"] = None
import pickle
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        thing = pickle.load(file)
    print(thing.export_text() if hasattr(thing, "export_text") else thing)
"""


def test_all_are_read_without_pandas_and_matplotlib(tmp_path):
    things = [*RESULTS, *(fitted(kind, network_for(kind)) for kind in KINDS)]
    paths = []
    for k, thing in enumerate(things):
        paths.append(tmp_path / f"{k}.pkl")
        paths[-1].write_bytes(pickle.dumps(thing))
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READER, *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    said = [t.export_text() if hasattr(t, "export_text") else str(t) for t in things]
    assert run.stdout == "".join(f"{text}\n" for text in said)


@pytest.mark.parametrize("later", ["99.0", "99.0.1.dev0"])
def test_files_of_later_versions_are_refused_by_name(later, monkeypatch):
    network = network_for(skinterp.TreeSurrogateClassifier)
    things = [fitted(skinterp.TreeSurrogateClassifier, network), RESULTS[0]]
    here = skinterp.__version__
    monkeypatch.setattr(skinterp, "__version__", later)
    saved = [pickle.dumps(thing) for thing in things]
    monkeypatch.setattr(skinterp, "__version__", here)
    for data in saved:
        with pytest.raises(ValueError, match=f"saved by skinterp {later}, and this is {here}"):
            pickle.loads(data)
    monkeypatch.setattr(skinterp, "__version__", later)  # the advice works
    assert [type(pickle.loads(data)) for data in saved] == list(map(type, things))
