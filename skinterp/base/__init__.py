"""Bases of everything with ``network=``: the rule for networks, kept in one place.

A fitted network is used as it is and never refitted or copied, not even by ``clone``; an unfitted
one is cloned and trained in each ``fit``. `ClassifierSurrogate` and `RegressorSurrogate` answer as
a network does, any `NetworkEstimator` explains itself (`ExplainsItself`: text, shares, displays);
a `Form`, registered beside its estimators, makes them known to all that compares and reports.
"""

from skinterp.base._changes import change_text, changed_row, shown_point
from skinterp.base._estimator import NetworkEstimator, needs_training, takes_tables, train
from skinterp.base._explains import ExplainsItself, explains
from skinterp.base._forms import FORMS, Form, export_estimators, register_form
from skinterp.base._layers_body import LayersBody
from skinterp.base._logits import LogitsMixin
from skinterp.base._saved_forms import BODY_KINDS, BodyKind, FormBody, SavedForm, register_body
from skinterp.base._surrogate import ClassifierSurrogate, RegressorSurrogate, finite
from skinterp.base._training import checked_target, checked_training
from skinterp.base._typical import check_numbers, flags_of, groups_of, is_held, typical_row

__all__ = [
    "BODY_KINDS",
    "FORMS",
    "BodyKind",
    "ClassifierSurrogate",
    "ExplainsItself",
    "Form",
    "FormBody",
    "LayersBody",
    "LogitsMixin",
    "NetworkEstimator",
    "RegressorSurrogate",
    "SavedForm",
    "change_text",
    "changed_row",
    "check_numbers",
    "checked_target",
    "checked_training",
    "explains",
    "export_estimators",
    "finite",
    "flags_of",
    "groups_of",
    "is_held",
    "needs_training",
    "register_body",
    "register_form",
    "shown_point",
    "takes_tables",
    "train",
    "typical_row",
]
