"""
Why this answer for this flower, and what would change it?
==========================================================

Claim: one row is explained by the network's answer and those of the simple forms, by the path
through a tree, and by what each column adds, which adds up to the network's output. A longer and
wider petal, all else the same, would have made the flower another species, for the network and for
both forms.
"""

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

from skinterp import default_network, explain
from skinterp.display import BoundaryDisplay, ContributionsDisplay
from skinterp.importance import shapley_values

data = load_iris(as_frame=True)
X, y = data.data, data.target.map(dict(enumerate(data.target_names)))
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
network = default_network("multiclass", random_state=0).fit(X_train, y_train)
found = explain(network, X_test, y_test, forms=["tree", "linear"], importances=False, cv=2)

# %%
# A flower of the species versicolor: the answers, the path, the terms and the contributions.
index = int((network.predict(X_test) == "versicolor").argmax())
row = found.row(index)
print(row)

# %%
# The same flower with a larger petal.
larger = X_test.iloc[index].to_dict() | {"petal length (cm)": 5.6, "petal width (cm)": 2.2}
changed = found.row(larger)
print(changed.answers)
print("\n".join(f"{step}: {value}" for step, value in changed.steps["tree"]))

# %%
# What each column adds to the logit of virginica, against the other flowers, for both.
flowers = pd.DataFrame([X_test.iloc[index].to_dict(), larger])
virginica = list(network.classes_).index("virginica")
added = shapley_values(network, flowers, background=X_test).values[:, :, virginica]
ContributionsDisplay(
    dict(zip(["this flower", "a larger petal"], added, strict=True)), list(X), name="Adds to logit"
).plot()

# %%
# Where the flower lies: network and tree over the petal, the sepal as this flower's.
petal = ("petal length (cm)", "petal width (cm)")
tree = found.comparison.estimators["tree"]
display = BoundaryDisplay.from_estimator(tree, X_test, features=petal, at=X_test.iloc[index])
ax = display.plot().ax_
start, end = [X_test.iloc[index][name] for name in petal], [larger[name] for name in petal]
ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "lw": 2})
ax.plot(*start, "o", color="black", ms=8)

# %%
# The answer.
print(
    f"The network says {row.answers['network']}, and both forms agree, by the rules above;\n"
    f"with a petal of 5.6 x 2.2 cm all say {changed.answers['tree']}."
)
assert all(answer.startswith("versicolor") for answer in row.answers.values())
assert all(answer.startswith("virginica") for answer in changed.answers.values())
rises = dict(zip(X, added[1] - added[0], strict=True))
assert min(rises[name] for name in petal) > max(rises[name] for name in set(X) - set(petal))
# sphinx_gallery_thumbnail_number = -1
plt.show()
