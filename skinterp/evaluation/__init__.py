"""How faithful is each form? Surrogates against their network, by cross-validation.

:func:`compare_surrogates` fits every form on the same folds and measures on held-out rows:
fidelity, agreement beyond chance, accuracy, complexity and time, beside the network itself, the
majority class and a random forest. The result is a plain value: table, text, plot, and the
surrogates fitted on all rows. :func:`compare_importances` puts importances of the inputs by every
method into one table; :func:`score_formula` scores a formula of the user's own.
"""

from skinterp.evaluation._compare_importances import ImportanceComparison, compare_importances
from skinterp.evaluation._compare_surrogates import compare_surrogates
from skinterp.evaluation._formula_score import FormulaScore, read_claim, score_formula
from skinterp.evaluation._made_surrogates import form_names, make_surrogates
from skinterp.evaluation._surrogate_comparison import SurrogateComparison

__all__ = [
    "FormulaScore",
    "ImportanceComparison",
    "SurrogateComparison",
    "compare_importances",
    "compare_surrogates",
    "form_names",
    "make_surrogates",
    "read_claim",
    "score_formula",
]
