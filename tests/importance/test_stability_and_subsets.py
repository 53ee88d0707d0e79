"""Rankings over trainings, and networks trained on few inputs."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau, spearmanr
from scipy.stats import t as student
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_diabetes, load_wine, make_classification
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skinterp.importance import (
    FeatureSubsetCheck,
    _stability,
    importance_stability,
    kendall_matrix,
    refit_on_features,
    spearman_matrix,
    top_k_overlap,
)
from skinterp.importance._probe import probe_columns, with_probe
from skinterp.importance._subset_check import corrected_t_test

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
FAST = ("connection weights", "derivatives")


def network(**options):
    options = {"hidden_layer_sizes": (8,), "solver": "lbfgs", "max_iter": 200, **options}
    return make_pipeline(StandardScaler(), MLPClassifier(random_state=0, **options))


@pytest.fixture(scope="module")
def wine():
    return load_wine(return_X_y=True, as_frame=True)


def test_rank_agreement_is_that_of_scipy():
    shares = np.random.RandomState(0).uniform(size=(3, 8))
    kendall, spearman = kendall_matrix(shares), spearman_matrix(shares)
    assert kendall[0, 2] == pytest.approx(kendalltau(shares[0], shares[2]).statistic)
    assert spearman[1, 2] == pytest.approx(spearmanr(shares[1], shares[2]).statistic)
    best = [set(np.argsort(-row)[:3]) for row in shares]
    assert top_k_overlap(shares, 3)[0, 1] == pytest.approx(len(best[0] & best[1]) / 3)
    assert np.isnan(kendall_matrix(np.array([[1.0, 1.0], [0.2, 0.8]]))[0, 1])
    with pytest.raises(ValueError, match="k must be from 1 to 8"):
        top_k_overlap(shares, 9)


@pytest.mark.parametrize("bootstrap", [False, True])
def test_the_result_does_not_depend_on_jobs(wine, bootstrap):
    options = {"methods": FAST, "n_repeats": 4, "bootstrap": bootstrap}
    one = importance_stability(network(), *wine, **options)
    two = importance_stability(network(), *wine, n_jobs=2, **options)
    np.testing.assert_array_equal(one.shares, two.shares)
    np.testing.assert_array_equal(one.scores, two.scores)
    assert len({row.tobytes() for row in one.shares[0]}) == 4  # other seeds, other networks


def test_summaries_are_of_the_ranks(wine):
    X, y = wine
    found = importance_stability(network(), X, y, methods=FAST, n_repeats=5)
    assert found.shares.shape == (2, 5, 13)
    np.testing.assert_allclose(found.shares.sum(axis=-1), 1.0)
    np.testing.assert_allclose(found.ranks.sum(axis=-1), 13 * 14 / 2)
    np.testing.assert_allclose(found.top_k_frequency(3).sum(axis=-1), 3.0)
    low, high = found.intervals
    assert (low <= found.mean_ranks).all() and (found.mean_ranks <= high).all()
    pairs = [
        kendalltau(found.shares[0, i], found.shares[0, j]).statistic
        for i in range(5)
        for j in range(i)
    ]
    assert found.stability[0] == pytest.approx(np.mean(pairs))
    assert len(found.to_frame()) == 26 and "5 trainings" in str(found)
    display = found.plot()
    labels = [text.get_text() for text in display.ax_.get_yticklabels()]
    assert len(labels) == 14 and labels[-1] == "a shuffled column"
    with pytest.raises(ValueError, match="k must be an integer from 1 to 13"):
        found.top_k_frequency(14)


def test_strong_inputs_are_found_every_time():
    X, y = make_classification(
        400, 6, n_informative=2, n_redundant=0, shuffle=False, random_state=0, class_sep=2.0
    )
    found = importance_stability(network(), X, y, n_repeats=4, test_size=0.1)
    assert set(found.methods) >= {"garson", "forest", "permutation"}
    k = found.methods.index("permutation")
    assert found.top_k_frequency(2)[k, :2].mean() > 0.7
    deep = importance_stability(network(hidden_layer_sizes=(5, 5)), X, y, n_repeats=2)
    assert "garson" not in deep.methods


def test_an_interruption_keeps_what_is_finished(wine, monkeypatch):
    calls, train = [], _stability._one_training

    def interrupted(*args):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return train(*args)

    monkeypatch.setattr(_stability, "_one_training", interrupted)
    with pytest.warns(UserWarning, match="Interrupted after 3 of 6 trainings"):
        found = importance_stability(network(), *wine, methods=FAST, n_repeats=6)
    assert found.shares.shape[1] == 3
    assert str(found).endswith("Interrupted after 3 of 6 trainings; these are kept.")


def test_progress_is_written_to_the_standard_error(wine, capsys):
    importance_stability(network(), *wine, methods=FAST, n_repeats=2, verbose=1)
    assert "training 2 of 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options, wording",
    [
        ({"n_repeats": 1}, "n_repeats must be an integer of at least 2. Got 1"),
        ({"methods": ["olden"]}, r"methods must be out of .* Got \['olden'\] instead"),
        ({"methods": []}, "methods must be out of"),
    ],
)
def test_bad_settings_are_refused(wine, options, wording):
    with pytest.raises(ValueError, match=wording):
        importance_stability(network(), *wine, **options)


def test_targets_of_one_class_and_untrainable_estimators_are_refused(wine):
    X, y = wine
    with pytest.raises(ValueError, match="y must have at least two values"):
        importance_stability(network(), X, np.zeros(len(X)))
    with pytest.raises(ValueError, match="y must have at least two values"):
        refit_on_features(network(), X, np.zeros(len(X)), ["hue"])
    with pytest.raises(ValueError, match="must be a scikit-learn estimator that can be trained"):
        importance_stability(lambda X: X[:, 0], X, y)


def test_the_corrected_test_is_wider_than_the_plain_one():
    differences = np.array([0.02, 0.01, 0.03, 0.02, 0.00])
    assert 0 < corrected_t_test(differences, 0.2) < 1
    t = differences.mean() / np.sqrt((1 / 5 + 0.25) * differences.var(ddof=1))
    assert corrected_t_test(differences, 0.2) == pytest.approx(2 * student.sf(t, 4))
    assert corrected_t_test(np.zeros(5), 0.2) == 1.0


def test_the_first_inputs_of_a_right_ranking_carry_the_signal():
    X, y = make_classification(
        300, 6, n_informative=2, n_redundant=0, shuffle=False, random_state=0, class_sep=2.0
    )
    check = refit_on_features(
        network(), X, y, [0, 1, 2, 3, 4, 5], sizes=[1, 2, 6], cv=4, n_random=2
    )
    assert check.sizes == (1, 2, 6) and check.enough <= 2
    assert check.scores["ranked"]["accuracy"].shape == (3, 4)
    assert (
        check.scores["ranked"]["accuracy"][1].mean() > check.scores["random"]["accuracy"][1].mean()
    )
    np.testing.assert_allclose(check.scores["ranked"]["accuracy"][2], check.all_scores["accuracy"])
    np.testing.assert_allclose(check.p_values()[2], 1.0)
    assert set(check.all_scores) == {"accuracy", "precision", "recall"}
    wrong = refit_on_features(network(), X, y, [5, 4, 0], sizes=2, cv=4, n_random=0)
    assert wrong.p_values("forest")[0] < 0.01
    frame = check.to_frame()
    assert len(frame) == 9 and "p_against_forest" in frame.columns
    check.plot()
    lines = str(check).split("\n")
    assert "5 folds, held-out rows" in lines[0].replace("4 folds", "5 folds")
    assert lines[-1] == check.verdict and "all 6" in check.verdict and not check.followers
    assert lines[1].split()[:4] == ["inputs", "accuracy", "precision", "recall"]
    accuracy = check.scores["ranked"]["accuracy"][1]
    assert f"{accuracy.mean():.3f} ±{accuracy.std():.3f}" in lines[4]
    with pytest.raises(ValueError, match="against must be one of"):
        wrong.p_values("random")


def test_the_order_of_a_ranking_is_no_order_of_columns():
    """Networks of the same inputs start from the same weights."""
    X, y = load_wine(return_X_y=True, as_frame=True)
    check = refit_on_features(network(), X, y, list(X.columns)[::-1], sizes=[13], cv=2, n_random=1)
    for metric, scores in check.all_scores.items():
        for kind in ("ranked", "forest", "random"):
            np.testing.assert_array_equal(check.scores[kind][metric][0], scores)
    assert "nothing is left out" in check.verdict


def test_inputs_that_only_follow_are_named():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 4))
    X[:, 2] = X[:, 0] + 0.3 * rng.normal(size=200)
    y = X[:, 0] + 0.5 * X[:, 1] > 0
    frame = pd.DataFrame(X, columns=["v1", "v2", "v4", "v7"])
    check = refit_on_features(network(), frame, y, ["v1", "v2", "v4", "v7"], cv=3, n_random=0)
    assert check.enough == 2
    other, r = check.followers["v4"]
    assert set(check.followers) == {"v4"} and other == "v1"
    assert r == pytest.approx(np.corrcoef(X[:, 0], X[:, 2])[0, 1])
    assert str(check).endswith(f"v4 follows v1 (r = {r:.2f}).")


@pytest.mark.parametrize(
    ("few", "said"),
    [([0.9, 0.91, 0.92], "fewer do better"), ([0.6, 0.61, 0.6], "fewer do worse")],
)
def test_a_verdict_is_of_the_test(few, said):
    full = {"accuracy": np.array([0.80, 0.81, 0.80])}
    ranked = {"accuracy": np.array([few, full["accuracy"]])}
    check = FeatureSubsetCheck((1, 2), {"ranked": ranked}, full, ("a", "b"), 1 / 3)
    assert said in check.verdict and "3 folds" in check.verdict


def test_scores_of_trainings_are_on_rows_that_they_have_not_seen(wine):
    X, y = wine
    noise = np.random.default_rng(0).permutation(y)
    options = {"methods": ["derivatives"], "n_repeats": 2}
    found = importance_stability(network(), X, noise, **options)
    assert found.scores.max() < 0.7 and "mean accuracy" in str(found)
    assert "held-out rows" in str(found)
    drawn = importance_stability(network(), X, noise, bootstrap=True, **options)
    assert "rows left out of each training" in str(drawn)
    whole = importance_stability(network(), X, noise, test_size=None, **options)
    assert np.isnan(whole.scores).all() and "no row was left out" in str(whole)
    with pytest.raises(ValueError, match="test_size must be a number between 0 and 1"):
        importance_stability(network(), X, y, test_size=2, **options)


def test_subsets_of_regressions_do_not_depend_on_jobs():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    mlp = MLPRegressor(hidden_layer_sizes=(5,), solver="lbfgs", max_iter=200, random_state=0)
    model = make_pipeline(StandardScaler(), mlp)
    one = refit_on_features(model, X, y, ["bmi", "s5"], cv=3, n_random=1)
    two = refit_on_features(model, X, y, ["bmi", "s5"], cv=3, n_random=1, n_jobs=2)
    np.testing.assert_array_equal(one.scores["random"]["R2"], two.scores["random"]["R2"])
    assert one.metric == "R2" and one.scores["ranked"]["R2"].mean() > 0.3


@pytest.mark.parametrize(
    "features, options, wording",
    [
        (["z"], {}, "features must be among"),
        ([0, 0], {}, "features must be different inputs"),
        ([], {}, "features must be different inputs"),
        (["hue"], {"sizes": 2}, "sizes must be integers from 1 to 1"),
    ],
)
def test_bad_subsets_are_refused(wine, features, options, wording):
    with pytest.raises(ValueError, match=wording):
        refit_on_features(network(), *wine, features, cv=2, **options)


def test_noise_is_not_above_a_shuffled_column_and_what_decides_is():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(300, 4)), columns=["cause", "a", "b", "c"])
    found = importance_stability(
        network(alpha=0.1), X, X["cause"] > 0, methods="permutation", n_repeats=20
    )
    above = dict(zip(X.columns, found.above_noise[0]))
    assert above.pop("cause") == 1.0 and 0.2 < np.mean([*above.values()]) < 0.8
    assert "above a shuffled column: 1 of 4: cause" in str(found)
    assert found.to_frame()["above_noise"].tolist() == found.above_noise[0].tolist()


@pytest.mark.parametrize("kind", ["frame", "array"])
def test_the_shuffled_column_has_the_values_of_another(kind):
    values = np.random.default_rng(0).normal(size=(40, 3)) * [1e-12, 1, 1e9]
    X = pd.DataFrame(values, columns=["a", "b", "c"])
    table = with_probe(X if kind == "frame" else X.to_numpy(), 3)
    values = np.asarray(table)
    np.testing.assert_array_equal(values[:, :3], X)
    probe, columns = values[:, 3], np.asarray(X).T
    assert sum(np.array_equal(np.sort(probe), np.sort(column)) for column in columns) == 1
    assert not any(np.array_equal(probe, column) for column in columns)
    assert kind == "array" or [*table.columns] == ["a", "b", "c", "shuffled column"]


def test_shares_of_the_inputs_add_up_without_the_shuffled_column(wine):
    options = {"methods": FAST, "n_repeats": 2}
    with_it = importance_stability(network(), *wine, **options)
    without = importance_stability(network(), *wine, probe=False, **options)
    np.testing.assert_allclose(with_it.shares.sum(axis=-1), 1.0)
    assert with_it.probe.shape == (2, 2) and without.probe is None
    assert np.isnan(without.above_noise).all() and "above" not in str(without)
    assert "above_noise" not in without.to_frame() and without.display().noise is None


def test_of_tables_with_texts_a_column_of_numbers_is_shuffled():
    table = pd.DataFrame({"a": np.arange(60.0), "site": ["u", "v", "w"] * 20, "gap": np.nan})
    assert probe_columns(table) == [0]
    table = table.drop(columns="gap")
    target, options = table["a"] > 30, {"methods": "derivatives", "n_repeats": 2}
    encode = make_column_transformer((OneHotEncoder(), ["site"]), remainder="passthrough")
    found = importance_stability(make_pipeline(encode, network()), table, target, **options)
    assert found.probe.shape == (1, 2) and found.feature_names == ("a", "site")
    texts = make_pipeline(OneHotEncoder(sparse_output=False), network())
    found = importance_stability(texts, table[["site"]], target, **options)
    note = "no shuffled column to compare with: the table has no column of numbers"
    assert found.probe is None and note in str(found)
    assert note in " ".join(found.plot().ax_.get_title(loc="left").split())


def test_steps_that_name_their_columns_leave_the_shuffled_one_out():
    table = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 2)), columns=["a", "b"])
    estimator = make_pipeline(make_column_transformer((StandardScaler(), ["a", "b"])), network())
    found = importance_stability(
        estimator, table, table["a"] > 0, methods="derivatives", n_repeats=2
    )
    np.testing.assert_allclose(found.shares.sum(axis=-1), 1.0)
    assert np.isnan(found.above_noise).all() and "above a" not in str(found)
    assert "the steps of the pipeline take no further column" in str(found)


def test_any_metric_is_drawn_with_its_p_values():
    rng = np.random.default_rng(0)
    ranked, full = ({m: rng.random(n) for m in ("accuracy", "recall")} for n in ((30, 3), 3))
    check = FeatureSubsetCheck(tuple(range(1, 31)), {"ranked": ranked}, full, ("a",), 1 / 3, 30)
    for metric in full:
        expected = [corrected_t_test(row - full[metric], 1 / 3) for row in ranked[metric]]
        np.testing.assert_allclose(check.p_values(metric=metric), expected)
        display = check.plot(metric=metric)
        assert metric in display.ax_.get_ylabel() and "3 folds" in display.ax_.get_title()
        np.testing.assert_allclose(display.ax_.lines[0].get_ydata(), ranked[metric].mean(axis=1))
        written = [text.get_text() for text in display.ax_.child_axes[0].get_xticklabels()]
        assert written == [f"{p:.2g}" for p in expected][::2]
    assert check.plot().name == check.plot(metric="accuracy").name
    assert "p against all" in str(check)
    with pytest.raises(ValueError, match=r"one of \['accuracy', 'recall'\]. Got 'R2' instead"):
        check.plot(metric="R2")
