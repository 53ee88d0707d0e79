"""The report of a unit: its numbers, as text, as a table and as a picture."""

from dataclasses import dataclass

import numpy as np

from skinterp.display import UnitDisplay
from skinterp.expression import Equation, affine
from skinterp.hidden._maximise import ActivationMaximum
from skinterp.network import Network
from skinterp.utils import import_optional


@dataclass(frozen=True, eq=False, repr=False)
class UnitReport:
    """What a hidden or output unit does on rows.

    Parameters
    ----------
    name : str
        Which unit.
    input_names : tuple of str
        What it reads: inputs, or units of the layer before.
    input_weights : ndarray of shape (n_read,)
        Its weights on these.
    input_scale : ndarray of shape (n_read,)
        Standard deviations of these on the rows.
    slopes : ndarray of shape (n_features,)
        Mean derivative of the unit by the inputs of the network.
    feature_names : tuple of str
        Names of these.
    output_weights : ndarray of shape (n_next,)
        Weights with which the next layer reads it; empty for an output.
    activations : ndarray of shape (n_samples,)
        The unit on the rows.
    top_rows, bottom_rows : ndarray of int of shape (n_rows,)
        Rows that excite it most and least, the most extreme first.
    labels : ndarray of shape (n_samples,) or None
        Class of each row: the target, or else the network's answer; None for a regression.
    selectivity : float
        How far the class that excites the unit most is told from all others by the unit alone:
        ``2 AUC - 1``, from 0 to 1; nan without classes.
    preferred_class : object
        The class with this selectivity; None without classes.
    is_dead : bool
        Whether the unit has the same value on all rows, up to rounding.
    is_saturated : bool
        Whether the slope of its activation is below a fiftieth of the steepest on 95 % of rows.
    duplicates : tuple of int
        Other units of the layer that do the same on the rows, up to sign and scale.
    linear_coef : ndarray of shape (n_features,)
        The best linear description of the unit, in input units.
    linear_intercept : float
        Its intercept.
    linear_r2 : float
        How much of the unit's variance it explains on the rows.
    equation : Equation or None
        What goes into the activation of the unit as a formula, if one was asked for; of an output
        the log-odds or the value itself.
    equation_r2 : float
        How much of the unit's variance it explains, after the activation; nan without a formula.
    activation : str or None
        The activation around the formula; None for an output.
    maximum : ActivationMaximum
        The input in the box of the rows that excites the unit most, as far as was found.
    network : Network
        The network.
    """

    name: str
    input_names: tuple
    input_weights: np.ndarray
    input_scale: np.ndarray
    slopes: np.ndarray
    feature_names: tuple
    output_weights: np.ndarray
    activations: np.ndarray
    top_rows: np.ndarray
    bottom_rows: np.ndarray
    labels: np.ndarray | None
    selectivity: float
    preferred_class: object
    is_dead: bool
    is_saturated: bool
    duplicates: tuple
    linear_coef: np.ndarray
    linear_intercept: float
    linear_r2: float
    equation: Equation | None
    equation_r2: float
    activation: str | None
    maximum: ActivationMaximum
    network: Network

    @property
    def flags(self):
        """What is wrong with the unit, as words."""
        words = ["dead"] * self.is_dead + ["saturated"] * self.is_saturated
        return (*words, *(f"does the same as unit {j}" for j in self.duplicates))

    @property
    def scaled_weights(self):
        """Weights per standard deviation of what the unit reads, whatever its units are."""
        return self.input_weights * self.input_scale

    def by_class(self):
        """Return the distribution of the unit for each class.

        Returns
        -------
        dict of object to ndarray of shape (5,)
            Least value, quartiles and largest value; empty without classes.
        """
        if self.labels is None:
            return {}
        return {
            label: np.quantile(self.activations[self.labels == label], [0, 0.25, 0.5, 0.75, 1])
            for label in np.unique(self.labels).tolist()
        }

    def to_frame(self):
        """Return one line per input of the network.

        Returns
        -------
        pandas.DataFrame
            Mean slope, coefficient of the linear description, and the input that excites most.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        pandas = import_optional("pandas", extra="plot", purpose="to_frame")
        index = pandas.Index(self.feature_names, name="feature")
        columns = {
            "mean_slope": self.slopes,
            "linear_coef": self.linear_coef,
            "maximum": self.maximum.x,
        }
        return pandas.DataFrame(columns, index=index)

    def display(self, max_features=15):
        """Return the display of weights and activations.

        Parameters
        ----------
        max_features : int, default=15
            How many weights to show.

        Returns
        -------
        UnitDisplay
            The display, not drawn yet.
        """
        return UnitDisplay(
            self.scaled_weights,
            self.input_names,
            self.activations,
            self.labels,
            name=self.name,
            weight_name="weight per standard deviation",
            max_features=max_features,
        )

    def plot(self, max_features=15):
        """Draw weights per standard deviation beside the activations per class.

        Parameters
        ----------
        max_features : int, default=15
            How many weights to show.

        Returns
        -------
        UnitDisplay
            The display.
        """
        return self.display(max_features).plot()

    def __str__(self):
        flags = f": {', '.join(self.flags)}" if self.flags else ""
        strongest = np.argsort(-np.abs(self.scaled_weights), kind="stable")[:5]
        weights = ", ".join(
            f"{self.input_names[j]} {self.scaled_weights[j]:.3g}" for j in strongest
        )
        lines = [
            f"{self.name}{flags}",
            f"strongest weights, per standard deviation: {weights}",
            f"from {self.activations.min():.3g} (row {self.bottom_rows[0]}) to "
            f"{self.activations.max():.3g} (row {self.top_rows[0]})",
        ]
        if not self.is_dead and not np.isnan(self.selectivity):
            lines.append(
                f"tells class {self.preferred_class} from the others: {self.selectivity:.2f} of 1"
            )
        if not self.is_dead:
            lines.append(self._linear_line())
        if self.equation is not None:
            lines.append(f"formula: {self._formula()} (R2 {self.equation_r2:.3f})")
        return "\n".join([*lines, f"most excited: {self.maximum}"])

    __repr__ = __str__

    def _linear_line(self):
        n_inputs = np.count_nonzero(self.linear_coef)
        if n_inputs > 6:
            return f"linear in {n_inputs} inputs: R2 {self.linear_r2:.3f}"
        text = affine(self.linear_coef, self.linear_intercept).format(self.feature_names, digits=3)
        return f"linear: {text} (R2 {self.linear_r2:.3f})"

    def _formula(self):
        if self.activation in (None, "identity"):
            return str(self.equation)
        return f"{self.activation}({self.equation})"
