"""Plus has one colour and minus another one, in bars, heat maps and images."""

import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_rgb

from skinterp import display as shown
from skinterp.display._signs import MINUS, PLUS, SIGNED_MAP, sign_colours, signed_colours

FILES = sorted(Path(shown.__file__).parent.glob("*.py"))
NAMED_MAP = re.compile(r'"(RdBu\w*|coolwarm|bwr|seismic|PuOr\w*|PiYG\w*)"')


@pytest.mark.parametrize(("colour", "place"), [(PLUS, 0.9), (MINUS, 0.1)])
def test_bars_have_the_colours_of_the_map(colour, place):
    np.testing.assert_allclose(colormaps[SIGNED_MAP](place)[:3], to_rgb(colour), atol=0.01)


def test_the_map_is_white_at_nothing_and_as_strong_on_both_sides():
    options = signed_colours(3.0)
    assert options["vmin"] == -options["vmax"] == -3.0
    assert min(colormaps[options["cmap"]](0.5)[:3]) > 0.95


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_display_has_another_map_of_signs(path):
    assert set(NAMED_MAP.findall(path.read_text("utf-8"))) <= {SIGNED_MAP}


def drawn_in_bars():
    bars = shown.ContributionsDisplay({"out": [2.0, -1.0]}, ["a", "b"]).plot().ax_.patches
    unit = shown.UnitDisplay([2.0, -1.0], ["a", "b"], [0.0, 1.0]).plot().axes_[0].patches
    images = {"a": np.eye(2), "b": -np.eye(2)}
    parts = shown.ImagePartsDisplay({"image": np.eye(2)}, images, [2.0, -1.0]).plot()
    return {"contributions": bars, "unit": unit, "image parts": parts.axes_[-1].patches}


@pytest.mark.parametrize("name", ["contributions", "unit", "image parts"])
def test_bars_of_plus_and_minus(name):
    colours = [patch.get_facecolor()[:3] for patch in drawn_in_bars()[name][:2]]
    assert colours == [to_rgb(PLUS), to_rgb(MINUS)]


def test_images_and_maps_share_the_colours():
    weights = shown.WeightImagesDisplay([[[2.0, -2.0]]]).plot().axes_[0].images[0]
    maps = shown.ImagePartsDisplay({"image": [[0.0, 1.0]]}, {"m": [[2.0, -2.0]]}).plot()
    picture, drawn = (ax.images[0] for ax in maps.axes_)
    for image in (weights, drawn):
        plus, minus = image.to_rgba(np.array([[1.6, -1.6]]))[0, :, :3]
        np.testing.assert_allclose([plus, minus], [to_rgb(PLUS), to_rgb(MINUS)], atol=0.01)
    assert picture.get_cmap().name == "gray_r"
    assert sign_colours([0.0]) == [PLUS]


@pytest.mark.parametrize(
    ("images", "maps", "values", "words"),
    [
        ({"a": [1.0]}, {}, None, "images must be an array of shape"),
        ({"a": np.eye(2)}, {"m": np.eye(2)}, [1.0, 2.0], "values must be 1, one per map. Got"),
    ],
)
def test_parts_of_images_that_do_not_fit_are_refused(images, maps, values, words):
    with pytest.raises(ValueError, match=words):
        shown.ImagePartsDisplay(images, maps, values).plot()
