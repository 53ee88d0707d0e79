"""Concepts of hidden units and of outputs that are only ordinal, up to a monotone function.

``python benchmarks/latent.py [--quick] [--seeds 0 1]`` trains networks in which a law g(x) is
hidden: regressors of a monotone function of g (scikit-learn), Siamese networks that tell whether
two rows have nearly the same g, others that tell which of two rows has more of it, and bottlenecks
of one unit from which several signals of g are reconstructed (torch). ``match="directions"`` must
find g up to a monotone function: mean |cos| of gradients, nodes beside the truth's.
"""

import argparse
import time
import warnings

import numpy as np
import torch
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

from skinterp import SymbolicSurrogateRegressor, as_network
from skinterp.expression import parse

N_ROWS, N_STEPS, RECOVERED = 3000, 600, 0.995

# name: (kind, law, box, monotone function of the standardised law)
LAWS = {
    "D01": ("distorted", "x0*x1/x2", (0.5, 2.5, 4), np.tanh),
    "D02": ("distorted", "x0**2 + 2*x1**2", (0.5, 2.5, 4), lambda g: np.log(g + 3)),
    "D03": ("distorted", "x0*x1 - x2", (0.5, 2.5, 4), lambda g: 1 / (1 + np.exp(-2 * g))),
    "D04": ("distorted", "x0/x1**2", (0.5, 2.5, 4), lambda g: np.sqrt(g + 2)),
    "D05": ("distorted", "x0 + sin(2*x1)", (0.5, 2.5, 4), lambda g: g**3 + g),
    "D06": ("distorted", "exp(-x0)*x1", (0.5, 2.5, 4), lambda g: np.exp(1.5 * g)),
    "S01": ("siamese", "x0*x1/x2", (0.5, 2.5, 4), np.tanh),
    "R01": ("ranking", "x0**2 + x1**2", (-2.0, 2.0, 3), np.tanh),
    "R02": ("ranking", "x0*x3 - x1*x2", (-2.0, 2.0, 5), np.tanh),
    "S02": ("siamese", "x0/x1**2", (0.5, 2.5, 4), np.tanh),
    "A01": ("bottleneck", "x0*x1**2", (0.5, 2.0, 4), None),
    "A02": ("bottleneck", "x0**2 + x1*x2", (-2.0, 2.0, 4), None),
    "A03": ("bottleneck", "(x0 - x1)/x2", (0.5, 2.5, 4), None),
    "A04": ("bottleneck", "x0 + 2*x1 - x2", (-1.0, 1.0, 5), None),
}


def standardised(values):
    """Return values with mean 0 and deviation 1."""
    return (values - values.mean()) / values.std()


def distorted(X, g, function, seed):
    """Return a network that was trained on a monotone function of the law."""
    model = make_pipeline(
        StandardScaler(),
        MLPRegressor(
            hidden_layer_sizes=(60, 60), activation="tanh", max_iter=400, random_state=seed
        ),
    )
    return as_network(model.fit(X, standardised(function(g)))).output(0)


def _encoder(X):
    first = nn.Linear(X.shape[1], 60)
    with torch.no_grad():  # inputs are standardised by the first layer
        scale = torch.as_tensor(X.std(axis=0))
        first.weight /= scale
        first.bias -= first.weight @ torch.as_tensor(X.mean(axis=0))
    return nn.Sequential(first, nn.Tanh(), nn.Linear(60, 60), nn.Tanh(), nn.Linear(60, 1))


def _descend(parameters, loss, n_steps):
    optimiser = torch.optim.Adam(parameters, lr=3e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, n_steps)
    for _ in range(n_steps):
        optimiser.zero_grad()
        value = loss()
        value.backward()
        optimiser.step()
        schedule.step()


