"""
One digit explained by its units
================================

Question: why does a network take this image for a 3? The logit of the class is its mean over the
training images plus what each hidden unit adds: activation less its mean, times outgoing weight.
Each part is shared out among the pixels, and all parts add up exactly.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from skinterp.hidden import explain_image, smallest_networks, unit_gallery

SHAPE = (8, 8)
X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
network = MLPClassifier((16,), alpha=1.0, tol=1e-3, max_iter=500, random_state=0)
network.fit(X_train, y_train)
print(f"64-16-10: accuracy {network.score(X_test, y_test):.3f} on held-out rows")

# %%
# Sixteen units are few: would fewer do to tell 3 from 8?
pair = np.isin(y_train, [3, 8])
small = MLPClassifier(activation="tanh", alpha=1.0, solver="lbfgs", max_iter=300, random_state=0)
sizes = smallest_networks(small, X_train[pair], y_train[pair], [1, 2, 4], cv=3)
print(sizes)
sizes.plot()

# %%
# The units that matter most for the class 3, with the training images that excite them.
unit_gallery(network, X_train, SHAPE, 4, label=3, y=y_train).plot()

# %%
# One image of a 3 that the network has not seen, compared with the training images.
x = X_test[(y_test == 3) & (network.predict(X_test) == 3)][0]
found = explain_image(network, x, SHAPE, X=X_train, label=3)
print(found.to_frame().round(3))
print(found)
found.plot()

# %%
# The answer, and its measure: all parts and all pixels add up, and putting each named unit back to
# its mean takes from the logit what it is said to add.
activations = np.maximum(x @ network.coefs_[0] + network.intercepts_[0], 0.0)
for unit, mean, part in zip(
    found.units, found.mean_activations, found.contributions[:-1], strict=True
):
    without = activations.copy()
    without[unit] = mean
    logits = [a @ network.coefs_[1] + network.intercepts_[1] for a in (activations, without)]
    with_unit, lacking = (values[3] - values.mean() for values in logits)
    assert abs(with_unit - lacking - part) < 1e-9
assert found.answer == 3 and found.gap < 1e-10
assert np.allclose(found.maps.sum(axis=(1, 2)), found.contributions)
named = found.contributions[:-1].sum() / found.contributions.sum()
print(
    f"It is a 3 because of {len(found.units)} units of 16: they add {named:.0%} of what its logit "
    f"has beyond its mean over the training images, unit {found.units[0]} most of all."
)
assert named > 0.4
plt.show()
