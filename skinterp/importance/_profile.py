"""Answers of a network along one input, the others held."""

from dataclasses import dataclass, field, replace

import numpy as np

from skinterp.base import check_numbers, flags_of, typical_row
from skinterp.display import MultiplesDisplay, ProfileDisplay
from skinterp.importance._checks import columns_of
from skinterp.importance._texts import text_columns
from skinterp.network import first_class, input_names, network_for, output_names
from skinterp.utils import Result, checked_count, number_text, signed_output


@dataclass(frozen=True, eq=False, repr=False)
class LekProfile(Result):
    """Answers of a network along single inputs, the others held at quantiles.

    Parameters
    ----------
    grids : ndarray of shape (n_profiled, n_steps)
        Values of each profiled input.
    values : ndarray of shape (n_profiled, n_quantiles, n_steps, n_outputs)
        The answers.
    quantiles : tuple of float
        Where the other inputs are held.
    feature_names : tuple of str
        Names of the profiled inputs.
    output_names : tuple of str
        Names of the outputs.
    units : dict of str to str, default={}
        Units of inputs by name, where they are known.
    are_logits : bool, default=False
        Whether the answers are logits of classes.
    first_class : str or None, default=None
        Where the only output is the logit of the second of two classes, the label of the first:
        chosen as output, the answers have the sign turned.
    """

    grids: np.ndarray
    values: np.ndarray
    quantiles: tuple
    feature_names: tuple
    output_names: tuple
    units: dict = field(default_factory=dict)
    are_logits: bool = False
    first_class: str | None = None

    def _columns(self):
        """Return one line per input, quantile of the others and step; a column per output."""
        n, n_quantiles, n_steps, _ = self.values.shape
        columns = {
            "feature": np.repeat(self.feature_names, n_quantiles * n_steps),
            "quantile": np.tile(np.repeat(self.quantiles, n_steps), n),
            "x": np.repeat(self.grids[:, np.newaxis], n_quantiles, axis=1).ravel(),
        }
        columns |= {name: self.values[..., k].ravel() for k, name in enumerate(self.output_names)}
        return columns

    def display(self, output=None):
        """Return the display of the curves, a small plot per input.

        Parameters
        ----------
        output : int, str or None, default=None
            Which output, by label or index; None is all of them.

        Returns
        -------
        ProfileDisplay or MultiplesDisplay
            The display, not drawn yet: of several outputs one below the other.
        """
        if output is None and len(self.output_names) > 1:
            panels = [replace(self.display(name), title="") for name in self.output_names]
            return MultiplesDisplay(panels, [*map(self._called, self.output_names)])
        k, sign, name = signed_output(output, self.output_names, self.first_class)
        return ProfileDisplay(
            self.grids,
            sign * self.values[..., k],
            self.quantiles,
            self.feature_names,
            name=self._called(name),
            units=self.units,
            title=f"{self._called(name)} along each input, the others held at quantiles",
        )

    def _called(self, name):
        return f"logit of {name}" if self.are_logits else name

    def __str__(self):
        ranges = np.ptp(self.values, axis=2).max(axis=1)
        order = np.argsort(-ranges.max(axis=1), kind="stable")
        head = ["", *map(self._called, self.output_names)]
        lines = [[self.feature_names[j], *map(number_text, ranges[j])] for j in order]
        title = "range of the answers along each input, the others held"
        return "\n".join([title, *text_columns([head, *lines])])


def lek_profile(
    network, X, *, features=None, quantiles=(0.0, 0.2, 0.4, 0.6, 0.8, 1.0), n_steps=50, units=None
):
    """Follow a network's answers along single inputs, the others held at quantiles.

    Parameters
    ----------
    network : estimator, Network, ScalarView, tuple or callable
        The network; of a classifier the log-odds (of more than two classes the logits) are
        followed.
    X : array-like or data frame of shape (n_samples, n_features)
        Rows: they give ranges and quantiles.
    features : str, int, sequence of these or None, default=None
        Inputs to follow, which are numbers; None is all of them.
    quantiles : float or sequence of float, default=(0, 0.2, 0.4, 0.6, 0.8, 1)
        Where all the other inputs are held at once, one curve each.
    n_steps : int, default=50
        Steps from the least to the largest value of an input.
    units : dict of str to str or None, default=None
        Units of inputs by name, such as ``{"dose": "mg"}``, for the axes of the plot.

    Returns
    -------
    LekProfile
        The curves.

    Raises
    ------
    ValueError
        If X does not fit the network, an input to follow is constant, a quantile is not from 0 to
        1, or there is a unit of no input.

    Notes
    -----
    Curves that are not parallel show interactions. All other inputs at their 90 % quantile at
    once may be a row that cannot exist, the more so the more inputs there are.

    Of a table with categories these are held at their most frequent level. To hold one at another
    level pass the rows of this level, such as ``X[X["site"] == "b"]``.

    References
    ----------
    S. Lek, M. Delacoste, P. Baran, I. Dimopoulos, J. Lauga and S. Aulagnier, "Application of
    neural networks to modelling nonlinear relationships in ecology", Ecological Modelling 90,
    1996.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.importance import lek_profile
    >>> X = np.random.default_rng(0).uniform(size=(100, 2))
    >>> network = ([[[2.0], [0.0]]], [[0.0]], ["identity"])
    >>> curves = lek_profile(network, X, quantiles=[0.5], n_steps=3)
    >>> np.allclose(curves.values[0, 0, :, 0], 2 * curves.grids[0])
    True
    """
    checked_count(n_steps, "n_steps", 2)
    given, quantiles = quantiles, np.atleast_1d(quantiles)
    known = quantiles.dtype.kind in "if" and quantiles.size
    if not known or not ((quantiles >= 0.0) & (quantiles <= 1.0)).all():
        raise ValueError(f"quantiles must be numbers from 0 to 1. Got {given!r} instead.")
    quantiles = tuple(map(float, quantiles))
    network = network_for(network, X)
    rows, names = network.check(X), input_names(network, X)
    moves = np.broadcast_to(network.moves, len(names))
    units = dict(units or {})
    numbers = [name for name, move in zip(names, moves) if move]
    unknown = [name for name in units if name not in numbers]
    if unknown:
        raise ValueError(f"units must be of inputs, {numbers}. Got {unknown} instead.")
    columns = np.flatnonzero(moves) if features is None else columns_of(features, names)
    check_numbers(network, columns, "The inputs to follow")
    low, high = rows.min(axis=0)[columns], rows.max(axis=0)[columns]
    constant = [names[j] for j, flat in zip(columns, low == high) if flat]
    if constant:
        raise ValueError(
            "The inputs to follow must vary. Got constant ones instead: "
            f"{constant}; leave them out by features=."
        )
    grids = np.linspace(low, high, n_steps, axis=1)
    held = np.where(moves == 0.0, typical_row(network, rows), np.quantile(rows, quantiles, axis=0))
    asked = np.tile(held[:, np.newaxis], (len(columns), 1, n_steps, 1))
    for i, (column, grid) in enumerate(zip(columns, grids)):
        asked[i, :, :, column] = grid
        asked[i][..., flags_of(network, column)] = 0.0
    values = network.raw_values(asked.reshape(-1, rows.shape[1])).reshape(*asked.shape[:3], -1)
    followed = tuple(names[j] for j in columns)
    outputs, are_logits = output_names(network), network.classes is not None
    is_first = first_class(network)
    return LekProfile(grids, values, quantiles, followed, outputs, units, are_logits, is_first)
