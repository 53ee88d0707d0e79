"""
Which rankings survive another training
=======================================

Claim: twelve networks that classify wines equally well (13 inputs, one hidden layer of 8) rank
the inputs differently. Rankings by weights change most from one training to the next, those by
asking the network change less, and a forest's hardly change. Only what survives is worth a story;
and whether the favourites carry the signal is seen by training on them alone.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_wine
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp.evaluation import compare_importances
from skinterp.importance import importance_stability, refit_on_features, variable_embedding

X, y = load_wine(return_X_y=True, as_frame=True)
X = X.rename(columns={"od280/od315_of_diluted_wines": "od280_od315"})
estimator = make_pipeline(
    StandardScaler(), MLPClassifier((8,), max_iter=2000, solver="lbfgs", random_state=0)
)
network = estimator.fit(X, y)

# %%
# One network, every method, beside a forest.
comparison = compare_importances(network, X, y, surrogates=["tree", "linear"])
print(comparison)
comparison.plot()

# %%
# Twelve networks with other seeds.
stability = importance_stability(estimator, X, y, n_repeats=12)
print(stability)
stability.plot()

# %%
# Which inputs one of the networks treats alike.
variable_embedding(network, X).plot()

# %%
# Do the favourites carry the signal? Networks trained on the first few of the ranking by
# permutation, against a forest's choice and random ones, on the same folds.
k = stability.methods.index("permutation")
ranking = [X.columns[j] for j in stability.mean_ranks[k].argsort(kind="stable")]
check = refit_on_features(estimator, X, y, ranking, sizes=[1, 2, 3, 5, 8], n_random=1)
print(check)
check.plot()

# %%
# The measure of the claim.
tau = dict(zip(stability.methods, stability.stability, strict=True))
print({method: round(float(value), 2) for method, value in tau.items()})
assert stability.scores.min() > 0.9
assert tau["garson"] < tau["permutation"] < tau["forest"]
assert tau["garson"] < 0.7 < tau["forest"]
assert check.scores["ranked"]["accuracy"][3].mean() > check.scores["random"]["accuracy"][3].mean()
# sphinx_gallery_thumbnail_number = -1
plt.show()
