"""Draw the pictures of the tutorial "Five stories", from the code of the page.

Run from the root of the repository::

    python docs/pictures/make_stories.py
"""

import re
import sys
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PICTURE = re.compile(r"\.\./pictures/(story_\w+\.png)")


def main(folder=ROOT / "docs" / "pictures"):
    """Run the page, and save the picture that each story names."""
    page, scope = (ROOT / "docs" / "tutorials" / "stories.md").read_text("utf-8"), {}
    for story in page.split("\n## "):
        for code in BLOCK.findall(story):
            exec(code, scope)
        for name in PICTURE.findall(story):
            picture = scope["picture"]
            (axes, *_) = np.ravel(getattr(picture, "axes_", getattr(picture, "ax_", None)))
            axes.figure.savefig(Path(folder) / name, dpi=70, bbox_inches="tight")


if __name__ == "__main__":
    main(*sys.argv[1:])
