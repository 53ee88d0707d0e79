"""Boundaries over the columns of a table with texts and gaps."""

import numpy as np
import pandas as pd
import pytest
from mixed_tables import mixed_model, mixed_table

from skinterp import LinearSurrogateClassifier, TreeSurrogateRegressor
from skinterp.display import BoundaryDisplay

pytestmark = pytest.mark.filterwarnings(
    "ignore:lbfgs failed to converge", "ignore:X does not have valid feature names"
)
TABLE = mixed_table()


@pytest.fixture(scope="module")
def surrogate():
    return LinearSurrogateClassifier(mixed_model(TABLE)).fit(TABLE)


def draw(surrogate, *features, **options):
    return BoundaryDisplay.from_estimator(surrogate, TABLE, features, resolution=20, **options)


def row_at(display, TABLE, i, j, held):
    """Return the raw row that stands at a point of the grid."""
    row = TABLE.iloc[[0]].assign(**held)
    for name, value, ticks in zip(display.names, (display.x[i], display.y[j]), display.ticks):
        row[name] = value if ticks is None else ticks[round(value)]
    return row


@pytest.mark.parametrize("features", [("age", "dose"), ("dose", "si te"), ("grade", "age")])
def test_every_point_is_a_row_of_the_table(surrogate, features):
    held = TABLE.iloc[5].to_dict()
    display = draw(surrogate, *features, at=TABLE.iloc[5])
    for i, j in [(0, 0), (3, 2), (-1, -1)]:
        row = row_at(display, TABLE, i, j, held)
        for answers, model in (
            (display.network, surrogate.network_),
            (display.surrogate, surrogate),
        ):
            assert surrogate.classes_[answers[j, i]] == model.predict(row)[0]


def test_others_are_held_at_levels_by_name(surrogate):
    own = draw(surrogate, "age", "dose", values={"si te": "a", "smoker": True})
    other = draw(surrogate, "age", "dose", values={"si te": "e", "smoker": False})
    assert "si te = a" in own.note and "smoker = True" in own.note
    assert (own.network != other.network).any()
    assert draw(surrogate, "age", "si te", values={"dose": np.nan}).note.count("dose = missing")


def test_levels_are_bands_with_their_names(surrogate):
    display = draw(surrogate, "dose", "si te").plot()
    assert [t.get_text() for t in display.ax_.get_yticklabels()] == ["a", 'c, "d"', "e", "it's"]
    assert display.ax_.get_title(loc="left").startswith("Held: age = ")
    regressor = TreeSurrogateRegressor(mixed_model(TABLE, task="regression"), random_state=0)
    display = draw(regressor.fit(TABLE), "kind", "dose").plot()
    assert [t.get_text() for t in display.ax_.get_xticklabels()] == ["missing", "x", "y"]


def test_arrays_of_objects_are_drawn_as_frames_are(surrogate):
    frame = draw(surrogate, 4, 0)
    array = BoundaryDisplay.from_estimator(
        surrogate, TABLE.to_numpy(dtype=object), (4, 0), resolution=20
    )
    np.testing.assert_array_equal(frame.network, array.network)
    assert frame.names == ("dose", "si te")


@pytest.mark.parametrize(
    ("features", "options", "match"),
    [
        (("si te", "kind"), {}, r"two numbers, or a number and a category. Got two categories"),
        (("note", "age"), {}, r"features must be two of \['si te', 'age'"),
        (("age", "age"), {}, "features must be two of"),
        (("age", "weight"), {}, "features must be among"),
        (("age", "dose"), {"values": {"height": 1}}, "features must be among"),
        (("age", "dose"), {"values": {"age": "old"}, "at": TABLE.iloc[0]}, None),
    ],
)
def test_what_has_no_meaning_is_refused(surrogate, features, options, match):
    if match is None:  # what varies is not held
        assert "age" not in draw(surrogate, *features, **options).note
        return
    with pytest.raises(ValueError, match=match):
        draw(surrogate, *features, **options)


def test_the_principal_plane_and_strange_levels_are_refused():
    strict = LinearSurrogateClassifier(mixed_model(TABLE, "refusing")).fit(TABLE)
    with pytest.raises(
        ValueError, match="features must be two columns of a table with categories"
    ):
        BoundaryDisplay.from_estimator(strict, TABLE, "principal")
    with pytest.raises(ValueError, match="'si te' must hold one of"):
        draw(strict, "age", "dose", values={"si te": "elsewhere"})


def test_a_row_is_given_in_any_form(surrogate):
    row = TABLE.iloc[3]
    one, *others = (
        draw(surrogate, "age", "dose", at=at) for at in (row, TABLE.iloc[[3]], row.tolist())
    )
    for other in others:
        np.testing.assert_array_equal(one.network, other.network)
        assert one.note == other.note
    for at in (TABLE.head(2), row.tolist()[:3]):
        with pytest.raises(ValueError, match="at must be one row of 7 columns"):
            draw(surrogate, "age", "dose", at=at)


def test_a_row_holds_the_other_inputs_of_tables_of_numbers():
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(50, 3)), columns=list("abc"))
    model = LinearSurrogateClassifier(random_state=0).fit(X, X["a"] + X["c"] > 0)
    low, high = (
        BoundaryDisplay.from_estimator(model, X, ("a", "b"), at=[0, 0, c], resolution=9)
        for c in (-3.0, 3.0)
    )
    assert high.network.mean() > low.network.mean() and "given row" in low.note
    with pytest.raises(ValueError, match="at must be one row of 3 inputs"):
        BoundaryDisplay.from_estimator(model, X, ("a", "b"), at=[0.0])
