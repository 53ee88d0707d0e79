"""The tutorial on torch runs and prints what is shown."""

import pytest
from documentation import ROOT, check_page, code_blocks

pytestmark = pytest.mark.torch
PAGE = ROOT / "docs" / "tutorials" / "torch_to_equation.md"


def test_the_tutorial_runs(monkeypatch, capsys):
    assert len(code_blocks(PAGE)) >= 4
    check_page(PAGE, monkeypatch, capsys)
