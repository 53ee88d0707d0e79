"""
Which few of fifteen inputs are enough?
=======================================

Claim: a network on the gene switch is given fifteen inputs. Its slopes rank three of them first;
networks trained on these three alone are as accurate as those that are given all, and networks
trained on three random inputs are not.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp.importance import partial_derivatives, refit_on_features

folder = Path(__file__).parents[1] if "__file__" in globals() else Path("..")
data = pd.read_csv(folder / "data" / "gene_switch.csv").sample(900, random_state=0)
X, y = data.drop(columns="active"), data["active"]
estimator = make_pipeline(
    StandardScaler(),
    MLPClassifier((12,), alpha=1.0, solver="lbfgs", max_iter=3000, random_state=0),
)
network = estimator.fit(X, y)

# %%
# What the network's slopes say of its inputs: root mean squares over rows, per deviation.
slopes = partial_derivatives(network, X)
ranking = slopes.ranking()
print(ranking[:6])
slopes.plot()

# %%
# The test of a ranking: train on its first few, beside a forest's choice and random ones, on the
# same folds.
check = refit_on_features(estimator, X, y, ranking, sizes=[1, 2, 3], cv=3, n_random=1)
print(check)
print(check.verdict)
check.plot()

# %%
# The answer.
few = check.scores["ranked"]["accuracy"][2].mean()
many = check.all_scores["accuracy"].mean()
random = check.scores["random"]["accuracy"][2].mean()
print(
    f"{', '.join(ranking[:3])} are enough: held-out accuracy {few:.3f} beside {many:.3f} with\n"
    f"all fifteen inputs, and {random:.3f} with three random ones."
)
assert set(ranking[:3]) == {"activator_nM", "activator_kd_nM", "inhibitor_nM"}
assert few > many - 0.01
assert random < few - 0.1
# sphinx_gallery_thumbnail_number = -1
plt.show()
