"""Which inputs matter to a network: by its weights, by its derivatives, by asking it.

`garson` and `connection_weights` look at weights, `partial_derivatives`, `gradient_times_input`
and `integrated_gradients` at slopes, `perturbation` and `lek_profile` at answers; each gives
`Importances`, and is known to comparisons as an `ImportanceMethod` (`register_importance` adds
another one). `shapley_values` shares out the outputs at many rows (`Attributions`).
`importance_stability` trains again and again and says which rankings survive,
`refit_on_features` whether the favourites carry the signal, `variable_embedding` which inputs a
network treats alike.
"""

from skinterp.base import checked_target
from skinterp.importance._attributions import Attributions
from skinterp.importance._checks import is_view_of_classes
from skinterp.importance._connection_weights import connection_weights
from skinterp.importance._derivatives import (
    gradient_times_input,
    integrated_gradients,
    partial_derivatives,
)
from skinterp.importance._embedding import VariableEmbedding, variable_embedding
from skinterp.importance._expected_gradients import expected_gradients
from skinterp.importance._garson import garson
from skinterp.importance._importances import Importances, column_sums
from skinterp.importance._methods import (
    METHODS,
    ImportanceMethod,
    importance_shares,
    register_importance,
)
from skinterp.importance._perturbation import perturbation
from skinterp.importance._profile import LekProfile, lek_profile
from skinterp.importance._ranks import (
    MethodRankings,
    kendall_matrix,
    spearman_matrix,
    top_k_overlap,
)
from skinterp.importance._shapley import shapley_values
from skinterp.importance._stability import ImportanceStability, importance_stability
from skinterp.importance._subset_check import FeatureSubsetCheck
from skinterp.importance._subsets import refit_on_features

__all__ = [
    "METHODS",
    "Attributions",
    "FeatureSubsetCheck",
    "ImportanceMethod",
    "ImportanceStability",
    "Importances",
    "LekProfile",
    "MethodRankings",
    "VariableEmbedding",
    "checked_target",
    "column_sums",
    "connection_weights",
    "expected_gradients",
    "garson",
    "gradient_times_input",
    "importance_shares",
    "importance_stability",
    "integrated_gradients",
    "is_view_of_classes",
    "kendall_matrix",
    "lek_profile",
    "partial_derivatives",
    "perturbation",
    "refit_on_features",
    "register_importance",
    "shapley_values",
    "spearman_matrix",
    "top_k_overlap",
    "variable_embedding",
]

METHODS.load()
