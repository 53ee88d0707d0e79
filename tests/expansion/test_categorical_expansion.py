"""The estimator: a surrogate like others, with terms by name."""

import pickle

import numpy as np
import pandas as pd
import pytest
from expansion_pool import groups_of, random_network, rows_of
from sklearn.base import clone, is_classifier
from sklearn.compose import make_column_transformer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils.estimator_checks import parametrize_with_checks

from skinterp import LinearSurrogateClassifier, compare_surrogates, fidelity_score
from skinterp.expansion import CategoricalExpansion, categorical_network
from skinterp.metrics import complexity

rng = np.random.default_rng(1)
X = pd.DataFrame(
    {
        "odour": rng.choice(["almond", "foul", "none"], 300),
        "spores": rng.choice(["brown", "green"], 300),
        "ring": rng.choice(["one", "two", "no"], 300),
    }
)
POISON = np.where((X["odour"] == "foul") | (X["spores"] == "green"), "bad", "good")
THREE = np.where(X["ring"] == "no", "bald", POISON)


def pipeline(y, fit=True):
    encoder = make_column_transformer((OneHotEncoder(), list(X.columns)))
    model = make_pipeline(
        encoder, MLPClassifier((8,), alpha=1.0, solver="lbfgs", max_iter=2000, random_state=0)
    )
    return model.fit(X, y) if fit else model


@pytest.fixture(scope="module")
def binary():
    return pipeline(POISON)


@pytest.fixture(scope="module")
def multiclass():
    return pipeline(THREE)


def test_an_expansion_is_a_surrogate_with_a_fidelity(binary):
    fitted = CategoricalExpansion(binary).fit(X)
    assert is_classifier(fitted) and fitted.classes_.tolist() == ["bad", "good"]
    assert fidelity_score(fitted, X) > 0.98
    assert fitted.score(X, POISON) == (fitted.predict(X) == POISON).mean()
    first = CategoricalExpansion(binary, order=1)
    assert 0.8 < cross_val_score(first, X, scoring=fidelity_score, cv=3).mean() <= 1.0
    assert complexity(fitted) == fitted.complexity_ <= 8 + 21
    margin = CategoricalExpansion(binary, output="margin").fit(X)
    assert not is_classifier(margin)
    assert fidelity_score(margin, X) == pytest.approx(margin.truncation_r2_["data"][-1])


def test_an_expansion_is_compared_with_other_surrogates():
    groups = groups_of((3, 2, 3))
    network = random_network((3, 2, 3), (5,), seed=4, classes=[0, 1])
    rows = rows_of((3, 2, 3), 120)
    forms = {
        "expansion": CategoricalExpansion(groups=groups),
        "fields": CategoricalExpansion(groups=groups, order=1),
        "linear": LinearSurrogateClassifier(C=1e4),
    }
    result = compare_surrogates(network, rows, surrogates=forms, cv=3)
    assert result.mean("expansion", "fidelity") >= result.mean("fields", "fidelity") - 0.02


def test_tables_of_texts_are_compared_too(binary):
    network = categorical_network(binary, X)
    forms = {str(k): CategoricalExpansion(order=k) for k in (1, 2, 3)}
    result = compare_surrogates(network, X, surrogates=forms, cv=3)
    assert result.mean("3", "fidelity") == 1.0


def test_a_pipeline_of_texts_is_compared_beside_a_forest(binary):
    forms = {"pairs": CategoricalExpansion(order=2), "fields": CategoricalExpansion(order=1)}
    result = compare_surrogates(binary, X, POISON, forms, cv=3)
    assert set(result.scores) >= {"pairs", "fields", "random forest", "network", "majority"}
    assert result.mean("random forest", "accuracy") > result.mean("majority", "accuracy")
    assert all(len(values) == len(X.columns) for values in result.importances.values())
    unfitted = compare_surrogates(pipeline(POISON, fit=False), X, POISON, forms, cv=2)
    assert unfitted.network_is_refitted


def test_fitted_networks_are_used_as_they_are_and_unfitted_ones_trained(binary):
    fitted = CategoricalExpansion(binary).fit(X)
    assert clone(fitted).network is binary
    unfitted = CategoricalExpansion(pipeline(POISON, fit=False))
    search = GridSearchCV(
        unfitted, {"network__mlpclassifier__alpha": [0.1, 1.0], "order": [1]}, cv=2
    ).fit(X, POISON)
    assert search.best_score_ > 0.8
    default = CategoricalExpansion(random_state=0).fit(X, POISON)
    assert default.score(X, POISON) > 0.95
    with pytest.raises(ValueError, match="requires y"):
        CategoricalExpansion().fit(X)


def test_a_pickle_predicts_the_same(multiclass):
    fitted = CategoricalExpansion(multiclass).fit(X)
    again = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(again.decision_function(X), fitted.decision_function(X))
    assert again.convert("reference").gauge == "reference"


def test_logits_of_several_classes_are_centred(multiclass):
    centred = CategoricalExpansion(multiclass, order=3).fit(X)
    assert np.abs(centred.decision_function(X).sum(axis=1)).max() < 1e-10
    assert centred.fields_["odour"].shape == (3, 3) and centred.constant_.shape == (3,)
    raw = CategoricalExpansion(multiclass, order=3, output="raw").fit(X)
    logits = categorical_network(multiclass, X).raw_values(X)
    assert np.allclose(raw.decision_function(X), logits)
    assert np.allclose(centred.decision_function(X), logits - logits.mean(axis=1, keepdims=True))
    assert (centred.predict(X) == raw.predict(X)).all()
    assert np.allclose(centred.predict_proba(X), multiclass.predict_proba(X))


