"""What to keep in mind about one run: rules, each of what was found to a sentence or None."""

import warnings

import numpy as np
from scipy.stats import norm, rankdata

from skinterp.expression._fold import postorder
from skinterp.report._headline import percent
from skinterp.table import as_table
from skinterp.utils import counted, one_line
from skinterp.utils._which_rows import HELD_OUT

WIDE = 0.04  # of an interval of fidelity, above which its ends are said
FEW_ROWS = 100  # below which R2 rests on few
RARE_SHARE, RARE_COUNT = 0.05, 20
LITTLE = 0.1  # of what a guess leaves open: a network that closes less is hardly better
MANY_VALUES, FEW_VALUES = 20, 5
TOGETHER = 0.8  # rank correlation
FEW_PER_INPUT = 10
MOST_NAMED = 3
N_ASKED = 2000
LEAST_SHARE = 0.0005  # of rows, below which none is written
_POWERS = ("square", "cube", "abs", "sqrt", "pow")
GENERAL = (
    "Fidelity is agreement with the network, not truth: a faithful surrogate of a wrong network "
    "is wrong with it."
)


def _listed(texts):
    """Return the first texts, and how many more there are."""
    more = len(texts) - MOST_NAMED
    return ", ".join(texts[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _form(findings):
    return findings.comparison.estimators[findings.headline.form]


def _predicted(estimator, rows):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of rows where a formula is undefined
        return np.asarray(estimator.predict(rows))


def _columns(findings):
    """Return names and values of the columns of the rows; none without rows."""
    if findings.rows is None:
        return [], []
    rows = as_table(findings.rows)
    if hasattr(rows, "iloc"):
        return list(map(str, rows.columns)), [rows.iloc[:, j] for j in range(rows.shape[1])]
    return list(map(str, findings.comparison.feature_names)), list(rows.T)


def _gaps(column):
    return column != column if not hasattr(column, "isna") else column.isna().to_numpy()


def _numbers(column):
    """Return a column as floats, None if it holds anything else."""
    try:
        return np.asarray(column, dtype=np.float64)
    except (TypeError, ValueError):
        return None


def wilson_interval(share, n, level=0.95):
    """Return the interval of a share of n rows, by the score test.

    Parameters
    ----------
    share : float
        The share observed.
    n : int
        Rows.
    level : float, default=0.95
        How often such intervals hold the true share.

    Returns
    -------
    low, high : float
        Its ends.

    References
    ----------
    E. B. Wilson, J. Am. Stat. Assoc. 22, 1927.

    Examples
    --------
    >>> from skinterp.report._caveats import wilson_interval
    >>> [round(end, 3) for end in wilson_interval(0.9, 50)]
    [0.786, 0.957]
    """
    z = norm.ppf(0.5 + level / 2)
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def weak_network(findings):
    """Say of a network that it is better than a guess, but hardly."""
    accuracy = findings.headline.accuracy
    if not accuracy:
        return None
    network, guess = accuracy["network"], accuracy["guess"]
    if not 0 < network - guess < LITTLE * (1 - guess):
        return None
    if findings.headline.is_regression:
        said = f"Against the target the network has R² {network:.3f} only"
    else:
        said = (
            f"The network is right on {percent(network)} of {HELD_OUT}, hardly more than its "
            f"commonest class, {percent(guess)}"
        )
    return f"{said}: what explains the network explains little of the data."


def few_held_out_rows(findings):
    """Say within which bounds fidelity is known, where few rows were held out."""
    head, n = findings.headline, findings.comparison.n_held_out
    if n is None:
        return None
    if head.is_regression:
        folds = findings.comparison.scores[head.form]["fidelity"]
        spread = f"over the folds it goes from {np.min(folds):.3f} to {np.max(folds):.3f}"
        said = (
            f"The R² of {head.form} was measured on {counted(n, 'held-out row')} only: {spread}."
        )
        return said if n < FEW_ROWS else None
    low, high = wilson_interval(head.fidelity, n)
    if high - low < WIDE:
        return None
    return (
        f"The fidelity of {head.form} was measured on {counted(n, 'held-out row')}: by the chance "
        f"of which rows these are, its {percent(head.fidelity)} may stand for anything from "
        f"{percent(low)} to {percent(high)} (Wilson's interval of 95 %)."
    )


def rare_answers(findings):
    """Say of a class that the network seldom answers how many of its rows the form finds."""
    comparison, rows, head = findings.comparison, findings.rows, findings.headline
    if rows is None or head.is_regression:
        return None
    answers = np.asarray(comparison.network.predict(rows))
    classes = comparison.network.classes
    counts = np.array([np.sum(answers == label) for label in classes])
    k, n = int(np.argmin(counts)), len(answers)
    name = one_line(str(classes[k]))
    if counts[k] == 0:
        return f"The network answers {name} on none of the {counted(n, 'row')}."
    if counts[k] > max(RARE_SHARE * n, RARE_COUNT):
        return None
    told = _predicted(_form(findings), rows)[answers == classes[k]]
    kappa = comparison.mean(head.form, "kappa")
    counted_by = "" if np.isnan(kappa) else f"; kappa counts them ({kappa:.2f})"
    return (
        f"The network answers {name} on {counts[k]} of {counted(n, 'row')} only, and {head.form} "
        f"on {int(np.sum(told == classes[k]))} of these. To miss all of them would cost "
        f"{percent(counts[k] / n)} of fidelity{counted_by}."
    )


def _tie_sentence(chosen, ties):
    """Return what is said of the formulas nearly as good as the one that is chosen."""
    n, widest = len(ties), max(ties, key=lambda tie: tie.share)
    before = f"{counted(n, 'formula')} {'is' if n == 1 else 'are'} nearly as good as {chosen}"
    if all(tie.same_boundary for tie in ties):
        return f"{before}, with the same boundary: what they differ in cannot be told from it."
    which = "" if n == 1 else "the one that differs most, "
    if widest.share < LEAST_SHARE:
        return f"{before}: {which}{widest.formulas[1]}, differs off the rows only."
    of = "of the rows" if widest.is_classified else "of the spread"
    where = f", mostly where {widest.region_text}" if widest.region else ""
    verb = "answers otherwise on" if widest.is_classified else "is off by"
    return f"{before}: {which}{widest.formulas[1]}, {verb} {percent(widest.share)} {of}{where}."


def near_ties(findings):
    """Say how many formulas are nearly as good, and where the one differs that differs most."""
    fronts = getattr(_form(findings), "fronts_", ())
    tied = [front for front in fronts if getattr(front, "ties_", None)]
    if not tied:
        return None
    front = max(tied, key=lambda front: max(tie.share for tie in front.ties_))
    chosen = "the equation's own"
    if front.by_labels is not None:  # then it is another one that is shown
        chosen = f"{front.ties_[0].formulas[0]}, the choice by the network alone"
    return _tie_sentence(chosen, list(front.ties_))


def rival_form(findings):
    """Say which other form is as faithful, within the scatter of the folds, and how it differs."""
    head, comparison = findings.headline, findings.comparison
    own = np.asarray(comparison.scores[head.form]["fidelity"])
    close = {}
    for form in comparison.estimators:
        gaps = own - comparison.scores[form]["fidelity"]
        scatter = gaps.std(ddof=1) / np.sqrt(len(gaps)) if len(gaps) > 1 else 0.0
        if form not in (head.form, *comparison.exact_forms) and abs(gaps.mean()) <= scatter:
            close[form] = comparison.mean(form, "fidelity")
    if not close or findings.rows is None or head.is_regression:
        return None
    rival = max(close, key=close.get)
    told = [_predicted(comparison.estimators[f], findings.rows) for f in (head.form, rival)]
    apart = float(np.mean(told[0] != told[1]))
    if not apart:
        return None
    return (
        f"{rival} is as faithful as {head.form} within the scatter of the folds "
        f"({percent(close[rival])} and {percent(head.fidelity)} of {HELD_OUT}), but answers "
        f"otherwise on {percent(apart)} of all rows: what one says there the other does not."
    )


def correlated_inputs(findings):
    """Name the inputs that move with those that matter most."""
    names, columns = _columns(findings)
    values = [_numbers(column) for column in columns]
    leading = [names.index(name) for name, _ in findings.headline.inputs if name in names]
    pairs = {}
    for j in leading:
        for k in range(len(names)):
            if j == k or values[j] is None or values[k] is None:
                continue
            rho = rank_correlation(values[j], values[k])
            if abs(rho) >= TOGETHER:
                pairs.setdefault(frozenset((j, k)), (names[j], names[k], rho))
    if not pairs:
        return None
    ordered = sorted(pairs.values(), key=lambda pair: -abs(pair[2]))
    said = [f"{one_line(a)} and {one_line(b)} ({rho:.2f})" for a, b, rho in ordered]
    return (
        f"Inputs that matter move together with others (rank correlation): {_listed(said)}. "
        "Importances share the credit between them, and a form may use one in place of the other."
    )


def rank_correlation(first, second):
    """Return Spearman's correlation of two columns where both are known, 0 if one is constant.

    Parameters
    ----------
    first, second : ndarray of shape (n,)
        The columns.

    Returns
    -------
    float
        From -1 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.report._caveats import rank_correlation
    >>> x = np.array([1.0, 2.0, np.nan, 3.0])
    >>> round(rank_correlation(x, np.exp(x)), 3), rank_correlation(x, np.ones(4))
    (1.0, 0.0)
    """
    known = np.isfinite(first) & np.isfinite(second)
    if known.sum() < 3 or np.ptp(first[known]) == 0 or np.ptp(second[known]) == 0:
        return 0.0
    return float(np.corrcoef(rankdata(first[known]), rankdata(second[known]))[0, 1])


def impurity_beside_few_values(findings):
    """Say that impurity importances favour inputs with many values, where some have few."""
    if not any("impurity" in method for method in findings.comparison.importances):
        return None
    names, columns = _columns(findings)
    counts = [len(set(np.asarray(column)[~_gaps(column)].tolist())) for column in columns]
    if not counts or max(counts) < MANY_VALUES or min(counts) > FEW_VALUES:
        return None
    most, least = int(np.argmax(counts)), int(np.argmin(counts))
    return (
        "The forest's importances by impurity favour inputs with many values: "
        f"{one_line(names[most])} has {counts[most]}, {one_line(names[least])} {counts[least]}."
    )


def few_rows_per_input(findings):
    """Say how many rows there are to an input, if they are few."""
    columns = _columns(findings)[1]
    n = len(columns[0]) if columns else 0
    if not columns or n >= FEW_PER_INPUT * len(columns):
        return None
    return (
        f"There are {n} rows to {counted(len(columns), 'input')}, {n / len(columns):.1f} to each: "
        "some inputs fit by chance, and other rows may rank them otherwise."
    )


def filled_gaps(findings):
    """Name the inputs with missing values, and how many there are."""
    if findings.columns:
        known = [(c.name, c.gaps) for c in findings.columns if not c.left_out]
    else:
        known = zip(*map(list, _columns(findings)), strict=True)
    counts = [(name, int(np.sum(_gaps(v) if v.dtype != bool else v))) for name, v in known]
    missing = [f"{one_line(name)} in {counted(n, 'row')}" for name, n in counts if n]
    if not missing:
        return None
    return (
        f"Values are missing, {_listed(missing)}: there answers rest on what the network takes "
        "in their place."
    )


def columns_left_out(findings):
    """Name the columns that nothing is said about, and why."""
    left_out = [c for c in findings.columns if c.left_out]
    said = [f"{one_line(c.name)} ({c.left_out})" for c in left_out]
    more = "a column that was" if len(said) == 1 else f"{len(said)} columns that were"
    return f"Nothing is known of {more} left out: {_listed(said)}." if said else None


def _factors(expression):
    """Return what is 0 where an expression is, factor by factor, without powers."""
    if expression.token == "mul":
        return [factor for argument in expression.args for factor in _factors(argument)]
    if expression.token in _POWERS:
        return _factors(expression.args[0])
    return [expression]


def _divisors(expression):
    """Return what an expression divides by, or takes the logarithm of, if it varies."""
    nodes = postorder(expression)
    divisors = [node.args[1] for node in nodes if node.token == "div"]
    divisors += [node.args[0] for node in nodes if node.token == "log"]
    factors = [factor for divisor in divisors for factor in _factors(divisor)]
    return [factor for factor in dict.fromkeys(factors) if factor.varies]


def _box(findings, n_features):
    """Return points within the ranges of the rows' features, drawn input by input."""
    table = findings.comparison.network.user_table
    rows = as_table(findings.rows)
    features = np.asarray(rows if table is None else table.read(rows), dtype=np.float64)
    rng = np.random.default_rng(0)
    features = features[np.isfinite(features).all(axis=1)]
    if features.shape[1] != n_features or not len(features):
        return np.empty((0, n_features))
    return rng.permuted(features[rng.integers(len(features), size=N_ASKED)], axis=0)


def poles(findings):
    """Say what an equation divides by that is zero within the ranges of its inputs."""
    for equation in getattr(_form(findings), "equations_", ()):
        divisors = [] if findings.rows is None else _divisors(equation.expression)
        points = _box(findings, len(equation.feature_names)) if divisors else ()
        for divisor in divisors if len(points) else ():
            values = divisor.evaluate(points)
            values = values[np.isfinite(values)]
            if len(values) and values.min() <= 0 <= values.max():
                text = divisor.format(equation.feature_names)
                return (
                    f"{findings.headline.form} has a pole within the ranges of its inputs, where "
                    f"{text} is 0: near there its values run away, whatever the network answers."
                )
    return None


def unstable_form(findings):
    """Say that the form is another one on other rows, where its size scatters over the folds."""
    head = findings.headline
    atoms = np.asarray(findings.comparison.scores[head.form]["complexity"])
    if len(atoms) < 2 or np.ptp(atoms) <= max(2, 0.5 * head.atoms):
        return None
    return (
        f"{head.form} has {int(atoms.min())} to {int(atoms.max())} atoms on the folds, "
        f"{head.atoms} on all rows: its shape depends on the rows."
    )


RULES = (
    weak_network,
    few_held_out_rows,
    rare_answers,
    poles,
    near_ties,
    rival_form,
    unstable_form,
    correlated_inputs,
    impurity_beside_few_values,
    few_rows_per_input,
    filled_gaps,
    columns_left_out,
)
