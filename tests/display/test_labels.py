"""Labels of one axis: short, and different for different texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinterp.display._display import labels, lines_of


def test_short_texts_are_not_shortened():
    assert labels(["age", "  body   mass "], 20) == ["age", "body mass"]
    assert labels(["cost $"], 20) == [r"cost \$"]


@pytest.mark.parametrize(
    "texts",
    [
        [f"mean of very_long_sensor_reading_channel_{i:02d} [counts/s]" for i in range(40)],
        [f"transverse {what} of the leading jet, in GeV" for what in ("momentum", "mass")],
        ["x" * 50 + letter + "y" * 50 for letter in "ab"],
        ["ab" * 50, "ab" * 50 + "a"],
        ["first " + "long " * 20 + "a", "second " + "long " * 20 + "b", "short"],
    ],
)
def test_different_texts_have_different_labels_that_fit(texts):
    drawn = labels(texts, 28)
    assert len(set(drawn)) == len(texts)
    assert max(map(len, drawn)) <= 31


def test_what_differs_is_shown():
    texts = [f"mean of very_long_sensor_reading_channel_{i:02d} [counts/s]" for i in range(12)]
    assert all(f"…{i:02d}" in text for i, text in enumerate(labels(texts, 28)))


names = st.lists(st.sampled_from(["area", "of", "the", "response", "marker", "b"]), max_size=9)


@given(st.lists(names.filter(len).map("_".join), min_size=1, max_size=4), st.integers(24, 60))
def test_lines_break_at_the_ends_of_words_and_nothing_is_lost(found, width):
    text = " + ".join(f"{name} > {k + 0.25}" for k, name in enumerate(found))
    lines = lines_of(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert max(map(len, lines)) <= width
    assert all(line[0].isalpha() or line[0] == "+" for line in lines)  # ">" is beside its number
