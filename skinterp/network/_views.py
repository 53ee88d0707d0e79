"""Scalar views of a network: its outputs, margins, differences and hidden units."""

import numpy as np

from skinterp.network._heads import LogOdds
from skinterp.utils import output_index, signed_output


class Views:
    """Scalar views of whatever has `_view`, `_linear_view` and `_unit_view`."""

    def output(self, k=None):
        """View one column of the raw values.

        Parameters
        ----------
        k : object, default=None
            The column: the label of its class, or its index; may be left out where there is one.
            Of two classes there is one column, the logit of the second; by its label the first
            gives that with the sign turned.

        Returns
        -------
        ScalarView
            A network with this one output.

        Raises
        ------
        ValueError
            If there is no such column, or none is given of several.
        """
        column, sign, label = self._column(k)
        name = "output" if self.n_outputs == 1 else f"output {column}"
        if self.task == "binary" and k is not None:
            name = f"logit of {label}"
        return self._linear_view(sign * np.eye(self.n_outputs)[column], name)

    def margin(self, k=None):
        """View the log-odds of one class against all others.

        Parameters
        ----------
        k : object, default=None
            The class, by its label or, where no class has that label, its index; may be left out
            when there are two, meaning the second one.

        Returns
        -------
        ScalarView
            The logit of the class, in ``(-inf, inf)``; positive where the class is more probable
            than all others together.

        Raises
        ------
        ValueError
            If there is no such class, or no class is given of more than two.
        """
        self.require_classes("margin")
        is_second = k is None and self.task == "binary"
        k = 1 if is_second else output_index(k, self.classes, "k")
        name = f"margin of {self._class_name(k)}"
        if self.task == "binary":
            return self._linear_view(np.array([1.0 if k else -1.0]), name)
        if self.task == "multilabel":
            return self._linear_view(np.eye(self.n_outputs)[k], name)
        return self._view(LogOdds(k), name)

    def difference(self, j, k):
        """View the raw value of one output (or class) minus that of another.

        Parameters
        ----------
        j, k : object
            The two: labels of classes, or indices.

        Returns
        -------
        ScalarView
            The difference, for classes the log-odds of `j` against `k`.
        """
        size = 2 if self.task == "binary" else self.n_outputs
        labels = range(size) if self.classes is None else self.classes
        given, j, k = j, output_index(j, labels, "j"), output_index(k, labels, "k")
        if j == k:
            raise ValueError(f"difference needs two different outputs. Got {given!r} twice.")
        signs = np.eye(size)[j] - np.eye(size)[k]
        weights = signs[1:] if self.task == "binary" else signs
        names = [f"output {i}" if self.classes is None else self._class_name(i) for i in (j, k)]
        return self._linear_view(weights, " against ".join(names))

    def unit(self, layer, j, before_activation=False):
        """View one hidden unit.

        Parameters
        ----------
        layer : int
            Index of the hidden layer; negative counts from the last one.
        j : int
            Index of the unit.
        before_activation : bool, default=False
            Whether to view its input instead of its activation.

        Returns
        -------
        ScalarView
            A network with this one output.
        """
        return self._unit_view(layer, j, before_activation)

    def _column(self, k, name="k"):
        """Return index, sign and label of a column of raw values: -1 for the first of two."""
        first, labels = None, [f"output {j}" for j in range(self.n_outputs)]
        if self.classes is not None:
            labels = self.classes.tolist()
        if self.task == "binary":
            first, *labels = labels
        return signed_output(k, labels, first, name)

    def _class_name(self, k):
        label = self.classes.tolist()[k]
        return repr(label) if isinstance(label, str) else f"class {label}"
