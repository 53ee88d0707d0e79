"""What an additive surrogate is asked for, and its choices: pairs, courses, terms left out."""

from dataclasses import replace

import numpy as np

from skinterp.surrogate._additive_model import fit_terms, is_curve, variances
from skinterp.surrogate._additive_terms import (
    Levels,
    Pair,
    bases_of,
    chosen_inputs,
    chosen_pairs,
    pair_of,
)
from skinterp.surrogate._margins import agreement, constant_logits
from skinterp.utils import threshold_text

_MOST_INPUTS = 50
_PAIR_KNOTS = 3
_ROOM = 1e-3  # how much a value shown may be off, in ranges of the input


def _place(name, columns, what):
    if isinstance(name, str) and name in columns:
        return name
    if isinstance(name, int | np.integer) and 0 <= name < len(columns):
        return columns[name]
    raise ValueError(
        f"{what} must name columns out of {list(dict.fromkeys(columns))}. Got {name!r} instead."
    )


def signs_of(monotonic_cst, columns, network, X):
    """Return which columns' profiles may only rise or fall.

    Parameters
    ----------
    monotonic_cst : array-like of int, dict of str to int, or None
        What was asked for.
    columns : tuple of str
        The column that each input comes from.
    network : Network
        The network.
    X : ndarray of shape (n_samples, n_features)
        Its inputs.

    Returns
    -------
    dict of str to int
        1 or -1, by column.

    Raises
    ------
    ValueError
        If a column is unknown or a category, a number is none of -1, 0 and 1, or there are more
        than two classes.
    """
    if monotonic_cst is None:
        return {}
    names = list(dict.fromkeys(columns))
    if not isinstance(monotonic_cst, dict):
        given = np.asarray(monotonic_cst)
        if given.shape != (len(names),):
            raise ValueError(
                f"monotonic_cst must have one entry per column, {len(names)}. "
                f"Got shape {given.shape} instead."
            )
        monotonic_cst = dict(zip(names, given.tolist(), strict=True))
    signs = {_place(c, columns, "monotonic_cst"): sign for c, sign in monotonic_cst.items()}
    wrong = [sign for sign in signs.values() if sign not in (-1, 0, 1)]
    if wrong:
        raise ValueError(f"monotonic_cst must hold -1, 0 or 1. Got {wrong[0]!r} instead.")
    signs = {name: int(sign) for name, sign in signs.items() if sign}
    if signs and network.task == "multiclass":
        raise ValueError(
            "monotonic_cst needs two classes or a regression: scores of several classes cannot "
            f"all rise. Got {len(network.classes)} classes instead; explain "
            "as_network(model).margin(k) by the regressor."
        )
    table = network.user_table
    held = [] if table is None else [f.column.name for f in table.features if f.level is not None]
    for name in signs:
        if name in held:
            raise ValueError(
                f"monotonic_cst must be 0 for categories, which have no order. Got "
                f"{signs[name]} for {name!r} instead."
            )
    return signs


def checked_pairs(pairs, columns, signs):
    """Return pairs of columns that were asked for, as names.

    Parameters
    ----------
    pairs : sequence of pairs of str or int, or None
        What was asked for.
    columns : tuple of str
        The column that each input comes from.
    signs : dict of str to int
        Monotone courses, beside which a column is in no pair.

    Returns
    -------
    list of tuple of str
        The pairs.

    Raises
    ------
    ValueError
        If a pair is none of two different known columns, or holds a monotone one.
    """
    found = []
    for pair in pairs or ():
        if isinstance(pair, str) or not hasattr(pair, "__len__") or len(pair) != 2:
            raise ValueError(f"pairs must hold two columns each. Got {pair!r} instead.")
        names = tuple(_place(name, columns, "pairs") for name in pair)
        if names[0] == names[1]:
            raise ValueError(f"pairs must hold two different columns. Got {pair!r} instead.")
        if set(names) & set(signs):
            raise ValueError(
                "pairs must hold no column of monotonic_cst, whose profile would not be all that "
                f"it does. Got {pair!r} instead."
            )
        found.append(names)
    return found


def fit_additive(network, margins, X, weight, **asked):
    """Fit profiles and pairs; of classes never worse at the points than the commonest one.

    Parameters
    ----------
    network : Network
        The network.
    margins : Margins
        What it answers.
    X : ndarray of shape (n_samples, n_features)
        Rows of the data.
    weight : ndarray of shape (n_samples,)
        Their weights.
    **asked : dict
        Options of `fit_sum_of_terms`.

    Returns
    -------
    AdditiveModel
        The sum: that of points near decisions, or where it is worse than a constant, of all.
    """
    model = fit_sum_of_terms(network, margins, X, weight, **asked)
    if network.task == "regression":
        return model
    constant = constant_logits(margins, network)
    flat = np.broadcast_to(constant, margins.values.shape)
    least = agreement(flat, margins, network)
    if model.terms and agreement(model.values(margins.points), margins, network) >= least:
        return model
    everywhere = margins._replace(near=margins.weight)
    model = fit_sum_of_terms(network, everywhere, X, weight, **asked)
    if model.terms and agreement(model.values(margins.points), margins, network) >= least:
        return model
    model = fit_terms([], margins.points, margins.near, margins.values, smoothing=0.0)
    return replace(model, intercept=constant)


