"""Symbolic classifiers recover the quantity that a network decides by, in the user's units."""

import numpy as np
import pytest
from printed_readers import decided
from run_exports import run_python
from sklearn.datasets import load_iris, load_wine
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from symbolic_pool import CONCEPTS, Concept, explained, operators_in

from skinterp import SymbolicSurrogateClassifier
from skinterp.expression import atoms
from skinterp.metrics import fidelity_score
from skinterp.network import as_network


@pytest.fixture(scope="module", params=CONCEPTS)
def recovered(request):
    """A concept and the surrogate of its network."""
    concept = CONCEPTS[request.param]
    return concept, explained(concept)


def test_the_concept_is_recovered(recovered):
    concept, surrogate = recovered
    fresh = concept.rows(2000, seed=1)
    assert concept.cosine(surrogate.equation_.expression, fresh) >= 0.995
    assert fidelity_score(surrogate, fresh) >= 0.99


def test_inputs_that_do_not_matter_do_not_appear(recovered):
    concept, surrogate = recovered
    expression = surrogate.equation_.expression
    assert expression.variables == concept.expression.variables
    assert expression.complexity <= 2 * concept.expression.complexity


def test_the_front_tells_how_good_the_equation_is(recovered):
    _, surrogate = recovered
    selected = surrogate.front_.selected
    assert selected.loss < 0.01
    assert selected.fidelity > 0.98
    assert surrogate.front_.linear_loss > 10 * selected.loss
    assert surrogate.complexity_ == atoms(surrogate.equation_.expression) + 1


def in_other_units(concept, factor, offset):
    """Return a surrogate of the network that reads the inputs in other units, and rows."""
    network = as_network(
        lambda X: concept.logit((X - offset) / factor),
        n_features_in=len(concept.low),
        classes=["off", "on"],
    )
    X = concept.rows() * factor + offset
    return SymbolicSurrogateClassifier(network, n_points=300, random_state=0).fit(X), X


@pytest.mark.parametrize("factor", [1e3, 1e-6, np.array([1e3, 1.0, 1e-3])])
@pytest.mark.parametrize("name", ["ellipse", "quotient"])
def test_the_unit_of_the_inputs_does_not_matter(name, factor):
    concept = CONCEPTS[name]
    surrogate, X = in_other_units(concept, factor, 0.0)
    fresh = concept.rows(1000, seed=1)
    gradients = surrogate.equation_.expression.value_and_gradient(fresh * factor)[1] * factor
    true = concept.expression.value_and_gradient(fresh)[1]
    lengths = np.linalg.norm(gradients, axis=1) * np.linalg.norm(true, axis=1)
    assert abs(np.mean(np.einsum("nd,nd->n", gradients, true) / lengths)) >= 0.995
    assert fidelity_score(surrogate, X) >= 0.99


def test_the_origin_of_a_linear_concept_does_not_matter():
    concept = Concept("x0 - 2*x1", 0.3, (-1, -1, -1), (1, 1, 1))
    surrogate, X = in_other_units(concept, 1.0, np.array([100.0, -50.0, 0.0]))
    assert surrogate.equation_.expression.variables == (0, 1)
    assert fidelity_score(surrogate, X) >= 0.99
    assert surrogate.equation_.complexity <= 6


def test_logits_scaled_by_any_factor_give_the_same_equation():
    concept = CONCEPTS["product"]
    equations = []
    for factor in (1.0, 1e-3, 1e3):
        network = as_network(
            lambda X, factor=factor: factor * concept.logit(X), n_features_in=3, classes=[0, 1]
        )
        surrogate = SymbolicSurrogateClassifier(network, n_points=200, random_state=0)
        equations.append(str(surrogate.fit(concept.rows()).equation_))
    assert equations[0] == equations[1] == equations[2]


def test_swapped_classes_turn_the_comparison():
    concept = CONCEPTS["product"]
    network = as_network(lambda X: -concept.logit(X), n_features_in=3, classes=[0, 1])
    X = concept.rows(1000, seed=1)
    turned = SymbolicSurrogateClassifier(network, n_points=200, random_state=0).fit(X)
    assert fidelity_score(turned, X) >= 0.99
    straight = explained(concept, X, n_points=200)
    np.testing.assert_array_equal(turned.predict(X) == 1, straight.predict(X) == "off")


@pytest.mark.parametrize(
    ("law", "written"),
    [
        (lambda X: X[:, 0] + 0.8 * X[:, 1] * X[:, 2], "x0 + 0.8*x1*x2 > 0"),
        (lambda X: X[:, 0] * X[:, 1] + 0.3, "x0*x1 > -0.3"),
        (lambda X: X[:, 0] + 0.5 * X[:, 2] - 1.2, "x0 + 0.5*x2 > 1.2"),
    ],
)
def test_a_law_of_one_class_is_that_of_the_other_turned(law, written):
    X = np.random.default_rng(0).normal(size=(400, 3))
    for sign, shown in [(1.0, written), (-1.0, written.replace(">", "<"))]:
        network = as_network(lambda X, s=sign: 9.0 * s * law(X), n_features_in=3, classes=[0, 1])
        surrogate = SymbolicSurrogateClassifier(network, n_points=200, random_state=0).fit(X)
        found = str(surrogate.equation_).replace("x2*x1", "x1*x2").replace("x1*x0", "x0*x1")
        assert found == shown


@pytest.mark.parametrize(
    "operators", [["add", "log"], ["sqrt", "add"], ["mul", "div"], {"square": 1.0}, ["exp"]]
)
def test_only_allowed_operators_appear(operators):
    surrogate = explained(CONCEPTS["switch"], operators=operators, n_points=100)
    everything = [surrogate.equation_, *surrogate.front_]
    used = set().union(*(operators_in(one.expression) for one in everything))
    assert used <= {*operators, "add", "sub", "mul", "neg"}


