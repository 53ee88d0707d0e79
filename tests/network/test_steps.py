"""Smooth steps in front of a network: the model's own values, and exact slopes."""

import pickle

import numpy as np
import pandas as pd
import pytest
from network_pool import central_differences, fitted, mlp_for
from scipy import special
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.kernel_approximation import Nystroem, RBFSampler
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    SplineTransformer,
    StandardScaler,
)

from skinterp.network import STEPS, as_network
from skinterp.network.steps._functions import _FUNCTIONS

RNG = np.random.default_rng(0)
POSITIVE = RNG.lognormal(0.0, 0.5, size=(150, 3))
REAL = RNG.normal(size=(150, 3)) * [1.0, 10.0, 0.1] + [0.0, 5.0, 0.3]
Y = np.sin(REAL[:, 0]) + REAL[:, 2]
ABOVE_ONE = (np.arccosh,)
BELOW_ONE = (np.arcsin, np.arccos, np.arctanh, special.logit)
EXTRAPOLATIONS = ["constant", "linear", "continue", "periodic", "error"]
STEPS_TO_READ = {
    "Yeo-Johnson": PowerTransformer(),
    "Yeo-Johnson, as it is": PowerTransformer(standardize=False),
    "quantiles, uniform": QuantileTransformer(n_quantiles=20),
    "quantiles, normal": QuantileTransformer(n_quantiles=20, output_distribution="normal"),
    "polynomial": PolynomialFeatures(3),
    "interactions": PolynomialFeatures(3, interaction_only=True, include_bias=False),
    "powers from two on": PolynomialFeatures((2, 3)),
    **{f"splines, {e}": SplineTransformer(extrapolation=e) for e in EXTRAPOLATIONS},
    "splines, sparse": SplineTransformer(4, degree=2, sparse_output=True, include_bias=False),
    "splines, straight": SplineTransformer(4, degree=1, extrapolation="linear"),
    "normalizer, l1": Normalizer("l1"),
    "normalizer, l2": Normalizer(),
    "normalizer, max": Normalizer("max"),
    "sampler": RBFSampler(gamma=0.1, n_components=10, random_state=0),
    "kernel": Nystroem(n_components=10, gamma=0.1, random_state=0),
    "clipped": MinMaxScaler(clip=True),
    "clipped at one": MaxAbsScaler(clip=True) if "clip" in MaxAbsScaler().get_params() else None,
}
STEPS_TO_READ = {name: step for name, step in STEPS_TO_READ.items() if step is not None}
CHAINS = {
    "imputer, log, scaler": [SimpleImputer(), FunctionTransformer(np.log1p), StandardScaler()],
    "scaler, power, polynomial": [StandardScaler(), PowerTransformer(), PolynomialFeatures(2)],
    "box-cox, splines": [PowerTransformer("box-cox"), SplineTransformer(extrapolation="linear")],
    "union": [
        FeatureUnion(
            [("log", FunctionTransformer(np.log)), ("as it is", "passthrough")],
            transformer_weights={"log": 3.0},
        ),
        StandardScaler(),
    ],
    "columns": [
        ColumnTransformer(
            [
                ("q", QuantileTransformer(n_quantiles=20), [2, 0]),
                ("s", make_pipeline(FunctionTransformer(np.sqrt), PolynomialFeatures(2)), [1, 2]),
            ],
            remainder=StandardScaler(),
        )
    ],
}


def assert_read(steps, X, tolerance=1e-6):
    """Compare values and Jacobian with the model's own."""
    model = fitted(make_pipeline(*steps, mlp_for("regression", activation="tanh")), X, Y)
    network = as_network(model)
    expected = model.predict(X)
    size = np.abs(expected).max()
    assert np.abs(network.predict(X) - expected).max() <= 1e-12 * max(1.0, size)
    slopes = central_differences(lambda X: network.raw_values(X), X)
    scale = np.nanmax(np.abs(slopes), axis=(0, 1)) + 1e-9
    apart = np.abs(network.jacobian(X) - slopes) / scale
    # a difference across a kink, or the end of the domain, is no derivative
    assert np.nanquantile(apart, 0.97) < tolerance
    return model, network


@pytest.mark.parametrize("function", _FUNCTIONS, ids=lambda function: function.__name__)
def test_elementary_functions_are_read(function):
    X = POSITIVE if function not in BELOW_ONE else POSITIVE / 10.0
    X = X + 1.01 if function in ABOVE_ONE else X
    _, network = assert_read([FunctionTransformer(function)], X)
    assert "'functiontransformer'" in repr(network)


@pytest.mark.parametrize("name", STEPS_TO_READ)
def test_smooth_steps_are_read(name):
    assert_read([STEPS_TO_READ[name], StandardScaler(with_mean="sparse" not in name)], REAL)


