"""How far classes come apart by layer and by epoch, against other computations of the same."""

import numpy as np
import pandas as pd
import pytest
from random_networks import random_network
from sklearn.datasets import load_iris
from sklearn.metrics import pairwise_distances
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import as_network, default_network
from skinterp.hidden import LayerHistory, LayerReport, layer_history, layer_report
from skinterp.hidden._separation import probe_accuracy, purity, separation
from skinterp.utils._which_rows import HELD_OUT, MAYBE_TRAINED, NEW, UNPROBED

RNG = np.random.default_rng(0)
LABELS = np.repeat(["a", "b", "c"], 20)
CLOUDS = RNG.normal(size=(60, 3)) + 4 * (LABELS == "b")[:, np.newaxis] * [1, 0, 0]
NETWORK = random_network([3, 5, 4, 3], 0, "tanh", task=("a", "b", "c"))


def test_separation_is_the_ratio_of_traces():
    groups = [CLOUDS[label == LABELS] for label in "abc"]
    within = sum(np.trace(np.cov(g.T, bias=True)) * len(g) for g in groups)
    total = np.trace(np.cov(CLOUDS.T, bias=True)) * 60
    assert separation(CLOUDS, LABELS) == pytest.approx((total - within) / within)


@pytest.mark.parametrize(("unit", "offset"), [(1e-12, 0.0), (1e9, 1e12), (1.0, 1e6)])
def test_units_and_offsets_do_not_separate(unit, offset):
    moved = separation(CLOUDS * unit + offset, LABELS)
    assert moved == pytest.approx(separation(CLOUDS, LABELS), rel=1e-6)


def test_points_have_no_scatter():
    points = np.array([[1.0], [1.0], [2.0], [2.0]])
    assert separation(points, np.array([0, 0, 1, 1])) == np.inf
    assert np.isnan(separation(np.ones((4, 1)), np.array([0, 0, 1, 1])))


@pytest.mark.parametrize("n", [1, 5, 100])
def test_purity_counts_neighbours_of_the_same_class(n):
    distances = pairwise_distances(CLOUDS)
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances, axis=1)[:, : min(n, 59)]
    expected = (LABELS[nearest] == LABELS[:, np.newaxis]).mean()
    assert purity(CLOUDS, LABELS, n) == pytest.approx(expected)


def test_a_probe_reads_what_is_there_and_nothing_else():
    assert probe_accuracy(CLOUDS, LABELS == "b", 5, 0) > 0.9
    noise = RNG.normal(size=(300, 20))
    assert abs(probe_accuracy(noise, np.arange(300) % 2, 5, 0) - 0.5) < 0.12


def test_a_report_measures_inputs_activations_and_raw_values():
    rows = CLOUDS * [1.0, 1e6, 1e-9] + [0.0, 1e7, 1.0]
    with_units = layer_report(NETWORK, rows, LABELS)
    report = layer_report(NETWORK, CLOUDS, LABELS)
    assert report.layers == ("input", "hidden layer 0", "hidden layer 1", "output")
    assert report.sizes == (3, 5, 4, 3)
    layers = [NETWORK.hidden_activations(CLOUDS, k) for k in (0, 1)] + [NETWORK.raw_values(CLOUDS)]
    for k, H in enumerate(layers, 1):
        assert report.separation[k] == pytest.approx(separation(H, LABELS))
        assert report.purity[k] == pytest.approx(purity(H, LABELS, 10))
    standard = CLOUDS / CLOUDS.std(axis=0)
    assert report.separation[0] == pytest.approx(separation(standard, LABELS))
    assert with_units.separation[0] == pytest.approx(report.separation[0], rel=1e-6)


