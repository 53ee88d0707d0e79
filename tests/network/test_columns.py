"""Every kind of network refuses a table whose columns are not those it was made for."""

import numpy as np
import pandas as pd
import pytest
from network_pool import random_network
from sklearn.compose import ColumnTransformer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from skinterp.expansion import CategoricalExpansion, categorical_network
from skinterp.network import as_network
from skinterp.utils import check_columns

NAMES = ["dose", "age", "site"]
NUMBERS = pd.DataFrame(np.random.default_rng(0).normal(size=(12, 3)), columns=NAMES)
TEXTS = pd.DataFrame(
    {name: np.random.default_rng(k).choice(list("abc"), 40) for k, name in enumerate(NAMES)}
)
DENSE = random_network((3, 4, 1)).renamed(NAMES)


def encoded(encoder):
    mlp = MLPClassifier((3,), solver="lbfgs", max_iter=20, random_state=0)
    return make_pipeline(encoder, mlp).fit(TEXTS, TEXTS["dose"] == "a")


def of_categories():
    by_name = ColumnTransformer([("all", OneHotEncoder(), NAMES)])
    return {
        "one-hot": categorical_network(encoded(OneHotEncoder()), TEXTS),
        "columns by name": categorical_network(encoded(by_name), TEXTS),
        "view": categorical_network(encoded(OneHotEncoder()), TEXTS).margin(),
        "unit": categorical_network(encoded(OneHotEncoder()), TEXTS).unit(0, 1),
    }


NETWORKS = {
    "dense": (DENSE, NUMBERS),
    "dense, of a class": (as_network(DENSE).output(0), NUMBERS),
    "unit": (DENSE.unit(0, 2), NUMBERS),
    "callable": (as_network(lambda X: X[:, 0] - X[:, 1], feature_names=NAMES), NUMBERS),
    "view of a callable": (
        as_network(lambda X: X[:, 0] - X[:, 1], feature_names=NAMES, classes=["n", "y"]).margin(),
        NUMBERS,
    ),
    **{name: (network, TEXTS) for name, network in of_categories().items()},
}
CHANGES = {
    "reordered": (lambda X: X[["age", "dose", "site"]], "in another order.*should be 'dose'"),
    "renamed": (lambda X: X.rename(columns={"age": "years"}), "missing from X: 'age'.*'years'"),
    "missing": (lambda X: X[["dose", "age"]], "missing from X: 'site'"),
    "extra": (lambda X: X.assign(more=X["age"]), "unexpected in X: 'more'"),
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_other_columns_are_refused(name, change):
    network, X = NETWORKS[name]
    changed, match = CHANGES[change]
    with pytest.raises(ValueError, match=match):
        network.predict(changed(X))


@pytest.mark.parametrize("name", NETWORKS)
def test_rows_without_names_are_counted(name):
    network, X = NETWORKS[name]
    array = X.to_numpy(dtype=object if X is TEXTS else float)
    assert (network.predict(array) == network.predict(X)).all()
    with pytest.raises(ValueError, match="X has 2 features, but the network expects 3"):
        network.predict(array[:, :2])


@pytest.mark.parametrize("change", CHANGES)
def test_a_table_of_categories_is_compared_with_the_columns_the_encoder_was_fitted_on(change):
    model = encoded(OneHotEncoder())
    changed, match = CHANGES[change]
    with pytest.raises(ValueError, match=match):
        categorical_network(model, changed(TEXTS))
    with pytest.raises(ValueError, match=match):
        CategoricalExpansion(model).fit(changed(TEXTS))


def test_columns_of_any_type_can_be_checked():
    assert check_columns(TEXTS, 3, tuple(NAMES)) == tuple(NAMES)
    assert check_columns(np.zeros((2, 3)), 3, tuple(NAMES)) is None
    with pytest.raises(ValueError, match="X has 3 features, but the reader expects 4"):
        check_columns(TEXTS, 4, owner="the reader")
