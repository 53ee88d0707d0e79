"""Growing the oblique tree of a piecewise-linear network: in a whole box, or on rows."""

import numpy as np

from skinterp.exact.pieces._activation_patterns import unique_patterns
from skinterp.exact.pieces._affine_maps import unit_map
from skinterp.exact.pieces._boxes import BoxCoordinates
from skinterp.exact.pieces._search import search_box
from skinterp.exact.trees._oblique import TreeBuilder
from skinterp.sampling import feature_scale


def grow_in_box(pieces, X, box, max_leaves=None, time_budget=None, n_jobs=None):
    """Grow the tree of every linear region of a network inside a box.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    X : ndarray of shape (n_samples, d)
        Rows in the box.
    box : Box
        The box.
    max_leaves : int or None, default=None
        Number of leaves beyond which to refuse.
    time_budget : float or None, default=None
        Seconds after which to leave branches open.
    n_jobs : int or None, default=None
        Branches searched at once.

    Returns
    -------
    tree : ObliqueTree
        The tree.
    leaves : ndarray of int of shape (n_samples,)
        The leaf of each row, -1 in an open branch.
    unfinished : tuple of str
        What says that branches are open, or linear programs failed.

    Raises
    ------
    ValueError
        If there are more leaves than `max_leaves`.
    """
    coordinates = BoxCoordinates.of_box(box, feature_scale(X, constant=1.0))
    early = {"time_budget": time_budget, "max_regions": max_leaves}
    found = search_box(pieces, coordinates, keep=True, n_jobs=n_jobs, **early)
    if max_leaves is not None and found.n_regions > max_leaves:
        raise ValueError(
            "max_leaves must be at least the number of linear regions in the box. Got "
            f"{max_leaves} instead, and reached {max_leaves + 1} leaves with more to "
            "come: pass a larger one, a smaller box, or mode='data'."
        )
    tree = _tree_of(found.steps, coordinates)
    return tree, tree.apply(X), found.unfinished(pieces, coordinates)


def _tree_of(steps, coordinates):
    """Return the tree of the cuts of a search; cells that it did not come to are open branches."""
    builder, parents = TreeBuilder(len(coordinates.half)), {0: (None, 0)}
    for step in steps:
        tests = zip(step.cut.tolist(), step.units, step.slopes, step.offsets, step.halves.tolist())
        for cell, unit, slopes, offset, halves in tests:
            test = coordinates.outwards(slopes, offset)
            node = builder.add_test(*parents.pop(cell), *test, unit)
            parents |= {half: (node, side) for side, half in enumerate(halves)}
        for cell, pattern in zip(step.regions.tolist(), step.patterns):
            builder.add_leaf(*parents.pop(cell), pattern)
    for place in parents.values():
        builder.add_open(*place)
    return builder.tree()


def _dividing_unit(patterns, counts, starts, first):
    """Return the first layer from `first` on that divides the rows, and its best unit for it."""
    for layer in range(first, len(starts) - 1):
        on = counts @ patterns[:, starts[layer] : starts[layer + 1]]
        balance = np.minimum(on, counts.sum() - on)
        if balance.max() > 0:
            return layer, int(balance.argmax())
    return len(starts) - 1, None


def grow_on_rows(pieces, X, box, max_leaves=None, time_budget=None, n_jobs=None):
    """Grow the tree of the linear regions that rows visit.

    Each node tests the unit that halves the rows best; only units on which they differ are
    tested, so that a tree of n leaves has n - 1 tests.

    Parameters
    ----------
    pieces : PiecewiseLinear
        The network.
    X : ndarray of shape (n_samples, d)
        Rows.
    box : Box
        The box around them, which changes nothing here.
    max_leaves : int or None, default=None
        Number of leaves beyond which to refuse.
    time_budget, n_jobs : object, default=None
        Not needed here.

    Returns
    -------
    tree : ObliqueTree
        The tree.
    leaves : ndarray of int of shape (n_samples,)
        The leaf of each row.
    unfinished : tuple of str
        What says that branches are open, or linear programs failed.

    Raises
    ------
    ValueError
        If there are more leaves than `max_leaves`.
    """
    patterns, index, counts = unique_patterns(pieces.patterns(X))
    if max_leaves is not None and len(patterns) > max_leaves:
        raise ValueError(
            "max_leaves must be at least the number of regions that X visits, "
            f"{len(patterns)}. Got {max_leaves} instead: pass a larger one (None is no "
            "bound), or fewer rows."
        )
    builder, starts = TreeBuilder(X.shape[1]), pieces.starts
    leaf_of_pattern = np.empty(len(patterns), dtype=int)
    stack = [(np.arange(len(patterns)), 0, None, 0)]
    while stack:
        members, layer, parent, side = stack.pop()
        first = patterns[members[0]]
        layer, unit = _dividing_unit(patterns[members], counts[members], starts, layer)
        if unit is None:
            leaf_of_pattern[members[0]] = builder.add_leaf(parent, side, first)
            continue
        place = starts[layer] + unit
        node = builder.add_test(parent, side, *unit_map(pieces, layer, unit, first), place)
        on = patterns[members, place]
        stack += [(members[on], layer, node, 1), (members[~on], layer, node, 0)]
    return builder.tree(), leaf_of_pattern[index], ()


GROWERS = {"data": grow_on_rows, "whole": grow_in_box}
