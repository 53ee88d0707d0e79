"""Attributions beside those of captum and shap: how far apart they are, and what they cost.

``python benchmarks/attributions.py [--quick]``: integrated gradients against captum's (by 50 and
500 steps of Gauss and Legendre); Shapley values against
shap's exact and permutation explainers, and captum's sampling. Networks trained on real tables,
ReLU and tanh. Differences are the largest over rows and columns, relative to the largest output
less its base value. A library that is missing is named, and its rows are left out.
"""

import argparse
import importlib
import os
import time
import warnings

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

from skinterp import as_network
from skinterp.importance import expected_gradients, integrated_gradients, shapley_values

N_ROWS, N_BACKGROUND = 10, 20


def optional(name):
    """Import a library, or say that it is missing and return None."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except ImportError as error:
        print(f"{name} is missing ({error}): its rows are left out.\n")
        return None


def cases(quick):
    """Yield a name, a network of one output and its table."""
    for activation in ("relu", "tanh"):
        X, y = load_diabetes(return_X_y=True)
        X = StandardScaler().fit_transform(X)
        options = {"max_iter": 500, "random_state": 0, "activation": activation}
        model = MLPRegressor(hidden_layer_sizes=(30, 30), **options)
        yield f"diabetes, 10 columns, {activation}", as_network(model.fit(X, y / y.std())), X
        if not quick:
            X, y = load_breast_cancer(return_X_y=True)
            X = StandardScaler().fit_transform(X)
            model = MLPClassifier((30, 30), **options).fit(X, y)
            yield f"breast cancer, 30 columns, {activation}", as_network(model), X


def as_torch(network, torch):
    """Return the layers of a network as a torch module of double precision."""
    modules = []
    for layer in network.layers:
        linear = torch.nn.Linear(*layer.weights.shape).double()
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(layer.weights.T))
            linear.bias.copy_(torch.tensor(layer.bias))
        modules.append(linear)
        if layer.activation.name != "identity":
            modules.append(torch.nn.ReLU() if layer.activation.name == "relu" else torch.nn.Tanh())
    return torch.nn.Sequential(*modules)


def timed(function):
    """Return what a call gave and its CPU seconds."""
    start = time.process_time()
    found = function()
    return np.asarray(found, dtype=float), time.process_time() - start


def line(case, what, ours, theirs, scale, totals):
    """Print how far two attributions are apart, and how well both add up."""
    (our_values, our_seconds), (their_values, their_seconds) = ours, theirs
    apart = np.abs(our_values - their_values).max() / scale
    gaps = [np.abs(v.sum(axis=1) - totals).max() / scale for v in (our_values, their_values)]
    print(
        f"| {case} | {what} | {apart:.0e} | {gaps[0]:.0e} | {gaps[1]:.0e} "
        f"| {our_seconds:.2f} | {their_seconds:.2f} |",
        flush=True,
    )


def by_captum(case, network, rows, background, torch, attr):
    """Compare integrated and expected gradients, and sampled Shapley values, with captum's."""
    module, inputs = as_torch(network, torch), torch.tensor(rows)
    base = background.mean(axis=0)
    outputs = network.raw_values(rows)[:, 0]
    ours = timed(lambda: [integrated_gradients(network, x, base).values for x in rows])
    ours = ours[0].reshape(rows.shape), ours[1]
    totals = outputs - network.raw_values(base[np.newaxis])[0, 0]
    scale = np.abs(totals).max()
    for steps in (50, 500):
        integrated = attr.IntegratedGradients(module)
        theirs = timed(
            lambda integrated=integrated, steps=steps: (
                integrated.attribute(
                    inputs, torch.tensor(base[np.newaxis]), n_steps=steps, target=0
                )
                .detach()
                .numpy()
            )
        )
        line(case, f"integrated gradients, captum, {steps} steps", ours, theirs, scale, totals)
    totals = outputs - network.raw_values(background).mean()
    scale = np.abs(totals).max()
    ours = timed(lambda: expected_gradients(network, rows, background).values[:, :, 0])
    integrated = attr.IntegratedGradients(module)
    theirs = timed(
        lambda: np.mean(
            [
                integrated.attribute(inputs, torch.tensor(b[np.newaxis]), n_steps=200, target=0)
                .detach()
                .numpy()
                for b in background
            ],
            axis=0,
        )
    )
    line(case, "expected gradients, captum, 200 steps a row", ours, theirs, scale, totals)
    base_totals = outputs - network.raw_values(base[np.newaxis])[0, 0]
    ours = timed(lambda: shapley_values(network, rows, base[np.newaxis]).values[:, :, 0])
    torch.manual_seed(0)
    sampling = attr.ShapleyValueSampling(module)
    theirs = timed(
        lambda: (
            sampling.attribute(inputs, torch.tensor(base[np.newaxis]), n_samples=200, target=0)
            .detach()
            .numpy()
        )
    )
    scale = np.abs(base_totals).max()
    line(
        case, "Shapley values from the mean, captum, 200 orders", ours, theirs, scale, base_totals
    )


def by_shap(case, network, rows, background, shap):
    """Compare Shapley values with shap's."""
    masker = shap.maskers.Independent(background, max_samples=len(background))
    totals = network.raw_values(rows)[:, 0] - network.raw_values(background).mean()
    scale = np.abs(totals).max()

    def values(X):
        return network.raw_values(X)[:, 0]

    explainers = {"permutation": shap.explainers.Permutation(values, masker, seed=0)}
    if rows.shape[1] <= 12:
        explainers["exact"] = shap.explainers.Exact(values, masker)
    ours = timed(lambda: shapley_values(network, rows, background).values[:, :, 0])
    for name, explainer in explainers.items():
        calls = {} if name == "exact" else {"max_evals": 10 * (2 * rows.shape[1] + 1)}
        theirs = timed(
            lambda explainer=explainer, calls=calls: (
                explainer(rows, silent=True, **calls).values if calls else explainer(rows).values
            )
        )
        line(case, f"Shapley values, shap, {name}", ours, theirs, scale, totals)
    found = shapley_values(network, rows, background, method="sampling")
    if "exact" in explainers:
        exact = explainers["exact"](rows).values
        within = (np.abs(found.values[:, :, 0] - exact) <= found.errors[:, :, 0]).mean()
        print(
            f"| {case} | our sampled values within their 95 % errors of shap's exact ones: "
            f"{100 * within:.0f} % | | | | | |"
        )


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one table")
    quick = parser.parse_args().quick
    shap, torch, captum = (optional(name) for name in ("shap", "torch", "captum.attr"))
    print("| network | what | apart | our gap | their gap | our CPU s | their CPU s |")
    print("|---|---|---|---|---|---|---|")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for case, network, X in cases(quick):
            rows, background = X[:N_ROWS], X[-N_BACKGROUND:]
            if torch and captum:
                by_captum(case, network, rows, background, torch, captum)
            if shap:
                by_shap(case, network, rows, background, shap)


if __name__ == "__main__":
    main()