def test_a_trained_network_takes_classes_apart():
    X, y = load_iris(return_X_y=True)
    train, test, of_train, of_test = train_test_split(X, y, random_state=0, stratify=y)
    mlp = MLPClassifier((8, 4), solver="lbfgs", alpha=0.1, max_iter=1000, random_state=0)
    network = make_pipeline(StandardScaler(), mlp).fit(train, of_train)
    report = layer_report(network, test, of_test)
    assert report.separation[-1] > 2 * report.separation[0]
    assert report.probe[-1] >= 0.9


def test_reports_print_tabulate_and_draw_on_which_rows():
    report = layer_report(NETWORK, CLOUDS, LABELS)
    text, table = str(report), report.to_frame()
    assert (
        NEW in text and f"{UNPROBED}; {MAYBE_TRAINED}" in text and text.count("hidden layer") >= 2
    )
    assert table.index.tolist() == list(report.layers)
    np.testing.assert_array_equal(table["probe_accuracy"], report.probe)
    axes = report.plot().axes_
    for ax, values in zip(axes, (report.separation, report.purity, report.probe), strict=True):
        np.testing.assert_allclose(ax.lines[0].get_ydata(), values)
    said = [" ".join(ax.get_ylabel().split()) for ax in axes]
    assert NEW in said[0] and NEW in said[1] and UNPROBED in said[2]
    assert not any(HELD_OUT in shown for shown in (text, *said))
    assert set(axes[2].lines[1].get_ydata()) == {report.majority_share} == {20 / 60}
    assert "given" in text and set(table["classes"]) == {"given"}


def test_without_classes_they_are_the_answers_of_the_network():
    report = layer_report(NETWORK, CLOUDS)
    answers = NETWORK.predict(CLOUDS).tolist()
    assert report.counts == {label: answers.count(label) for label in sorted(set(answers))}
    assert report.are_answers and str(report).count("the network's own answers") == 2
    assert "network's own answers" in report.plot().figure_.get_suptitle()


@pytest.mark.parametrize("label", ["a", "<b> $x$"])
def test_an_accuracy_that_a_guess_has_is_no_difference(label):
    y = np.where(np.arange(300) < 298, label, "rare")
    report = layer_report(NETWORK, RNG.normal(size=(300, 3)), y, n_folds=2)
    assert report.majority_share == 298 / 300 and f"{label}, has 298 of 300 rows" in str(report)
    assert "always gives 0.993, no difference is seen" in report.sentence
    clear = layer_report(NETWORK, CLOUDS, LABELS == "b", n_folds=2)
    assert "no difference" not in clear.sentence


def test_tables_with_texts_gaps_and_rare_classes():
    frame = pd.DataFrame({"dose": CLOUDS[:, 0], "site": RNG.choice(["x", "y"], 60)})
    frame.iloc[::7, 0] = np.nan
    y = np.where(np.arange(60) == 3, "rare", LABELS)
    model = default_network("multiclass", 0, frame).set_params(mlpclassifier__max_iter=2)
    with pytest.warns(UserWarning, match="Maximum iterations"):
        model.fit(frame, y)
    report = layer_report(model, frame, y)
    assert np.isfinite(report.probe).all() and report.sizes[0] == 3


@pytest.mark.parametrize("y", [["a", "a", "b"], [0, 1, 1]])
def test_few_rows_are_measured(y):
    report = layer_report(NETWORK, CLOUDS[:3], y)
    assert report.n_neighbors == 2 and ((report.probe >= 0) & (report.probe <= 1)).all()


def test_a_regression_is_measured_by_bins():
    network = random_network([3, 4, 1], 1)
    with pytest.raises(ValueError, match="y must be classes of the rows, such as bins"):
        layer_report(network, CLOUDS)
    bins = np.digitize(network.raw_values(CLOUDS)[:, 0], [0.0])
    report = layer_report(network, CLOUDS, bins)
    assert report.probe[-1] > 0.95


def snapshots(n=3):
    return [random_network([3, 5, 3], seed, task=("a", "b", "c")) for seed in range(n)]


