"""What excites a view most is printed and drawn: the input, and how far it moved."""

import numpy as np
import pandas as pd
import pytest
from random_networks import random_network, uniform
from sklearn.compose import make_column_transformer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skinterp import as_network
from skinterp.display import ContributionsDisplay, ImagePartsDisplay
from skinterp.hidden import maximise_activation, unit_report

X = uniform(50, 4)
NETWORK = random_network([4, 5, 3], 0, "tanh", task=("a", "b", "c"))


@pytest.mark.parametrize(("unit", "offset"), [(1.0, 0.0), (1e-12, 0.0), (1.0, 1e6)])
def test_moves_are_in_standard_deviations(unit, offset):
    rows = X * unit + offset
    weights = np.array([[1.0], [-2.0], [0.5], [0.0]]) / unit
    view = as_network(([weights], [[0.0]], ["identity"]))
    found = maximise_activation(view, rows)
    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    np.testing.assert_allclose(found.from_mean, (found.x - mean) / scale, atol=1e-9)
    best = rows[found.best_row]
    np.testing.assert_allclose(found.from_row, (found.x - best) / scale, atol=1e-9)
    np.testing.assert_array_equal(found.row, best)
    lines = str(found).splitlines()[3:]
    for line in lines:
        name, shown, *_ = line.split()
        j = found.feature_names.index(name)
        assert abs(float(shown) - found.x[j]) <= 0.05 * scale[j]
        assert f"{found.from_mean[j]:+.2f}" in line


def test_columns_are_printed_by_how_far_they_are_from_the_mean():
    names = [f"a column of thirty letters, {i:03d}" for i in range(20)]
    frame = pd.DataFrame(uniform(40, 20), columns=names)
    network = random_network([20, 3, 1], 1)
    found = maximise_activation(network, frame, n_iterations=20)
    text = str(found).splitlines()
    assert len(text) == 3 + 12 + 1 and text[-1].startswith("8 more inputs")
    order = np.argsort(-np.abs(found.from_mean))[:12]
    assert [line[: len(names[0])] for line in text[3:-1]] == [names[j] for j in order]


def test_constant_columns_have_no_deviations():
    rows = np.column_stack([X[:, :3], np.full(50, 7.0)])
    found = maximise_activation(NETWORK.margin(0), rows)
    assert found.from_mean[3] == 0.0
    wide = maximise_activation(NETWORK.margin(0), rows, box=(-9, 9))
    assert np.isnan(wide.from_mean[3]) and np.isfinite(wide.from_mean[:3]).all()
    assert "nan" not in str(wide)
    wide.plot()


def test_pictures_are_bars_or_images():
    view = NETWORK.margin(1)
    bars = maximise_activation(view, X)
    display = bars.plot()
    assert isinstance(display, ContributionsDisplay) and "'b'" in display.ax_.get_title(loc="left")
    widths = sorted(patch.get_width() for patch in display.ax_.patches)
    np.testing.assert_allclose(widths, np.sort([*bars.from_mean, *bars.from_row]))
    images = maximise_activation(view, X, image_shape=(2, 2))
    drawn = images.plot()
    assert isinstance(drawn, ImagePartsDisplay) and "'b'" in drawn.figure_._suptitle.get_text()
    pictures = [ax.images[0].get_array().ravel() for ax in drawn.axes_]
    for picture, values in zip(
        pictures, [images.x, images.row, images.from_mean, images.from_row], strict=True
    ):
        np.testing.assert_allclose(picture, values)


def test_a_report_names_the_maximum_in_one_line():
    text = str(unit_report(NETWORK, X, 1))
    assert text.splitlines()[-1].startswith("most excited: unit 1 of hidden layer 0: ")


def test_what_is_held_is_not_told_as_moved():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"age": rng.normal(size=60), "site": rng.choice(["a", "b"], 60)})
    y = (frame["age"] > 0) & (frame["site"] == "a")
    columns = make_column_transformer((StandardScaler(), ["age"]), (OneHotEncoder(), ["site"]))
    mlp = MLPClassifier((4,), solver="lbfgs", max_iter=100, random_state=0)
    network = as_network(make_pipeline(columns, mlp).fit(frame, y))
    found = maximise_activation(network.margin(True), frame)
    held = [name for name, flag in zip(found.feature_names, found.held, strict=True) if flag]
    assert len(held) == 2 and np.isnan(found.from_mean[found.held]).all()
    *table, last = str(found).splitlines()
    assert last.startswith(f"held as in row {found.best_row}: ") and all(n in last for n in held)
    assert not any(name in "\n".join(table[1:]) for name in held)
    assert [text.get_text() for text in found.plot().ax_.get_yticklabels()] == ["age"]
