"""Importances of the inputs by every method, beside a forest's and the surrogates'."""

import itertools
from dataclasses import dataclass

import numpy as np
from sklearn.base import clone

from skinterp.base import needs_training, train
from skinterp.display import ImportanceTableDisplay
from skinterp.evaluation._made_surrogates import make_surrogates
from skinterp.importance import (
    METHODS,
    MethodRankings,
    checked_target,
    column_sums,
    is_view_of_classes,
    kendall_matrix,
    spearman_matrix,
    top_k_overlap,
)
from skinterp.network import input_names, network_for
from skinterp.utils import aligned, draw_seed, import_optional, noting_incomplete
from skinterp.utils._sklearn import is_fitted


@dataclass(frozen=True, eq=False, repr=False)
class ImportanceComparison(MethodRankings):
    """Importances of the inputs by several methods, as shares, and how far they agree.

    Parameters
    ----------
    shares : dict of str to ndarray of shape (n_features,)
        By method; each adds up to 1, or is all 0.
    feature_names : tuple of str
        Names of the inputs.
    notes : tuple of str
        Methods that have no meaning here, and why; what is incomplete.
    parts : ImportanceComparison or None, default=None
        Of a user's table with categories the same for each of the network's inputs, such as
        ``[site = b]``, of which a column's are the sum; None where columns are inputs. What is
        measured per column (permutations, a tree's splits) is in equal parts.
    """

    shares: dict
    feature_names: tuple
    notes: tuple = ()
    parts: object = None

    @property
    def methods(self):
        """Names of the methods."""
        return tuple(self.shares)

    @property
    def _table(self):
        return np.array(list(self.shares.values()))

    @property
    def _costs(self):
        return -self._table

    def agreement(self, kind="kendall", k=3):
        """Return how far the rankings of every two methods agree.

        Parameters
        ----------
        kind : {"kendall", "spearman", "top"}, default="kendall"
            Kendall's tau-b, Spearman's correlation, or the common part of the k best.
        k : int, default=3
            How many inputs for "top".

        Returns
        -------
        ndarray of shape (n_methods, n_methods)
            1 where they agree; nan where a method ranks nothing.

        Raises
        ------
        ValueError
            If `kind` is none of these, or k is out of range.
        """
        if kind == "top":
            return top_k_overlap(self._table, k)
        if kind not in ("kendall", "spearman"):
            raise ValueError(f"kind must be 'kendall', 'spearman' or 'top'. Got {kind!r} instead.")
        return (kendall_matrix if kind == "kendall" else spearman_matrix)(self._table)

    def agreement_frame(self, kind="kendall", k=3):
        """Return the agreement as a table with the names of the methods.

        Parameters
        ----------
        kind : {"kendall", "spearman", "top"}, default="kendall"
            Which measure; see `agreement`.
        k : int, default=3
            How many inputs for "top".

        Returns
        -------
        pandas.DataFrame
            A square table.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        pandas = import_optional("pandas", extra="plot", purpose="agreement_frame")
        table = self.agreement(kind, k)
        return pandas.DataFrame(table, index=self.methods, columns=self.methods)

    _index = "feature"

    def _columns(self):
        """Return the shares, an input a line, those with the best mean share first."""
        order = np.argsort(self._costs.mean(axis=0), kind="stable")
        names = [self.feature_names[j] for j in order]
        return {"feature": names} | {m: share[order] for m, share in self.shares.items()}

    def display(self, max_features=40):
        """Return the display of shares and ranks.

        Parameters
        ----------
        max_features : int, default=40
            How many inputs to show.

        Returns
        -------
        ImportanceTableDisplay
            The display, not drawn yet.
        """
        return ImportanceTableDisplay(self.shares, self.feature_names, max_features=max_features)

    def to_dict(self):
        """Return the shares as plain numbers, for JSON.

        Returns
        -------
        dict of str to dict of str to float
            By method and input.
        """
        return {
            method: dict(zip(self.feature_names, map(float, row)))
            for method, row in self.shares.items()
        }

    def table(self):
        """Return each method's agreement with the others and its most important inputs, as texts.

        Returns
        -------
        head : list of str
            Titles of the columns.
        rows : list of list of str
            A row per method: name, mean of Kendall's tau with the others, the first three inputs.
        """
        rows = []
        for tau, (method, shares) in zip(self.agreement(), self.shares.items(), strict=True):
            others = np.delete(tau, self.methods.index(method))
            mean = "-" if np.isnan(others).all() else f"{np.nanmean(others):4.2f}"
            best = np.argsort(-shares, kind="stable")[:3]
            inputs = ", ".join(f"{self.feature_names[j]} {shares[j]:.2f}" for j in best)
            rows.append([method, mean, inputs])
        return ["method", "mean tau", "most important inputs"], rows

    def __str__(self):
        return "\n".join([aligned(*self.table(), left=(0, 2)), *self.notes])


def _checked_target(network, rows, y):
    """Return the target, or the network's own answers, refusing one that says nothing."""
    if y is not None and is_view_of_classes(network):
        raise ValueError(
            "y must be left out for a view of a classifier, which answers log-odds. "
            f"Got y for {network!r} instead."
        )
    target = network.predict(rows) if y is None else checked_target(y, len(rows))
    n_columns = 1 if network.task in ("binary", "multiclass") else network.n_outputs
    if target.size != n_columns * len(rows):
        raise ValueError(
            f"y must have {n_columns} column(s), one per output. Got shape {target.shape} instead."
        )
    if len(np.unique(target)) < 2:
        raise ValueError(
            "The target must have at least two values. "
            f"Got {np.unique(target).tolist()} at all rows instead."
        )
    return target


