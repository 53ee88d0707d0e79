"""What a function returns is said or checked, and it is given frames where the rows are frames."""

import pickle
import re

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit, softmax
from sklearn.compose import make_column_transformer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skinterp import (
    LinearSurrogateClassifier,
    SymbolicSurrogateClassifier,
    TreeSurrogateClassifier,
    as_network,
    compare_surrogates,
    fidelity_score,
)
from skinterp.importance import partial_derivatives, perturbation
from skinterp.network import network_for


def rows(n_rows=300, n_columns=3, seed=0):
    return np.random.default_rng(seed).normal(size=(n_rows, n_columns))


def classifier(n_classes=2, seed=0):
    X = rows(seed=seed)
    y = np.digitize(2 * X[:, 0] - X[:, 1], [0.0, 1.0][: n_classes - 1])
    mlp = MLPClassifier((8,), "tanh", solver="lbfgs", alpha=0.1, max_iter=300, random_state=0)
    return mlp.fit(X, y), X


def mixed_table(n_rows=300):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "age": rng.uniform(18, 80, n_rows),
            "sex": rng.choice(["male", "female"], n_rows),
            "member": rng.choice([True, False], n_rows),
            "seen": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.uniform(0, 99, n_rows), "D"),
        }
    )
    return X, ((X.sex == "female") & (X.age < 60)).astype(int)


# what is declared


@pytest.mark.parametrize("n_classes", [2, 3])
def test_declared_probabilities_are_the_network(n_classes):
    model, X = classifier(n_classes)
    known = as_network(model)
    found = as_network(model.predict_proba, returns="probabilities", classes=model.classes_)
    np.testing.assert_array_equal(found.predict(X), model.predict(X))
    np.testing.assert_allclose(found.predict_proba(X), model.predict_proba(X), atol=1e-9)
    for k in range(n_classes):
        expected, slopes = known.margin(k).value_and_gradient(X)
        usual = np.abs(expected) < 10.0  # where a probability still holds the logit's digits
        np.testing.assert_allclose(found.margin(k).value(X)[usual], expected[usual], rtol=1e-6)
        np.testing.assert_allclose(
            found.margin(k).gradient(X)[usual], slopes[usual], rtol=1e-2, atol=1e-3
        )


@pytest.mark.parametrize("columns", ["one", "flat", "two", "many"])
def test_slopes_of_probabilities_become_those_of_logits(columns):
    W = rows(4, 3, seed=1)
    X = rows(50, 4, seed=2)
    if columns == "many":
        probability, classes = (lambda X: softmax(X @ W, axis=1)), [0, 1, 2]
        expected = np.tile(W.T, (50, 1, 1))
    else:
        p = {
            "one": lambda X: expit(X @ W[:, :1]),
            "flat": lambda X: expit(X @ W[:, 0]),
            "two": lambda X: np.hstack([1 - expit(X @ W[:, :1]), expit(X @ W[:, :1])]),
        }
        probability, classes = p[columns], ["no", "yes"]
        expected = np.tile(W[:, :1].T, (50, 1, 1))

    def gradient(X):
        values = probability(X).reshape(len(X), -1)
        if columns == "many":
            inner = values @ W.T
            return values[:, :, None] * (W.T[None] - inner[:, None])
        sign = np.array([-1.0, 1.0]) if columns == "two" else np.ones(1)
        return (values * (1 - values) * sign)[:, :, None] * W[:, 0]

    options = {"returns": "probabilities", "classes": classes}
    exact = as_network(probability, gradient=gradient, **options)
    by_differences = as_network(probability, **options)
    mean = 0.0 if columns != "many" else exact.jacobian(X).mean(axis=1, keepdims=True)
    wanted = expected - (0.0 if columns != "many" else expected.mean(axis=1, keepdims=True))
    np.testing.assert_allclose(exact.jacobian(X) - mean, wanted, atol=1e-6)
    np.testing.assert_allclose(by_differences.jacobian(X), exact.jacobian(X), atol=1e-5)


@pytest.mark.parametrize("classes", [[0, 1], ["no", "yes"], [3, 5, 9]])
def test_declared_labels_are_the_labels(classes):
    model, X = classifier(len(classes))
    labels = np.array(classes)
    network = as_network(lambda Z: labels[model.predict(Z)], returns="labels", classes=classes)
    np.testing.assert_array_equal(network.predict(X), labels[model.predict(X)])
    tree = TreeSurrogateClassifier(network, random_state=0).fit(X)
    assert fidelity_score(tree, X) > 0.85
    assert not network.jacobian(X).any()


def test_certain_probabilities_stay_finite():
    network = as_network(
        lambda X: (X[:, 0] > 0).astype(float), returns="probabilities", classes=[0, 1]
    )
    assert np.isfinite(network.raw_values(rows())).all()


@pytest.mark.parametrize("returns", ["logits", "values", None])
def test_what_is_declared_is_not_questioned(returns):
    options = {"classes": [0, 1]} if returns == "logits" else {}
    network = as_network(lambda X: expit(X[:, 0]), returns=returns, **options)
    np.testing.assert_array_equal(network.raw_values(rows())[:, 0], expit(rows()[:, 0]))


