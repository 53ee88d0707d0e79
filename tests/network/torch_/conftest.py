"""Tests that need torch and skorch; a step of .ci/run demands them by SKINTERP_TORCH."""

import os
from importlib.util import find_spec

collect_ignore_glob = []
if "SKINTERP_TORCH" not in os.environ and not (find_spec("torch") and find_spec("skorch")):
    collect_ignore_glob = ["*.py"]
