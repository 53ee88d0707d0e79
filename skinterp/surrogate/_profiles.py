"""Parts of a sum, of one input or of two, as numbers to draw."""

import numpy as np

from skinterp.display import Panel

N_STEPS = 101
N_PAIR_STEPS = 31


def panels_of(groups, part, ranges, names, titles, band=None):
    """Return what to draw of a sum.

    Parameters
    ----------
    groups : sequence of tuple of int
        The one or two inputs of each part.
    part : callable
        ``part(inputs, rows) -> (n_rows, n_outputs)``, the part's values.
    ranges : ndarray of shape (n_features, 2)
        The least and the largest value of each input.
    names, titles : sequence of str
        Names of the inputs and of the outputs.
    band : callable or None, default=None
        ``band(inputs, rows)``, half the width of the part's bands.

    Returns
    -------
    list of Panel
        A curve per part of one input; a map per part of two, of one output only.
    """
    panels = []
    for inputs in groups:
        if len(inputs) == 1:
            grid = np.linspace(*ranges[inputs[0]], N_STEPS)
            rows = _rows(ranges, inputs, [grid])
            width = None if band is None else band(inputs, rows)
            label = (names[inputs[0]],)
            panels.append(Panel(label, (grid,), part(inputs, rows).T, width, tuple(titles)))
        elif len(titles) == 1:
            grids = [np.linspace(*ranges[j], N_PAIR_STEPS) for j in inputs]
            mesh = [axis.ravel() for axis in np.meshgrid(*grids, indexing="ij")]
            values = part(inputs, _rows(ranges, inputs, mesh))[:, 0]
            label = tuple(names[j] for j in inputs)
            panels.append(Panel(label, tuple(grids), values.reshape(N_PAIR_STEPS, -1)))
    return panels


def level_names(indicators, column):
    """Return the levels that indicators of a column stand for: their names within it."""
    before, after = f"[{column} = ", "]"
    return np.array([str(x).removeprefix(before).removesuffix(after) for x in indicators])


def map_with_levels(first, second, part, ranges, names, columns):
    """Return what to draw of a part of two columns, one or both of which are categories.

    Parameters
    ----------
    first, second : Curve or Levels
        The columns.
    part : callable
        ``part(inputs, rows) -> (n_rows, 1)``, the part's values.
    ranges : ndarray of shape (n_features, 2)
        The least and the largest value of each input.
    names : sequence of str
        Names of the inputs.
    columns : tuple of two str
        Names of the columns.

    Returns
    -------
    Panel
        The map.
    """
    grids, cells = [], []
    for base, column in zip((first, second), columns, strict=True):
        inputs = list(base.features)
        if len(inputs) > 1:
            grids.append(level_names([names[j] for j in inputs], column))
            cells.append(np.eye(len(inputs)))
        else:
            grids.append(np.linspace(*ranges[inputs[0]], N_PAIR_STEPS))
            cells.append(grids[-1][:, np.newaxis])
    m, n = map(len, cells)
    rows = np.repeat(ranges.mean(axis=1)[np.newaxis], m * n, axis=0)
    rows[:, list(first.features)] = np.repeat(cells[0], n, axis=0)
    rows[:, list(second.features)] = np.tile(cells[1], (m, 1))
    values = part((*first.features, *second.features), rows)[:, 0]
    return Panel(tuple(columns), tuple(grids), values.reshape(m, n))


def _rows(ranges, inputs, columns):
    rows = np.repeat(ranges.mean(axis=1)[np.newaxis], len(columns[0]), axis=0)
    for j, column in zip(inputs, columns, strict=True):
        rows[:, j] = column
    return rows


def sum_name(titles):
    """Return what parts are parts of: the sum, or each of several."""
    return titles[0] if len(titles) == 1 else "each score"
