"""One image explained by hidden units: parts that add up to the answer, each a map of pixels."""

from dataclasses import dataclass

import numpy as np

from skinterp.display import ImagePartsDisplay
from skinterp.hidden._outgoing import outgoing_weights, summed_name, summed_value
from skinterp.hidden._pixels import one_image
from skinterp.hidden._secants import input_shares
from skinterp.hidden._top_units import answered_index, class_index
from skinterp.network import as_network, dense_of
from skinterp.utils import Result, aligned, checked_count, counted, number_text, signed_text

_N_UNITS = 5
_OTHERS = "other units"
_ONE_LABEL = ("binary", "multiclass")


@dataclass(frozen=True, eq=False, repr=False)
class ImageExplanation(Result):
    """What the units of the last hidden layer add to the answer to one image, pixel by pixel.

    `reference` and the `contributions` add up to `value`, and the pixels of each map to its
    contribution.

    Parameters
    ----------
    image : ndarray of shape (height, width)
        The image.
    units : ndarray of int of shape (n_units,)
        The units that add most, by size.
    contributions : ndarray of shape (n_parts,)
        What each of these adds, and last, if there are more units, all others together: activation
        less its mean over the reference rows, times the weight of the output; plus speaks for the
        class.
    maps : ndarray of shape (n_parts, height, width)
        The contributions, shared out among the pixels.
    reference : float
        The mean of the output over the reference rows.
    value : float
        The output at the image.
    output : str
        What the output is, such as "logit of 3".
    activations, mean_activations, weights : ndarray of shape (n_units,)
        Of the units: activation at the image, mean over the reference rows, weight of the output.
    reference_rows : str
        Which rows the image is compared with.
    answer : object or None
        The class that the network answers; None for a regression, or several labels.
    """

    image: np.ndarray
    units: np.ndarray
    contributions: np.ndarray
    maps: np.ndarray
    reference: float
    value: float
    output: str
    activations: np.ndarray
    mean_activations: np.ndarray
    weights: np.ndarray
    reference_rows: str
    answer: object
    _index = "part"

    @property
    def gap(self):
        """How far reference and contributions are from adding up to the value."""
        return float(abs(self.reference + self.contributions.sum() - self.value))

    @property
    def names(self):
        """Names of the parts: units, and the rest of them."""
        rest = len(self.contributions) > len(self.units)
        return (*(f"unit {j}" for j in self.units), *[_OTHERS] * rest)

    def _columns(self):
        """Return one line per part."""
        rest = np.full(len(self.contributions) - len(self.units), np.nan)
        return {
            "part": self.names,
            "activation": np.append(self.activations, rest),
            "mean_activation": np.append(self.mean_activations, rest),
            "weight": np.append(self.weights, rest),
            "contribution": self.contributions,
        }

    def display(self):
        """Return the display of the image, the maps and the contributions.

        Returns
        -------
        ImagePartsDisplay
            The display, not drawn yet.
        """
        title = (
            f"{self.output}: {number_text(self.value, 3)} = {number_text(self.reference, 3)} "
            f"({self.reference_rows}) {signed_text(self.contributions.sum(), 3)} (units)"
        )
        image = "image" if self.answer is None else f"answer: {self.answer}"
        maps = dict(zip(self.names, self.maps, strict=True))
        return ImagePartsDisplay({image: self.image}, maps, self.contributions, title=title)

    def __str__(self):
        _, *columns = self._columns().values()
        cells = [
            [name, *("" if np.isnan(v) else number_text(v, 4) for v in numbers[:-1])]
            + [signed_text(numbers[-1], 4)]
            for name, *numbers in zip(self.names, *columns, strict=True)
        ]
        cells.append([self.reference_rows, "", "", "", number_text(self.reference, 4)])
        cells.append([self.output, "", "", "", number_text(self.value, 4)])
        head = ["part", "activation", "mean", "weight", "contribution"]
        return "\n".join([aligned(head, cells), self._sentence()])

    def _sentence(self):
        parts = self.contributions[: len(self.units)]
        most, least = int(parts.argmax()), int(parts.argmin())
        lines = [] if self.answer is None else [f"The network answers {self.answer}."]
        said = f"None of these units adds to the {self.output}"
        if parts[most] > 0.0:
            said = f"Unit {self.units[most]} adds most to the {self.output}: "
            said += signed_text(parts[most], 3)
        if parts[least] < 0.0:
            said += (
                f"; unit {self.units[least]} takes most from it: {signed_text(parts[least], 3)}"
            )
        total = signed_text(self.contributions.sum(), 3)
        lines.append(f"{said}; all units together give {total} beyond the {self.reference_rows}.")
        return " ".join(lines)


