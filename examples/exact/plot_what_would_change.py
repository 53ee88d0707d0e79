"""
What would change the answer
============================

Question: this tumour is taken for malignant; what would have to be otherwise for the network to
answer benign? The fewest columns, and the smallest change of all of them, in the units of the
table and in standard deviations: found by search, verified by the network.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import as_network
from skinterp.hidden import maximise_activation, nearest_boundary

data = load_breast_cancer(as_frame=True)
X = data.data.iloc[:, :10]  # means over the cells of each tumour
y = data.target.map({0: "malignant", 1: "benign"})
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
network = make_pipeline(
    StandardScaler(),
    MLPClassifier(
        (8,), activation="tanh", solver="lbfgs", alpha=1.0, max_iter=500, random_state=0
    ),
)
network.fit(X_train, y_train)
print(f"10-8-2: accuracy {network.score(X_test, y_test):.3f} on held-out rows")

# %%
# A tumour that the network has not seen, and takes for malignant with odds of 20 to 1 or more.
margins = as_network(network).margin(1).value(X_test)
surely = [i for i, margin in enumerate(margins) if margin > 3.0]
row = X_test.iloc[min(surely, key=lambda i: margins[i])]
print(row.round(3).to_string())
found = nearest_boundary(network, row, X_train, label="benign")
print(found)
print(found.to_frame().round(3).to_string())
found.plot()

# %%
# Beside it: which table row, real or not, would the network be surest of?
surest = maximise_activation(as_network(network).margin(1), X_train)
print(surest)
surest.plot()

# %%
# The answer, and its measure: the network itself answers benign, the change of all columns is
# shorter, that of the fewest has fewer columns, and half of either is not enough.
for change in (found.fewest, found.smallest):
    changed = change.row.to_frame().T
    assert network.predict(changed)[0] == "benign" == change.answer
    half = (row + 0.5 * (change.row - row)).to_frame().T
    assert network.predict(half)[0] == "malignant" == found.answer
assert found.fewest.n_changes < found.smallest.n_changes
assert found.smallest.distance <= found.fewest.distance
names = ", ".join(found.fewest.shown)
print(
    f"It would be answered benign with another {names}; or with all columns moved by "
    f"{found.smallest.distance:.2f} standard deviations together."
)
plt.show()
