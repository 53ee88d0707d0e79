"""
Which mushrooms does the network call poisonous?
================================================

Claim: a network trained on a table of texts (``OneHotEncoder`` and a multilayer perceptron in one
pipeline) decides by three rules, one of them about pairs of columns; its expansion to second order
shows them, ignores the columns that decide nothing, and classifies unseen mushrooms as the network
does.

The data are simulated with a known rule: a mushroom is poisonous if it smells foul or fishy, or if
it has no smell and its spores are green, or if its gills are narrow and it grows in a town. Cap
colour, ring and bruises decide nothing.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from skinterp import fidelity_score
from skinterp.expansion import CategoricalExpansion

COLUMNS = {
    "odour": ["almond", "none", "foul", "fishy"],
    "spores": ["brown", "white", "green"],
    "gills": ["broad", "narrow"],
    "habitat": ["woods", "grass", "town"],
    "cap colour": ["red", "brown", "white", "yellow"],
    "ring": ["none", "one", "two"],
    "bruises": ["no", "yes"],
}
rng = np.random.default_rng(0)
X = pd.DataFrame({name: rng.choice(values, size=4000) for name, values in COLUMNS.items()})
smells = X["odour"].isin(["foul", "fishy"])
spores = (X["odour"] == "none") & (X["spores"] == "green")
gills = (X["gills"] == "narrow") & (X["habitat"] == "town")
y = np.where(smells | spores | gills, "poisonous", "edible")
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=0)

# %%
# The network takes the table of texts.
encoder = make_column_transformer((OneHotEncoder(), list(COLUMNS)))
network = make_pipeline(
    encoder, MLPClassifier((30,), activation="tanh", alpha=0.1, max_iter=500, random_state=0)
).fit(X_train, y_train)
print(f"network: held-out accuracy {network.score(X_test, y_test):.3f}")

# %%
# Its logit as a constant, fields, and couplings, in the zero-sum gauge.
expansion = CategoricalExpansion(network).fit(X_train)
print(expansion.expansion_)
expansion.expansion_.plot("variance")
expansion.expansion_.plot("fields")

# %%
# The strongest couplings, and one of them category by category.
for pair, share in list(expansion.sobol_indices_.items())[:8]:
    print(f"{share:6.1%}  {' x '.join(pair)}")
expansion.expansion_.plot("graph")
expansion.expansion_.plot("pair", pair=("odour", "spores"))

# %%
# One mushroom: what speaks for and against.
explanation = expansion.explain(X_test.iloc[[4]])
print(explanation)
explanation.plot()

# %%
# The measure of the claim.
fidelity = fidelity_score(expansion, X_test)
shares = expansion.sobol_indices_
decoys = {"cap colour", "ring", "bruises"}
of_decoys = sum(share for names, share in shares.items() if decoys & set(names))
strongest = [names for names in shares if len(names) == 2][:4]
print(f"fidelity on unseen mushrooms {fidelity:.3f}; share of the decoys {of_decoys:.1%}")
print(f"R2 of the logit by order, on the data: {expansion.truncation_r2_['data'].round(3)}")
assert fidelity >= 0.97
assert of_decoys < 0.03
assert {("odour", "spores"), ("gills", "habitat")} <= set(strongest)
# sphinx_gallery_thumbnail_number = -1
plt.show()
