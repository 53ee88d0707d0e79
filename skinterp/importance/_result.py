"""Importances of the inputs, as one value object for all methods."""

from dataclasses import dataclass, field

import numpy as np
from scipy.stats import rankdata

from skinterp.display import ContributionsDisplay
from skinterp.utils import import_optional


@dataclass(frozen=True, eq=False)
class Importances:
    """Importances of the inputs of a network for each of its outputs.

    Parameters
    ----------
    values : ndarray of shape (n_features, n_outputs)
        What the method measures, with its sign if it has one.
    feature_names : tuple of str
        Names of the inputs.
    output_names : tuple of str
        Names of the outputs.
    method : str
        What was measured.
    strength : ndarray of shape (n_features, n_outputs) or None, default=None
        Not negative: what inputs are ranked by; None is the size of `values`.
    statistics : dict of str to ndarray of shape (n_features, n_outputs), default={}
        What else was measured.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.importance import Importances
    >>> found = Importances(np.array([[0.2], [-0.6]]), ("age", "mass"), ("output",), "slopes")
    >>> found.ranking()
    ['mass', 'age']
    >>> found.shares()
    array([0.25, 0.75])
    """

    values: np.ndarray
    feature_names: tuple
    output_names: tuple
    method: str
    strength: np.ndarray | None = None
    statistics: dict = field(default_factory=dict)

    def __post_init__(self):
        if self.strength is None:
            object.__setattr__(self, "strength", np.abs(self.values))

    def _column(self, output):
        """Return the index of an output given by name or by index."""
        if isinstance(output, str):
            if output not in self.output_names:
                raise ValueError(
                    f"output must be one of {list(self.output_names)}. Got {output!r} instead."
                )
            return self.output_names.index(output)
        if not 0 <= output < len(self.output_names):
            raise ValueError(
                f"output must be from 0 to {len(self.output_names) - 1}. Got {output} instead."
            )
        return int(output)

    def shares(self, output=None):
        """Return how much of an output's total strength each input has.

        Parameters
        ----------
        output : int, str or None, default=None
            Which output; None is the mean over all of them.

        Returns
        -------
        ndarray of shape (n_features,)
            Shares that add up to 1; all 0 if no input has any strength.
        """
        total = self.strength.sum(axis=0)
        shares = self.strength / np.where(total > 0, total, 1.0)
        return shares.mean(axis=1) if output is None else shares[:, self._column(output)]

    def ranks(self, output=None):
        """Return the rank of each input, 1 for the most important; ties share their mean.

        Parameters
        ----------
        output : int, str or None, default=None
            Which output; None is the mean over all of them.

        Returns
        -------
        ndarray of shape (n_features,)
            Ranks.
        """
        return rankdata(-self.shares(output))

    def ranking(self, output=None):
        """Return the inputs, most important first; of equal ones the first comes first.

        Parameters
        ----------
        output : int, str or None, default=None
            Which output; None is the mean over all of them.

        Returns
        -------
        list of str
            Names.
        """
        order = np.argsort(-self.shares(output), kind="stable")
        return [self.feature_names[j] for j in order]

    def to_frame(self):
        """Return one line per output and input.

        Returns
        -------
        pandas.DataFrame
            Output, feature, value, all statistics, share and rank.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        pandas = import_optional("pandas", extra="plot", purpose="to_frame")
        frames = []
        for k, output in enumerate(self.output_names):
            columns = {"output": output, "feature": self.feature_names, "value": self.values[:, k]}
            columns |= {name: table[:, k] for name, table in self.statistics.items()}
            columns |= {"share": self.shares(k), "rank": self.ranks(k)}
            frames.append(pandas.DataFrame(columns))
        return pandas.concat(frames, ignore_index=True)

    def plot(self, ax=None, max_features=20):
        """Draw the values as bars, the most important inputs on top.

        Parameters
        ----------
        ax : matplotlib.axes.Axes or None, default=None
            Where to draw; a new figure by default.
        max_features : int, default=20
            How many inputs to show.

        Returns
        -------
        ContributionsDisplay
            The display.
        """
        return self.display(max_features).plot(ax)

    def display(self, max_features=20):
        """Return the display of the values.

        Parameters
        ----------
        max_features : int, default=20
            How many inputs to show.

        Returns
        -------
        ContributionsDisplay
            The display, not drawn yet.
        """
        scaled = self.statistics.get("per_deviation")
        return ContributionsDisplay(
            dict(zip(self.output_names, (self.values if scaled is None else scaled).T)),
            self.feature_names,
            strength=self.shares(),
            name=self.method if scaled is None else f"{self.method} per standard deviation",
            max_features=max_features,
        )

    def __str__(self):
        width = max(len(name) for name in self.feature_names)
        lines = [self.method]
        for name in self.ranking():
            j = self.feature_names.index(name)
            numbers = "  ".join(f"{value:12.6g}" for value in self.values[j])
            lines.append(f"{name:<{width}}  {numbers}")
        return "\n".join(lines)