def test_declared_networks_are_values():
    model, _ = classifier()
    network = as_network(model.predict_proba, returns="probabilities", classes=[0, 1])
    model, X, _ = mixed_model("binary")
    table = as_network(model.predict_proba, returns="probabilities", classes=[0, 1]).for_table(X)
    for each, Z in ((network, rows()), (table, X)):
        assert pickle.loads(pickle.dumps(each)) == each
        np.testing.assert_array_equal(pickle.loads(pickle.dumps(each)).predict(Z), each.predict(Z))
    assert network != as_network(model.predict_proba, returns="labels", classes=[0, 1])


# what is not said is checked, and the advice works

UNDECLARED = {
    "probability": (lambda m: lambda Z: m.predict_proba(Z)[:, 1], "probabilities"),
    "probabilities of three": (lambda m: m.predict_proba, "probabilities"),
    "labels": (lambda m: lambda Z: m.predict(Z), "labels"),
    "log of certain probabilities": (
        lambda m: lambda Z: logit(m.predict_proba(Z)[:, 1].round(3)),
        "probabilities",
    ),
}
ASKED = {
    "predict": lambda network, X: network.predict(X),
    "tree": lambda network, X: TreeSurrogateClassifier(network).fit(X),
    "linear": lambda network, X: LinearSurrogateClassifier(network).fit(X),
    "symbolic": lambda network, X: SymbolicSurrogateClassifier(network).fit(X),
    "comparison": lambda network, X: compare_surrogates(network, X, surrogates=["tree"]),
    "importances": lambda network, X: perturbation(network, X),
    "derivatives": lambda network, X: partial_derivatives(network, X),
}


@pytest.mark.parametrize("ask", ASKED)
@pytest.mark.parametrize("kind", UNDECLARED)
def test_other_values_than_logits_are_refused_and_the_advice_works(kind, ask):
    n_classes = 3 if "three" in kind else 2
    model, X = classifier(n_classes)
    make, returns = UNDECLARED[kind]
    function = make(model)
    network = as_network(function, classes=model.classes_)
    with pytest.raises(ValueError, match="returns='") as refused:
        ASKED[ask](network, X)
    (advised,) = re.findall(r"[Pp]ass .*?returns='(\w+)'", str(refused.value))
    assert advised == returns
    if "log" in kind:
        function = model.predict_proba
    declared = as_network(function, classes=model.classes_, returns=advised)
    np.testing.assert_array_equal(declared.predict(X), model.predict(X))


def test_probabilities_without_classes_are_refused_and_the_advice_works():
    model, X = classifier(3)
    with pytest.raises(ValueError, match=r"sum to one.*returns='probabilities' and classes="):
        as_network(model.predict_proba, n_outputs=3).predict(X)
    as_network(model.predict_proba, n_outputs=3, returns="values").predict(X)


def test_texts_as_values_are_refused_and_the_advice_works():
    model, X = classifier()
    names = np.array(["no", "yes"])
    function = lambda Z: names[model.predict(Z)]  # noqa: E731
    with pytest.raises(ValueError, match=r"returns='labels' and classes=\[...\]"):
        as_network(function).predict(X)
    found = as_network(function, returns="labels", classes=["no", "yes"]).predict(X)
    np.testing.assert_array_equal(found, function(X))


@pytest.mark.parametrize("n_rows", [1, 9])
def test_few_rows_are_not_judged(n_rows):
    network = as_network(lambda X: np.full(len(X), 0.5), classes=[0, 1])
    assert network.predict(rows(n_rows)).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"returns": "odds"}, "returns must be one of logits, probabilities.* Got 'odds' instead"),
        ({"returns": "labels"}, r"needs the class labels: pass classes=\[...\]"),
        ({"returns": "values", "classes": [0, 1]}, "where classes are given. Got 'values'"),
        (
            {"returns": "labels", "classes": [0, 1], "gradient": np.zeros_like},
            "gradient does not go with returns='labels'",
        ),
    ],
)
def test_declarations_that_contradict_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        as_network(lambda X: X[:, 0], **options)


def test_wrong_declarations_are_refused():
    logits = as_network(lambda X: X[:, 0], returns="probabilities", classes=[0, 1])
    with pytest.raises(ValueError, match="needs values between 0 and 1"):
        logits.predict(rows())
    labels = as_network(lambda X: X[:, 0], returns="labels", classes=[0, 1])
    with pytest.raises(ValueError, match=r"one of the classes \[0, 1\] per row"):
        labels.predict(rows())


# frames


def test_a_function_is_given_frames_where_rows_are_frames():
    X, seen = pd.DataFrame(rows(), columns=list("abc")), []

    def function(Z):
        seen.append((type(Z), list(Z.columns)))
        return Z["a"].to_numpy() * Z["b"].to_numpy()

    network = as_network(function)
    network.predict(X)
    network.jacobian(X)
    network.output().gradient(X)
    assert set(map(str, seen)) == {str((pd.DataFrame, ["a", "b", "c"]))}


