"""The set-up commands of the README are those that continuous integration runs."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def readme_commands():
    """Return the README's command lines without their comments."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("python -m pip")]
    return [line.partition("   #")[0].strip() for line in lines]


def ci_strings():
    """Return the quoted command strings of the CI script by name."""
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Z_]+)='(.*)'$", text, flags=re.MULTILINE))


def test_ci_runs_the_commands_of_the_readme():
    run = ci_strings()
    assert readme_commands() == [
        run["MAIN_JOB"],
        f"{run['INSTALL_TESTS']} && {run['RUN_TESTS']}",
    ]


@pytest.mark.parametrize("name", ["MAIN_JOB", "INSTALL_TESTS", "RUN_TESTS", "BUILD_DOCS"])
def test_ci_uses_each_string(name):
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert f'eval "${name}' in text


def test_ci_builds_the_site_by_the_command_of_the_contributors():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert ci_strings()["BUILD_DOCS"] in text.splitlines()


def test_the_readme_has_no_other_set_up_commands():
    assert len(readme_commands()) == 2