@pytest.mark.parametrize(
    "output", [0, ("output", 1), ("margin", 2), ("difference", 0, 2), ("unit", 0, 3), ("layer", 0)]
)
def test_any_output_margin_unit_or_layer_is_expanded(multiclass, output):
    fitted = CategoricalExpansion(multiclass, output=output, order=3).fit(X)
    found = fitted.predict(X)
    network = categorical_network(multiclass, X)
    method, *arguments = ("output", output) if isinstance(output, int) else output
    assert np.allclose(found, getattr(network, method)(*arguments).predict(X), atol=1e-9)
    names = fitted.expansion_.output_names
    assert len(names) == (8 if output == ("layer", 0) else 1)


def test_truncations_are_evaluated_on_data_and_under_the_measure(binary):
    fitted = CategoricalExpansion(binary, order=3).fit(X)
    logit = categorical_network(binary, X).raw_values(X)[:, 0]
    for order in (1, 2, 3):
        rest = logit - fitted.decision_function(X, order=order)
        expected = 1 - (rest**2).sum() / ((logit - logit.mean()) ** 2).sum()
        assert fitted.truncation_r2_["data"][order - 1] == pytest.approx(expected)
    shares = np.cumsum(fitted.variance_by_order_) / fitted.total_variance_
    assert np.allclose(fitted.truncation_r2_["measure"], shares)
    assert sum(fitted.sobol_indices_.values()) == pytest.approx(1.0)


def test_marginals_come_from_the_rows(binary):
    fitted = CategoricalExpansion(binary, measure="marginals").fit(X)
    shares = X["odour"].value_counts(normalize=True)[list(fitted.categories_["odour"])]
    assert np.allclose(fitted.expansion_.weights[0], shares)
    assert fitted.fields_["odour"] @ shares.to_numpy() == pytest.approx(0.0, abs=1e-12)


def test_explain_adds_up_and_ranks(binary):
    fitted = CategoricalExpansion(binary, order=3).fit(X)
    row = X.iloc[[7]]
    found = fitted.explain(row)
    assert found.total == pytest.approx(found.network_value)
    assert found.network_value == pytest.approx(fitted.decision_function(row)[0])
    sizes = np.abs(found.values)
    assert (np.diff(sizes) <= 0).all()
    frame = found.to_frame()
    assert frame["contribution"].sum() + found.constant == pytest.approx(found.total)
    assert f"odour={row['odour'].iloc[0]}" in frame["pattern"].tolist()
    assert "constant" in str(found) and found.patterns[0][0][0] in X.columns
    by_series = fitted.explain(X.iloc[7])
    assert by_series.values == found.values
    with pytest.raises(ValueError, match="one row"):
        fitted.explain(X)


def test_explain_takes_the_largest_class_or_a_given_one(multiclass):
    fitted = CategoricalExpansion(multiclass).fit(X)
    label = fitted.predict(X.iloc[[0]])[0]
    assert fitted.explain(X.iloc[[0]]).output == f"logit of {label}"
    assert fitted.explain(X.iloc[[0]], output=2).output == "logit of good"
    with pytest.raises(ValueError, match=r"output must be one of .* index from 0 to 2"):
        fitted.explain(X.iloc[[0]], output=3)


def test_frames_and_coefficients_are_keyed_by_names(multiclass):
    fitted = CategoricalExpansion(multiclass).fit(X)
    frame = fitted.to_frame(order=2)
    assert len(frame) == 3 * 21 and (frame["order"] == 2).all()
    assert frame["value"].abs().is_monotonic_decreasing
    assert len(fitted.to_frame()) == 3 * (1 + 8 + 21)
    assert fitted.to_frame(min_abs=0.5)["value"].abs().min() >= 0.5
    pattern = {"spores": "green", "odour": "foul"}
    k, j = fitted.categories_["odour"].index("foul"), fitted.categories_["spores"].index("green")
    found = fitted.expansion_.coefficient(pattern)
    assert np.array_equal(found, fitted.couplings_["odour", "spores"][:, k, j])
    with pytest.raises(KeyError, match="no coefficient of"):
        fitted.expansion_.coefficient({"spores": "violet"})


def test_the_result_prints_and_plots(binary, multiclass):
    result = CategoricalExpansion(binary).fit(X).expansion_
    assert "order 2, 3 variables, 30 coefficients, gauge zero_sum" in repr(result)
    assert "variance by order: 1:" in str(result)
    for kind in ("fields", "couplings", "graph", "pair", "variance"):
        assert result.plot(kind).ax_.figure is not None
    result.plot("couplings", corrected=True)
    CategoricalExpansion(multiclass).fit(X).expansion_.plot("pair", pair=("ring", "odour"))
    with pytest.raises(ValueError, match="kind must be one of"):
        result.plot("network")
    with pytest.raises(ValueError, match="needs couplings"):
        CategoricalExpansion(binary, order=1).fit(X).expansion_.plot("graph")


def encoded(**options):
    network = make_pipeline(
        OneHotEncoder(), MLPClassifier((5,), solver="lbfgs", max_iter=2000, random_state=0)
    )
    return CategoricalExpansion(network, order=1, random_state=0, **options)


# Columns are rounded to whole numbers, as scikit-learn does for estimators of categories. Order 1,
# because some checks pass a single column.
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@parametrize_with_checks([encoded(), encoded(measure="marginals")])
def test_scikit_learn_checks(estimator, check):
    check(estimator)
