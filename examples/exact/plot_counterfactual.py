"""
What is the smallest change that would have been answered otherwise?
====================================================================

Claim: for an applicant whose loan a small network refuses, the nearest change of income and debt
that it grants is found with a proof that no nearer one exists; the applicant's age is held. How
far all inputs may move without another answer is proven, too, and so is which answers the network
can give at all to people of this age.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import as_network
from skinterp.exact import nearest_counterfactual, reach_class, robustness_radius, slice_regions

rng = np.random.default_rng(0)
n = 1200
X = pd.DataFrame(
    {
        "income": rng.lognormal(3.5, 0.4, n),  # thousands a year
        "debt": rng.lognormal(2.8, 0.7, n),  # thousands
        "age": rng.uniform(20, 70, n),
    }
)
score = X["income"] - 1.2 * X["debt"] + 0.2 * (X["age"] - 45)
y = np.where(score + rng.normal(0, 2, n) > 8, "granted", "refused")
network = make_pipeline(
    StandardScaler(),
    MLPClassifier((8,), solver="lbfgs", alpha=0.1, max_iter=500, random_state=0),
).fit(X, y)
print(f"network: accuracy on the rows that trained it {network.score(X, y):.3f}")

# %%
# An applicant, and the nearest other answer by income and debt, each change measured in standard
# deviations.
refused = X[network.predict(X) == "refused"]
row = refused[refused["income"].between(30, 35) & refused["debt"].between(25, 35)].iloc[[0]]
box = (X.min().to_numpy(), X.max().to_numpy())
change = nearest_counterfactual(
    network, row, "granted", box=box, features=["income", "debt"], scale=X.std().to_numpy()
)
print(row.round(1).to_string())
print(change)

# %%
# How far all three may move without another answer, and which answers there are at this age.
radius = robustness_radius(network, row, box=box, scale=X.std().to_numpy())
print(radius)
here = (box[0].copy(), box[1].copy())
here[0][2] = here[1][2] = row["age"].item()
reached = {label: reach_class(network, here, label).is_reached for label in ("granted", "refused")}
print(reached)

# %%
# The applicant, the change, and the exact boundary at this age.
pieces = slice_regions(network, X, features=("income", "debt"), origin=row.to_numpy()[0])
display = pieces.plot()
ax = display.ax_
start, end = row.to_numpy()[0, :2], np.asarray(change.point)[:2]
ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "lw": 2})
ax.plot(*start, "o", color="black", ms=8, label="the applicant, refused")
ax.plot(*end, "*", color="black", ms=12, label="nearest granted")
ax.legend(loc="upper right")

# %%
# The answer.
moves = ", ".join(f"{name} {np.round(value, 1)}" for name, value in change.changes.items())
print(
    f"The nearest loan granted changes {moves}; it is {change.distance:.2f} standard deviations\n"
    f"away, and none is nearer than {change.bound:.2f}."
)
assert change.answer == "granted" and change.is_proven
assert network.predict(change.row)[0] == "granted"
assert set(change.changes) <= {"income", "debt"}
assert reached == {"granted": True, "refused": True}
assert radius.bound <= radius.distance
nearby = row.to_numpy()[0] + X.std().to_numpy() * radius.bound * rng.uniform(-1, 1, (5000, 3))
answers = as_network(network).predict(np.clip(nearby, *box))
assert (answers == "refused").all()
# sphinx_gallery_thumbnail_number = -1
plt.show()
