"""Activations as formulas have the values of the activations, wherever they are asked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinterp.expression import Variable, atoms, parse
from skinterp.network._activations import ACTIVATIONS, IDENTITY, as_activation
from skinterp.network._dense import Layer
from skinterp.pruning._closed_form import Atoms, Sum, closed_forms
from skinterp.pruning._written_activations import _WRITTEN, write_activation

SLOPES = {"elu": ("elu", 0.5), "celu": ("celu", 2.0), "leaky_relu": ("leaky_relu", 0.1)}
CURVED = [*_WRITTEN, "elu", "celu"]
KNOWN = [name for name in ACTIVATIONS if name not in ("gelu", "erf")]


def activation(name):
    return as_activation(SLOPES.get(name, name))


def layer(weight, bias, unit=IDENTITY):
    return Layer(np.array([[weight]]), np.array([bias]), unit)


@pytest.mark.parametrize("name", CURVED)
@pytest.mark.parametrize("reach", [1.0, 50.0, 1e3])
def test_written_activations_have_the_values_of_the_functions(name, reach):
    if name == "exp" and reach > 700.0:
        return  # beyond all numbers
    for low, high in ((-reach, reach), (-reach, -0.1), (0.1, reach)):
        z = np.linspace(low, high, 201)
        formula = write_activation(activation(name), Variable(0), low, high)
        found = formula.evaluate(z[:, np.newaxis])
        expected = activation(name).value(z)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_every_activation_is_written_or_piecewise_linear_or_refused():
    for name in ACTIVATIONS:
        if name in ("gelu", "erf"):
            with pytest.raises(ValueError, match=rf"Got {name} instead; to_sympy"):
                write_activation(activation(name), Variable(0))
        elif activation(name).bends is None:
            write_activation(activation(name), Variable(0))


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize(("low", "high"), [(-9.0, 9.0), (-1.0, 1.0), (-8.0, -4.0), (4.0, 8.0)])
def test_a_unit_in_an_interval_has_its_values_and_bends_only_where_it_does(name, low, high):
    unit = activation(name)
    layers = [layer(1.0, 0.0, unit), layer(2.0, -1.0)]
    (formula,) = closed_forms(layers, np.array([low]), np.array([high]), np.zeros(1))
    z = np.linspace(low, high, 101)
    np.testing.assert_allclose(
        formula.evaluate(z[:, np.newaxis]), 2.0 * unit.value(z) - 1.0, rtol=1e-9, atol=1e-9
    )
    if unit.bends is not None:
        inside = sum(low < bend < high for bend in unit.bends)
        assert str(formula).count("max") == inside
        assert inside or atoms(formula) <= 2


@given(st.lists(st.floats(-5.0, 5.0), min_size=2, max_size=4), st.floats(-3.0, 3.0))
def test_sums_know_their_ends_in_the_box(slopes, constant):
    slopes, n = np.array(slopes), len(slopes)
    sums = Atoms(np.zeros(n), -np.ones(n), 2.0 * np.ones(n))
    found = sums.sum_of(slopes, constant)
    corners = np.array(np.meshgrid(*[[-1.0, 2.0]] * n)).reshape(n, -1).T
    values = corners @ slopes + constant
    assert found.low == pytest.approx(values.min(), abs=1e-9)
    assert found.high == pytest.approx(values.max(), abs=1e-9)
    shown = sums.expression(found)
    np.testing.assert_allclose(shown.evaluate(corners), values, atol=1e-9)
    turned = found.scaled(-2.0)
    assert (turned.low, turned.high) == (-2.0 * found.high, -2.0 * found.low)
    assert found.shifted(1.0).low == found.low + 1.0


def test_terms_that_are_lost_in_rounding_are_left_out():
    sums = Atoms(np.zeros(2), -np.ones(2), np.ones(2))
    assert sums.sum_of(np.array([1.0, 1e-18]), 0.0).slopes.tolist() == [1.0, 0.0]
    far = Atoms(np.zeros(2), np.array([-1.0, -1e18]), np.array([1.0, 1e18]))
    assert far.sum_of(np.array([1.0, 1e-18]), 0.0).slopes.tolist() == [1.0, 1e-18]
    assert str(sums.expression(sums.sum_of(np.zeros(2), 0.0))) == "0"
    assert isinstance(sums.sum_of(np.zeros(2), 1.0), Sum)


def test_inputs_far_from_zero_are_written_as_distances():
    layers = [layer(2.0, -2e6)]
    box = np.array([1e6 - 1.0]), np.array([1e6 + 1.0])
    (formula,) = closed_forms(layers, *box, np.array([1e6]))
    assert formula.evaluate(np.array([[1e6 + 0.25]])) == pytest.approx(0.5)
    (same,) = closed_forms(layers, *box, np.zeros(1))
    assert parse(str(formula)).evaluate([[1e6 + 0.25]]) == pytest.approx(0.5)
    assert str(same) == "2*x0 - 2000000"
