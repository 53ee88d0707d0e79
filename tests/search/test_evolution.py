"""Evolved terms: what gplearn must keep to, and what evolution finds."""

from copy import copy
from dataclasses import replace

import gplearn
import numpy as np
import pytest
from gplearn._program import _Program
from gplearn.functions import _Function
from hypothesis import given, settings
from hypothesis import strategies as st
from search_pool import boundary_problem, operators_in, term_space, uniform_rows
from sklearn.utils import check_random_state

from skinterp.expression import Constant, Operation, Variable, parse
from skinterp.search import SearchSettings, operator_prices
from skinterp.search._dictionary import enumerate_terms, stack
from skinterp.search._evolution import evolve_terms, function_set, to_expression, to_program
from skinterp.search._terms import distinct_terms, participation

FUNCTIONS = function_set(operator_prices())
BY_NAME = {function.name: function for function in FUNCTIONS}
INPUTS = [4, 0, 2]


def gplearn_program(rng, nodes=None):
    """Make a program as the search does."""
    arities = {}
    for function in FUNCTIONS:
        arities.setdefault(function.arity, []).append(function)
    return _Program(
        function_set=FUNCTIONS,
        arities=arities,
        init_depth=(1, 3),
        init_method="half and half",
        n_features=3,
        const_range=(-3.0, 3.0),
        metric=None,
        p_point_replace=0.1,
        parsimony_coefficient=0.0,
        random_state=rng,
        program=nodes,
    )


def is_prefix_list(nodes):
    """Tell whether nodes are one complete tree in prefix order, as gplearn writes it."""
    open_ends = 1
    for node in nodes:
        if open_ends == 0:
            return False
        if isinstance(node, _Function):
            open_ends += node.arity - 1
        elif isinstance(node, (int, np.integer)):
            assert 0 <= node < 3
            open_ends -= 1
        else:
            assert isinstance(node, float)
            open_ends -= 1
    return open_ends == 0


def moved(what):
    return f"gplearn {gplearn.__version__} has changed {what}, on which skinterp.search relies"


class TestGplearn:
    """What the search takes from gplearn's internals; a failure here says that they moved."""

    def test_a_program_is_a_list_in_prefix_order(self):
        for seed in range(50):
            program = gplearn_program(check_random_state(seed)).program
            assert isinstance(program, list), moved("_Program.program")
            assert is_prefix_list(program), moved("the order of nodes")

    def test_a_given_program_is_taken_as_it_is(self):
        nodes = [BY_NAME["add"], 0, BY_NAME["sin"], 2.5]
        program = gplearn_program(check_random_state(0), nodes)
        assert program.program == nodes, moved("the parameter `program`")

    @pytest.mark.parametrize(
        "method", ["subtree_mutation", "hoist_mutation", "point_mutation", "crossover"]
    )
    def test_genetic_operators_return_a_new_program_first(self, method):
        rng = check_random_state(0)
        for _ in range(50):
            parent, donor = (gplearn_program(rng) for _ in range(2))
            before = list(parent.program)
            arguments = [donor.program] if method == "crossover" else []
            result = getattr(parent, method)(*arguments, rng)
            assert isinstance(result, tuple), moved(method)
            assert is_prefix_list(result[0]), moved(method)
            assert parent.program == before, moved(f"{method}, which changes its parent")

    def test_functions_have_names_and_arities(self):
        assert all(isinstance(f, _Function) for f in FUNCTIONS), moved("make_function")
        assert {f.name: f.arity for f in FUNCTIONS} == {
            **dict.fromkeys(["add", "sub", "mul", "div"], 2),
            **dict.fromkeys(["neg", "square", "cube", "sqrt", "exp", "log", "sin", "cos"], 1),
        }, moved("make_function")

    def test_constants_stay_in_their_range(self):
        rng = check_random_state(0)
        nodes = [node for _ in range(200) for node in gplearn_program(rng).program]
        constants = [node for node in nodes if isinstance(node, float)]
        assert constants, moved("const_range")
        assert max(map(abs, constants)) <= 3.0, moved("const_range")


numbers = st.integers(-300, 300).map(lambda k: Constant(k / 100))
leaves = st.one_of(st.sampled_from(INPUTS).map(Variable), numbers)
unary = sorted(name for name, f in BY_NAME.items() if f.arity == 1)
binary = sorted(name for name, f in BY_NAME.items() if f.arity == 2)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda name, a: Operation(name, (a,)), st.sampled_from(unary), inner),
        st.builds(
            lambda name, a, b: Operation(name, (a, b)), st.sampled_from(binary), inner, inner
        ),
    ),
    max_leaves=8,
)


