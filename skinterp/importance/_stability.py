"""Which rankings of the inputs survive when the network is trained again."""

import sys
import warnings
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata
from sklearn.base import clone, is_classifier
from sklearn.utils import check_random_state
from sklearn.utils.parallel import Parallel, delayed

from skinterp.base import checked_training
from skinterp.display import RankStabilityDisplay
from skinterp.importance._methods import METHODS
from skinterp.importance._probe import BEATS, PROBE, probe_columns, sees_probe, with_probe
from skinterp.importance._ranks import MethodRankings, kendall_matrix
from skinterp.importance._training_rows import drawn_rows, seen_rows
from skinterp.network import as_network
from skinterp.utils import LARGEST_SEED, checked_count, counted, draw_seed
from skinterp.utils._sklearn import take_rows
from skinterp.utils._which_rows import HELD_OUT, LEFT_OUT

_INTERVAL = (0.025, 0.975)
_LISTED = 8  # inputs named in a line
_NO_PROBE = {
    True: f"no {PROBE} to compare with: the steps of the pipeline take no further column",
    False: f"no {PROBE} to compare with: the table has no column of numbers without gaps",
}


@dataclass(frozen=True, eq=False, repr=False)
class ImportanceStability(MethodRankings):
    """Rankings of the inputs by several methods over several trainings.

    Parameters
    ----------
    methods : tuple of str
        The methods.
    shares : ndarray of shape (n_methods, n_repeats, n_features)
        Importances of every training, as shares.
    scores : ndarray of shape (n_repeats,)
        Accuracy, or R2, of each network on `rows`; nan where no row was left out.
    feature_names : tuple of str
        Names of the inputs.
    notes : tuple of str, default=()
        What says that trainings are missing after an interruption.
    metric : {"accuracy", "R2"}, default="accuracy"
        What the scores are.
    rows : str, default="held-out rows"
        Which rows the scores are on.
    probe : ndarray of shape (n_methods, n_repeats) or None, default=None
        Importances of a shuffled column, in the same shares: what an input has by chance.
    """

    methods: tuple
    shares: np.ndarray
    scores: np.ndarray
    feature_names: tuple
    notes: tuple = ()
    metric: str = "accuracy"
    rows: str = HELD_OUT
    probe: np.ndarray | None = None

    @property
    def above_noise(self):
        """Share of the trainings in which an input matters more than the shuffled column.

        An array of shape (n_methods, n_features); nan where there was no such column. Of an input
        that says nothing it is one half in the mean.
        """
        if self.probe is None:
            return np.full(self.mean_ranks.shape, np.nan)
        return (self.shares > self.probe[..., np.newaxis]).mean(axis=1)

    @property
    def ranks(self):
        """Ranks of the inputs, 1 for the most important, in the shape of `shares`."""
        return rankdata(-self.shares, axis=-1)

    @property
    def mean_ranks(self):
        """Mean ranks, an array of shape (n_methods, n_features)."""
        return self.ranks.mean(axis=1)

    @property
    def intervals(self):
        """Where 95 % of the ranks lie, an array of shape (2, n_methods, n_features)."""
        return np.quantile(self.ranks, _INTERVAL, axis=1)

    @property
    def stability(self):
        """Mean Kendall's tau between two trainings, one per method; nan if it never ranks."""
        above = np.triu_indices(self.shares.shape[1], k=1)
        pairs = [kendall_matrix(table)[above] for table in self.shares]
        return np.array([np.nan if np.isnan(p).all() else np.nanmean(p) for p in pairs])

    _costs = mean_ranks

    def top_k_frequency(self, k):
        """Return how often each input is among the k most important ones.

        Parameters
        ----------
        k : int
            How many.

        Returns
        -------
        ndarray of shape (n_methods, n_features)
            From 0 to 1; of tied inputs the first counts.

        Raises
        ------
        ValueError
            If k is not from 1 to the number of inputs.
        """
        checked_count(k, "k", 1, len(self.feature_names))
        return (rankdata(-self.shares, method="ordinal", axis=-1) <= k).mean(axis=1)

    def _columns(self, k=3):
        """Return one line per method and input, and how often it is in the top k."""
        n, k = len(self.feature_names), min(k, len(self.feature_names))
        low, high = self.intervals
        return {
            "method": np.repeat(self.methods, n),
            "feature": np.tile(self.feature_names, len(self.methods)),
            "mean_rank": self.mean_ranks.ravel(),
            "rank_low": low.ravel(),
            "rank_high": high.ravel(),
            "mean_share": self.shares.mean(axis=1).ravel(),
            f"in_top_{k}": self.top_k_frequency(k).ravel(),
        } | ({} if self.probe is None else {"above_noise": self.above_noise.ravel()})

    def display(self, max_features=20):
        """Return the display of mean ranks and their intervals.

        Parameters
        ----------
        max_features : int, default=20
            How many inputs to show.

        Returns
        -------
        RankStabilityDisplay
            The display, not drawn yet.
        """
        names = [f"{m} (tau {t:.2f})" for m, t in zip(self.methods, self.stability)]
        places = self.mean_ranks, self.intervals, self.feature_names
        return RankStabilityDisplay(
            names,
            *places,
            max_features=max_features,
            noise=self._ranks_of_probe(),
            title="\n".join([f"Ranks of the inputs in {self._trainings}", *self.notes]),
        )

    @property
    def _trainings(self):
        return counted(self.shares.shape[1], "training")

    def _ranks_of_probe(self):
        """Return mean rank and interval of the shuffled column among the inputs, or None."""
        if self.probe is None:
            return None
        ranks = 1.0 + (self.shares > self.probe[..., np.newaxis]).sum(axis=-1)
        return np.stack([ranks.mean(axis=1), *np.quantile(ranks, _INTERVAL, axis=1)])

    def _noise_line(self, above):
        """Say which inputs matter more than the shuffled column."""
        names = [n for n, share in zip(self.feature_names, above) if share >= BEATS]
        which = ", ".join(names[:_LISTED]) + ", ..." * (len(names) > _LISTED)
        return f"above a {PROBE}: {len(names)} of {len(above)}{': ' * bool(names)}{which}"

    def __str__(self):
        known = np.isfinite(self.scores).all()
        score = f"mean {self.metric} {self.scores.mean():.3f}, {self.rows}"
        lines = [f"{self._trainings}, {score if known else 'no row was left out of them'}"]
        width = max(len(method) for method in self.methods)
        for method, ranks, tau in zip(self.methods, self.mean_ranks, self.stability):
            best = np.argsort(ranks, kind="stable")[:3]
            text = ", ".join(f"{self.feature_names[j]} ({ranks[j]:.1f})" for j in best)
            lines.append(f"{method:<{width}}  tau {tau:.2f}  {text}")
            if self.probe is not None:
                above = self.above_noise[self.methods.index(method)]
                lines.append(f"{'':<{width}}  {self._noise_line(above)}")
        return "\n".join([*lines, *self.notes])


