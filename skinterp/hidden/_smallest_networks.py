"""How few hidden units are enough? Networks of 1, 2, 4, ... units, trained and scored."""

from dataclasses import dataclass
from numbers import Integral

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.model_selection import KFold, StratifiedKFold, check_cv, cross_val_score

from skinterp.base import checked_training
from skinterp.display import NetworkSizesDisplay
from skinterp.utils import (
    Result,
    aligned,
    checked_count,
    counted,
    draw_seed,
    noting_incomplete,
    number_text,
)
from skinterp.utils._which_rows import HELD_OUT

_SIZES = (1, 2, 4, 8, 16)
_PARAMETER = "hidden_layer_sizes"


@dataclass(frozen=True, eq=False, repr=False)
class NetworkSizes(Result):
    """Scores on held-out rows of networks of one hidden layer, by their number of units.

    Parameters
    ----------
    n_units : tuple of int
        Numbers of hidden units, ascending.
    scores : ndarray of shape (n_sizes, n_folds)
        The scores on the held-out rows of each fold.
    metric : {"accuracy", "R2"}
        What they are.
    notes : tuple of str, default=()
        What trainings warned of.
    """

    n_units: tuple
    scores: np.ndarray
    metric: str
    notes: tuple = ()
    _index = "n_units"

    @property
    def standard_errors(self):
        """Standard errors of the mean scores over the folds."""
        return self.scores.std(axis=1, ddof=1) / np.sqrt(self.scores.shape[1])

    @property
    def least(self):
        """The best mean score less its standard error."""
        best = self.scores.mean(axis=1).argmax()
        return float(self.scores[best].mean() - self.standard_errors[best])

    @property
    def smallest(self):
        """The smallest number of units within one standard error of the best mean score."""
        return self.n_units[self._chosen]

    @property
    def _chosen(self):
        return int((self.scores.mean(axis=1) >= self.least).argmax())

    @property
    def _still_rise(self):
        """Whether the largest size is above the one before it by more than a standard error."""
        means, errors = self.scores.mean(axis=1), self.standard_errors
        return len(means) > 1 and means[-1] - means[-2] > errors[-1]

    def _columns(self):
        """Return one line per size."""
        return {
            "n_units": self.n_units,
            f"mean_{self.metric}": self.scores.mean(axis=1),
            "standard_error": self.standard_errors,
            "is_enough": self.scores.mean(axis=1) >= self.least,
        }

    def display(self):
        """Return the display of the scores by size.

        Returns
        -------
        NetworkSizesDisplay
            The display, not drawn yet.
        """
        return NetworkSizesDisplay(
            self.n_units,
            self.scores.mean(axis=1),
            self.standard_errors,
            self._chosen,
            least=self.least,
            name=f"{self.metric}, {HELD_OUT}",
            title="networks of few hidden units: means and standard errors over "
            f"{self.scores.shape[1]} folds",
        )

    def __str__(self):
        means, errors = self.scores.mean(axis=1), self.standard_errors
        lines = [
            [str(n), f"{mean:.3f}", f"{error:.3f}"]
            for n, mean, error in zip(self.n_units, means, errors, strict=True)
        ]
        head = ["hidden units", f"{self.metric}, {HELD_OUT}", "standard error"]
        best = int(means.argmax())
        verdict = f"{counted(self.smallest, 'hidden unit')} will do: {self.metric} "
        verdict += f"{means[self._chosen]:.3f} on {HELD_OUT}, "
        verdict += (
            "the best of these."
            if best == self._chosen
            else f"within one standard error ({number_text(errors[best], 2)}) of the best, "
            f"{means[best]:.3f} with {self.n_units[best]}."
        )
        if self._chosen == len(means) - 1:
            rise = ", though scores still rose" if self._still_rise else ""
            verdict += f" Larger ones were not tried{rise}: pass them by n_units."
        return "\n".join([aligned(head, lines, left=()), verdict, *self.notes])


