"""The examples run, and measure what they claim."""

import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["plot_gene_switch", "plot_compare_surrogates", "plot_mushrooms", "plot_dna_motif"]
)
def test_example_measures_its_claim(name, monkeypatch):
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: None)
    runpy.run_path(str(EXAMPLES / f"{name}.py"))


def test_the_gene_switch_data_come_from_their_script(tmp_path):
    script = runpy.run_path(str(EXAMPLES / "data" / "make_gene_switch.py"), run_name="data")
    assert script["PATH"] == EXAMPLES / "data" / "gene_switch.csv"
    before = script["PATH"].read_bytes()
    script["main"](tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == before
