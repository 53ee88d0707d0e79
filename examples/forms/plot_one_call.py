"""
What does the network decide by, and how far can I trust the answer?
====================================================================

Claim: one call compares every form of explanation on rows that it was not fitted on, ranks the
inputs, and says first what is worth saying: on the ten mean columns of the breast cancer table a
form of at most twenty things to read answers as the network does in more than 93 % of held-out
rows, and closes most of what a guess leaves open.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

from skinterp import default_network, explain

data = load_breast_cancer(as_frame=True)
X = data.data.filter(like="mean ")
y = data.target.map(dict(enumerate(data.target_names)))
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
network = default_network("binary", random_state=0).fit(X_train, y_train)

# %%
# The call. The rows are those that the network has not been trained on.
found = explain(network, X_test, y_test, forms=["tree", "linear", "hinges"], max_atoms=20, cv=3)
print(found.to_dict()["headline"]["text"].replace(". ", ".\n"))

# %%
# The whole report as text; ``found.report("x.html")`` writes the page that one hands on, and
# ``found.save("x.json")`` what was found.
print(found)
with tempfile.TemporaryDirectory() as folder:
    page = Path(folder) / "cancer.html"
    found.report(page)
    print(f"the report is one file of {page.stat().st_size / 1024:.0f} kB")

# %%
# Faithfulness against size, all forms.
found.comparison.plot()

# %%
# The answer.
headline = found.headline
print(
    f"The network decides by what the {headline.form} form says in {headline.atoms} atoms: the\n"
    f"same class in {headline.fidelity:.1%} of held-out rows, where a guess has\n"
    f"{headline.guess:.1%}."
)
assert headline.atoms <= 20
assert headline.fidelity > 0.93
assert 1 - headline.fidelity < (1 - headline.guess) / 2
# sphinx_gallery_thumbnail_number = -1
plt.show()
