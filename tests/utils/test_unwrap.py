"""Estimators are taken out of whatever is wrapped around them."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler

from skinterp.utils import aligned, as_shares, unwrap

X = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 2)), columns=["a", "b"])
y = 3 * X["a"] - X["b"] + 1


def nested():
    inner = TransformedTargetRegressor(
        make_pipeline("passthrough", MinMaxScaler(), Ridge()), transformer=StandardScaler()
    )
    search = GridSearchCV(inner, {"regressor__ridge__alpha": [0.1, 1.0]}, cv=2)
    return make_pipeline(StandardScaler(), FrozenEstimator(search.fit(X.to_numpy(), y))).fit(X, y)


def test_steps_are_in_order_and_the_innermost_estimator_is_found():
    found = unwrap(nested())
    assert isinstance(found.model, Ridge)
    assert [name for name, _ in found.steps] == ["standardscaler", "passthrough", "minmaxscaler"]
    assert [type(target) for target in found.targets] == [TransformedTargetRegressor]


def test_rows_are_transformed_to_what_the_estimator_takes():
    model = make_pipeline("passthrough", StandardScaler(), MinMaxScaler(), Ridge()).fit(X, y)
    found = unwrap(model)
    np.testing.assert_allclose(found.model.predict(found.transform(X)), model.predict(X))


def test_the_estimator_behind_the_steps_predicts_in_units_of_the_target():
    model = nested()
    found = unwrap(model)
    expected = model.predict(X)
    np.testing.assert_allclose(found.behind_steps().predict(found.transform(X)), expected)


def test_names_are_those_of_the_users_columns():
    assert unwrap(make_pipeline(StandardScaler(), Ridge()).fit(X, y)).feature_names == ("a", "b")
    identity = FunctionTransformer()
    assert unwrap(make_pipeline(identity, Ridge()).fit(X, y)).feature_names == ("a", "b")
    assert unwrap(Ridge().fit(X.to_numpy(), y)).feature_names is None


def test_other_objects_stand_for_themselves():
    assert unwrap(max).model is max and unwrap(max).steps == ()


def test_a_search_without_a_model_is_refused():
    search = GridSearchCV(Ridge(), {"alpha": [1.0]}, cv=2)
    with pytest.raises(NotFittedError):
        unwrap(search)
    with pytest.raises(ValueError, match="refit=False holds no fitted network"):
        unwrap(GridSearchCV(Ridge(), {"alpha": [1.0]}, cv=2, refit=False).fit(X, y))


def test_shares_add_up_to_one_or_are_all_zero():
    np.testing.assert_allclose(as_shares([1, 3, -5]), [0.25, 0.75, 0])
    assert not as_shares([-1.0, 0.0]).any()


def test_columns_of_a_text_table_are_aligned():
    text = aligned(["name", "n", "what"], [["a", "10", "x"], ["long", "2", "yy"]], left=(0, 2))
    assert text.splitlines() == ["name   n  what", "-" * 14, "a     10  x", "long   2  yy"]
