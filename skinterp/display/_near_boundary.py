"""A row of data that is moved onto the decision boundary of a classifier."""

import numpy as np

_NEAR = 0.02  # share of the rows, the least certain, that are near the boundary
_MOST = 10  # rows that are tried
_HALVINGS = 30
VISIBLE = (0.01, 0.99)  # quantiles of the data that a plane spans


def visible_range(values, groups=None):
    """Return the ends within which nearly all values of every group lie.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        The values; NaN is no value.
    groups : ndarray of shape (n_values,) or None, default=None
        To which group each belongs, so that a rare one is seen, too; None is one group.

    Returns
    -------
    low, high : float
        The ends.
    """
    groups = np.zeros(len(values)) if groups is None else groups
    known = ~np.isnan(values)
    own = [values[known & (groups == group)] for group in np.unique(groups[known])]
    low, high = np.transpose([np.quantile(found, VISIBLE) for found in own])
    return float(low.min()), float(high.max())


def numbers(X):
    """Return rows as numbers, refusing texts."""
    try:
        return np.array(X, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(
            "X must be numbers for a model that does not say what it makes of its columns. Got "
            "texts instead: pass as_network(model), which reads the steps in front of a network."
        ) from None


def row_on_boundary(asked, X, drawn=()):
    """Return a row at the decision boundary of a classifier.

    Of the two hundredths of the rows whose two largest probabilities are closest, ten at most,
    each is moved along the line to the nearest row with another answer until the answer changes;
    categories stay. Taken is the one nearest to the medians, in deviations, that is in the range
    of the data along what is drawn.

    Parameters
    ----------
    asked : Asked
        The classifier.
    X : data frame or ndarray of shape (n_samples, n_columns)
        Rows.
    drawn : sequence of int, default=()
        Columns along which the row should be in the range of the data.

    Returns
    -------
    row : data frame or ndarray of shape (1, n_columns)
        The row.
    place : int
        Position of the row of X that it comes from.
    is_moved : bool
        Whether it is on the boundary; else it is that row itself.
    """
    if asked.classes is None or not hasattr(asked.model, "predict_proba"):
        raise ValueError(
            "at='boundary' needs a classifier with predict_proba. Got "
            f"{type(asked.model).__name__} instead."
        )
    columns = _moved_columns(asked.table, X)
    rows = _in_deviations(asked.model, X, columns)
    near = _least_certain(asked.model, X)
    near = near[(rows[near] ** 2).sum(axis=1).argsort(kind="stable")]
    own = np.asarray(asked.model.predict(X))
    partners = _partners(rows, own, near)
    share, has_other = _halved(asked.model, X, near, partners, own, columns)
    if not has_other.any():
        return _take(X, near[:1]), int(near[0]), False
    inside = np.ones(len(near), dtype=bool)
    for j in set(drawn) & set(columns):
        values, missing, _ = columns[j]
        if missing.all():
            continue
        low, high = np.quantile(values[~missing], VISIBLE)
        at = values[near] + share * (values[partners] - values[near])
        inside &= missing[near] | ((low <= at) & (at <= high))
    best = int((has_other & inside if (has_other & inside).any() else has_other).argmax())
    one = slice(best, best + 1)
    row = _between(X, near[one], partners[one], share[one], columns)
    return row, int(near[best]), True


def _in_deviations(model, X, columns):
    """Return rows of numbers around their medians, in deviations."""
    if hasattr(model, "check"):
        rows = np.asarray(model.check(X))
    else:
        filled = [
            np.where(missing, np.median(values[~missing]) if (~missing).any() else 0.0, values)
            for values, missing, _ in columns.values()
        ]
        rows = np.column_stack([np.zeros(len(X)), *filled])
    scale = rows.std(axis=0)
    scale[scale == 0] = 1.0
    return (rows - np.median(rows, axis=0)) / scale


def _least_certain(model, X):
    """Return the positions of the rows near the boundary."""
    probabilities = np.sort(np.asarray(model.predict_proba(X)), axis=1)
    order = np.argsort(probabilities[:, -1] - probabilities[:, -2], kind="stable")
    return order[: max(1, min(_MOST, len(order), round(_NEAR * len(order))))]


def _partners(rows, own, near):
    """Return for each of some rows the nearest row with another answer, itself without any."""
    found = []
    for k in near:
        distance = np.where(own == own[k], np.inf, ((rows - rows[k]) ** 2).sum(axis=1))
        found.append(distance.argmin() if np.isfinite(distance).any() else k)
    return np.array(found)


def _moved_columns(table, X):
    """Return by their index the columns of numbers: values, where missing, and how to write."""
    if table is None:
        data = numbers(X)
        return {j: (column, np.isnan(column), np.nan) for j, column in enumerate(data.T)}
    found = {feature.column.index: feature.column for feature in table.features}
    return {
        j: (*column.read(X), np.nan if column.gap is None else column.gap)
        for j, column in found.items()
        if not hasattr(column, "levels") and not column.is_date
    }


def _take(X, places):
    return X.iloc[places].reset_index(drop=True) if hasattr(X, "iloc") else np.asarray(X)[places]


def _between(X, near, partners, share, columns):
    """Return rows between pairs of rows: numbers in between, all else as the first has it."""
    rows = _take(X, near)
    rows = rows if hasattr(rows, "iloc") else rows.astype(np.result_type(rows.dtype, float))
    for j, (values, missing, gap) in columns.items():
        start, end = values[near], np.where(missing[partners], values[near], values[partners])
        cells = (start + share * (end - start)).astype(object if isinstance(gap, str) else float)
        cells[missing[near]] = gap
        if hasattr(rows, "iloc"):
            rows[rows.columns[j]] = cells
        else:
            rows[:, j] = cells
    return rows


def _halved(model, X, near, partners, own, columns):
    """Return how far from rows to others the answer changes, and whether it does at all."""

    def differs(share):
        rows = _between(X, near, partners, share, columns)
        return np.asarray(model.predict(rows)) != own[near]

    low, high = np.zeros(len(near)), np.ones(len(near))
    has_other = differs(high)
    for _ in range(_HALVINGS if has_other.any() else 0):
        middle = 0.5 * (low + high)
        beyond = differs(middle)
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return low, has_other
