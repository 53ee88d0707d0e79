"""How faithful is each form? Surrogates against their network, by cross-validation.

:func:`compare_surrogates` fits every form on the same folds and measures on held-out rows:
fidelity, agreement beyond chance, accuracy, complexity and time, beside the network itself, the
majority class and a random forest. The result is a plain value: table, text, plot, and the
surrogates fitted on all rows.
"""

from skinterp.evaluation._compare import compare_surrogates, make_surrogates
from skinterp.evaluation._comparison import SurrogateComparison

__all__ = ["SurrogateComparison", "compare_surrogates", "make_surrogates"]
