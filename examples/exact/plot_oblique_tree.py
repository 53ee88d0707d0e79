"""
Which questions does a small network ask, in which order?
=========================================================

Claim: a network of four hidden ReLU units, which tells three species of iris apart by the
petal, is exactly a tree of at most eight leaves. Each inner node asks which side of a slanted line
a flower is on; each leaf holds one straight score per species; and the tree answers as the network
does for every flower and far beyond them.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp.exact import ExactTreeClassifier, slice_regions

data = load_iris(as_frame=True)
X = data.data.iloc[:, 2:].rename(columns=lambda name: name.removesuffix(" (cm)"))
y = data.target.map(dict(enumerate(data.target_names)))
network = make_pipeline(
    StandardScaler(),
    MLPClassifier((4,), solver="lbfgs", alpha=0.01, max_iter=5000, random_state=0),
).fit(X, y)
print(f"network: accuracy on the rows that trained it {network.score(X, y):.3f}")

# %%
# The network as a tree, in centimetres.
tree = ExactTreeClassifier(network, mode="whole").fit(X)
print(tree.export_text())
tree.plot()

# %%
# The same as a picture: lines of the questions, and the exact boundaries of the answers.
pieces = slice_regions(network, X)
pieces.plot(X, y)

# %%
# The answer.
rng = np.random.default_rng(0)
far = X.sample(10_000, replace=True, random_state=0) + rng.uniform(-20, 20, size=(10_000, 2))
error = np.abs(tree.predict_proba(far) - network.predict_proba(far)).max()
print(
    f"The network asks {tree.n_leaves_ - 1} questions at most {tree.depth_} deep and has\n"
    f"{tree.n_leaves_} straight answers; no probability differs by more than {error:.0e}."
)
assert 3 < tree.n_leaves_ <= 8 and tree.depth_ <= 4
assert error < 1e-9
# sphinx_gallery_thumbnail_number = -1
plt.show()
