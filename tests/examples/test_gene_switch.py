"""What must hold on the gene switch: the equation replaces the network on unseen cells."""

import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import SymbolicSurrogateClassifier, default_network, fidelity_score

DATA = Path(__file__).parents[2] / "examples" / "data" / "gene_switch.csv"
DECIDING = {"activator_nM", "inhibitor_nM", "activator_kd_nM"}
NETWORKS = {
    "default": default_network("binary", random_state=0),
    # as in the README: the penalty is scikit-learn's, so that the network is rougher
    "plain": make_pipeline(
        StandardScaler(), MLPClassifier((60, 60), max_iter=500, random_state=0)
    ),
}


@pytest.fixture(scope="module")
def cells():
    """Return inputs and targets of cells to learn from, and of others."""
    data = pd.read_csv(DATA)
    return train_test_split(data.drop(columns="active"), data["active"], random_state=0)


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(NETWORKS))
def test_the_equation_replaces_the_network(cells, kind):
    X, X_test, y, y_test = cells
    network = NETWORKS[kind].fit(X, y)
    start = time.perf_counter()
    symbolic = SymbolicSurrogateClassifier(network=network, random_state=0).fit(X)
    seconds = time.perf_counter() - start
    equation, fidelity = symbolic.equation_, fidelity_score(symbolic, X_test)
    right, reference = symbolic.score(X_test, y_test), network.score(X_test, y_test)
    sys.stdout.write(
        f"{kind} network: {equation} in {seconds:.1f} s; accuracy {right:.3f} beside the "
        f"network's {reference:.3f}; fidelity {fidelity:.3f}\n"
    )
    assert {X.columns[j] for j in equation.expression.variables} <= DECIDING
    assert right >= reference - 0.01
    assert fidelity >= 0.96
    alone = equation.predict(X_test.to_numpy())
    assert (alone == symbolic.predict(X_test)).all()
