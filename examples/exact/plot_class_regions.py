"""
Where exactly does the network answer which class?
==================================================

Claim: a 2x30 ReLU network on two circles has hundreds of linear regions, but they say two classes
only. Merged exactly where they give one class they are far fewer convex cells, which answer as the
network does at every point, and a boundary of straight pieces, each with its share.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_circles
from sklearn.neural_network import MLPClassifier

from skinterp.exact import class_regions, slice_regions

X, y = make_circles(600, noise=0.08, factor=0.5, random_state=0)
y = np.where(y == 1, "inner", "outer")
network = MLPClassifier((30, 30), alpha=0.01, max_iter=600, random_state=0).fit(X, y)

# %%
# All linear regions of the plane.
pieces = slice_regions(network, X)
print(f"{len(pieces)} linear regions")
pieces.plot(X, y)

# %%
# Merged where they give one class: cells, and the boundary by its largest pieces.
classes = class_regions(network, X)
print(classes)
boundary = classes.to_frame()
print(boundary.head().round(3).to_string())
print(classes.inequalities(0))

# %%
# The cells, by the class answered, and the rows.
box = np.array([X.min(axis=0), X.max(axis=0)])
across, up = np.meshgrid(*(np.linspace(*ends, 300) for ends in box.T))
cells = classes.apply(np.column_stack([across.ravel(), up.ravel()])).reshape(across.shape)
_, ax = plt.subplots(figsize=(4.6, 4.2), layout="constrained")
outer = np.array(classes.labels)[cells] == "outer"
ax.contourf(across, up, outer, levels=[-0.5, 0.5, 1.5], colors=["#cce3f0", "#f7dfcc"])
for cell in range(classes.n_cells):
    ax.contour(across, up, cells == cell, levels=[0.5], colors="gray", linewidths=0.6)
for label, color, marker in (("inner", "#0072b2", "o"), ("outer", "#d55e00", "v")):
    ax.plot(*X[y == label].T, marker, ms=3, color=color, label=label)
ax.set(xlabel="x0", ylabel="x1", title=f"{classes.n_cells} convex cells of two classes")
ax.legend(loc="upper right")

# %%
# The answer, at random points.
points = np.random.default_rng(0).uniform(*box, size=(10_000, 2))
same = (classes.predict(points) == network.predict(points)).mean()
print(
    f"{classes.n_regions} linear regions are {classes.n_cells} convex cells of one class each:\n"
    f"the same answers as the network's at {same:.0%} of 10,000 points."
)
assert same == 1.0
assert classes.n_cells < classes.n_regions / 4
assert len(pieces) == classes.n_regions
# sphinx_gallery_thumbnail_number = -1
plt.show()
