"""Scalar views of a network: its outputs, margins, differences and hidden units."""

import numpy as np

from skinterp.network._heads import LogOdds
from skinterp.utils import checked_index


class Views:
    """Scalar views of whatever has `_view`, `_linear_view` and `_unit_view`."""

    def output(self, k=0):
        """View one column of the raw values.

        Parameters
        ----------
        k : int, default=0
            Index of the column.

        Returns
        -------
        ScalarView
            A network with this one output.
        """
        k = checked_index(k, self.n_outputs, "k")
        name = "output" if self.n_outputs == 1 else f"output {k}"
        return self._linear_view(np.eye(self.n_outputs)[k], name)

    def margin(self, k=None):
        """View the log-odds of one class against all others.

        Parameters
        ----------
        k : int or None, default=None
            Index of the class; may be left out when there are two, meaning the second one.

        Returns
        -------
        ScalarView
            The logit of the class, in ``(-inf, inf)``; positive where the class is more probable
            than all others together.
        """
        self.require_classes("margin")
        if k is None and self.task != "binary":
            raise ValueError(
                f"margin needs the index of a class, 0 to {len(self.classes) - 1}. "
                "Got None instead."
            )
        k = checked_index(1 if k is None else k, len(self.classes), "k")
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
        j, k : int
            Indices of the two; of classes for a classifier.

        Returns
        -------
        ScalarView
            The difference, for classes the log-odds of `j` against `k`.
        """
        size = 2 if self.task == "binary" else self.n_outputs
        j, k = checked_index(j, size, "j"), checked_index(k, size, "k")
        if j == k:
            raise ValueError(f"difference needs two different indices. Got {j} twice.")
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

    def _class_name(self, k):
        label = self.classes.tolist()[k]
        return repr(label) if isinstance(label, str) else f"class {label}"