def _seeded(estimator, seed):
    """Return a clone with all its seeds set."""
    estimator = clone(estimator)
    rng = check_random_state(seed)
    names = sorted(n for n in estimator.get_params() if n.split("__")[-1] == "random_state")
    return estimator.set_params(**{name: rng.randint(LARGEST_SEED) for name in names})


def _one_training(estimator, X, y, names, methods, seed, seen, probe):
    """Return the shares by every method, those of a shuffled column, and the score.

    `seen` are the rows to train on; None draws them with replacement.
    """
    if probe:
        X, names = with_probe(X, seed), (*names, PROBE)
    rng = check_random_state(seed)
    rows = drawn_rows(y, is_classifier(estimator), rng) if seen is None else seen
    others = np.setdiff1d(np.arange(len(y)), rows)
    drawn = take_rows(X, rows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # twenty times that training has not converged
        model = _seeded(estimator, draw_seed(rng)).fit(drawn, y[rows])
    network = as_network(model)
    array = network.check(drawn)
    seeds = rng.randint(LARGEST_SEED, size=len(methods))
    shares = [m.shares(network, array, y[rows], int(s)) for m, s in zip(methods, seeds)]
    score = model.score(take_rows(X, others), y[others]) if len(others) else np.nan
    shares = np.array([_of_columns(network, names, found) for found in shares])
    noise = np.full(len(methods), np.nan)
    if probe:
        noise, shares = shares[:, -1], shares[:, :-1]
        total = shares.sum(axis=1)
        total[total == 0] = 1.0  # of methods that see nothing in any input
        noise, shares = noise / total, shares / total[:, np.newaxis]
        noise[:] = noise if sees_probe(network, array) else np.nan
    return shares, noise, score


def _of_columns(network, names, shares):
    """Return shares of the inputs as shares of all columns of the table."""
    if network.user_table is None:
        return shares
    folded = network.user_table.fold(shares)
    return np.array([folded.get(name, np.nan if name == PROBE else 0.0) for name in names])


def _checked_methods(methods, estimator):
    """Return methods by their names, by default those that have a meaning for the estimator."""
    if methods is None:
        parameters = estimator.get_params().items()
        sizes = next((v for name, v in parameters if name.endswith("hidden_layer_sizes")), ())
        fitting = (None, len(np.atleast_1d(sizes)))
        return [m for m in METHODS.values() if m.in_stability and m.n_hidden_layers in fitting]
    names = (methods,) if isinstance(methods, str) else tuple(methods)
    unknown = [name for name in names if name not in METHODS]
    if unknown or not names:
        raise ValueError(
            f"methods must be out of {list(METHODS)}. Got {unknown or names!r} instead."
        )
    return [METHODS[name] for name in names]


def importance_stability(
    estimator,
    X,
    y,
    *,
    methods=None,
    n_repeats=20,
    bootstrap=False,
    test_size=0.25,
    probe=True,
    n_jobs=None,
    random_state=0,
    verbose=0,
):
    """Train a network again and again, and rank the inputs every time.

    Parameters
    ----------
    estimator : estimator or None
        What to train: a scikit-learn network, alone or at the end of a pipeline; None is
        :func:`skinterp.network.default_network`. It is cloned, and every `random_state` in it is
        set anew.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows; texts and gaps are for the steps of the pipeline. Rankings are of columns.
    y : array-like of shape (n_samples,)
        Target.
    methods : str, sequence of str or None, default=None
        Names of registered methods: "garson", "garson 1991", "connection weights",
        "derivatives", "perturbation", "permutation", "forest", "forest, permutation" and those
        that others registered; None is all that are meant for it and have a meaning.
    n_repeats : int, default=20
        How often to train.
    bootstrap : bool, default=False
        Whether to train on rows drawn with replacement, so that rankings vary with the data, too.
    test_size : float or None, default=0.25
        Share of the rows that no training sees and all scores are on, the same in each; None
        trains on all rows and gives no scores. With `bootstrap` scores are on the rows that a
        training has not drawn.
    probe : bool, default=True
        Whether every training sees one more column, one of the others shuffled, drawn anew each
        time: what is not above it says nothing. It is a column of numbers without gaps; where
        there is none, or steps name their columns and so take no further one, a note says so.
    n_jobs : int or None, default=None
        Trainings run at once; the result does not depend on it.
    random_state : int, RandomState instance or None, default=0
        Seeds all that is random.
    verbose : int, default=0
        Whether to write a line per training to the standard error.

    Returns
    -------
    ImportanceStability
        All rankings, their means and intervals, and how stable each method is.

    Raises
    ------
    ValueError
        If a method is unknown or has no meaning for the network, there are fewer than two
        repeats, or the target has one class.

    Warns
    -----
    UserWarning
        If it was interrupted; the trainings that were finished are kept.

    Notes
    -----
    A stable ranking is not a right one: a method may be wrong in the same way every time. An
    unstable one cannot be right: different networks that predict equally well use the inputs
    differently, and a ranking of one of them is an accident. What is not above the shuffled
    column, a comparison that Kursa and Rudnicki made for forests, matters no more than chance lets
    it. "forest" looks at the target, not at the network.

    References
    ----------
    J. de Oña and C. Garrido, "Extracting the contribution of independent variables in neural
    network models: a new approach to handle instability", Neural Computing and Applications 25,
    2014. M. B. Kursa and W. R. Rudnicki, "Feature selection with the Boruta package", Journal of
    Statistical Software 36 (11), 2010.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skinterp import default_network
    >>> from skinterp.importance import importance_stability
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> network = default_network("multiclass")
    >>> found = importance_stability(network, X, y, methods=["derivatives"], n_repeats=3)
    >>> found.ranks.shape
    (1, 3, 4)
    """
    checked_count(n_repeats, "n_repeats", 2)
    estimator, X, y, names = checked_training(estimator, X, y)
    methods = _checked_methods(methods, estimator)
    rng = check_random_state(random_state)
    seeds = rng.randint(LARGEST_SEED, size=n_repeats)
    seen = None if bootstrap else seen_rows(y, test_size, is_classifier(estimator), rng)
    asked, probe = bool(probe), bool(probe) and bool(probe_columns(X))
    trainings = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(_one_training)(estimator, X, y, names, methods, int(seed), seen, probe)
        for seed in seeds
    )
    found, notes = _collected(trainings, n_repeats, verbose)
    shares, noise, scores = zip(*found)
    noise = np.stack(noise, axis=1)
    if asked and np.isnan(noise).any():
        notes = (*notes, _NO_PROBE[probe])
    return ImportanceStability(
        tuple(method.name for method in methods),
        np.stack(shares, axis=1),
        np.array(scores),
        names,
        notes,
        "accuracy" if is_classifier(estimator) else "R2",
        LEFT_OUT if bootstrap else HELD_OUT,
        None if np.isnan(noise).any() else noise,  # steps may leave the column out
    )


def _collected(results, n_repeats, verbose):
    """Return finished trainings and notes; before the second an interruption goes on."""
    found, notes = [], ()
    try:
        for result in results:
            found.append(result)
            if verbose:
                sys.stderr.write(f"[skinterp] training {len(found)} of {n_repeats}\n")
    except KeyboardInterrupt:
        if len(found) < 2:
            raise
        notes = (f"Interrupted after {len(found)} of {n_repeats} trainings; these are kept.",)
        warnings.warn(notes[0], UserWarning, stacklevel=3)
    return found, notes
