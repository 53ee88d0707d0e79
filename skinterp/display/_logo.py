"""Letters as high as they matter, position by position: a sequence logo."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import (
    PALETTE,
    Display,
    beside_each_other,
    cycle,
    label_inches,
    labels,
    tidy,
    title_inches,
    wrapped,
    write_title,
)
from skinterp.utils import import_optional

_NUCLEOTIDES = {"A": 2, "C": 0, "G": 4, "T": 1, "U": 1}  # the colours that biologists know
_WIDTH = 0.92  # of a letter, of the room for it
_SMALLEST = 0.004  # of the height of the axes: smaller letters are specks


@dataclass(eq=False, repr=False)
class LogoDisplay(Display):
    """A sequence logo: at each position letters as high as their coefficients.

    Positive ones stand above the line, the largest on top; negative ones hang below it, the most
    negative lowest.

    Parameters
    ----------
    heights : sequence of array-like of shape (q_i,)
        The coefficients, one array per position.
    names : sequence of str
        Names of the positions.
    letters : sequence of sequence of str of one letter
        The letters of each position.
    max_positions : int, default=80
        How many positions to show, the ones with the largest coefficients.
    name : str, default="field"
        What the heights are.
    title : str, default=""
        What stands above.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Raises
    ------
    ValueError
        By `plot` and `to_svg`, if a category is no single letter.

    References
    ----------
    T. D. Schneider and R. M. Stephens, "Sequence logos", Nucleic Acids Research 18, 1990; here
    heights are coefficients, not information.

    Examples
    --------
    >>> from skinterp.display import LogoDisplay
    >>> display = LogoDisplay([[0.5, -0.5], [1.0, -1.0]], ["p1", "p2"], ["AC", "AC"]).plot()
    >>> len(display.ax_.patches)
    4
    """

    heights: object
    names: object
    letters: object
    _: KW_ONLY
    max_positions: int = 80
    name: str = "field"
    title: str = ""

    @property
    def _shown(self):
        size = [np.abs(height).max() for height in self.heights]
        return np.sort(np.argsort(size, kind="stable")[::-1][: self.max_positions])

    @property
    def _labels(self):
        return labels([self.names[i] for i in self._shown], 24)

    @property
    def figure_size(self):
        width = max(4.0, 1.2 + 0.34 * len(self._shown))
        return width, 2.8 + label_inches(self._labels) + title_inches(self.title)

    def _colours(self):
        known = sorted({letter for letters in self.letters for letter in letters})
        is_nucleic = set(known) <= set(_NUCLEOTIDES)
        index = _NUCLEOTIDES if is_nucleic else {letter: k for k, letter in enumerate(known)}
        return {letter: cycle(PALETTE, index[letter]) for letter in known}

    def _check_letters(self):
        for name, letters in zip(self.names, self.letters):
            wrong = [letter for letter in letters if not _is_letter(letter)]
            if wrong:
                raise ValueError(
                    f"A logo needs categories of one letter. Got {wrong[0]!r} of {name!r} instead."
                )

    def draw(self, ax):
        self._check_letters()
        colours, shown = self._colours(), self._shown
        values = [np.asarray(self.heights[i], dtype=float) for i in shown]
        up = max((v[v > 0].sum() for v in values), default=0.0)
        down = min((v[v < 0].sum() for v in values), default=0.0)
        reach = (up - down) or 1.0
        for place, (i, heights) in enumerate(zip(shown, values)):
            for sign in (1, -1):
                bottom = 0.0
                for k in np.argsort(sign * heights, kind="stable"):
                    if sign * heights[k] <= _SMALLEST * reach:
                        continue
                    letter = str(self.letters[i][k])
                    self._draw_letter(ax, letter, place, bottom, heights[k], colours[letter])
                    bottom += heights[k]
        ax.axhline(0.0, color="black", linewidth=0.8)
        ax.set(xlim=(-0.5, len(shown) - 0.5), ylim=(down - 0.03 * reach, up + 0.03 * reach))
        turn = beside_each_other(self._labels, self.figure_size[0] - 1.2)
        ax.set_xticks(range(len(shown)), self._labels, rotation=turn)
        ax.set_ylabel(wrapped(self.name, 24))
        which = ""
        if len(shown) < len(self.names):
            which = f"The {len(shown)} largest of {len(self.names)} positions"
        write_title(ax, self.title, which, width=int(9 * self.figure_size[0]))
        tidy(ax, grid="y")

    @staticmethod
    def _draw_letter(ax, letter, place, bottom, height, colour):
        """Draw a letter that fills its box; what hangs below the line stays upright."""
        text = import_optional("matplotlib.textpath", extra="plot", purpose="Plotting")
        patches = import_optional("matplotlib.patches", extra="plot", purpose="Plotting")
        transforms = import_optional("matplotlib.transforms", extra="plot", purpose="Plotting")
        path = text.TextPath((0, 0), letter.replace("$", r"\$"), size=1)
        box, low = path.get_extents(), min(bottom, bottom + height)
        move = transforms.Affine2D().translate(-box.x0, -box.y0)
        move = move.scale(_WIDTH / (box.width or 1.0), abs(height) / (box.height or 1.0))
        move = move.translate(place - 0.5 * _WIDTH, low)
        ax.add_patch(patches.PathPatch(move.transform_path(path), color=colour, linewidth=0))


def _is_letter(category):
    return isinstance(category, str) and len(category) == 1 and not category.isspace()
