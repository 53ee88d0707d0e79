"""What a call must leave as it was."""

import os
import random
import signal
import warnings

import matplotlib
import numpy as np


def state():
    """Return what is global."""
    kind, keys, *place = np.random.get_state()
    environment = dict(os.environ)
    environment.pop("PYTEST_CURRENT_TEST", None)
    return {
        "numpy's random state": (kind, keys.tolist(), place),
        "random's state": random.getstate(),
        "errstate": np.geterr(),
        "print options": np.get_printoptions(),
        "rcParams": dict(matplotlib.rcParams),
        "warnings' filters": list(warnings.filters),
        "environment": environment,
        "handlers": [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)],
        "folder": os.getcwd(),
    }