def fit_sum_of_terms(network, margins, X, weight, *, pairs, n_pairs, signs, options):
    """Fit profiles, choose pairs, and fit both together.

    Parameters
    ----------
    network : Network
        The network.
    margins : Margins
        What it answers.
    X : ndarray of shape (n_samples, n_features)
        Rows of the data.
    weight : ndarray of shape (n_samples,)
        Their weights.
    pairs : list of tuple of str
        Pairs of columns to put in.
    n_pairs : int
        How many pairs to choose beside them.
    signs : dict of str to int
        Columns that may only rise or fall.
    options : tuple of (float or "reml"), int and (int or None)
        Smoothing, inner knots, and atoms at the most.

    Returns
    -------
    AdditiveModel
        The sum.
    """
    smoothing, n_knots, max_atoms = options
    table, (points, _, near, values, _) = network.user_table, margins
    names = network.feature_names or tuple(f"x{j}" for j in range(X.shape[1]))
    columns = names if table is None else tuple(f.column.name for f in table.features)
    bases = bases_of(X, weight, table, n_knots)
    kept = chosen_inputs(bases, points, near, values, _MOST_INPUTS)
    bases = [bases[k] for k in kept]
    most = None
    if max_atoms is not None:
        n_outputs = max(1, network.n_outputs - (network.task == "multiclass"))
        most = max(0, max_atoms // n_outputs - 1)

    def fitted(terms):
        of = [0 if isinstance(t, Pair) else _sign(t, columns, signs) for t in terms]
        fit = dict(smoothing=smoothing, signs=of)
        model = fit_terms(terms, points, near, values, most=most, **fit)
        while most is not None and model.sizes.sum() > most:
            worst = int(np.argmin(variances(model, points, near) / model.sizes))
            terms = [term for k, term in enumerate(terms) if k != worst]
            del fit["signs"][worst]
            model = fit_terms(terms, points, near, values, most=most, **fit)
        return model

    model = fitted(bases)
    small = bases_of(X, weight, table, _PAIR_KNOTS) if pairs or n_pairs else []
    small = [base for base in small if not _sign(base, columns, signs)]
    chosen = [_asked(small, columns, pair) for pair in pairs]
    if n_pairs:
        near_inputs = {base.features for base in bases}
        open_ = [base for base in small if base.features in near_inputs]
        residual = values - model.values(points)
        found = chosen_pairs(open_, points, near, residual, n_pairs)
        chosen += [(open_[i], open_[j]) for i, j in found]
    if not chosen:
        return model
    distinct = {(a.features, b.features): (a, b) for a, b in chosen if a and b}
    return fitted([*bases, *(pair_of(*pair, points, near) for pair in distinct.values())])


def _sign(term, columns, signs):
    return signs.get(columns[term.features[0]], 0) if is_curve(term) else 0


def _asked(bases, columns, pair):
    """Return the bases of two columns, None for a constant one."""
    found = {columns[base.features[0]]: base for base in reversed(bases)}
    return found.get(pair[0]), found.get(pair[1])


def profile_lines(surrogate, k, name, output, digits):
    """Write a part by its values at quartiles, or at levels.

    Parameters
    ----------
    surrogate : AdditiveSurrogateClassifier or AdditiveSurrogateRegressor
        The surrogate.
    k : int
        Place of the part.
    name : str
        Its name.
    output : int
        Of which output.
    digits : int
        Significant digits.

    Returns
    -------
    list of str
        The lines.
    """
    term, share = surrogate._model.terms[k], surrogate._shares[k]
    head = f"    + f({name}), {share:.0%} of the variance"
    if isinstance(term, Pair):
        return [head]
    if isinstance(term, Levels):
        names, part, _ = surrogate.profile(name)
        cells = zip(names, part[:, output], strict=True)
        texts = [f"{value:+.{digits}g} if {level}" for level, value in cells]
    else:
        values = np.unique(surrogate._quartiles[term.feature])
        _, part, _ = surrogate.profile(name, values)
        cells = zip(values, part[:, output], strict=True)
        room = _ROOM * (values[-1] - values[0])
        cells = [(threshold_text(value, digits, room), number) for value, number in cells]
        texts = [f"{number:+.{digits}g} at {value}" for value, number in cells]
    return [f"{head}: {', '.join(texts)}"]
