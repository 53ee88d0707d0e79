"""
A ReLU network is a decision tree
=================================

Claim: a ReLU network of 2x8 units, trained on two moons, is exactly an oblique decision tree with
a few dozen leaves. The tree answers as the network does at every point, on the borders of its
leaves and far outside the data, too, and its leaves are affine functions in the user's units.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp.exact import ExactTreeClassifier, breakpoints, slice_regions

X, y = make_moons(1000, noise=0.15, random_state=0)
network = make_pipeline(
    StandardScaler(), MLPClassifier((8, 8), solver="lbfgs", max_iter=500, random_state=0)
).fit(X, y)

# %%
# The whole network inside the range of the data: every leaf that is not empty, found by cutting
# the box with one hidden unit after the other.
tree = ExactTreeClassifier(network, mode="whole").fit(X)
print(f"{tree.n_patterns_} activation patterns, {tree.n_leaves_} of them are not empty")
print(f"depth {tree.depth_}")
print(tree.export_text(max_depth=2))
tree.plot(max_depth=2)

# %%
# The same leaves as a picture, with the exact decision boundary.
regions = slice_regions(network, X)
regions.plot(X, y)

# %%
# Along one input: where the network bends, and its slope in between.
line = breakpoints(network, X, feature=0)
print(line.to_frame().round(3).to_string())

# %%
# The measure of the claim: random points, points far away, and corners of the leaves, which lie on
# borders.
rng = np.random.default_rng(0)
points = {
    "in the box": rng.uniform(X.min(axis=0), X.max(axis=0), size=(10_000, 2)),
    "far outside": rng.uniform(-100, 100, size=(10_000, 2)),
    "on borders": np.concatenate(regions.polygons),
}
for name, rows in points.items():
    error = np.abs(tree.predict_proba(rows) - network.predict_proba(rows)).max()
    print(f"largest difference {name}: {error:.0e}")
    assert error < 1e-9
assert tree.n_leaves_ == len(regions) < 100
# sphinx_gallery_thumbnail_number = -1
plt.show()
