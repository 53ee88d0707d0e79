"""Laws on tables as they come: decades, units, correlated columns, noise, flips.

``python benchmarks/tables.py [--quick] [--without-labels] [names]`` trains a network on each
table, explains it with its labels, and says whether the law came out. ``y = [g(x) > threshold]``
with g a law of a field, inputs drawn as the field's are, and columns that decide nothing beside
them. The stages of the search were developed with W01-W16 in sight; X01-X12 were written after
and only reported; S01 is an epidemic whose labels are simulated.
"""

import argparse
import time
from dataclasses import dataclass, field

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils._testing import ignore_warnings

N_ROWS, N_TRAIN = 6_000, 4_500


def lognormal(median, decades):
    """Return a sampler of a log-normal quantity, one standard deviation of so many decades."""
    return lambda rng, n: median * 10 ** (decades * rng.normal(size=n))


def uniform(low, high):
    """Return a sampler of a uniform quantity."""
    return lambda rng, n: rng.uniform(low, high, n)


def normal(mean, deviation):
    """Return a sampler of a normal quantity."""
    return lambda rng, n: rng.normal(mean, deviation, n)


@dataclass(frozen=True)
class Law:
    """A law: its formula, the inputs in it, and what disturbs the labels.

    Parameters
    ----------
    formula : str
        g, in x0, x1, ...; the class is ``g > threshold``.
    inputs : tuple of callable
        ``sampler(rng, n)`` of each input of the law.
    threshold : float, default=1.0
        The threshold.
    noise : float, default=0.0
        Spread of a factor on g.
    flips : float, default=0.0
        Share of labels turned over.
    blur : float, default=0.0
        Noise on the inputs the network sees, in standard deviations.
    others : int, default=3
        Columns that decide nothing, correlated with the first inputs.
    """

    formula: str
    inputs: tuple
    threshold: float = 1.0
    noise: float = 0.0
    flips: float = 0.0
    blur: float = 0.0
    others: int = 3
    names: tuple = field(default=())

    @property
    def width(self):
        """Number of all columns."""
        return len(self.inputs) + self.others

    def values(self, X):
        """Return g at rows."""
        scope = {f"x{j}": X[:, j] for j in range(X.shape[1])}
        scope.update(sin=np.sin, cos=np.cos, exp=np.exp, log=np.log, sqrt=np.sqrt)
        return eval(self.formula, {"__builtins__": {}}, scope)

    def draw(self, n, seed):
        """Return clean rows, and rows as the network sees them, with labels."""
        rng = np.random.default_rng(seed)
        X = self.rows(n, rng)
        y = self.labels(X, rng)
        y = np.where(rng.uniform(size=n) < self.flips, 1 - y, y)
        seen = X + self.blur * X.std(axis=0) * rng.normal(size=X.shape)
        return X, seen, y

    def rows(self, n, rng):
        """Return the inputs of the law, and columns that decide nothing."""
        columns = [sample(rng, n) for sample in self.inputs]
        for k in range(self.others):
            base = columns[k % len(self.inputs)]
            mixed = 0.7 * (base - base.mean()) / base.std() + 0.7 * rng.normal(size=n)
            columns.append(5.0 + mixed)
        return np.stack(columns, axis=1)

    def labels(self, X, rng):
        """Return the labels of rows, before some are turned over."""
        g = self.values(X)
        if self.noise:
            g = g * np.exp(self.noise * rng.normal(size=len(X)))
        return (g > self.threshold).astype(int)


@dataclass(frozen=True)
class Outbreak(Law):
    """An epidemic that is simulated: a branching process with the law as its reproduction number.

    Five people carry a disease; each infects a Poisson number of others with mean g; the class is
    whether a hundred have been infected within twelve generations.
    """

    def labels(self, X, rng):
        """Return whether there was an outbreak."""
        carriers = np.full(len(X), 5)
        infected, mean = carriers.copy(), self.values(X)
        for _ in range(12):
            # beyond the threshold it makes no difference how many more
            carriers = rng.poisson(np.minimum(carriers, 1000) * mean)
            infected += carriers
        return (infected >= 100).astype(int)