def explain_image(network, x, shape=(8, 8), *, n_units=None, label=None, X=None):
    """Explain the answer to one image by the units of the last hidden layer, pixel by pixel.

    The output is a sum over units, so that, with means over reference rows,
    ``f(x) = mean f + sum_j v_j (a_j(x) - mean a_j)``. Each of these parts is shared out among the
    pixels by the Rescale rule, from every reference row, and the mean is taken: of a network of
    one hidden layer these are expected gradients. All of them add up exactly.

    Parameters
    ----------
    network : estimator, Network or tuple
        A network with hidden layers whose inputs are pixels.
    x : array-like of shape (n_features,) or of the shape of the image
        The image; a Series or a data frame of one row is checked by its names.
    shape : tuple of two int, default=(8, 8)
        Height and width.
    n_units : int or None, default=None
        How many units to name, those that add most by size; None is 5, or all of a smaller layer.
        All others are one part.
    label : object or None, default=None
        The class to explain, by label (or by index, where labels are no numbers), or the index of
        an output; None is the class that the network answers, or output 0.
    X : array-like or data frame of shape (n_samples, n_features) or None, default=None
        Reference rows: what the image is compared with; None is the blank image, all pixels 0.

    Returns
    -------
    ImageExplanation
        Image, units, their maps and contributions.

    Raises
    ------
    ValueError
        If the image has another shape, there is no hidden layer, no such class or number of units,
        or the output is no sum over units.

    See Also
    --------
    top_units : Which units matter for a class, over many rows.
    saliency_image : Slopes of one answer by the pixels.

    Notes
    -----
    Of more than two classes the output is the logit less its mean over the classes, of two the
    log-odds of the class. A map shows what a unit adds beyond the reference rows: with other rows
    it is another map. Parts of one class speak against others only through the answer: look at
    the runner-up, too.

    References
    ----------
    A. Shrikumar, P. Greenside and A. Kundaje, "Learning important features through propagating
    activation differences", arXiv 1704.02685 (Rescale rule). G. Erion et al., "Improving
    performance of deep learning models with axiomatic attribution priors and expected gradients",
    arXiv 1906.10670.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.neural_network import MLPClassifier
    >>> from skinterp.hidden import explain_image
    >>> X, y = load_digits(n_class=3, return_X_y=True)
    >>> network = MLPClassifier((8,), max_iter=500, random_state=0).fit(X, y)
    >>> found = explain_image(network, X[0], (8, 8), n_units=3, X=X)
    >>> found.names[-1], bool(found.gap < 1e-10), found.maps.shape
    ('other units', True, (4, 8, 8))
    """
    network = as_network(network)
    dense = dense_of(network, "explain_image")
    rows, shape = one_image(network, x, shape, "shape")
    k = answered_index(network, rows) if label is None else class_index(network, label, "label")
    weights, intercept = outgoing_weights(network, dense, k, "explain_image")
    n_units = min(_N_UNITS, len(weights)) if n_units is None else n_units
    checked_count(n_units, "n_units", 1, len(weights))
    references = np.zeros_like(rows) if X is None else network.check(X)
    here = dense.hidden_activations(rows, -1)[0]
    means = dense.hidden_activations(references, -1).mean(axis=0)
    parts = weights * (here - means)
    best = np.argsort(-np.abs(parts), kind="stable")[:n_units]
    groups = [np.array([j]) for j in best]
    rest = np.setdiff1d(np.arange(len(weights)), best)
    groups += [rest] * bool(len(rest))
    sums = np.array([np.where(np.isin(np.arange(len(weights)), g), weights, 0.0) for g in groups])
    maps = input_shares(dense.up_to(-1).layers, rows[0], references, sums)
    compared = "blank image" if X is None else f"mean of {counted(len(references), 'row')}"
    return ImageExplanation(
        image=rows[0].reshape(shape),
        units=best,
        contributions=np.array([parts[group].sum() for group in groups]),
        maps=maps.reshape(-1, *shape),
        reference=float(intercept + means @ weights),
        value=summed_value(network, rows, k),
        output=summed_name(network, k),
        activations=here[best],
        mean_activations=means[best],
        weights=weights[best],
        reference_rows=compared,
        answer=network.predict(rows).tolist()[0] if network.task in _ONE_LABEL else None,
    )
