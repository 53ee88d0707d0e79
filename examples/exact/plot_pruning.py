"""
The simplest network that still answers the same
================================================

Claim: of the thousands of weights of a 2x60 network on the gene switch, fewer than one in fifty
are enough to answer unseen cells as the network does in 98 % of the cases. What is left is small
enough to write down.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import as_network
from skinterp.exact import ExactTreeClassifier
from skinterp.pruning import PrunedMLPClassifier

folder = Path(__file__).parents[1] if "__file__" in globals() else Path("..")
data = pd.read_csv(folder / "data" / "gene_switch.csv")
X, y = data.drop(columns="active"), data["active"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=0)
network = make_pipeline(
    StandardScaler(), MLPClassifier((60, 60), alpha=1.0, max_iter=500, random_state=0)
).fit(X_train, y_train)

# %%
# Exactly first: units without which the network computes the same. Then weight after weight, the
# least important first, with tuning in between. The whole path is kept.
pruned = PrunedMLPClassifier(network, random_state=0).fit(X_train, y_train)
# On rows that neither training nor pruning has seen, a smaller network is no worse.
scores = pruned.path_.scores(X_test, y_test)
print(scores)
pruned.plot_path(X_test, y_test)

# %%
# What is left: which inputs, how many units, and the formula of the log-odds.
small = pruned.pruned_network_
print(f"inputs used: {pruned.used_features_}, hidden units: {small.hidden_layer_sizes}")
print(pruned.to_sympy(digits=3))

# %%
# It is a network like any other: its exact tree has few leaves.
tree = ExactTreeClassifier(small, mode="whole", box="unbounded").fit(X_train)
print(tree.export_text())

# %%
# The measure of the claim.
whole, lossless = (step.network for step in pruned.path_[:2])
rows = X_test.to_numpy()
change = np.abs(whole.raw_values(rows) - lossless.raw_values(rows)).max()
fidelity = np.mean(pruned.predict(X_test) == network.predict(X_test))
kept = pruned.n_weights_ / pruned.path_[0].n_weights
print(f"the exact stage changes log-odds by {change:.0e}")
print(f"{pruned.n_weights_} weights ({kept:.2%}), fidelity on unseen cells {fidelity:.3f}")
print(f"accuracy {pruned.score(X_test, y_test):.3f}, network {network.score(X_test, y_test):.3f}")
assert change < 1e-9 * np.abs(as_network(network).raw_values(rows)).max()
assert kept < 0.02 and fidelity >= 0.98
# sphinx_gallery_thumbnail_number = -1
plt.show()
