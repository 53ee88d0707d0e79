"""Pictures inside pages: smaller, alike, and with names of their own."""

import re

import numpy as np

from skinterp.display import BoundaryDisplay
from skinterp.report._svg import inline_svg

x = np.linspace(0, 1, 30)
DISPLAY = BoundaryDisplay(
    x,
    x,
    (x[:, None] + x > 1).astype(int),
    classes=["off", "on"],
    points=np.random.default_rng(0).uniform(size=(300, 2)),
)


def test_a_picture_keeps_its_parts_and_becomes_smaller():
    before = DISPLAY.to_svg()
    after = inline_svg(before)
    assert len(after) < 0.6 * len(before)
    for tag in ("path", "use", "g", "clipPath"):
        opened = re.compile(f"<{tag}[ />]")
        assert len(opened.findall(after)) == len(opened.findall(before))
    assert "<!--" not in after and "<metadata" not in after


def test_every_name_is_known_and_every_style_kept():
    after = inline_svg(DISPLAY.to_svg())
    ids = re.findall(r'\bid="([^"]+)"', after)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', after)) <= {
        pair for name in ids for pair in ((name, ""), ("", name))
    }
    classes = set(re.findall(r'class="([^"]+)"', after))
    assert classes and classes == set(re.findall(r"\.(c\w+)\{", after))


def test_other_pictures_have_other_names():
    first, second = (inline_svg(f'<svg><g id="a" d="{k}"/><use href="#a"/></svg>') for k in (1, 2))
    names = [re.search(r'id="([^"]+)"', svg)[1] for svg in (first, second)]
    assert names[0] != names[1]


def test_scales_keep_their_digits_and_images_their_bytes():
    svg = '<svg><g transform="translate(71.734066 0.5) scale(0.083333 -0.083333)"/></svg>'
    assert 'translate(71.7 0.5) scale(0.08333 -0.08333)"' in inline_svg(svg)
    svg = '<svg><image xlink:href="data:image/png;base64,\nAB\nCD"/></svg>'
    assert 'href="data:image/png;base64,ABCD"' in inline_svg(svg)


def test_paths_are_packed_without_moving_a_point():
    numbers = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"
    before = 'd="M 12.0 -3.25 L 1e-05 7 Q 1 2 30 40.0 z"'
    (after,) = re.findall(r'd="[^"]*"', inline_svg(f"<svg><path {before}/></svg>"))
    assert after == 'd="M12-3.25L1e-05 7Q1 2 30 40z"'
    assert list(map(float, re.findall(numbers, after))) == [
        float(n) for n in re.findall(numbers, before)
    ]


def test_names_that_nothing_refers_to_go():
    svg = '<svg><g id="a"><path id="b" d="M 0 1"/></g><use href="#b"/></svg>'
    assert inline_svg(svg).count(" id=") == 1


def test_letters_stand_where_they_stood():
    svg = '<svg><path id="a"/><use href="#a" transform="translate(61.25 0)"/></svg>'
    assert '-0" x="61.2"/>' in inline_svg(svg)
    path = '<path transform="translate(61.25 0)"/>'
    assert 'transform="translate(61.2 0)"' in inline_svg(f"<svg>{path}</svg>")
