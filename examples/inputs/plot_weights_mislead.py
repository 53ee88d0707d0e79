"""
Weights mislead where slopes do not
===================================

Claim: of a network with two outputs, connection weights (the product of the weight matrices) get
the sign of two of six effects wrong, while the network's own mean derivatives get all of them
right. Garson's shares have no signs at all.

The network (three inputs, five logistic units, two linear outputs) learnt two linear functions of
three standard normal inputs; its weights are a published reference of R's NeuralNetTools.
"""

import matplotlib.pyplot as plt
import numpy as np

from skinterp import as_network
from skinterp.importance import connection_weights, garson, partial_derivatives

# one line per hidden unit: bias, then the weights of the three inputs
hidden = np.array(
    [
        [-0.21822022425, -0.01511810011, -0.16970943294, 0.09992266615],
        [2.22631670442, -0.47023188644, -0.69037937031, 0.34978679989],
        [1.75083644883, -0.44128631719, -0.43358588418, 0.21482071753],
        [1.32456609576, 0.33803872745, 0.27516114794, -0.13536251822],
        [1.06308553888, -0.3142503351, -0.20336303291, 0.10543173366],
    ]
)
outputs = np.array(
    [
        [-0.12300139, 1.23025726, 0.12220241, -0.08947577, -0.54263575, 0.59419499],
        [2.15392888, -2.94233157, -0.38088914, 1.29978195, -1.48733922, 0.02913453],
    ]
)
true_slopes = np.array([[-0.0707, -0.1020, 0.0556], [-0.1310, 0.0061, -0.0149]])

network = as_network(
    (
        [hidden[:, 1:].T, outputs[:, 1:].T],
        [hidden[:, 0], outputs[:, 0]],
        ["logistic", "identity"],
    ),
    feature_names=["x1", "x2", "x3"],
)
X = np.random.default_rng(0).standard_normal((2000, 3))

# %%
# By weights: products along all paths, as if every unit had the slope 1.
weights = connection_weights(network)
print(weights)
weights.plot()

# %%
# By slopes: the exact derivatives, averaged over the rows.
slopes = partial_derivatives(network, X)
print(slopes)
slopes.plot()

# %%
# Garson's shares: sizes only, and (in the usual form) the same for both outputs.
print(garson(network))

# %%
# The reason: on the rows, the units work at different slopes, and those of unit 1, which carries
# most of the second output, are the steepest.
activations = network.hidden_activations(X, layer=0)
print("mean slopes of the five units:", (activations * (1 - activations)).mean(axis=0).round(3))

# %%
# The measure of the claim.
wrong_by_weights = np.sign(weights.values.T) != np.sign(true_slopes)
wrong_by_slopes = np.sign(slopes.values.T) != np.sign(true_slopes)
for name, wrong in (("weights", wrong_by_weights), ("slopes", wrong_by_slopes)):
    print(f"wrong signs by {name}: {wrong.sum()} of {wrong.size}")
assert wrong_by_weights.tolist() == [[False, False, False], [False, True, True]]
assert not wrong_by_slopes.any()
assert np.abs(slopes.values.T - true_slopes).max() < 0.02
# sphinx_gallery_thumbnail_number = -1
plt.show()
