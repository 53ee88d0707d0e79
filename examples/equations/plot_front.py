"""
Which formula of the front shall I take?
========================================

Claim: the search does not find one formula but a front of them, from short to faithful. On a
simulated decision with a law and a small correction, the elbow of the front is the law; the rule
for the most faithful formula takes one that is longer; and what a formula costs or gains can be
read off before choosing.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from skinterp import SymbolicSurrogateClassifier, as_network, fidelity_score

rng = np.random.default_rng(0)
names = ["dose", "weight", "time", "noise"]
X = pd.DataFrame(rng.uniform(0.5, 3.0, size=(800, 4)), columns=names)
X_test = pd.DataFrame(rng.uniform(0.5, 3.0, size=(800, 4)), columns=names)
into, out = rng.normal(size=(4, 4)), 0.05 * rng.normal(size=4)


def logit(X):
    """A law, dose/weight against a threshold, and a small correction by four hidden units."""
    return 4 * np.tanh(np.log(X[:, 0] / X[:, 1]) + np.tanh(X @ into - 2) @ out)


network = as_network(logit, n_features_in=4, classes=["safe", "toxic"], feature_names=names)

# %%
# The front: loss and fidelity of each formula against its size; near-ties are marked.
found = SymbolicSurrogateClassifier(network, select="elbow", n_points=300, random_state=0).fit(X)
front = found.front_
print(front)
front.plot()

# %%
# Where two of its formulas decide differently, and the row that would tell them apart.
difference = front.compare(0, len(front) - 1, X)
print(difference)
difference.plot()


# %%
# Another rule takes another formula of such a front: a function of the candidates, too.
def cheapest(candidates):
    """A rule of one's own."""
    return min(range(len(candidates)), key=lambda k: candidates[k].cost)


rules = {"elbow": found}
for rule in ("accurate", cheapest):
    other = SymbolicSurrogateClassifier(network, select=rule, n_points=300, random_state=0)
    rules[getattr(rule, "__name__", rule)] = other.fit(X)
for rule, surrogate in rules.items():
    fidelity = fidelity_score(surrogate, X_test)
    print(f"{rule:>13}: {surrogate.equation_}, fidelity on new rows {fidelity:.3f}")

# %%
# The answer.
elbow, most = (fidelity_score(rules[rule], X_test) for rule in ("elbow", "accurate"))
sizes = [rules[rule].equation_.complexity for rule in ("elbow", "accurate")]
print(
    f"For the law take the elbow, {found.equation_} ({elbow:.1%} of new rows); to replace the\n"
    f"network the most faithful one, {sizes[1]} atoms instead of {sizes[0]} ({most:.1%})."
)
assert {X.columns[j] for j in found.equation_.expression.variables} == {"dose", "weight"}
assert elbow > 0.96 and most >= elbow and sizes[1] > sizes[0]
# sphinx_gallery_thumbnail_number = -1
plt.show()