def _made_surrogates(surrogates, task, seed, methods):
    """Return the surrogates by name, refusing names that methods have."""
    if surrogates is not None and not len(surrogates):
        return {}
    forms = make_surrogates(surrogates, task, seed)
    taken = sorted(set(forms) & {method.name for method in methods})
    if taken:
        raise ValueError(f"surrogates must not have the names of methods. Got {taken} instead.")
    return forms


def _counting(step, of):
    """Return what tells, each time that it is called, one step more."""
    counts = itertools.count(1)
    return (lambda: None) if step is None else (lambda: step(next(counts), of))


def compare_importances(
    network, X, y=None, *, surrogates=("tree", "linear", "symbolic"), random_state=0, step=None
):
    """Put importances by every method beside a random forest's and the surrogates'.

    Parameters
    ----------
    network : estimator, Network, tuple or callable
        Anything :func:`skinterp.network.as_network` takes. An unfitted estimator is trained first.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs) or None, default=None
        Target; without it the network's own answers stand in for it. Views of classifiers answer
        log-odds and take none.
    surrogates : sequence of str, dict or None, default=("tree", "linear", "symbolic")
        Surrogates whose importances to add, as in :func:`compare_surrogates`; fitted ones are
        used as they are; None is the default; an empty sequence for none. Forms that do not fit
        the network, or have no importances, are left out with a note.
    random_state : int, RandomState instance or None, default=0
        Seeds all that is random.
    step : callable or None, default=None
        ``step(done, of)`` is called after each method and surrogate.

    Returns
    -------
    ImportanceComparison
        Shares by method: "garson", "garson 1991", "connection weights", "derivatives",
        "perturbation", "permutation" (scikit-learn's, of the network), "forest, impurity",
        "forest, permutation" (on a quarter of the rows that the forest has not seen), others that
        were registered, and one per surrogate. Weights and derivatives are per standard deviation
        of the inputs.

    Raises
    ------
    ValueError
        If the network is not fitted and there is no target, X or y do not fit it, or a surrogate
        is unknown or has the name of a method.

    Notes
    -----
    Agreement between methods is no proof: all of them credit inputs that move together as the
    model at hand happens to use them. A forest's impurity favours inputs of many values and says
    what *a forest* uses. See :func:`skinterp.importance.importance_stability` for what survives
    another training.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skinterp import default_network
    >>> from skinterp.evaluation import compare_importances
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> network = default_network("multiclass", random_state=0).fit(X, y)
    >>> found = compare_importances(network, X, y, surrogates=["tree"])
    >>> found.methods[-3:]
    ('forest, impurity', 'forest, permutation', 'tree')
    """
    if needs_training(network):
        network = train(network, X, None if y is None else checked_target(y, len(X)))
    network = network_for(network, X)
    rows, names = network.check(X), input_names(network, X)
    target = _checked_target(network, rows, y)
    seed = draw_seed(random_state)
    methods = [method for method in METHODS.values() if method.in_comparison]
    forms = _made_surrogates(surrogates, network.task, seed, methods)
    shares, notes, step = {}, [], _counting(step, len(methods) + len(forms))
    for method in methods:
        incomplete = []
        try:
            with noting_incomplete(incomplete):
                shares[method.name] = method.shares(network, rows, target, seed)
        except ValueError as error:
            notes.append(f"{method.name} is left out: {error}")
        notes += [f"{method.name} is incomplete: {note}" for note in incomplete]
        step()
    for name, surrogate in forms.items():
        try:
            if not is_fitted(surrogate):
                surrogate = clone(surrogate).set_params(network=network).fit(X)
            shares[name] = surrogate.input_shares(X)
        except ValueError as error:
            notes.append(f"{name} is left out: {error}")
        step()
    found, table = ImportanceComparison(shares, names, tuple(notes)), network.user_table
    if table is None:
        return found
    sums = {name: column_sums(table, values) for name, values in shares.items()}
    return ImportanceComparison(sums, table.column_names, found.notes, parts=found)