def test_a_history_of_snapshots_is_their_reports():
    history = layer_history(snapshots(), CLOUDS, LABELS, epochs=[1, 5, 9])
    for network, report in zip(snapshots(), history.reports, strict=True):
        alone = layer_report(network, CLOUDS, LABELS)
        np.testing.assert_allclose(report.separation, alone.separation)
        np.testing.assert_allclose(report.purity, alone.purity)
    assert history.epochs == (1, 5, 9)
    table = history.to_frame()
    assert len(table) == 9 and table["epoch"].tolist()[:4] == [1, 1, 1, 5]
    axes = history.plot().axes_
    assert [len(ax.lines) for ax in axes] == [3, 3, 4]  # and that of a guess
    np.testing.assert_allclose(axes[2].lines[1].get_ydata(), [r.probe[1] for r in history.reports])
    assert UNPROBED in str(history) and NEW in axes[0].get_ylabel()
    assert HELD_OUT not in str(history)


@pytest.mark.parametrize(("gain", "said"), [(1, "No difference is seen"), (40, "Training brings")])
def test_one_row_is_no_difference(gain, said):
    def report(read):
        return LayerReport(("input", "output"), (2, 2), *[np.ones(2)] * 2, read, 5, {"a": 75})

    first, last = report(np.array([0.3, 35 / 75])), report(np.array([0.3, (35 + gain) / 75]))
    text = str(LayerHistory((1, 2), (first, last)))
    assert said in text and "0.300 off the input" in text and "of the classes" not in text


def test_an_estimator_is_trained_and_measured_on_rows_it_has_not_seen():
    X, y = load_iris(return_X_y=True, as_frame=True)
    y = y.map({0: "setosa", 1: "versicolor", 2: "virginica"})
    mlp = MLPClassifier((6,), learning_rate_init=0.02, random_state=0)
    history = layer_history(make_pipeline(StandardScaler(), mlp), X, y, epochs=[40, 1])
    first, last = history.reports
    assert history.epochs == (1, 40) and first.rows == HELD_OUT
    assert last.separation[-1] > 2 * first.separation[-1]
    np.testing.assert_allclose(first.separation[0], last.separation[0])
    assert f"{last.probe[0]:.3f} off the input" in str(history)
    assert not hasattr(mlp, "coefs_")
    assert HELD_OUT in " ".join(history.plot().axes_[0].get_ylabel().split())


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: layer_report(NETWORK, CLOUDS, LABELS[:5]), "one entry per row of X, 60"),
        (lambda: layer_report(NETWORK, CLOUDS, ["a"] * 60), "two classes or more"),
        (lambda: layer_report(NETWORK, CLOUDS, np.arange(60)), "two classes or more"),
        (lambda: layer_report(lambda X: X[:, 0], CLOUDS, LABELS), "needs a network with layers"),
        (lambda: layer_report(NETWORK, CLOUDS, LABELS, n_folds=1), "n_folds must be an integer"),
        (lambda: layer_history([], CLOUDS, LABELS), "at least one snapshot"),
        (lambda: layer_history(snapshots(), CLOUDS, LABELS, epochs=[1]), r"be 3, one per snap"),
        (lambda: layer_history([NETWORK, *snapshots(1)], CLOUDS, LABELS), "same number of hidden"),
        (
            lambda: layer_history(MLPClassifier(solver="lbfgs"), CLOUDS, LABELS),
            "partial_fit, such",
        ),
        (lambda: layer_history(MLPRegressor(), CLOUDS, CLOUDS[:, 0]), "a classifier with partial"),
        (lambda: layer_history(MLPClassifier(), CLOUDS), "y must be given to train"),
        (lambda: layer_history(MLPClassifier(), CLOUDS, LABELS, epochs=[0]), "epochs must be an"),
        (lambda: layer_history(as_network(NETWORK), CLOUDS, LABELS), "networks must be snapshots"),
    ],
)
def test_what_does_not_fit_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
