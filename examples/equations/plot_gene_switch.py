"""
What does the gene switch decide by?
====================================

Claim: a 2x60 network that learned the gene switch from 15 inputs decides by three of them, and one
short formula of these classifies unseen cells at least as well as the network, without it.

The data are simulated (``examples/data/make_gene_switch.py``): a cell is active when
``(activator_nM / activator_kd_nM)**2 / (1 + inhibitor_nM / 25)`` exceeds 1; twelve other inputs,
some of them correlated with these, decide nothing.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import SymbolicSurrogateClassifier, fidelity_score
from skinterp.display import BoundaryDisplay, LinkDisplay

folder = Path(__file__).parents[1] if "__file__" in globals() else Path("..")
data = pd.read_csv(folder / "data" / "gene_switch.csv")
X, y = data.drop(columns="active"), data["active"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=0)

# %%
# The network works, but does not say how.
network = make_pipeline(
    StandardScaler(), MLPClassifier((60, 60), alpha=1.0, max_iter=500, random_state=0)
).fit(X_train, y_train)
print(f"network: held-out accuracy {network.score(X_test, y_test):.3f}")

# %%
# The equation: in the user's names and units, with its threshold.
symbolic = SymbolicSurrogateClassifier(network=network, random_state=0).fit(X_train)
print(f"equation: {symbolic.equation_}")

# %%
# Everything worth knowing that the search found, and why this formula was taken.
front = symbolic.front_
print(front.to_frame()[["formula", "complexity", "loss", "fidelity", "selected"]].to_string())
front.plot()

# %%
# The formula against the network's logit: one monotone curve means that it orders cells alike.
equation, view = symbolic.equation_, symbolic.network_.margin()
LinkDisplay(
    equation.values(X_test),
    view.value(X_test),
    threshold=equation.threshold,
    link=(equation.link.knots_x, equation.link.knots_y),
    formula=str(equation),
).plot()

# %%
# Both boundaries over two inputs, the others held at their medians.
BoundaryDisplay.from_estimator(
    symbolic, X_test, features=("activator_nM", "activator_kd_nM")
).plot()

# %%
# The measure of the claim.
used = {X.columns[j] for j in equation.expression.variables}
accuracy, reference = symbolic.score(X_test, y_test), network.score(X_test, y_test)
fidelity = fidelity_score(symbolic, X_test)
print(f"inputs used: {sorted(used)}")
print(f"accuracy: equation {accuracy:.3f}, network {reference:.3f}; fidelity {fidelity:.3f}")
assert used <= {"activator_nM", "activator_kd_nM", "inhibitor_nM"}
assert accuracy >= reference - 0.01
assert fidelity >= 0.96
# sphinx_gallery_thumbnail_number = -1
plt.show()
