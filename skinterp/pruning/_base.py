"""Parameters, path and answers of pruned networks."""

import warnings
from functools import partial
from itertools import islice
from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skinterp.base import LayersBody
from skinterp.display import NetworkDisplay
from skinterp.expression import ColumnSpread, Equation, LogisticLink, atoms, round_centres, tidy
from skinterp.network import dense_of, layers_of_output, network_to_sympy, raw_value_names
from skinterp.pruning._closed_form import closed_forms
from skinterp.pruning._descent import smaller_networks
from skinterp.pruning._path import PruningPath, PruningStep
from skinterp.pruning._path_scores import checked_target, path_scores
from skinterp.pruning._saliency import CRITERIA
from skinterp.pruning._split import split_rows
from skinterp.pruning._unit_equations import layer_texts
from skinterp.utils import checked_count, counted, is_one_of_many, one_line
from skinterp.utils._sklearn import Interval, StrOptions, fit_context
from skinterp.utils._which_rows import NOT_TUNED


class PruningMixin:
    """Parameters, path and answers of both pruned networks."""

    _parameter_constraints = {
        "target_fidelity": [Interval(Real, 0, 1, closed="right")],
        "n_weights": [None, Interval(Integral, 1, None, closed="left")],
        "criterion": [StrOptions(set(CRITERIA))],
        "structure": [StrOptions({"weights", "units"})],
        "keep_ratio": [Interval(Real, 0, 1, closed="neither")],
        "n_tuning_steps": [Interval(Integral, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        network=None,
        *,
        target_fidelity=0.98,
        n_weights=None,
        criterion="second_order",
        structure="weights",
        keep_ratio=0.7,
        n_tuning_steps=100,
        random_state=None,
    ):
        self.network = network
        self.target_fidelity = target_fidelity
        self.n_weights = n_weights
        self.criterion = criterion
        self.structure = structure
        self.keep_ratio = keep_ratio
        self.n_tuning_steps = n_tuning_steps
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None, sample_weight=None):
        """Prune the network.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows: three quarters of them tune weights, the others measure fidelity.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Target, needed to train an unfitted network; with a fitted one it only adds the
            accuracy to ``path_``.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weights of the rows: each counts as often as its share says.

        Returns
        -------
        self
            The fitted surrogate.
        """
        X, y = self._fit_repeated(X, y, sample_weight)
        network, y = dense_of(self.network_, type(self).__name__), checked_target(self.network_, y)
        rows = split_rows(X, y, check_random_state(self.random_state))
        networks = smaller_networks(
            network,
            X,
            rows.tuned,
            least=1 if self.n_weights is None else self.n_weights,
            keep_ratio=self.keep_ratio,
            criterion=self.criterion,
            structure=self.structure,
            n_steps=self.n_tuning_steps,
        )
        self.path_ = self._measured(networks, rows)
        self.selected_ = self._smallest(len(rows.held))
        self.path_ = PruningPath(self.path_, self.selected_)
        step = self.path_[self.selected_]
        self.pruned_network_, self.n_weights_ = step.network, step.n_weights
        self.complexity_ = self.n_weights_
        layers = range(len(step.network.layers) - 1)
        inputs = [X, *(step.network.hidden_activations(X, layer) for layer in layers)]
        self._spreads = [ColumnSpread.of(values) for values in inputs]
        used = self.pruned_network_.layers[0].weights.any(axis=1)
        self.used_features_ = tuple(np.array(self._input_names, dtype=object)[used])
        return self

    def _measured(self, networks, rows):
        """Return the path of networks, up to where it is interrupted."""
        step = partial(PruningStep.measured, self.network_, rows=rows, score=self._score)
        self.unfinished_ = ()
        steps = [step(network) for network in islice(networks, 2)]
        try:
            for network in networks:
                steps.append(step(network))
        except KeyboardInterrupt:
            if is_one_of_many():
                raise
            n_weights = steps[-1].n_weights
            note = f"Pruning was interrupted at {n_weights} weights; the path ends there."
            self.unfinished_ = (note,)
            warnings.warn(note, UserWarning, stacklevel=5)
        return PruningPath(steps)

    def _smallest(self, n_held):
        """Return the index of the smallest network faithful enough, or of few enough weights."""
        sizes = [step.n_weights for step in self.path_]
        if self.n_weights is not None:
            last = len(sizes) - 1
            return next((k for k, size in enumerate(sizes) if size <= self.n_weights), last)
        fits = [k for k, step in enumerate(self.path_) if self._is_faithful(step, n_held)]
        return max(fits, key=lambda k: (-sizes[k], -k))

    def _is_faithful(self, step, n_held):
        """Return whether a network is faithful on rows and queries, or surely so on rows."""
        elsewhere = max(step.query_fidelity, self._lower_bound(step.fidelity, n_held))
        return min(step.fidelity, elsewhere) >= self.target_fidelity

    def predict(self, X):
        """Predict by the pruned network.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Class labels or values.
        """
        rows = self._rows(X)
        return self.network_.answers(self._raw_values(rows))

    def _raw_values(self, X):
        return self.pruned_network_.raw_values(X)

    def _form_body(self):
        return LayersBody.of(self.pruned_network_)

    def export_text(self, digits=4, max_units=20):
        """Write the pruned network as equations, one per unit.

        Parameters
        ----------
        digits : int, default=4
            Significant digits, at least: numbers get more where the answers need them, and inputs
            far from 0 are written as distances from a round number.
        max_units : int or None, default=20
            How many units of a layer to write; None is all.

        Returns
        -------
        str
            What is left of the network, and its units, layer after layer.
        """
        check_is_fitted(self, "pruned_network_")
        whole, step = self.path_[0], self.path_[self.selected_]
        left = (
            f"{step.n_weights} of {whole.n_weights} weights, {step.n_units} of {whole.n_units} "
            f"hidden units: fidelity {step.fidelity:.3f} on {NOT_TUNED}"
        )
        names = list(map(one_line, self._input_names))
        inputs = f"inputs: {', '.join(self.used_features_) or 'none'}"
        layers = layer_texts(self.pruned_network_, names, digits, max_units, self._spreads)
        return "\n".join([left, *self.unfinished_, one_line(inputs), *layers])

    def displays(self):
        """Return the displays of the path, and of the network that is left.

        Returns
        -------
        tuple of Display
            Fidelity and accuracy against the number of weights; and, if they are few, units and
            connections, in weights times standard deviations.
        """
        check_is_fitted(self, "pruned_network_")
        target = self.target_fidelity if self.n_weights is None else None
        return (self.path_.display(target, self.selected_), *self._drawn_network())

    def _drawn_network(self):
        layers = self.pruned_network_.layers
        strengths = [w * s.scale[:, np.newaxis] for (w, _, _), s in zip(layers, self._spreads)]
        drawn = NetworkDisplay(
            strengths,
            self._input_names,
            raw_value_names(self.network_),
            note="weight × standard deviation of what it reads",
        )
        return (drawn,) if drawn.is_small else ()

    def plot_path(self, X=None, y=None, *, ax=None):
        """Draw fidelity and accuracy against the number of weights.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features), default=None
            Rows to measure on, best such as neither training nor pruning has seen; None takes
            those of `fit` that tuned no weight, on which the network may have been trained.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Their target.
        ax : matplotlib.axes.Axes or None, default=None
            Where to draw; a new figure by default.

        Returns
        -------
        PruningPathDisplay
            The display.
        """
        display = self.displays()[0]
        if X is not None:
            display = path_scores(self.path_, self._rows(X), y).display(self.selected_)
        return display.plot(ax)

    def to_sympy(self, output=None, digits=None):
        """Return the pruned network as a formula of its inputs.

        Parameters
        ----------
        output : object, default=None
            Which raw value: a logit, by the label of its class or an index, or a value of a
            regression; may be left out where there is one.
        digits : int or None, default=None
            Significant digits of the numbers; None is all.

        Returns
        -------
        sympy.Expr
            The formula.

        Raises
        ------
        ValueError
            If it would be too long to read; see `network_to_sympy`.
        """
        check_is_fitted(self, "pruned_network_")
        return network_to_sympy(
            self.pruned_network_, output, digits=digits, names=self._input_names
        )

    def equation(self, X, output=None, *, max_atoms=40):
        """Write the pruned network as one formula, as short as rows allow.

        Units that are linear in the box of the rows (a ReLU that is always on or off there) are
        folded, saturated ones are constants, and units with the same, the opposite or, for kinks,
        a proportional input are one. In the box the formula has the values of the pruned network,
        up to rounding; beyond it, those of the formula only (:meth:`to_sympy` holds everywhere).
        What is printed has as many digits as the answers on the rows need.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows, such as those of `fit`: they make up the box.
        output : object, default=None
            Which raw value: a logit, by the label of its class or an index, or a value of a
            regression; may be left out where there is one.
        max_atoms : int, default=40
            Largest size of the formula: inputs with their numbers, and numbers by themselves; see
            :func:`skinterp.expression.atoms`.

        Returns
        -------
        Equation
            The value; of two classes also the class, where it is above 0, and its log-odds.

        Raises
        ------
        ValueError
            If the formula takes more than `max_atoms`, or has an activation without operator.

        Examples
        --------
        >>> import numpy as np
        >>> from skinterp.pruning import PrunedMLPRegressor
        >>> weights = [[[1.0, 2.0], [1.0, 0.0]], [[1.0], [3.0]]]
        >>> network = (weights, [[0.0, 9.0], [0.0]], ["relu", "identity"])
        >>> X = np.random.RandomState(0).uniform(-1, 1, size=(100, 2))
        >>> pruned = PrunedMLPRegressor(network, n_weights=5, random_state=0).fit(X)
        >>> print(pruned.equation(X))
        6*x0 + max(0, x0 + x1) + 27
        """
        check_is_fitted(self, "pruned_network_")
        max_atoms = checked_count(max_atoms, "max_atoms", 1)
        rows, network = self._rows(X), self.pruned_network_
        centres = round_centres(*ColumnSpread.of(rows))
        layers, column, sign = layers_of_output(network, output)
        box = rows.min(axis=0), rows.max(axis=0)
        formula = closed_forms(layers, *box, centres)[column]
        if (size := atoms(formula)) > max_atoms:
            raise ValueError(
                f"max_atoms must be such that the formula fits. Got {max_atoms} instead: "
                f"simplified on {counted(len(rows), 'row')} it takes {size} atoms. Pass "
                f"max_atoms={size}, or prune further than to n_weights={self.n_weights_}."
            )
        decides, classes = {}, network.classes
        if classes is not None and network.n_outputs == 1:
            classes = tuple(classes)[:: int(sign)]
            decides = {"threshold": 0.0, "classes": classes, "link": LogisticLink(0.0, 1.0)}
        table = self.network_.user_table
        return Equation(tidy(formula), self._input_names, table=table, **decides).shown_on(rows)
