"""
Representations by layer
========================

Question: where in a network do the classes come apart, and when in its training? A table of
measures by layer: scatter between classes over scatter within them, the share of nearest
neighbours of the same class, and the accuracy of a linear probe on held-out rows.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from skinterp.hidden import layer_history, layer_report

# %%
# Three classes wound around each other: no straight line tells them apart.
rng = np.random.default_rng(0)
turn, y = rng.uniform(0.15, 1.0, 900), np.repeat(["first", "second", "third"], 300)
angle = 4.5 * turn + 2 * np.pi / 3 * np.repeat([0, 1, 2], 300)
X = np.column_stack([turn * np.cos(angle), turn * np.sin(angle)])
X += 0.02 * rng.normal(size=X.shape)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
network = MLPClassifier((20, 10), activation="tanh", solver="lbfgs", alpha=1e-3, max_iter=2000)
network.set_params(random_state=0).fit(X_train, y_train)
print(f"2-20-10-3: accuracy {network.score(X_test, y_test):.3f} on held-out rows")

# %%
# By layer, on rows that the network has not seen.
report = layer_report(network, X_test, y_test)
print(report.to_frame().round(3))
report.plot()

# %%
# In the course of training: the layers learn one after the other.
learner = MLPClassifier(
    (20, 10), activation="tanh", learning_rate_init=0.01, batch_size=50, random_state=0
)
history = layer_history(learner, X, y, epochs=[1, 5, 10, 20, 40, 80, 160])
print(history)
history.plot()

# %%
# The answer, and its measure.
probe = dict(zip(report.layers, report.probe, strict=True))
assert probe["input"] < 0.8 < 0.95 < probe["hidden layer 1"]
assert report.separation[-1] > 3 * report.separation[:-1].max()
first, last = history.reports[0], history.reports[-1]
assert last.probe[2] > first.probe[2] + 0.2
assert last.separation[-1] > 5 * first.separation[-1]
print(
    f"A linear probe reads {probe['input']:.0%} of the classes off the input, "
    f"{probe['hidden layer 0']:.0%} off the first hidden layer and {probe['hidden layer 1']:.0%} "
    "off the second, on held-out rows: there they have come apart."
)
plt.show()
