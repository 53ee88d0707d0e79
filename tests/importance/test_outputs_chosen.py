"""An output of importances is chosen by the label of any class, and named by it."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from skinterp.importance import (
    connection_weights,
    garson,
    lek_profile,
    partial_derivatives,
    shapley_values,
    variable_embedding,
)
from skinterp.network import as_network

LABELS = ("species_number_one", "species_number_two", "species_number_three")
X = np.array([[0.0, 1.0], [1.0, 0.5], [2.0, -1.0], [-1.0, 0.3]])


def network(labels, n_logits):
    """Return a small network of two inputs."""
    rng = np.random.default_rng(0)
    layers = [rng.normal(size=(2, 3)), rng.normal(size=(3, n_logits))]
    return as_network(
        (layers, [np.zeros(3), np.zeros(n_logits)], ["tanh", "identity"]), classes=list(labels)
    )


def found(model):
    return [partial_derivatives(model, X), shapley_values(model, X[:2], background=X).row(1)]


@pytest.mark.parametrize("labels", [("ill", "well"), (0, 1), (False, True), ("0", "1")])
def test_both_of_two_classes_are_outputs_of_opposite_sign(labels):
    model, (first, second) = network(labels, 1), labels
    for importances in found(model):
        (name, one), (_, two) = (
            *importances.display(output=first).values.items(),
            *importances.display(output=second).values.items(),
        )
        assert name == str(first)
        np.testing.assert_allclose(one, -two)
        assert importances.ranking(first) == importances.ranking(second)
    assert garson(model).display(output=first).values[str(first)].min() >= 0.0
    profile = lek_profile(model, X)
    np.testing.assert_allclose(profile.display(first).values, -profile.display(second).values)
    assert f"logit of {first} " in profile.display(first).title
    np.testing.assert_allclose(model.output(first).value(X), -model.output().value(X))
    assert model.output(first).name == f"logit of {first}"


def test_an_output_that_there_is_not_is_refused_with_the_labels():
    model = network(("ill", "well"), 1)
    for call in [*(i.display for i in found(model)), lek_profile(model, X).display]:
        with pytest.raises(ValueError, match=r"output must be one of \['ill', 'well'\].*'odd'"):
            call(output="odd")
    with pytest.raises(ValueError, match=r"k must be one of \['ill', 'well'\].*Got 'odd'"):
        model.output("odd")


def test_one_of_several_outputs_is_drawn_and_named():
    model = network(LABELS, 3)
    importances = partial_derivatives(model, X)
    display = importances.plot(output=LABELS[1])
    assert list(display.values) == [LABELS[1]]
    assert LABELS[1] in display.ax_.get_title(loc="left")
    np.testing.assert_array_equal(
        importances.display(output=1).values[LABELS[1]], display.values[LABELS[1]]
    )
    shapley = shapley_values(model, X[:2], background=X)
    assert list(shapley.plot(output=LABELS[2]).values) == [LABELS[2]]
    plt.close("all")


def test_texts_name_every_output_in_full():
    model = network(LABELS, 3)
    for text in map(str, (connection_weights(model), lek_profile(model, X), *found(model))):
        assert all(text.count(name) == 1 for name in LABELS)
    two = str(partial_derivatives(network(("ill", "well"), 1), X))
    assert "well" in two.splitlines()[1]
    assert "length" in str(variable_embedding(model, X)).splitlines()[1]


def test_ranges_along_inputs_are_sorted():
    profile = lek_profile(network(("ill", "well"), 1), X * [0.01, 1.0])
    lines = str(profile).splitlines()[2:]
    assert [line.split()[0] for line in lines] == ["x1", "x0"]


def test_a_map_without_rows_says_that_units_decide():
    model = network(("ill", "well"), 1)
    bare, scaled = variable_embedding(model), variable_embedding(model, X)
    assert "units decide" in str(bare) and "units decide" not in str(scaled)
    assert "units decide" in bare.display().title and "deviation" in scaled.display().title