@given(trees)
def test_a_formula_survives_the_way_to_a_program_and_back(expression):
    program = to_program(expression, BY_NAME, INPUTS)
    assert is_prefix_list(program)
    assert to_expression(program, INPUTS) == expression


@given(st.integers(0, 10**6))
@settings(max_examples=50)
def test_a_program_survives_the_way_to_a_formula_and_back(seed):
    nodes = gplearn_program(check_random_state(seed)).program
    expression = to_expression(nodes, INPUTS)
    assert expression.complexity == len(nodes)
    again = to_program(expression, BY_NAME, INPUTS)
    assert [type(n) for n in again] == [type(n) for n in nodes]
    assert to_expression(again, INPUTS) == expression


@pytest.mark.parametrize("text", ["tan(x0)", "x0 + tanh(x2)", "x1 + x0", "sin(x7)"])
def test_a_formula_outside_the_set_has_no_program(text):
    assert to_program(parse(text), BY_NAME, INPUTS) is None


def test_terms_whose_gradient_is_a_spike_are_not_evolved():
    # the gradient of (x0**3)**27 sits on a few points, where any direction can be matched
    problem = boundary_problem(lambda X: np.sin(X[:, 0] * X[:, 1] * 3 + 1) - X[:, 2], X)
    _, evolved = evolve(problem, n_islands=1)
    weights = np.full(problem.space.n, 1 / problem.space.n)
    assert evolved
    assert min(participation(term, weights) for term in evolved) > 0.01


def test_only_allowed_operators_are_evolved():
    assert {f.name for f in function_set(operator_prices(["mul", "tan"]))} == {"mul", "neg", "tan"}


X = uniform_rows(400, 3, -1, 1)


def evolve(problem, settings=None, **options):
    """Evolve terms beside the inputs; return them, and the loss with the inputs alone."""
    inputs = [problem.space.variable(j) for j in problem.space.active]
    problem = copy(problem)
    problem.settings = replace(settings or problem.settings, **options)
    bases = [((k,), 1.0) for k in range(len(inputs))]
    return inputs, evolve_terms(problem, inputs, bases, [t.expression for t in inputs], 0)


def best_loss(problem, terms):
    """Return the smallest loss of a term alone or beside one more."""
    objective = problem.objective(*stack(terms, problem.space.n))
    return min(objective.singles().min(), objective.pairs().min())


OUTSIDE = boundary_problem(lambda X: np.exp(-((X[:, 0] + X[:, 1] ** 2) ** 2)) - 0.5, X)


def test_a_term_outside_the_dictionary_is_found():
    inputs, evolved = evolve(OUTSIDE)
    space = OUTSIDE.space
    known = distinct_terms(
        enumerate_terms(space, OUTSIDE.ranked, 2 * OUTSIDE.full_field.scale),
        OUTSIDE.field.weights,
        2000,
    )
    assert best_loss(OUTSIDE, [*inputs, *evolved]) < 0.5 * best_loss(OUTSIDE, known)


def test_the_same_seed_evolves_the_same_terms_for_any_n_jobs():
    first, second = (evolve(OUTSIDE, n_jobs=n)[1] for n in (1, 2))
    assert [t.expression for t in first] == [t.expression for t in second]
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.gradients, other.gradients)


def test_evolved_terms_are_distinct_allowed_and_defined():
    problem = boundary_problem(
        lambda X: X[:, 0] * X[:, 1] - 0.1, X, operators=["mul", "square", "log"]
    )
    _, evolved = evolve(problem, n_islands=1)
    assert len({t.expression for t in evolved}) == len(evolved) > 0
    for term in evolved:
        assert operators_in(term.expression) <= {"mul", "square", "log", "neg"}
        assert np.isfinite(term.values).all()
        assert np.isfinite(term.expression.evaluate(X)).all()
        assert term.cost <= 16.0


def test_a_deadline_ends_the_evolution_with_what_it_has():
    asked = []

    class Impatient(SearchSettings):
        def should_stop(self):
            asked.append(1)
            return True

    _, evolved = evolve(OUTSIDE, Impatient(operator_prices()), n_islands=1)
    assert len(asked) == 1
    assert evolved


def test_a_single_input_can_be_evolved():
    one = boundary_problem(lambda X: np.sin(3 * X[:, 0]) - 0.2, X[:, :1])
    assert evolve(one, n_islands=1)[1]


def test_the_space_is_never_asked_for_undefined_terms():
    space = term_space(X)
    assert space.term(to_expression([BY_NAME["log"], 0], [0])) is None