def _with_parameters(estimator, **values):
    """Return an unfitted estimator with parameters of the network in it, wherever it stands."""
    found = {key: key.split("__")[-1] for key in estimator.get_params()}
    if _PARAMETER not in found.values():
        raise ValueError(
            f"estimator must have a parameter {_PARAMETER}, as scikit-learn's networks do, alone "
            f"or in a pipeline. Got {estimator!r} instead."
        )
    own = {key: values[name] for key, name in found.items() if name in values}
    return clone(estimator).set_params(**own)


def _folds(estimator, X, y, cv, random_state):
    """Return the folds, which all sizes share; of a number of them, shuffled ones."""
    classifies = is_classifier(estimator)
    if isinstance(cv, Integral):
        kind = StratifiedKFold if classifies else KFold
        cv = kind(checked_count(cv, "cv", 2), shuffle=True, random_state=random_state)
    splits = list(check_cv(cv, y, classifier=classifies).split(X, y))
    if len(splits) < 2:
        raise ValueError(f"cv must give at least 2 folds. Got {len(splits)} instead.")
    return splits


def smallest_networks(estimator, X, y, n_units=_SIZES, *, cv=5, n_jobs=None, random_state=0):
    """Train networks of one hidden layer of few units, and find the smallest that does as well.

    The smallest one whose mean score is within one standard error of the best (the rule of one
    standard error).

    Parameters
    ----------
    estimator : estimator or None
        What to train: a scikit-learn network, alone or at the end of a pipeline, whose
        `hidden_layer_sizes` are replaced; None is :func:`skinterp.network.default_network`.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows; texts and gaps are for the steps of the pipeline.
    y : array-like of shape (n_samples,)
        Target.
    n_units : sequence of int, default=(1, 2, 4, 8, 16)
        Numbers of hidden units.
    cv : int, splitter or iterable, default=5
        Folds: a number, which are shuffled, or anything scikit-learn takes.
    n_jobs : int or None, default=None
        Trainings run at once; the result does not depend on it.
    random_state : int, RandomState instance or None, default=0
        Seeds the shuffling of the folds, and the default network. The seeds of other networks are
        their own.

    Returns
    -------
    NetworkSizes
        Scores on held-out rows by size; accuracy of classifiers, R2 of regressors.

    Raises
    ------
    ValueError
        If the estimator has no `hidden_layer_sizes`, a size is no positive number, the target has
        one value, or there are fewer than two folds.

    See Also
    --------
    skinterp.pruning.PrunedMLPClassifier : A trained network made smaller.

    Notes
    -----
    Small networks are hard to train: one that fails from one start may do from another. Training
    larger ones and pruning them often finds smaller networks than training small ones does.

    References
    ----------
    L. Breiman et al., "Classification and Regression Trees", 1984, section 3.4.3 (the rule).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neural_network import MLPClassifier
    >>> from skinterp.hidden import smallest_networks
    >>> X, y = load_iris(return_X_y=True)
    >>> network = MLPClassifier(solver="lbfgs", alpha=1.0, max_iter=1000, random_state=0)
    >>> found = smallest_networks(network, X, y, [1, 2], cv=3)
    >>> found.scores.shape, bool(found.scores.max() > 0.9)
    ((2, 3), True)
    """
    sizes = sorted({checked_count(n, "n_units", 1) for n in np.atleast_1d(n_units).tolist()})
    if not sizes:
        raise ValueError(f"n_units must be at least one number. Got {n_units!r} instead.")
    seed, is_default = draw_seed(random_state), estimator is None
    estimator, X, y, _ = checked_training(estimator, X, y)
    seeds = {"random_state": seed} if is_default else {}
    networks = [_with_parameters(estimator, hidden_layer_sizes=(n,), **seeds) for n in sizes]
    splits, notes = _folds(estimator, X, y, cv, seed), []
    with noting_incomplete(notes):
        scores = [cross_val_score(net, X, y, cv=splits, n_jobs=n_jobs) for net in networks]
    metric = "accuracy" if is_classifier(estimator) else "R2"
    return NetworkSizes(tuple(sizes), np.array(scores), metric, tuple(notes))
