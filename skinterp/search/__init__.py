"""Search of a formula whose gradients run along a network's: where the equations come from.

A :class:`Problem` is a gradient field and the rows a formula must hold on. A :class:`Search`
solves it in stages: a dictionary of small terms, a beam of their sparse sums (coefficients in
closed form), tuned inner constants, and terms evolved by gplearn for what is still missing.
What it leaves is a :class:`Front`; :func:`elbow` chooses from it. :func:`explain_margin` and
:func:`explain_values` go from one scalar view of a network to a fitted equation.
"""

from skinterp.search._concept_profiles import ConceptProfiles
from skinterp.search._constants import Constants
from skinterp.search._explain_view import deadline, explain_margin, explain_values, margin_by
from skinterp.search._front import Candidate, Front, elbow
from skinterp.search._hypotheses import Hypotheses, read_hypotheses
from skinterp.search._label_choice import LabelChoice
from skinterp.search._problem import DEFAULT_OPERATORS, Problem, SearchSettings, operator_prices
from skinterp.search._search import Search
from skinterp.search._stages import STAGES, Stage
from skinterp.search._ties import Difference, Ties

__all__ = [
    "DEFAULT_OPERATORS",
    "STAGES",
    "Candidate",
    "ConceptProfiles",
    "Constants",
    "Difference",
    "Front",
    "Hypotheses",
    "LabelChoice",
    "Problem",
    "Search",
    "SearchSettings",
    "Stage",
    "Ties",
    "deadline",
    "elbow",
    "explain_margin",
    "explain_values",
    "margin_by",
    "operator_prices",
    "read_hypotheses",
]
