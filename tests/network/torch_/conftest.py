"""Tests that need torch, skorch and Keras; a step of .ci/run demands them by SKINTERP_TORCH."""

import os
from importlib.util import find_spec

os.environ.setdefault("KERAS_BACKEND", "torch")
collect_ignore_glob = []
if "SKINTERP_TORCH" not in os.environ:
    if not (find_spec("torch") and find_spec("skorch")):
        collect_ignore_glob = ["*.py"]
    elif not find_spec("keras"):
        collect_ignore_glob = ["*keras*.py"]
