"""The examples run, and measure what they claim."""

import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
EXAMPLES_RUN = sorted(path.stem for path in EXAMPLES.glob("plot_*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES_RUN)
def test_example_measures_its_claim(name, monkeypatch):
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: None)
    runpy.run_path(str(EXAMPLES / f"{name}.py"))


def test_the_gene_switch_data_come_from_their_script(tmp_path):
    script = runpy.run_path(str(EXAMPLES / "data" / "make_gene_switch.py"), run_name="data")
    assert script["PATH"] == EXAMPLES / "data" / "gene_switch.csv"
    before = script["PATH"].read_bytes()
    script["main"](tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == before
