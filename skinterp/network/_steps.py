"""Steps in front of networks: the registry of what is known of each kind of transformer."""

import copy
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from skinterp.utils import Registry
from skinterp.utils._sklearn import without_names


@contextmanager
def quiet():
    """Say nothing of arguments outside of a domain, whose values are NaN."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def transform(step, X):
    """Return what a fitted step makes of rows, as a dense array; NaN outside of its domain.

    Parameters
    ----------
    step : transformer
        The step.
    X : ndarray or data frame of shape (n, d)
        Rows.

    Returns
    -------
    ndarray of shape (n, m)
        The transformed rows.
    """
    with quiet():
        found = step.transform(X.copy())
    found = found.toarray() if hasattr(found, "toarray") else np.asarray(found)
    return found.astype(np.float64, copy=False)


@dataclass(frozen=True)
class Step:
    """How one kind of fitted transformer is read.

    A step is affine (`affine`), or smooth (`slope` or `pull`), or reads cells of the user's table
    as indicators and flags (`read_cells`).

    Parameters
    ----------
    name : str
        Name of the record.
    kinds : tuple of type
        Classes of the transformers, with their subclasses.
    affine : callable or None, default=None
        ``affine(step) -> Affine``: the whole step; or an array of indices where it only chooses
        columns.
    slope : callable or None, default=None
        ``slope(step, X) -> (n, d)`` where every column becomes one other: their derivatives.
    pull : callable or None, default=None
        ``pull(step, X, cotangent) -> (n, d)`` where columns are mixed: the gradient of the sum of
        the outputs, weighted by the cotangent (n, m).
    jumps : bool, default=False
        Whether the step may jump where numbers are equal, so that scalers in front of it must
        round as they do in the model: they are asked then instead of folded.
    value : callable, default=step.transform
        ``value(step, X) -> (n, m)`` of a smooth step.
    undo : callable or None, default=None
        ``undo(step, Z) -> (n, d)``: rows that become Z, or are likely inputs at least. Checks ask
        the model there.
    read_cells : callable or None, default=None
        ``read_cells(step, cells) -> outputs``, where all inputs are columns of the user's table,
        which may hold texts and gaps; see `skinterp.network.steps`.
    on_sums : bool, default=False
        Whether `read_cells` also takes columns that other steps made of the user's.
    applies : callable or None, default=None
        ``applies(step) -> bool``: whether this step, with its options, can be read so.
    accepts : str, default=""
        What it reads, for the list in the error about a step that is not known; the names of
        the classes by default.

    Examples
    --------
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skinterp.network import STEPS
    >>> STEPS["scaler"].affine(StandardScaler().fit([[0.0], [4.0]])).scale
    array([0.5])
    """

    name: str
    kinds: tuple
    affine: Callable | None = None
    slope: Callable | None = None
    pull: Callable | None = None
    jumps: bool = False
    value: Callable = transform
    undo: Callable | None = None
    read_cells: Callable | None = None
    on_sums: bool = False
    applies: Callable | None = None
    accepts: str = ""

    def distance(self, step):
        """Return how closely a step is of this kind.

        Parameters
        ----------
        step : transformer
            The step.

        Returns
        -------
        int or None
            How many classes lie between its own and the one in `kinds`; None for other steps.
        """
        line = type(step).__mro__
        found = next((k for k, kind in enumerate(line) if kind in self.kinds), None)
        if found is None or (self.applies is not None and not self.applies(step)):
            return None
        return found


STEPS = Registry("step", Step, ["skinterp.network.steps"])
register_step = STEPS.register


def find_step(step):
    """Return the record of a fitted step.

    Parameters
    ----------
    step : transformer
        The step.

    Returns
    -------
    Step or None
        The closest record; None if there is none.
    """
    distances = {name: record.distance(step) for name, record in STEPS.items()}
    known = [name for name, distance in distances.items() if distance is not None]
    return STEPS[min(known, key=distances.get)] if known else None


def takes_tables(model):
    """Tell whether a model, fitted or not, has steps for categories or missing values.

    Parameters
    ----------
    model : estimator or None
        The model.

    Returns
    -------
    bool
        Whether an imputer, an encoder or the like is among its parts.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import OneHotEncoder, StandardScaler
    >>> from skinterp.network import takes_tables
    >>> takes_tables(make_pipeline(OneHotEncoder())), takes_tables(StandardScaler())
    (True, False)
    """
    parts = model.get_params(deep=True).values() if hasattr(model, "get_params") else ()
    found = (find_step(part) for part in (model, *parts))
    return any(record is not None and record.read_cells is not None for record in found)


def described(step):
    """Write a step on one line, for errors."""
    return " ".join(repr(step).split())


def refusal(step, name, why="which is not known to be affine or smooth"):
    """Say what is wrong with a step, what would be read, and the ways out.

    Parameters
    ----------
    step : transformer
        The step.
    name : str
        Its name in the pipeline.
    why : str
        What is wrong.

    Returns
    -------
    str
        The message.
    """
    known = [
        r.accepts or ", ".join(k.__name__ for k in r.kinds) for r in STEPS.values() if r.kinds
    ]
    return (
        f"Step {name!r} is {described(step)}, {why}. Supported are {', '.join(sorted(known))}, "
        "'passthrough', and a Pipeline, ColumnTransformer or FeatureUnion of all these. The ways "
        'out: as_network(model, unknown_steps="differences") asks the step itself, with slopes '
        "by central differences; register_step says its derivative once for all; a callable on "
        "the raw columns, for a classifier its logit, such as as_network(lambda X: "
        "logit(model.predict_proba(X)[:, 1]), classes=model.classes_); or the network on the "
        "transformed columns: as_network(model[-1]) and model[:-1].transform(X)."
    )


def nameless(step):
    """Return a fitted step that takes and returns arrays without names.

    Parameters
    ----------
    step : transformer
        The step.

    Returns
    -------
    transformer
        A shallow copy.
    """
    return without_names(copy.copy(step))
