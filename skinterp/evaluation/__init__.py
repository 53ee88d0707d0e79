"""How faithful is each form? Surrogates against their network, by cross-validation.

:func:`compare_surrogates` fits every form on the same folds and measures on held-out rows:
fidelity, agreement beyond chance, accuracy, complexity and time, beside the network itself, the
majority class and a random forest. The result is a plain value: table, text, plot, and the
surrogates fitted on all rows. :func:`compare_importances` puts importances of the inputs by every
method into one table.
"""

from skinterp.evaluation._compare import compare_surrogates, make_surrogates
from skinterp.evaluation._comparison import SurrogateComparison
from skinterp.evaluation._importances import (
    ImportanceComparison,
    compare_importances,
    surrogate_shares,
)

__all__ = [
    "ImportanceComparison",
    "SurrogateComparison",
    "compare_importances",
    "compare_surrogates",
    "make_surrogates",
    "surrogate_shares",
]
