"""Units that look at images: weights, contributions, slopes and templates."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from skinterp import as_network
from skinterp.display import WeightImagesDisplay
from skinterp.hidden import (
    class_template,
    saliency_image,
    top_units,
    weight_images,
    weight_times_input,
)

SHAPE = (8, 8)


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    model = MLPClassifier((20, 10), alpha=1.0, tol=1e-2, max_iter=500, random_state=0)
    return model.fit(X, y), X, y


def test_images_are_the_columns_of_the_weights(digits):
    model, X, _ = digits
    images = weight_images(model, SHAPE)
    assert images.shape == (20, 8, 8)
    np.testing.assert_array_equal(images[3].ravel(), model.coefs_[0][:, 3])
    np.testing.assert_array_equal(weight_images(model, SHAPE, units=[7])[0], images[7])
    later = weight_images(model, SHAPE, layer=-1, X=X[:50])
    view = as_network(model).unit(1, 4, before_activation=True)
    np.testing.assert_allclose(later[4].ravel(), view.gradient(X[:50]).mean(axis=0))


def test_contributions_add_up_to_the_input_of_the_unit(digits):
    model, X, _ = digits
    parts = weight_times_input(model, X[0], SHAPE, units=[2])
    total = X[0] @ model.coefs_[0][:, 2]
    assert parts.sum() == pytest.approx(total)


def test_saliency_is_the_slope_of_the_predicted_class(digits):
    model, X, _ = digits
    network = as_network(model)
    k = int(model.predict(X[:1])[0])
    found = saliency_image(model, X[0], SHAPE)
    np.testing.assert_allclose(found.ravel(), network.margin(k).gradient(X[:1])[0])
    other = saliency_image(model, X[0], SHAPE, output=(k + 1) % 10)
    assert not np.allclose(other, found)


def test_saliency_of_several_labels_is_that_of_the_most_probable_one():
    rng = np.random.RandomState(0)
    X = rng.uniform(size=(80, 4))
    model = MLPClassifier((3,), max_iter=5, random_state=0)
    with pytest.warns(ConvergenceWarning):
        model.fit(X, np.column_stack([X[:, 0] > 0.5, X[:, 1] > 0.5]).astype(int))
    k = int(model.predict_proba(X[:1])[0].argmax())
    found = saliency_image(model, X[0], (2, 2))
    expected = as_network(model).margin(k).gradient(X[:1])[0]
    np.testing.assert_allclose(found.ravel(), expected)


def test_templates_of_all_units_are_the_mean_slopes_of_the_logit(digits):
    model, X, y = digits
    mine = X[model.predict(X) == 5]
    whole = class_template(model, X, 5, SHAPE, layer=1, n_units=10)
    # with all units of the last hidden layer the template is the mean slope of the logit
    expected = as_network(model).output(5).gradient(mine).mean(axis=0)
    np.testing.assert_allclose(whole.ravel(), expected, atol=1e-10)
    contrast = X[y == 5].mean(axis=0) - X.mean(axis=0)
    assert np.corrcoef(whole.ravel(), contrast)[0, 1] > 0.3


def test_a_single_unit_explains_nought_against_one():
    X, y = load_digits(n_class=2, return_X_y=True)
    model = MLPClassifier((1,), activation="tanh", solver="lbfgs", alpha=1.0, random_state=0).fit(
        X, y
    )
    assert model.score(X, y) > 0.99
    contrast = X[y == 1].mean(axis=0) - X[y == 0].mean(axis=0)
    image = weight_images(model, SHAPE)[0].ravel()
    assert abs(np.corrcoef(image, contrast)[0, 1]) > 0.6


def test_an_image_may_come_in_its_shape_or_with_names(digits):
    model, X, _ = digits
    expected = saliency_image(model, X[0], SHAPE)
    np.testing.assert_array_equal(saliency_image(model, X[0].reshape(SHAPE), SHAPE), expected)
    frame = pd.DataFrame(X, columns=[f"pixel {j}" for j in range(64)])
    named = as_network(model, feature_names=frame.columns)
    for image in (frame.iloc[0], frame.iloc[:1]):
        np.testing.assert_array_equal(saliency_image(named, image, SHAPE), expected)
    for image in (frame.iloc[0][::-1], frame.iloc[:1, ::-1]):
        for call in (saliency_image, weight_times_input):
            with pytest.raises(ValueError, match="in another order"):
                call(named, image, SHAPE)


def test_small_layers_have_fewer_top_units_by_default():
    X, y = load_digits(n_class=2, return_X_y=True)
    single = MLPClassifier((1,), "tanh", solver="lbfgs", alpha=1.0, random_state=0).fit(X, y)
    assert len(top_units(single, X, 1)) == 1
    template = class_template(single, X, 1, SHAPE).ravel()
    assert abs(np.corrcoef(template, single.coefs_[0][:, 0])[0, 1]) > 0.99


@pytest.mark.parametrize("n, shared", [(1, True), (5, False), (23, True)])
def test_images_are_drawn_with_zero_in_the_middle(n, shared):
    images = np.random.RandomState(0).standard_normal((n, 4, 3))
    display = WeightImagesDisplay(images, [f"unit {k}" for k in range(n)], shared_scale=shared)
    display.plot()
    assert len(display.axes_) == n
    for ax, image in zip(display.axes_, images, strict=True):
        low, high = ax.images[0].get_clim()
        assert low == -high
        assert high == pytest.approx(np.abs(images if shared else image).max())
    assert "<svg" in display.to_svg()


@pytest.mark.parametrize(
    "call, wording",
    [
        (lambda n, X: weight_images(n, (8, 9)), "64 pixels, one per input. Got 8 x 9 = 72"),
        (lambda n, X: weight_images(n, 64), "must be a pair"),
        (lambda n, X: weight_images(n, SHAPE, layer=1), "X must be given for layer 1"),
        (lambda n, X: weight_images(n, SHAPE, layer=2), "layer must be between"),
        (
            lambda n, X: weight_images(n, SHAPE, units=[20]),
            r"from 0 to 19. Got \[20",
        ),
        (
            lambda n, X: saliency_image(n, X[0], SHAPE, output=11),
            "output must be one of ",
        ),
        (lambda n, X: saliency_image(n, X[0], (4, 4)), "64 pixels"),
        (lambda n, X: class_template(n, X, 11, SHAPE), "output must be one of "),
        (lambda n, X: weight_images(n, [[2, 2], [1]]), "image_shape must be a pair of integers"),
        (lambda n, X: weight_images(n, (True, 64)), "image_shape must be a pair of integers"),
        (lambda n, X: weight_images(n, SHAPE, units=3), "units must be a sequence of indices"),
        (lambda n, X: weight_images(n, SHAPE, units=[1.5]), "units must be a sequence of"),
        (lambda n, X: weight_images(n, SHAPE, units=["a"]), "units must be a sequence of"),
        (lambda n, X: weight_images(n, SHAPE, units=iter([1])), "units must be a sequence of"),
        (lambda n, X: weight_images(n, SHAPE, units=[True] * 20), "units must be a sequence of"),
        (lambda n, X: saliency_image(n, X, SHAPE), "x must be one row. Got 1797 rows"),
        (lambda n, X: weight_times_input(n, X[:2], SHAPE), "x must be one row. Got 2 rows"),
        (lambda n, X: saliency_image(n, ["a"] * 64, SHAPE), "must hold numbers only"),
        (lambda n, X: saliency_image(n, X[0][:60], SHAPE), "60 features"),
    ],
)
def test_bad_images_are_refused(digits, call, wording):
    model, X, _ = digits
    with pytest.raises(ValueError, match=wording):
        call(model, X)