def siamese(X, g, function, seed):
    """Return the embedding of a network that tells whether two rows have nearly the same law."""
    rng = np.random.default_rng(seed)
    encoder, same = _encoder(X), nn.Linear(1, 1)
    rows, target = torch.as_tensor(X), torch.as_tensor(function(g))

    def loss():
        other = torch.as_tensor(rng.permutation(len(X)))
        z = encoder(rows)
        logit = same(torch.abs(z - z[other]))[:, 0]
        near = (torch.abs(target - target[other]) < 0.3).double()
        return nn.functional.binary_cross_entropy_with_logits(logit, near)

    _descend([*encoder.parameters(), *same.parameters()], loss, 4 * N_STEPS)
    return as_network(encoder).output(0)


def ranking(X, g, function, seed):
    """Return the score of a network that tells which of two rows has more of the law."""
    rng = np.random.default_rng(seed)
    encoder = _encoder(X)
    rows, target = torch.as_tensor(X), torch.as_tensor(function(g))

    def loss():
        other = torch.as_tensor(rng.permutation(len(X)))
        z = encoder(rows)
        more = (target > target[other]).double()[:, None]
        return nn.functional.binary_cross_entropy_with_logits(z - z[other], more)

    _descend(encoder.parameters(), loss, N_STEPS)
    return as_network(encoder).output(0)


def bottleneck(X, g, function, seed):
    """Return the one unit through which a network reconstructs several signals of the law."""
    encoder = _encoder(X)
    decoder = nn.Sequential(nn.Linear(1, 40), nn.Tanh(), nn.Linear(40, 3))
    signals = np.stack([np.sin(2 * g), np.exp(g / 2), np.tanh(g)], axis=1)
    rows, target = torch.as_tensor(X), torch.as_tensor(signals)

    def loss():
        return ((decoder(encoder(rows)) - target) ** 2).mean()

    _descend([*encoder.parameters(), *decoder.parameters()], loss, N_STEPS)
    return as_network(encoder).output(0)


KINDS = {"distorted": distorted, "siamese": siamese, "ranking": ranking, "bottleneck": bottleneck}


def mean_cosine(found, law, X):
    """Return mean |cos| between the gradients of a formula and of the law."""
    a, b = found.value_and_gradient(X)[1], law.value_and_gradient(X)[1]
    with np.errstate(all="ignore"):
        cosine = (
            np.abs((a * b).sum(axis=1)) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
        )
    return float(np.where(np.isfinite(cosine), cosine, 0.0).mean())


def run(name, seed):
    """Train a network and read its concept; print and return whether it is the law."""
    kind, text, (low, high, d), function = LAWS[name]
    torch.manual_seed(seed)
    X = np.random.default_rng(seed).uniform(low, high, size=(N_ROWS, d))
    law = parse(text)
    view = KINDS[kind](X, standardised(law.evaluate(X)), function, seed)
    own = mean_cosine_of(view, law, X)
    start = time.process_time()
    surrogate = SymbolicSurrogateRegressor(view, match="directions", random_state=seed).fit(X)
    seconds = time.process_time() - start
    concept = mean_cosine(surrogate.equation_.expression, law, X)
    is_short = surrogate.complexity_ <= 1.3 * law.complexity + 3
    is_found = concept >= RECOVERED and is_short
    print(
        f"{name} {kind:10} seed {seed} {'found ' if is_found else 'missed'} {concept:.4f} "
        f"(network's own {own:.4f}) {surrogate.complexity_}/{law.complexity} nodes "
        f"{seconds:.1f} s  {text}: {surrogate.equation_.expression}",
        flush=True,
    )
    return is_found


def mean_cosine_of(view, law, X):
    """Return mean |cos| between the gradients of a network and of the law."""
    a, b = view.gradient(X), law.value_and_gradient(X)[1]
    cosine = np.abs((a * b).sum(axis=1)) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    return float(np.nan_to_num(cosine).mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three networks")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    arguments = parser.parse_args()
    names = ["D01", "R01", "A01"] if arguments.quick else list(LAWS)
    warnings.simplefilter("ignore")
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    found = [run(name, seed) for seed in arguments.seeds for name in names]
    print(f"found {sum(found)} of {len(found)}")


if __name__ == "__main__":
    main()
