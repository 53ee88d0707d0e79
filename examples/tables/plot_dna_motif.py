"""
What does a network read in DNA?
================================

Claim: a network trained on sequences of 30 bases reads a motif of six bases and one interaction
between two distant positions; its exact expansion, over all 4**30 sequences, shows the motif as
fields and the interaction as the one strong coupling, and nothing at the other positions.

The sequences are simulated: at positions 11 to 16 the bases of TATAAT each raise the odds, and
positions 4 and 24 raise them when they are complementary (A with T, C with G), whatever the bases.
22 positions decide nothing.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from skinterp.expansion import CategoricalExpansion

BASES, MOTIF, START, PAIR = "ACGT", "TATAAT", 11, (4, 24)
rng = np.random.default_rng(0)
codes = rng.integers(4, size=(20_000, 30))
motif = codes[:, START : START + 6] == [BASES.index(base) for base in MOTIF]
is_pair = codes[:, PAIR[0]] + codes[:, PAIR[1]] == 3
logit = 1.5 * (motif.sum(axis=1) - 1.5) + 4.0 * (is_pair - 0.25)
X = np.array(list(BASES))[codes]
y = rng.random(len(X)) < 1.0 / (1.0 + np.exp(-logit))
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)

# %%
# A network with one hidden layer takes the letters.
network = make_pipeline(
    OneHotEncoder(),
    MLPClassifier((32,), alpha=3.0, early_stopping=True, max_iter=100, random_state=0),
).fit(X_train, y_train)
print(f"network: held-out accuracy {network.score(X_test, y_test):.3f}")

# %%
# With one hidden layer the expansion is exact, though there are 1e18 sequences.
expansion = CategoricalExpansion(network).fit(X_train)
result = expansion.expansion_
print(f"{expansion.method_}, coefficients to within {expansion.error_:.0e}")
print(result)
result.plot("fields")

# %%
# Couplings between positions, as they are and with the average product subtracted.
_, axes = plt.subplots(1, 2, figsize=(12, 5), layout="constrained")
result.plot("couplings", ax=axes[0])
result.plot("couplings", corrected=True, ax=axes[1])
result.plot("pair")

# %%
# A reference sequence gives another expansion of the same network, and a worse truncation.
anchored = expansion.convert("reference")
r2 = {gauge: e.truncation_r2_["measure"].round(2) for gauge, e in
      {"zero-sum": expansion, "reference": anchored}.items()}  # fmt: skip
print(f"R2 at orders 1 and 2: {r2}")

# %%
# The measure of the claim.
strength = np.array([np.abs(field).max() for field in expansion.fields_.values()])
found = sorted(np.argsort(-strength)[:6].tolist())
read = "".join(BASES[expansion.fields_[f"x{i}"].argmax()] for i in found)
shares = expansion.sobol_indices_
first, second, *_ = (names for names in shares if len(names) == 2)
print(f"positions with the largest fields: {found}, their bases: {read}")
print(f"strongest coupling: {first}, {shares[first] / shares[second]:.0f} times the next")
assert found == list(range(START, START + 6)) and read == MOTIF
assert first == ("x4", "x24") and shares[first] > 5 * shares[second]
assert r2["zero-sum"][1] > r2["reference"][1]
# sphinx_gallery_thumbnail_number = -1
plt.show()
