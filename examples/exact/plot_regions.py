"""
How many pieces does a network need?
====================================

Claim: a 4x40 ReLU network on two circles cuts the range of the data into thousands of linear
regions, of which the 2,000 rows visit hundreds; yet twenty affine functions, merged from
them, decides 95 % of unseen rows as the network does. Many regions do not make a network
complicated.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import make_circles
from sklearn.neural_network import MLPClassifier

from skinterp.exact import LinearRegions, count_regions, slice_regions

X, y = make_circles(2000, noise=0.1, random_state=0)
unseen, _ = make_circles(2000, noise=0.1, random_state=1)
network = MLPClassifier(
    (40, 40, 40, 40), max_iter=2000, early_stopping=True, n_iter_no_change=100, random_state=0
).fit(X, y)

# %%
# All regions of the plane, with the exact decision boundary.
pieces = slice_regions(network, X)
pieces.plot(X, y)

# %%
# The regions that rows visit: their functions, row counts and answers.
regions = LinearRegions(network).fit(X)
frame = regions.to_frame().sort_values("count", ascending=False)
print(f"{regions.n_regions_} regions visited, {(regions.counts_ == 1).sum()} by one row only")
print(frame.head().round(2).to_string())

# %%
# The one with the most rows, as inequalities; those that follow from others are left out.
largest = int(regions.counts_.argmax())
few, many = regions.inequalities(largest), regions.inequalities(largest, minimal=False)
print(f"region {largest}: {len(few)} inequalities instead of {len(many)}")
print(few)

# %%
# How far a row is from the next region, and what each input adds to its log-odds.
print(f"distance of row 0 to the nearest border: {regions.distance_to_border(X[:1])[0]:.4f}")
print(
    f"contributions of its inputs to the log-odds: {regions.contributions(X[:1])[0, 0].round(2)}"
)

# %%
# How few functions are enough.
groups = [1, 2, 3, 5, 10, 20, 50]
fidelity = {n: regions.merge(n).fidelity(unseen) for n in groups}
for n, value in fidelity.items():
    print(f"{n:3d} affine functions: fidelity on unseen rows {value:.3f}")
_, ax = plt.subplots(figsize=(5, 3.4), layout="constrained")
ax.semilogx(groups, list(fidelity.values()), "o-")
ax.set(xlabel="affine functions", ylabel="fidelity on unseen rows")

# %%
# The measure of the claim.
box = (X.min(axis=0), X.max(axis=0))
total = count_regions(network, box).n_regions
print(f"{total} regions in the box, {regions.n_regions_} visited")
assert total == len(pieces) > 1000 > regions.n_regions_ > 100
assert fidelity[20] >= 0.95
# sphinx_gallery_thumbnail_number = -1
plt.show()