def test_a_function_of_arrays_is_given_arrays_in_any_case():
    X = pd.DataFrame(rows(), columns=list("abc"))
    np.testing.assert_array_equal(as_network(lambda Z: Z[:, 0]).predict(X), X["a"])
    model, _ = classifier()  # which warns when a frame comes
    network = as_network(model.predict_proba, returns="probabilities", classes=[0, 1])
    np.testing.assert_array_equal(network.predict(X), model.predict(X.to_numpy()))


def test_a_function_is_given_arrays_where_rows_are_arrays():
    seen = []
    as_network(lambda X: seen.append(type(X)) or X[:, 0]).predict(rows())
    assert seen == [np.ndarray]


def mixed_model(task):
    X, y = mixed_table()
    front = make_column_transformer(
        (OneHotEncoder(sparse_output=False), ["sex", "member"]), (StandardScaler(), ["age"])
    )
    options = {
        "hidden_layer_sizes": (10,),
        "max_iter": 500,
        "random_state": 0,
        "solver": "lbfgs",
        "alpha": 1.0,
    }
    mlp = MLPClassifier(**options) if task == "binary" else MLPRegressor(**options)
    return make_pipeline(front, mlp).fit(X, y if task == "binary" else y + X.age / 50.0), X, y


def test_a_function_of_a_mixed_table_is_the_pipeline_itself():
    model, X, y = mixed_model("binary")
    function = as_network(model.predict_proba, returns="probabilities", classes=model.classes_)
    trees = [TreeSurrogateClassifier(each, random_state=0).fit(X) for each in (model, function)]
    assert all("sex in {" in tree.export_text() for tree in trees)
    np.testing.assert_array_equal(trees[0].predict(X), trees[1].predict(X))
    assert fidelity_score(trees[1], X) == fidelity_score(trees[0], X)
    comparison = compare_surrogates(function, X, y, ["tree", "linear"], cv=2)
    assert comparison.mean("tree", "fidelity") > 0.9
    # levels weigh what their exchange changes, numbers their slopes
    known, found = network_for(model, X), network_for(function, X)
    places = [found.feature_names.index(name) for name in known.feature_names]
    slopes, expected = found.margin().gradient(X)[:, places], known.margin().gradient(X)
    k, j = known.feature_names.index("[sex = female]"), known.feature_names.index("[sex = male]")
    at_male = known.check(X.assign(sex="male"))
    at_female = known.check(X.assign(sex="female"))
    exchange = known.margin().value(at_female) - known.margin().value(at_male)
    sure = np.abs(known.margin().value(X)) < 8.0
    np.testing.assert_allclose((slopes[:, k] - slopes[:, j])[sure], exchange[sure], rtol=1e-3)
    number = known.feature_names.index("age")
    np.testing.assert_allclose(slopes[sure, number], expected[sure, number], rtol=1e-2, atol=1e-3)


def test_a_function_of_a_mixed_table_with_gaps_is_given_gaps():
    X = pd.DataFrame({"dose": [1.0, np.nan, 3.0] * 5, "site": ["a", None, "b"] * 5})
    seen = []

    def function(Z):
        seen.append(Z)
        return Z["dose"].fillna(9.0).to_numpy() + (Z["site"] == "b").to_numpy()

    found = network_for(function, X).predict(X)
    np.testing.assert_array_equal(found, [1.0, 9.0, 4.0] * 5)
    assert seen[-1]["dose"].isna().tolist() == [False, True, False] * 5


def test_labels_of_columns_need_not_be_texts():
    X = pd.DataFrame(rows(), columns=[10, 20, 30])
    np.testing.assert_array_equal(as_network(lambda Z: Z[20]).predict(X), X[20])


def test_the_way_out_of_models_that_cannot_be_read_works():
    from sklearn.ensemble import RandomForestClassifier

    X, y = mixed_table()
    front = make_column_transformer((OneHotEncoder(), ["sex"]), ("passthrough", ["age"]))
    forest = make_pipeline(front, RandomForestClassifier(10, random_state=0)).fit(X, y)
    with pytest.raises(TypeError):
        as_network(forest)
    network = as_network(forest.predict_proba, returns="probabilities", classes=forest.classes_)
    assert fidelity_score(TreeSurrogateClassifier(network, random_state=0).fit(X), X) > 0.95


def test_a_declared_network_does_not_guess_again():
    network = as_network(lambda X: X[:, 0], classes=["no", "yes"])
    one_side = np.linspace(0.1, 0.9, 20)[:, np.newaxis]
    with pytest.raises(ValueError, match="all lie between 0 and 1"):
        network.raw_values(one_side)
    declared = network.declared()
    np.testing.assert_array_equal(declared.raw_values(one_side), one_side)
    assert declared.declared() is declared and declared.task == "binary"
    values = as_network(lambda X: X[:, 0]).declared()
    assert values.returns == "values" and values.task == "regression"
