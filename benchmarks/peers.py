"""Peers at the same question, each with a time budget: plain gplearn and Operon.

Every function takes training rows, labels, the network's logits and a budget in seconds, and
returns ``(values, threshold, greater, size)``: a function from rows to values, the cut of them
that agrees best with the network's labels, and the number of nodes.
"""

import time
import warnings

import numpy as np
from gplearn.functions import make_function
from gplearn.genetic import SymbolicClassifier, SymbolicRegressor

from skinterp.matching import best_threshold

SYMBOLS = ("add", "sub", "mul", "div", "sqrt", "log", "sin", "cos")


def _exp(x):
    with np.errstate(over="ignore"):
        return np.exp(np.clip(x, -20, 20))


def _evolve(model, X, target, budget):
    """Run generation after generation until the budget is used up."""
    end, generation_time = time.perf_counter() + budget, 0.0
    model.set_params(generations=1, warm_start=False)
    while time.perf_counter() + generation_time < end or generation_time == 0.0:
        start = time.perf_counter()
        model.fit(X, target)
        generation_time = time.perf_counter() - start
        model.set_params(generations=model.generations + 1, warm_start=True)
    return model


def _cut(values, X, labels):
    found = values(X)
    finite = np.isfinite(found)
    return best_threshold(found[finite], labels[finite].astype(bool))[:2]


def _gplearn(kind, metric, target, X, labels, budget, seed):
    functions = [*SYMBOLS, make_function(function=_exp, name="exp", arity=1, wrap=False)]
    options = {"function_set": functions, "random_state": seed, "population_size": 1000}
    if metric is not None:
        options.update(metric=metric, stopping_criteria=1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = _evolve(kind(**options), X, target, budget)
    program = model._program
    return program.execute, *_cut(program.execute, X, labels), program.length_


def gplearn_labels(X, labels, logits, budget, seed):
    """gplearn's SymbolicClassifier on the network's labels, as it comes."""
    return _gplearn(SymbolicClassifier, None, labels, X, labels, budget, seed)


def gplearn_logits(X, labels, logits, budget, seed):
    """gplearn's SymbolicRegressor on the logits, by rank correlation."""
    return _gplearn(SymbolicRegressor, "spearman", logits, X, labels, budget, seed)


def operon_logits(X, labels, logits, budget, seed):
    """Operon (C++) on the logits, constants optimised, its own model selection."""
    from pyoperon.sklearn import SymbolicRegressor as Operon

    model = Operon(
        allowed_symbols="add,sub,mul,div,sqrt,log,exp,sin,cos,square,constant,variable",
        optimizer_iterations=5,
        max_length=30,
        max_time=max(1, round(budget)),
        max_evaluations=2**31 - 1,
        generations=2**31 - 1,
        n_threads=1,
        random_state=seed + 1,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, logits)

    def values(rows):
        return np.asarray(model.predict(np.ascontiguousarray(rows)), dtype=float).ravel()

    return values, *_cut(values, X, labels), int(model.stats_["model_length"])


PEERS = {
    "gplearn, labels": gplearn_labels,
    "gplearn, rank of logits": gplearn_logits,
    "Operon, logits": operon_logits,
}
