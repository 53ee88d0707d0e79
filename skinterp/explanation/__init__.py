"""One call explains a network: every form on held-out rows, importances, a report.

`explain` gives an `Explanation`, which prints, draws its report, and is saved as JSON; a
`SavedExplanation` is what comes back from the file. The command line is a shell around it.
"""

from skinterp.explanation._compared import (
    ExplanationChange,
    compare_explanations,
    different_answers,
)
from skinterp.explanation._explain import N_FOLDS, explain, rare_class_notes, versions
from skinterp.explanation._explanation import Explanation
from skinterp.explanation._few_rows import FewRow, answers_sentence, few_rows
from skinterp.explanation._nearest_change import NearestChange, nearest_change
from skinterp.explanation._row import RowExplanation
from skinterp.explanation._saved import SCHEMA, SavedExplanation

__all__ = [
    "N_FOLDS",
    "SCHEMA",
    "Explanation",
    "ExplanationChange",
    "FewRow",
    "NearestChange",
    "RowExplanation",
    "SavedExplanation",
    "answers_sentence",
    "compare_explanations",
    "different_answers",
    "explain",
    "few_rows",
    "nearest_change",
    "rare_class_notes",
    "versions",
]