LAWS = {
    "W01": Law(
        "x0*x1*x2*(1 - x3*x4)",
        (
            lognormal(10, 0.25),
            uniform(0.01, 0.2),
            uniform(2, 14),
            uniform(0, 0.95),
            uniform(0.3, 0.95),
        ),
        3.0,
        noise=0.05,
    ),
    "W02": Law(
        "x0*x1*(1 - x1/(3*x2))",
        (uniform(0.5, 3), uniform(0.2, 2.5), uniform(1, 3)),
        1.2,
        noise=0.02,
    ),
    "W03": Law(
        "x0*x1*x2/(1 + x3/x4)",
        (uniform(0.5, 3), uniform(0.5, 3), uniform(0.5, 2), uniform(0.1, 4), uniform(0.5, 2)),
        1.5,
        noise=0.03,
    ),
    "W04": Law(
        "sqrt(x0*x1/x2)*(1 - x3)",
        (lognormal(2, 0.2), uniform(0.5, 3), uniform(0.5, 2), uniform(0, 0.9)),
        0.8,
        noise=0.03,
    ),
    "W05": Law(
        "x0/(5*(1 + x1/2) + x0)",
        (lognormal(10, 0.3), lognormal(2, 0.25)),
        0.45,
        noise=0.03,
        flips=0.01,
    ),
    "W06": Law(
        "x0**2/(25 + x0**2) - 0.01*x1", (lognormal(5, 0.25), uniform(20, 80)), 0.1, noise=0.02
    ),
    "W07": Law("x0**0.75*exp(0.06*x1)", (lognormal(30, 0.4), uniform(0, 35)), 35.0, noise=0.05),
    "W08": Law(
        "1/x0 + 1/x1 - 1/x2", (uniform(5, 40), uniform(5, 40), uniform(3, 20)), 0.0, flips=0.005
    ),
    "W09": Law(
        "log(x0) - 5000*(1/x1 - 1/300)", (lognormal(1, 0.4), uniform(280, 340)), 0.3, noise=0.02
    ),
    "W10": Law(
        "x0/(x1 + x0) - 0.2*x2",
        (lognormal(2e-9, 0.35), lognormal(3e-9, 0.3), uniform(0, 2)),
        0.25,
        noise=0.02,
    ),
    "W11": Law(
        "x0*x1*x2/x3",
        (normal(950, 60), lognormal(0.5, 0.3), lognormal(0.02, 0.3), lognormal(2e-3, 0.3)),
        3000.0,
        noise=0.03,
    ),
    "W12": Law(
        "x0/x1**2 - 0.05*x2", (normal(75, 14), normal(1.7, 0.1), uniform(20, 80)), 23.0, noise=0.01
    ),
    "W13": Law(
        "x0*x1 - x2**2",
        (uniform(-2, 2), uniform(-2, 2), uniform(-1.5, 1.5)),
        0.2,
        flips=0.05,
        noise=0.02,
    ),
    "W14": Law("x0/x1 - 0.5*x2", (uniform(1, 4), uniform(0.5, 2), uniform(0, 4)), 1.0, blur=0.03),
    "W15": Law("x0**2 + 2*x1", (normal(0, 1), normal(0, 1)), 1.0, noise=0.05, others=6),
    "W16": Law(
        "x0*exp(-x1*x2)/x3",
        (lognormal(100, 0.2), uniform(0.05, 0.4), uniform(0.5, 12), uniform(10, 60)),
        1.0,
        noise=0.04,
    ),
}