@pytest.mark.parametrize("max_complexity", [2, 5, 12])
def test_no_formula_is_larger_than_allowed(max_complexity):
    surrogate = explained(CONCEPTS["switch"], max_complexity=max_complexity, n_points=100)
    assert max(c.cost for c in surrogate.front_) <= max_complexity
    assert surrogate.front_.selected.complexity <= max_complexity


def trained(load, seed=0):
    """Return a network trained on half of a data set, and the two halves."""
    X, y = load(return_X_y=True)
    network = make_pipeline(
        StandardScaler(),
        MLPClassifier((20,), solver="lbfgs", alpha=0.1, max_iter=1000, random_state=seed),
    )
    return network.fit(X[::2], y[::2]), X[::2], X[1::2]


@pytest.mark.slow
@pytest.mark.parametrize("load", [load_iris, load_wine])
def test_networks_of_three_classes_are_explained(load):
    network, X, held_out = trained(load)
    options = {"n_points": 80, "multiclass": "ovr", "max_complexity": 10, "random_state": 0}
    surrogate = SymbolicSurrogateClassifier(network, **options).fit(X)
    assert fidelity_score(surrogate, held_out) >= 0.9
    assert len(surrogate.equations_) == len(surrogate.fronts_) == 3
    assert surrogate.complexity_ == sum(atoms(e.expression) + 1 for e in surrogate.equations_)
    assert not hasattr(surrogate, "equation_")
    log_odds = surrogate.decision_function(held_out)
    assert log_odds.shape == (len(held_out), 3)
    np.testing.assert_array_equal(log_odds.argmax(axis=1), surrogate.predict(held_out))
    np.testing.assert_allclose(surrogate.predict_proba(held_out).sum(axis=1), 1.0)
    for k, equation in enumerate(surrogate.equations_):
        assert equation.classes == (f"not {k}", str(k))
        steps = np.diff(log_odds[np.argsort(equation.values(held_out)), k])
        assert (steps >= -1e-9).all() or (steps <= 1e-9).all()


def test_a_class_that_is_never_predicted_needs_no_boundary():
    network = as_network(
        lambda X: np.stack([X[:, 0], X[:, 1], -9 + 0 * X[:, 0] + X[:, 2]], axis=1),
        n_features_in=3,
        classes=["left", "right", "never"],
    )
    X = CONCEPTS["product"].rows(300)
    surrogate = SymbolicSurrogateClassifier(
        network, operators=["add", "sub"], n_points=100, random_state=0
    ).fit(X)
    assert set(surrogate.predict(X)) == {"left", "right"}
    assert fidelity_score(surrogate, X) >= 0.95
    *lines, last = surrogate.export_text().split("\n")
    assert last.endswith("log-odds wins, never never)")
    assert [" if " in line for line in lines] == [True, True, False]
    never = surrogate.equations_[2]
    assert str(never) == lines[2] and "log-odds nowhere above 0; they rise with" in lines[2]
    assert repr(never.threshold) not in lines[2] and not never.decide(X).any()
    assert set(run_python(never.to_python())["predict"](X)) == {"not never"}


@pytest.mark.parametrize("unit", [1e-40, 1e-31, 1e40])
def test_units_far_from_one_are_taken_as_others(unit):
    """The mass of an electron in kilograms is 9.1e-31."""
    Z = np.random.default_rng(1).normal(size=(300, 3))
    X, y = (9.1 + Z) * unit, Z[:, 0] - 0.8 * Z[:, 1] * Z[:, 2] > 0.3
    model = make_pipeline(StandardScaler(), MLPClassifier((6,), solver="lbfgs", random_state=0))
    options = {"n_points": 100, "max_complexity": 12, "random_state": 0}
    surrogate = SymbolicSurrogateClassifier(model.fit(X, y), **options).fit(X)
    assert surrogate.front_.selected.held_fidelity > 0.95
    columns = dict(zip(("x0", "x1", "x2"), X.T))
    positive = decided(surrogate.equation_.format(), columns)
    assert np.mean(positive == surrogate.predict(X)) >= 0.999


@pytest.mark.parametrize("unit", [1e-100, 1e60, 1e100])
def test_units_whose_powers_are_no_numbers_are_refused_by_column(unit):
    X = np.random.default_rng(0).normal(size=(50, 2))
    model = make_pipeline(StandardScaler(), MLPClassifier((4,), solver="lbfgs", random_state=0))
    X[:, 1] *= unit
    surrogate = SymbolicSurrogateClassifier(model.fit(X, X[:, 0] > 0), n_points=50)
    with pytest.raises(ValueError, match=r"ranges from 1e-50 to 1e\+50.* in 'x1' instead"):
        surrogate.fit(X)
    X[:, 1] /= unit
    model.fit(X, X[:, 0] > 0)
    assert surrogate.fit(X).equation_.decide(X).any()


@pytest.mark.parametrize("offset", [0.0, 32.0, 1e4, -1e6])
def test_a_linear_law_is_written_as_one_at_every_offset(offset):
    Z = np.random.default_rng(0).normal(size=(400, 3))
    network = as_network(
        lambda X: 4 * (X[:, 0] - offset - 0.5 * (X[:, 1] - offset) + 0.2),
        n_features_in=3,
        classes=[0, 1],
    )
    surrogate = SymbolicSurrogateClassifier(network, n_points=200, random_state=0)
    assert str(surrogate.fit(Z + offset).equation_).startswith("x0 - 0.5*x1 > ")
