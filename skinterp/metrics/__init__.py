"""Agree how well, at what price? Fidelity to the network and complexity of a surrogate.

:func:`fidelity_score` is the agreement of an estimator with the network it explains and works as
``scoring=`` wherever scikit-learn takes a scorer; :func:`complexity` is how much there is to read,
in atoms: conditions, and numbers.
"""

from skinterp.metrics._complexity import complexity
from skinterp.metrics._fidelity import fidelity_score

__all__ = ["complexity", "fidelity_score"]