# Its class is a random number, so that the law is what orders the rows by their risk; the
# threshold, where half of the rows have an outbreak, was found by simulation.
SIMULATED = {
    "S01": Outbreak(
        "x0*x1*x2*(1 - x3*x4)",
        (
            lognormal(10, 0.2),
            uniform(0.01, 0.05),
            uniform(2, 12),
            uniform(0, 0.95),
            uniform(0.3, 0.95),
        ),
        1.11,
        others=10,
    ),
}
FRESH = {
    "X01": Law("x0**2*x1", (lognormal(2, 0.25), lognormal(10, 0.3)), 50.0, noise=0.04),
    "X02": Law(
        "x0*sin(x1)/x2", (uniform(1, 5), uniform(0.1, 1.5), uniform(0.5, 2)), 1.2, noise=0.02
    ),
    "X03": Law(
        "x0/(1 + (x1/x2)**2)",
        (uniform(0.5, 4), lognormal(2, 0.2), lognormal(2, 0.2)),
        1.0,
        noise=0.03,
    ),
    "X04": Law("1 - (1 - x0)*(1 - x1)", (uniform(0, 0.9), uniform(0, 0.9)), 0.6, noise=0.02),
    "X05": Law(
        "(140 - x0)*x1/(72*x2)",
        (uniform(20, 90), normal(72, 12), lognormal(1.0, 0.15)),
        75.0,
        noise=0.03,
    ),
    "X06": Law("exp(-3*exp(-x0*x1))", (uniform(0.1, 1.5), uniform(0.2, 4)), 0.4, noise=0.02),
    "X07": Law(
        "sqrt(x0/x1) - 0.02*x2",
        (lognormal(1, 0.3), uniform(0.5, 2), uniform(0, 40)),
        0.5,
        flips=0.01,
    ),
    "X08": Law(
        "(x0 - x1)*x2**2/x3",
        (uniform(2, 8), uniform(0.8, 1.2), lognormal(1, 0.15), lognormal(1, 0.2)),
        4.0,
        noise=0.04,
    ),
    "X09": Law("x0 - 0.8*sqrt(x1)", (normal(5, 6), uniform(0, 60)), 0.0, noise=0.0, flips=0.02),
    "X10": Law(
        "log(x0/x1) + x2/25",
        (lognormal(5, 0.4), lognormal(50, 0.4), uniform(-20, 90)),
        0.0,
        flips=0.005,
    ),
    "X11": Law(
        "x0*x1/((1 + x0)*(2 + x1))", (lognormal(2, 0.3), lognormal(3, 0.3)), 0.35, noise=0.02
    ),
    "X12": Law(
        "x0*x1", (lognormal(5e-3, 0.15), lognormal(6e-11, 0.3)), 3e-13, noise=0.03, flips=0.02
    ),
}
ALL = {**LAWS, **FRESH, **SIMULATED}


@ignore_warnings(category=ConvergenceWarning)
def network(name, seed=0, activation="relu"):
    """Return a trained network, its rows and labels, and clean test rows."""
    law = ALL[name]
    _, X, y = law.draw(N_TRAIN, seed)
    mlp = MLPClassifier(
        (60, 60), activation=activation, alpha=1e-3, max_iter=300, early_stopping=True,
        n_iter_no_change=15, random_state=seed,
    )  # fmt: skip
    model = make_pipeline(StandardScaler(), mlp).fit(X, y)
    return model, X, y


def run(name, activation, with_labels=True):
    """Explain one network; return whether the law came out, and a line about it."""
    from skinterp import SymbolicSurrogateClassifier
    from skinterp.expression import parse

    law = ALL[name]
    model, X, y = network(name, 0, activation)
    clean, _, _ = law.draw(50_000, 500)
    truth = (law.values(clean) > law.threshold).astype(int)
    begin = time.process_time()
    y = y if with_labels else None
    surrogate = SymbolicSurrogateClassifier(model, random_state=0).fit(X, y)
    seconds = time.process_time() - begin
    own, error = (float(np.mean(m.predict(clean) != truth)) for m in (model, surrogate))
    nodes, needed = surrogate.equation_.complexity, parse(law.formula).complexity
    is_law = error <= max(0.3 * own, 0.002) and nodes <= 2 * needed
    word = "law " if is_law else "miss"
    line = (
        f"{name} {activation:4} {word} error {error:.4f} (network {own:.4f}) "
        f"nodes {nodes}/{needed} {seconds:5.1f} s  {surrogate.equation_}   [{law.formula}]"
    )
    return is_law, line


def main():
    """Print a line per network, and the rates."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=list(ALL))
    parser.add_argument("--quick", action="store_true", help="relu only")
    parser.add_argument("--without-labels", action="store_true")
    args = parser.parse_args()
    found = {}
    for name in args.names:
        for activation in ("relu",) if args.quick else ("relu", "tanh"):
            is_law, line = run(name, activation, not args.without_labels)
            found.setdefault(name[0], []).append(is_law)
            print(line, flush=True)
    for letter, hits in found.items():
        print(f"{letter}: law in {np.mean(hits):.0%} of {len(hits)}")


if __name__ == "__main__":
    main()
