"""
Which simple form tells the network's story best?
=================================================

Claim: on the breast cancer data, an equation, and a tree and a linear model of grid-searched
complexity, each agree with a network on more than 93 % of the rows held out from them; the best of
them agrees with it more than a random forest trained on the target does; and the forest's two
importances name different inputs, so that they cannot both tell how the network decides.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import GridSearchCV, train_test_split

from skinterp import (
    LinearSurrogateClassifier,
    SymbolicSurrogateClassifier,
    TreeSurrogateClassifier,
    compare_surrogates,
    default_network,
    fidelity_score,
)

X, y = load_breast_cancer(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
network = default_network("binary", random_state=0).fit(X_train, y_train)
print(f"network: held-out accuracy {network.score(X_test, y_test):.3f}")

# %%
# How large must a tree be, how many inputs must a linear model have? The network is fitted and
# never trained again; what the grid search maximises is agreement with it on held-out rows.
trees = GridSearchCV(
    TreeSurrogateClassifier(network=network, random_state=0),
    {"max_leaf_nodes": [2, 4, 8, 16]},
    scoring=fidelity_score,
).fit(X_train)
lines = GridSearchCV(
    LinearSurrogateClassifier(network=network),
    {"max_features": [1, 2, 4, 8, 16]},
    scoring=fidelity_score,
).fit(X_train)
print(f"tree: {trees.best_params_}, fidelity {trees.best_score_:.3f}")
print(f"linear: {lines.best_params_}, fidelity {lines.best_score_:.3f}")

# %%
# Side by side, by cross-validation, beside a forest trained on the target.
comparison = compare_surrogates(
    network,
    X,
    y,
    {
        "symbolic": SymbolicSurrogateClassifier(max_complexity=8, n_points=150, random_state=0),
        "tree": trees.best_estimator_,
        "linear": lines.best_estimator_,
    },
    cv=3,
)
print(comparison)
comparison.plot()

# %%
# What the forest finds important, by both of its measures.
comparison.importances_display().plot()

# %%
# The measure of the claim.
print(f"equation: {comparison.estimators['symbolic'].equation_}")
for form in comparison.estimators:
    fidelity = comparison.mean(form, "fidelity")
    print(f"{form}: fidelity {fidelity:.3f}")
    assert fidelity >= 0.93
best = max(comparison.mean(form, "fidelity") for form in comparison.estimators)
print(f"best: {best:.3f}, random forest: {comparison.mean('random forest', 'fidelity'):.3f}")
assert best > comparison.mean("random forest", "fidelity")
favourites = []
for method, values in comparison.importances.items():
    favourites.append({X.columns[j] for j in values.argsort()[-5:]})
    print(f"{method}: {sorted(favourites[-1])}")
assert favourites[0] != favourites[1]
# sphinx_gallery_thumbnail_number = -1
plt.show()