@pytest.mark.parametrize("name", CHAINS)
def test_chains_of_smooth_steps_are_read(name):
    assert_read(CHAINS[name], POSITIVE)


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
@pytest.mark.parametrize("extrapolation", EXTRAPOLATIONS[:4])
def test_splines_beyond_their_knots_have_the_slope_of_their_extrapolation(extrapolation, degree):
    if degree == 0 and extrapolation in ("periodic", "constant"):
        degree = 1  # scikit-learn itself refuses 0 there
    step = SplineTransformer(6, degree=degree, extrapolation=extrapolation)
    model = fitted(make_pipeline(step, mlp_for("regression", activation="tanh")), REAL, Y)
    network, X = as_network(model), REAL * 3.0
    assert np.abs(network.predict(X) - model.predict(X)).max() < 1e-12
    slopes = central_differences(network.raw_values, X)
    assert np.quantile(np.abs(network.jacobian(X) - slopes), 0.97) < 1e-6


def test_rows_beyond_the_domain_have_no_value_instead_of_an_error():
    for step in (PowerTransformer("box-cox"), SplineTransformer(extrapolation="error")):
        network = as_network(fitted(make_pipeline(step, mlp_for("regression")), POSITIVE, Y))
        found = network.raw_values(np.vstack([POSITIVE, -POSITIVE]))
        assert np.isfinite(found[:150]).all() and np.isnan(found[150:]).all()


@pytest.fixture(scope="module")
def named():
    X = pd.DataFrame(POSITIVE, columns=["dose", "age", "mass"])
    steps = [FunctionTransformer(np.log), PolynomialFeatures(2, include_bias=False)]
    mlp = MLPClassifier((6, 4), solver="lbfgs", max_iter=100, random_state=0)
    return fitted(make_pipeline(*steps, StandardScaler(), mlp), X, Y > 0), X


def test_units_and_views_work_behind_smooth_steps(named):
    model, X = named
    network = as_network(model)
    assert network.feature_names == ("dose", "age", "mass")
    assert network.hidden_layer_sizes == (6, 4) and network.n_hidden == 2
    Z = model[:-1].transform(X)
    inner = as_network(model[-1])
    for layer, before in [(0, False), (-1, True)]:
        expected = inner.hidden_activations(Z, layer, before)
        np.testing.assert_allclose(network.hidden_activations(X, layer, before), expected)
        unit = network.unit(layer, 2, before)
        np.testing.assert_allclose(unit.value(X), expected[:, 2])
        slopes = central_differences(unit.raw_values, X.to_numpy())[:, 0]
        np.testing.assert_allclose(unit.gradient(X), slopes, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(network.margin().value(X), network.raw_values(X)[:, 0])


def test_a_network_behind_smooth_steps_is_a_value(named):
    network = as_network(named[0])
    assert pickle.loads(pickle.dumps(network)) == network == as_network(named[0])
    assert network.renamed(["a", "b", "c"]).feature_names == ("a", "b", "c")
    assert network != network.renamed(["a", "b", "c"])


def test_repr_says_what_stands_in_front_and_every_record_says_what_it_reads(named):
    assert repr(as_network(named[0])) == (
        "SteppedNetwork(DenseNetwork(9-6-4-1, relu, binary) behind 'functiontransformer', "
        "'polynomialfeatures')"
    )
    assert all(r.affine or r.slope or r.pull or r.read_cells for r in STEPS.values())


def test_categories_and_gaps_stand_beside_and_in_front_of_smooth_steps():
    rng = np.random.default_rng(1)
    X = pd.DataFrame(
        {
            "site": rng.choice(["a", "b", "c"], 200),
            "dose": rng.lognormal(size=200),
            "age": rng.normal(50, 10, 200),
        }
    )
    X.loc[::7, "dose"] = np.nan
    numbers = make_pipeline(
        SimpleImputer(add_indicator=True), PowerTransformer(), SplineTransformer()
    )
    columns = ColumnTransformer(
        [("n", numbers, ["dose", "age"]), ("c", OneHotEncoder(sparse_output=False), ["site"])]
    )
    mlp = MLPClassifier((5,), activation="tanh", solver="lbfgs", max_iter=100, random_state=0)
    model = make_pipeline(columns, PolynomialFeatures(2), StandardScaler(), mlp)
    model = fitted(model, X, X["age"] > 50)
    network = as_network(model)
    assert np.abs(network.predict_proba(X) - model.predict_proba(X)).max() < 1e-12
    rows = network.check(X)
    slopes = central_differences(network.raw_values, rows)
    numbers = network.moves == 1.0  # flags stand at the ends of splines
    apart = np.abs(network.jacobian(X) - slopes)[:, :, numbers]
    assert np.quantile(apart / (1.0 + np.abs(slopes[:, :, numbers])), 0.97) < 1e-5
