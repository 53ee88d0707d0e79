"""The versions that a report of a fault needs."""

import configparser
import re
from pathlib import Path

import skinterp
from skinterp.utils._show_versions import PACKAGES

ROOT = Path(__file__).parents[2]


def test_versions_are_printed(capsys):
    skinterp.show_versions()
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert set(PACKAGES) | {"python", "system"} == set(lines)
    assert re.match(r"\d+\.\d+", lines["scikit-learn"])


def test_every_library_that_is_needed_is_printed():
    metadata = configparser.ConfigParser()
    metadata.read(ROOT / "setup.cfg")
    options, extras = metadata["options"], metadata["options.extras_require"]
    shown = [extras[name] for name in ("plot", "tables", "onnx", "skops", "torch")]
    needed = "\n".join([options["install_requires"], *shown]).split("\n")
    assert {re.split("[><=]", line)[0] for line in needed if line} <= set(PACKAGES)


def test_the_citation_names_the_version():
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"version: {skinterp.__version__}\n" in citation
