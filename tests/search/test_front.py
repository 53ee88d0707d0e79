"""The front: what a user reads after a search."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinterp.expression import Constant, Variable, parse
from skinterp.search import Candidate, Front
from skinterp.search._front import make_front, pareto

NAMES = ("a", "b")


def candidates(pairs):
    """Return candidates with given losses and fidelities, each dearer than the one before."""
    return [
        Candidate(Variable(0) + Constant(float(k)), loss, 1.0 + k, fidelity)
        for k, (loss, fidelity) in enumerate(pairs)
    ]


def front_of(pairs, noise_floor=0.0, **options):
    """Return the front of such candidates."""
    return make_front(
        candidates(pairs), NAMES, noise_floor=noise_floor, linear_loss=0.5, **options
    )


TYPICAL = [(0.5, 0.6), (0.4, 0.7), (1e-6, 1.0), (9e-7, 1.0), (8e-7, 1.0)]
shares = st.floats(0, 1).map(lambda value: round(value, 6))
pairs = st.lists(st.tuples(shares, shares), min_size=1, max_size=20)


@given(pairs, st.randoms(use_true_random=False))
def test_a_front_is_pareto_whatever_came_in(pairs, random):
    given_ = candidates(pairs)
    random.shuffle(given_)
    front = make_front(given_, NAMES, noise_floor=0.0, linear_loss=0.5)
    assert sum(c.selected for c in front) == 1
    assert front.selected.selected
    assert not front.selected.tied
    costs = [c.cost for c in front]
    assert costs == sorted(costs)
    for k, one in enumerate(front):
        assert all(
            one.loss < earlier.loss or one.fidelity > earlier.fidelity for earlier in front[:k]
        )


@given(pairs)
def test_the_smallest_loss_and_the_best_fidelity_stay_on_the_front(pairs):
    given_ = candidates(pairs)
    front = make_front(given_, NAMES, noise_floor=0.0, linear_loss=0.5)
    best_loss, best_fidelity = min(c.loss for c in given_), max(c.fidelity for c in given_)
    assert min(c.loss for c in front) <= best_loss * 1.001 + 1e-6
    assert max(c.fidelity for c in front) >= best_fidelity - 1e-3
    assert front[0].cost == min(c.cost for c in given_)


def test_no_formula_is_dominated_by_a_cheaper_one():
    first, worse = candidates([(0.1, 0.9), (0.2, 0.8)])
    assert pareto([worse, first]) == [first]
    less_loss, more_fidelity = candidates([(0.1, 0.8), (0.2, 0.9)])
    assert pareto([less_loss, more_fidelity]) == [less_loss, more_fidelity]


def test_the_elbow_is_selected_not_the_smallest_loss():
    assert front_of(TYPICAL).selected.loss == 1e-6


def test_noise_explains_small_losses():
    pairs = [(1e-2, 0.99), (1e-5, 0.9905)]
    assert front_of(pairs).selected.loss == 1e-5
    assert front_of(pairs, noise_floor=1.0).selected.loss == 1e-2


def test_near_ties_are_marked():
    clear = front_of([(0.5, 0.6), (1e-6, 1.0)])
    assert not any(c.tied for c in clear)
    expressions = [parse("x0 + 1"), parse("x0 + x1")]
    equals = [Candidate(e, 0.01 / (k + 1), 3.0, 0.9) for k, e in enumerate(expressions)]
    equals.append(Candidate(parse("x0*x1"), 0.0101, 2.99, 0.9))
    front = make_front(equals, NAMES, noise_floor=1.0, linear_loss=0.5)
    assert len(front) > 1
    assert [c.tied for c in front].count(True) == len(front) - 1


def test_a_front_is_a_sequence_of_candidates():
    front = front_of(TYPICAL)
    assert len(front) == len(list(front)) == len(front.candidates)
    assert front[0] is front.candidates[0]
    assert front[-1] is front.candidates[-1]


def test_it_prints_one_line_per_formula():
    front = front_of(TYPICAL)
    lines = str(front).splitlines()
    assert len(lines) == len(front) + 2 and repr(front) == str(front)
    marked = [line for line in lines[1:-1] if line.startswith("*")]
    assert len(marked) == 1 and marked[0].endswith(front.selected.expression.format(("a",)))


def test_the_table_has_a_line_per_formula():
    front = front_of(TYPICAL)
    frame = front.to_frame()
    assert list(frame.columns) == [
        "formula",
        "loss",
        "cost",
        "complexity",
        "fidelity",
        "held_fidelity",
        "tied",
        "selected",
    ]
    assert len(frame) == len(front)
    assert frame["formula"].str.startswith("a").all()
    assert frame["selected"].sum() == 1
    assert (frame["complexity"] == [c.expression.complexity for c in front]).all()


def test_a_copy_by_pickle_is_equal():
    front = front_of(TYPICAL, notes=["formulas were compared on 5 of 10 rows"])
    twin = pickle.loads(pickle.dumps(front))
    assert isinstance(twin, Front)
    assert twin == front
    assert twin.selected == front.selected
    assert twin.notes == ("formulas were compared on 5 of 10 rows",)


def test_candidates_cannot_be_changed():
    front = front_of(TYPICAL)
    with pytest.raises(AttributeError):
        front.notes = ()
    with pytest.raises(AttributeError):
        front[0].loss = 0.0


def test_plot_marks_the_selected_formula():
    front = front_of(TYPICAL)
    display = front.plot()
    assert display.ax_ is not None
    assert np.isfinite(display.ax_.dataLim.bounds).all()
