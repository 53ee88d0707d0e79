"""Pictures inside a page: smaller, and with names of parts that no other picture has."""

import re
import zlib
from collections import Counter

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_DECIMALS = re.compile(r"([1-9]\d+\.\d|[1-9]\.\d\d|(?<![\d.])0\.\d{5})\d+")  # scales are below 1
_BASE64 = re.compile(r'(;base64,)([^"]*)')
_SPACE = re.compile(r"\s+")
_NAME = re.compile(r'(\bid="|\bhref="#|url\(#)([^")]+)')
_USED = re.compile(r'\bhref="#([^"]+)|url\(#([^")]+)')
_UNUSED = re.compile(r' id="([^"]*)"')
_PATH = re.compile(r'\bd="([^"]*)"')
_AROUND_LETTERS = re.compile(r" ?([A-Za-z]) ?")
_SHIFT = re.compile(r'(<use href="[^"]*") transform="translate\(([-\d.]+) 0\)"/>')
_BARE = re.compile(r"\.0(?![\d])")
_STYLE = re.compile(r' style="([^"]*)"')
_REPEATED = 5  # times from which a style is written once


def _with_classes(svg, prefix):
    """Return a picture with styles that occur often written once, as classes."""
    often = [style for style, n in Counter(_STYLE.findall(svg)).items() if n >= _REPEATED]
    classes = {style: f"{prefix}s{k}" for k, style in enumerate(often)}
    rules = "".join(f".{name}{{{style}}}" for style, name in classes.items())

    def named(match):
        return f' class="{classes[match[1]]}"' if match[1] in classes else match[0]

    head, close, rest = _STYLE.sub(named, svg).partition(">")
    return f"{head}{close}<style>{rules}</style>{rest}" if rules else svg


def _shorter(svg):
    """Return a picture without names that nothing refers to, in short notations."""
    used = {name for pair in _USED.findall(svg) for name in pair}
    svg = _UNUSED.sub(lambda match: match[0] if match[1] in used else "", svg)

    def packed(match):
        path = _AROUND_LETTERS.sub(r"\1", _BARE.sub("", match[1]))
        return f'd="{path.replace(" -", "-")}"'

    return _SHIFT.sub(r'\1 x="\2"/>', _PATH.sub(packed, svg))


def inline_svg(svg):
    """Return a picture as it stands in a page.

    Parameters
    ----------
    svg : str
        An image as `Display.to_svg` writes it, whose texts are outlines.

    Returns
    -------
    str
        The element: without comments and metadata, coordinates rounded, names of its parts its
        own.

    Examples
    --------
    >>> from skinterp.report._svg import inline_svg
    >>> inline_svg('<?xml version="1.0"?><svg><!-- a --><path  id="a" d="M 1.23456 -2.0"/></svg>')
    '<svg><path d="M1.23-2"/></svg>'
    """
    svg = svg[svg.index("<svg") :].strip()
    prefix = f"c{zlib.crc32(svg.encode()) % 16**6:x}"
    svg = _METADATA.sub("", _COMMENT.sub("", svg)).replace("xlink:href=", "href=")
    svg = _BASE64.sub(lambda match: match[1] + _SPACE.sub("", match[2]), svg)
    svg = _DECIMALS.sub(r"\1", _SPACE.sub(" ", svg)).replace("> <", "><")
    svg = _shorter(svg)
    numbers = {}

    def renamed(match):
        return f"{match[1]}{prefix}-{numbers.setdefault(match[2], len(numbers))}"

    return _with_classes(_NAME.sub(renamed, svg), prefix)
