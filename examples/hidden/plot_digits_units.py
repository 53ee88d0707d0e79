"""
What hidden units look for in digits
====================================

Claim: a network with a single hidden unit tells 0 from 1 almost without error, and that unit's
weights, drawn as an image, explain it: they are positive where one of the two digits has ink and
the other has none. In a network of 100 units for ten digits a class is the work of several units;
its template through the top ones looks like the digit's strokes against their surroundings.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline

from skinterp import as_network
from skinterp.display import WeightImagesDisplay
from skinterp.hidden import (
    HiddenLayerTransformer,
    class_template,
    maximise_activation,
    saliency_image,
    top_units,
    unit_report,
    weight_images,
    weight_times_input,
)

SHAPE = (8, 8)
X, y = load_digits(return_X_y=True)

# %%
# 0 against 1 by a single unit.
pair = y < 2
X_train, X_test, y_train, y_test = train_test_split(X[pair], y[pair], random_state=0)
single = MLPClassifier((1,), alpha=1.0, solver="lbfgs", max_iter=2000, random_state=0)
single.fit(X_train, y_train)
print(f"64-1-2: held-out accuracy {single.score(X_test, y_test):.3f}")
image = weight_images(single, SHAPE)[0]
means = [X_train[y_train == digit].mean(axis=0).reshape(SHAPE) for digit in (0, 1)]
contrast = means[1] - means[0]
WeightImagesDisplay(
    [image / np.abs(image).max(), contrast / np.abs(contrast).max()],
    ["weights of the unit", "mean 1 minus mean 0"],
    name="relative to the largest",
).plot()
report = unit_report(single, X_train, 0)
print(report)
report.plot()

# %%
# Ten digits by 100 units: all weight images, and the units for the digit 3.
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
network = MLPClassifier((100,), alpha=1.0, tol=1e-3, max_iter=1000, random_state=0)
network.fit(X_train, y_train)
print(f"64-100-10: held-out accuracy {network.score(X_test, y_test):.3f}")
WeightImagesDisplay(weight_images(network, SHAPE)).plot()
best = top_units(network, X_train, 3)
print(best)
WeightImagesDisplay(
    weight_images(network, SHAPE, units=best.units), [f"unit {j}" for j in best.units]
).plot()

# %%
# Templates of all classes, and the input that the network takes for the surest 3.
templates = [class_template(network, X_train, digit, SHAPE, n_units=10) for digit in range(10)]
WeightImagesDisplay(templates, [f"digit {k}" for k in range(10)], shared_scale=False).plot()
view = as_network(network).margin(3)
found = maximise_activation(
    view, X_train, box=(0, 16), smoothness=0.2, image_shape=SHAPE, random_state=0
)
print(found)

# %%
# One image: weights times pixels of its top unit, and the slopes of the prediction.
x = X_test[y_test == 3][0]
WeightImagesDisplay(
    [
        weight_times_input(network, x, SHAPE, units=best.units[:1])[0],
        saliency_image(network, x, SHAPE),
        found.x.reshape(SHAPE),
    ],
    [f"weights of unit {best.units[0]} x pixels", "slopes of the prediction", "surest 3"],
    shared_scale=False,
).plot()

# %%
# Activations are features like any others.
features = make_pipeline(HiddenLayerTransformer(network), LogisticRegression(max_iter=5000))
features.fit(X_train, y_train)
print(f"logistic regression on activations: {features.score(X_test, y_test):.3f}")

# %%
# The measure of the claim.
X01, y01 = X[pair], y[pair]
likeness = abs(np.corrcoef(image.ravel(), contrast.ravel())[0, 1])
print(f"correlation of the unit's image with the contrast of the digits: {likeness:.2f}")
assert single.score(X01, y01) > 0.99 and likeness > 0.6
own = [
    np.corrcoef(templates[k].ravel(), (X[y == k].mean(axis=0) - X.mean(axis=0)))[0, 1]
    for k in range(10)
]
print("templates against mean images:", np.round(own, 2))
assert min(own) > 0.3
assert as_network(network).predict(found.x[np.newaxis])[0] == 3
assert found.value > found.best_row_value
# sphinx_gallery_thumbnail_number = -1
plt.show()
