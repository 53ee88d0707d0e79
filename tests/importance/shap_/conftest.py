"""Tests that need shap; a step of .ci/run demands them by SKINTERP_TORCH."""

import os
import warnings
from importlib.util import find_spec

collect_ignore_glob = []
if "SKINTERP_TORCH" not in os.environ and not find_spec("shap"):
    collect_ignore_glob = ["*.py"]
else:
    with warnings.catch_warnings():  # of its own use of matplotlib
        warnings.simplefilter("ignore")
        import shap  # noqa: F401
