"""The pages of the documentation, and how their code is run."""

import re
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parent.parent
MADE = {"_build", "auto_examples", "reference"}  # by a build of the site
WRITTEN = (p for p in (ROOT / "docs").rglob("*.md") if MADE.isdisjoint(p.parts))
PAGES = [ROOT / "README.md", *sorted(WRITTEN)]

BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)
WORD, NUMBER = re.compile(r"[A-Za-z_]\w*"), re.compile(r"(?<![\w.])-?\d+\.?\d*(?:e-?\d+)?")
FORMULA = re.compile(r"[*/<>|]")


def code_blocks(page):
    """Return the Python blocks of a page and the output shown below each (or None)."""
    return [(code, shown or None) for code, shown in BLOCK.findall(page.read_text("utf-8"))]


def is_close(one, other):
    """Whether two numbers agree as far as machines differ in training the same network."""
    return abs(float(one) - float(other)) <= 0.03 + 0.1 * abs(float(one))


def agree(shown, printed):
    """Whether two lines hold the same words and, where they are no formulas, close numbers."""
    if set(WORD.findall(shown)) != set(WORD.findall(printed)):
        return False
    if FORMULA.search(shown):
        return True
    first, second = NUMBER.findall(shown), NUMBER.findall(printed)
    return len(first) == len(second) and all(map(is_close, first, second))


def name_of(page):
    return str(page.relative_to(ROOT))


def check_page(page, monkeypatch, capsys):
    """Run the code of a page, at the root, and compare what it prints with what is shown."""
    monkeypatch.chdir(ROOT)
    module = ModuleType("documentation_page")  # found there by pickle
    monkeypatch.setitem(sys.modules, module.__name__, module)
    for code, shown in code_blocks(page):
        exec(compile(code, name_of(page), "exec"), module.__dict__)
        printed = capsys.readouterr().out
        if shown is not None:
            lines = (
                list(filter(None, shown.splitlines())),
                list(filter(None, printed.splitlines())),
            )
            assert len(lines[0]) == len(lines[1]), printed
            assert all(map(agree, *lines)), printed
