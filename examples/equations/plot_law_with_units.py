"""
Which law did the regression learn, in which units?
===================================================

Claim: a network learns the distance in which a car stops from its speed, the driver's reaction
time, the deceleration of the brakes, and two inputs that do nothing. Told the units, the search
for formulas returns the law: reaction distance plus braking distance, with a constant that is a
half, and no formula that adds metres to seconds.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import SymbolicSurrogateRegressor, fidelity_score
from skinterp.display import LinkDisplay

UNITS = {
    "speed": "m/s",
    "reaction": "s",
    "braking": "m/s**2",
    "air_temperature": "K",
    "load": "kg",
}
rng = np.random.default_rng(0)
n = 1500
X = pd.DataFrame(
    {
        "speed": rng.uniform(5, 35, n),
        "reaction": rng.uniform(0.5, 2, n),
        "braking": rng.uniform(4, 9, n),
        "air_temperature": rng.uniform(265, 305, n),
        "load": rng.uniform(0, 500, n),
    }
)
law = X["speed"] * X["reaction"] + X["speed"] ** 2 / (2 * X["braking"])
y = law * rng.normal(1, 0.02, n)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
mlp = MLPRegressor(
    hidden_layer_sizes=(30,),
    activation="tanh",
    solver="lbfgs",
    alpha=1.0,
    max_iter=5000,
    random_state=0,
)
network = make_pipeline(StandardScaler(), mlp).fit(X_train, y_train)
print(f"network: R2 on held-out rows {network.score(X_test, y_test):.4f}")

# %%
# With units a formula is consistent if what it adds has one unit; constants that it shows may
# carry one.
symbolic = SymbolicSurrogateRegressor(network, units=UNITS, random_state=0).fit(X_train)
equation = symbolic.equation_
print(equation)
print(equation.constants_)

# %%
# The rivals that the search found, and why this one was taken.
print(symbolic.front_)
symbolic.front_.plot()

# %%
# The equation against the network, on held-out rows.
LinkDisplay.from_estimator(symbolic, X_test).plot()

# %%
# The answer.
used = {X.columns[j] for j in equation.expression.variables}
fidelity = fidelity_score(symbolic, X_test)
error = np.abs(symbolic.predict(X_test) / law[X_test.index] - 1)
print(
    f"The network computes {equation}: R2 to it on held-out rows {fidelity:.4f}, and half of the\n"
    f"distances are within {error.median():.1%} of the law without noise."
)
assert used == {"speed", "reaction", "braking"}
assert fidelity > 0.99
assert error.median() < 0.02
# sphinx_gallery_thumbnail_number = -1
plt.show()
