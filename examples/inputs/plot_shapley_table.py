"""
What does each column add, row by row?
======================================

Claim: Shapley values share out a network's prediction for each row among the columns, exactly:
they and the base value add up to the prediction. On the diabetes table two serum measures that
rise together, s1 and s2, are credited with the largest parts, of opposite sign: what one adds the
other takes away. Both together move predictions by less than half as much as either alone, which
an ordering of single columns would not tell.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import as_network
from skinterp.importance import shapley_values

X, y = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
mlp = MLPRegressor(
    hidden_layer_sizes=(8,), solver="lbfgs", alpha=30.0, max_iter=5000, random_state=0
)
network = make_pipeline(StandardScaler(), mlp).fit(X_train, y_train)
print(f"network: R2 on held-out rows {network.score(X_test, y_test):.3f}")

# %%
# Forty held-out patients beside a background of twenty from training: with ten columns all subsets
# of them are asked for.
rows, background = X_test.iloc[:40], X_train.iloc[::17].head(20)
found = shapley_values(network, rows, background=background)
print(found)
print(found.importances().to_frame().round(2).to_string())

# %%
# One patient: the column, its value, what it adds to the disease's progression.
first = found.row(0)
print(first)
first.plot()

# %%
# All of them.
found.plot()

# %%
# The answer.
parts = dict(zip(X.columns, found.values[:, :, 0].T, strict=True))
total = sum(parts.values()) + found.base_values[0]
leading = found.importances().ranking()[:2]
both = parts["s1"] + parts["s2"]
opposed = np.corrcoef(parts["s1"], parts["s2"])[0, 1]
print(f"largest error of the sums: {np.abs(total - network.predict(rows)).max():.0e}")
print(
    f"{' and '.join(leading)} add most, and against each other (r = {opposed:.2f}): both\n"
    f"together move a prediction by {np.abs(both).mean():.1f} in the mean, s1 alone by\n"
    f"{np.abs(parts['s1']).mean():.1f}."
)
assert np.allclose(total, as_network(network).raw_values(rows)[:, 0])
assert set(leading) == {"s1", "s2"} and X["s1"].corr(X["s2"]) > 0.8
assert opposed < -0.8 and np.abs(both).mean() < np.abs(parts["s2"]).mean() / 2
# sphinx_gallery_thumbnail_number = -1
plt.show()
