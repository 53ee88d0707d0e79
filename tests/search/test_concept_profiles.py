"""The profiles of a concept as a result, and directions that are sure."""

import matplotlib
import numpy as np
import pytest
from search_pool import boundary_problem, uniform_rows

from skinterp import SymbolicSurrogateClassifier, SymbolicSurrogateRegressor, as_network
from skinterp.expression import parse
from skinterp.sampling import data_field
from skinterp.search import Search
from skinterp.search._additive import combine_profiles
from skinterp.search._concept_profiles import concept_profiles
from skinterp.search._explain_view import trust_in_directions
from skinterp.search._stages import combine_dictionary

matplotlib.use("Agg")
X = uniform_rows(1500, 4, 0.3, 2.0)


def profiles_of(function, rows=X):
    search = Search(boundary_problem(function, rows), noise_floor=0.0, random_state=0)
    combine_dictionary(search)
    combine_profiles(search)
    return search.front(("a", "b", "c", "d")).profiles


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_profiles_are_the_functions_of_an_additive_concept(sign):
    parts = {"a": lambda s: s**2, "b": lambda s: -2 * np.log(s), "c": lambda s: np.exp(0.5 * s)}

    def function(Z):
        total = sum(part(Z[:, j]) for j, part in enumerate(parts.values()))
        return sign * (total - 3.0)

    found = profiles_of(function)
    assert found.loss < 1e-3
    assert found.shares.sum() == pytest.approx(1.0, abs=0.01)
    sizes = {}
    for name, s, values in zip(found.components, found.points, found.values):
        if name not in parts:
            continue
        true = sign * parts[name](s)
        true = true - true.mean()
        sizes[name] = float(true @ values / (values @ values))
        assert np.abs(sizes[name] * values - true).max() < 0.05 * np.ptp(true)
    assert set(sizes) == set(parts)  # one unit for all, rising with the network
    assert min(sizes.values()) > 0
    assert max(sizes.values()) == pytest.approx(min(sizes.values()), rel=0.1)


def test_a_function_that_is_undefined_on_some_rows_is_shown_all_the_same():
    search = Search(boundary_problem(lambda Z: Z[:, 0] - 1.0, X), noise_floor=0.0, random_state=0)
    combine_dictionary(search)
    combine_profiles(search)
    odd = (parse("log(x0 - 1)"),)
    reading = search.reading._replace(choices=dict.fromkeys(search.reading.choices, odd))
    found = concept_profiles(search.problem, reading, ("a", "b", "c", "d"))
    assert all(np.isfinite(values).all() for values in found.values)
    assert all(np.isfinite(fitted).all() for fitted in found.identified)


def test_profiles_print_tabulate_and_draw_with_the_function_they_look_like():
    found = profiles_of(lambda Z: Z[:, 0] ** 2 - np.log(Z[:, 1]) - 1)
    text = str(found)
    assert "a**2" in text
    assert "log(b)" in text
    frame = found.to_frame()
    assert list(frame.columns) == ["looks like", "share", "misfit"]
    assert frame.loc[["a", "b"], "misfit"].max() < 0.02
    display = found.plot()
    assert len(display.axes_) == len(found.components)


def test_classifiers_have_profiles_and_values_have_none():
    network = as_network(lambda Z: Z[:, 0] ** 2 - Z[:, 1], n_features_in=4, classes=[0, 1])
    surrogate = SymbolicSurrogateClassifier(network, random_state=0, n_points=200).fit(X)
    assert surrogate.front_.profiles is not None
    assert len(surrogate.displays()) == 2
    regressor = SymbolicSurrogateRegressor(lambda Z: Z[:, 0] ** 2, random_state=0, n_points=200)
    assert regressor.fit(X).front_.profiles is None
    assert len(regressor.displays()) == 1


def test_short_gradients_count_little():
    view = as_network(lambda Z: np.tanh(4 * (Z[:, 0] - 1))).output()
    field = data_field(view, X, n_points=400, smoothing=0, random_state=0)
    weights = trust_in_directions(field)
    assert weights.sum() == pytest.approx(1.0)
    longest, shortest = np.argmax(field.lengths), np.argmin(field.lengths)
    assert weights[longest] > 100 * weights[shortest]
