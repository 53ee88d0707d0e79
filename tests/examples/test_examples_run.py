"""The examples run, and measure what they claim."""

import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
EXAMPLES_RUN = sorted(EXAMPLES.rglob("plot_*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES_RUN, ids=lambda path: path.stem)
def test_example_measures_its_claim(path, monkeypatch):
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: None)
    runpy.run_path(str(path))


@pytest.mark.parametrize("path", EXAMPLES_RUN, ids=lambda path: path.stem)
def test_an_example_asks_draws_and_asserts(path):
    text = path.read_text("utf-8")
    title, line = text.splitlines()[1:3]
    assert set(line) == {"="} and len(line) == len(title)
    assert "\nassert " in text and text.endswith("\nplt.show()\n")
    assert (path.parent / "GALLERY_HEADER.rst").exists()


def test_the_gene_switch_data_come_from_their_script(tmp_path):
    script = runpy.run_path(str(EXAMPLES / "data" / "make_gene_switch.py"), run_name="data")
    assert script["PATH"] == EXAMPLES / "data" / "gene_switch.csv"
    before = script["PATH"].read_bytes()
    script["main"](tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == before
