"""The expansion of a network over categories, as an estimator."""

from copy import copy
from functools import partial
from numbers import Integral, Real

import numpy as np
from sklearn.base import is_classifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils import ClassifierTags, check_array, get_tags
from sklearn.utils.validation import check_is_fitted

from skinterp.base import NetworkEstimator
from skinterp.expansion._algorithms import METHODS, Request, expand
from skinterp.expansion._categorical_network import (
    CodedFunction,
    categorical_network,
    select_output,
)
from skinterp.expansion._categories import listed
from skinterp.expansion._deadline import Deadline
from skinterp.expansion._expansion import Expansion
from skinterp.expansion._expansion_results import ExpansionResults
from skinterp.expansion._gauge import GAUGES, measure_of
from skinterp.expansion._truncation import evaluate_truncation
from skinterp.expansion._variances import NetworkVariance
from skinterp.table import as_table, plain
from skinterp.utils import draw_seed, noting_incomplete, value_names
from skinterp.utils._sklearn import Interval, StrOptions, fit_context, validate_data

_N_ROWS = 4096  # of the data that sampling is told


def _takes_missing(network):
    """Tell whether an encoder in front of a network makes missing values a category."""
    steps = getattr(network, "steps", None)
    return network is None or (steps is not None and get_tags(steps[0][1]).input_tags.allow_nan)


class CategoricalExpansion(ExpansionResults, NetworkEstimator):
    """A network over categories as a constant, fields, couplings and terms of higher order.

    For variables with categories ``x_i``, ``f(x) = c + sum_i h_i(x_i) + sum_{i<j} J_ij(x_i, x_j)
    + ...``, exactly, and in many ways: the *gauge* chooses. In the zero-sum gauge each term
    averages to 0 over each of its variables under a product measure (the functional ANOVA):
    truncated at `order` it is the best approximation in least squares under that measure, and
    the variances of the terms add up. In the gauge of a reference each term is a difference of
    outputs around it: exact and cheap, but truncated it can be worse than a constant.

    Parameters
    ----------
    network : estimator, CategoricalNetwork, Network, tuple, callable or None, default=None
        The network to explain: a pipeline with encoders, maybe inside a `ColumnTransformer`, or
        anything :func:`skinterp.network.as_network` takes, whose inputs then are one-hot `groups`
        or columns of few numbers. A fitted one is used as it is; an unfitted one is trained in
        `fit`; None trains :func:`skinterp.network.default_network`, behind a `OneHotEncoder` of
        all columns if numbers are categories.
    order : int, default=2
        Highest order of the terms kept; of a single variable there is no more than 1.
    gauge : {"zero_sum", "reference", "wild_type", "zero_vector"} or sequence, default="zero_sum"
        The gauge. "reference" is the first category of each variable, "wild_type" the most
        frequent one in X, or a sequence with one category per variable; "zero_vector" is no
        category at all: the network's inputs are 0.
    measure : {"uniform", "marginals"} or sequence of array-like, default="uniform"
        Probabilities of the categories: equal, as frequent as in X, or given for each variable.
    method : {"auto", "enumerate", "convolution", "gaussian", "sampling"}, default="auto"
        How the zero-sum gauge is computed. "enumerate" asks the network at all inputs (at most a
        million). "convolution" is exact for one hidden layer and any number of variables, by
        characteristic functions; "gaussian" does the same with averaged variables taken as
        Gaussian. "sampling" draws rows and tries every category in each. "auto" takes the first
        of enumerate, convolution, sampling that applies. Other gauges need none of these.
    output : str, int or tuple, default="logits"
        What to expand: "logits" (all of the network's values; with several classes their mean is
        subtracted), "raw" (without that), a class (its log-odds), an index of an output, "margin"
        (of two classes), or a tuple
        ``("margin", k)``, ``("difference", j, k)``, ``("unit", layer, j)``,
        ``("unit", layer, j, True)`` (before the activation) or ``("layer", layer)``.
    groups : dict of str to sequence, sequence of sequences, or None, default=None
        Columns (names or indices) of each one-hot group, where the network has no encoder.
    numbers : {"values", "median"}, int or row, default="values"
        What becomes of columns of numbers: variables with their distinct values as categories, at
        most 64; held at their medians in X, or at the numbers of a row (a data frame of one row,
        a Series or dict by name, a sequence); or in this many bins of about equally many rows, at
        whose medians the network is asked. Terms and fidelity are those of the network so asked.
    precision : float or None, default=None
        Error wanted, in deviations of the output: of any term by convolution (None is 1e-10 for
        smooth activations, 7e-5 for those with a kink), standard error by sampling (None is
        0.02).
    max_seconds : float or None, default=300
        When to stop; None is never. What is of use by then is kept, with a warning: the rows
        sampled, or, in the gauges of a reference, the orders that are complete. The other methods
        raise, as a part of their sums is no term. A tenth of the time is left to measure.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network and the sampled rows.
    n_jobs : int or None, default=None
        Jobs run at once; the result does not depend on it.

    Attributes
    ----------
    expansion_ : Expansion
        The terms: printable, with `to_frame`, `plot`, `convert`.
    constant_ : float or ndarray of shape (n_outputs,)
        The constant.
    fields_ : dict of str to ndarray of shape (q_i,) or (n_outputs, q_i)
        Terms of one variable, over its categories.
    couplings_ : dict of (str, str) to ndarray of shape (q_i, q_j) or (n_outputs, q_i, q_j)
        Terms of two variables.
    categories_ : dict of str to tuple
        Categories of each variable.
    variance_by_order_ : ndarray
        Variance of the orders 1, 2, ... under the measure, summed over outputs: of all orders
        where the inputs were enumerated, else up to `order`.
    total_variance_ : float
        Variance of the network under the measure, summed over outputs.
    variance_by_term_ : dict of tuple of str to float
        Variance of each term in the zero-sum gauge, the largest first: of the network's terms; in
        the gauge of a reference, where there are too many inputs to ask all, of the truncated sum.
    sobol_indices_ : dict of tuple of str to float
        The same as shares of the variance of the network (of the truncated sum).
    truncation_r2_ : dict of str to ndarray of shape (order,)
        R^2 of the expansion truncated at 1, 2, ... to the network: "data" on X, "measure" under
        the measure.
    method_ : str
        The method used; "direct" in the gauges of a reference.
    error_ : float
        Error of the coefficients: 0 (rounding) if enumerated or direct; a bound by convolution
        (an estimate where activations have kinks); the largest difference seen to convolution, of
        constant and fields (couplings may be off by several times as much), for "gaussian"; the
        largest standard error by sampling, nan if the network never varied.
    standard_errors_ : dict of tuple of str to ndarray
        Standard errors by sampling, of all terms; empty otherwise.
    complexity_ : int
        Number of coefficients that are not 0.
    network_ : CategoricalNetwork
        The view of the network that is explained; takes the user's table.
    classes_ : ndarray of shape (n_classes,)
        Class labels, if it classifies.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if X had them.

    Raises
    ------
    ValueError
        If X has unknown categories, missing values, too many numbers in a column or groups that
        are not one-hot; if `order` exceeds the number of variables, or memory would not do.
    TimeoutError
        If `max_seconds` are over before there is anything of use.

    Warns
    -----
    ConvergenceWarning
        If the precision, or the order, is not reached in time.

    Notes
    -----
    All this is about a product measure, in which variables are independent. Where they are
    not in the data, the truncation may be better or worse there: see ``truncation_r2_["data"]``.

    References
    ----------
    S. Zamuner and P. De Los Rios, arXiv 2102.03202. W. Hoeffding, Ann. Math. Stat. 19, 1948.
    I. M. Sobol, Math. Comput. Simul. 55, 2001. A. Posfai et al., PLOS Comput. Biol. 21, 2025, for
    gauges.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.expansion import CategoricalExpansion
    >>> X = np.array([[0, 0, 0], [0, 1, 0], [1, 0, 1], [1, 1, 1]])
    >>> expansion = CategoricalExpansion(lambda X: np.where(X[:, 0] == X[:, 1], 1, -1)).fit(X)
    >>> expansion.couplings_["x0", "x1"].round(6)
    array([[ 1., -1.],
           [-1.,  1.]])
    >>> expansion.variance_by_order_.round(6)
    array([0., 1., 0.])
    """

    _parameter_constraints = {
        "network": "no_validation",
        "order": [Interval(Integral, 1, None, closed="left")],
        "gauge": [StrOptions(set(GAUGES)), "array-like"],
        "measure": [StrOptions({"uniform", "marginals"}), "array-like", list, tuple],
        "method": [StrOptions(set(METHODS))],
        "output": [str, Integral, np.bool_, tuple, list],
        "groups": [None, dict, list, tuple],
        "numbers": "no_validation",
        "precision": [None, Interval(Real, 0, None, closed="neither")],
        "max_seconds": [None, Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
        "n_jobs": [None, Integral],
    }
    _check_rows = staticmethod(as_table)

    def __init__(
        self,
        network=None,
        *,
        order=2,
        gauge="zero_sum",
        measure="uniform",
        method="auto",
        output="logits",
        groups=None,
        numbers="values",
        precision=None,
        max_seconds=300.0,
        random_state=None,
        n_jobs=None,
    ):
        self.network = network
        self.order = order
        self.gauge = gauge
        self.measure = measure
        self.method = method
        self.output = output
        self.groups = groups
        self.numbers = numbers
        self.precision = precision
        self.max_seconds = max_seconds
        self.random_state = random_state
        self.n_jobs = n_jobs

    def __sklearn_tags__(self):
        """Say that inputs are categories, and whether classes are told apart."""
        tags = super().__sklearn_tags__()
        tags.input_tags.categorical = tags.input_tags.string = True
        tags.input_tags.allow_nan = _takes_missing(self.network)
        network = getattr(self, "network_", self.network)
        classes = getattr(network, "classes", None) is not None
        if hasattr(network, "fit"):
            classes = is_classifier(network)
        if classes and self.output in ("logits", "raw"):
            tags.estimator_type, tags.classifier_tags = "classifier", ClassifierTags()
        return tags

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None):
        """Expand the network.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_columns)
            Rows of the user's table, of categories as the network's pipeline takes them: texts or
            numbers. They give marginals, the wild type, the categories where no encoder knows
            them, and the data on which truncations are evaluated; the terms do not depend on them
            otherwise.
        y : array-like of shape (n_samples,), default=None
            Target, needed only to train an unfitted network.

        Returns
        -------
        self
            The fitted expansion.
        """
        X = as_table(X)
        rows = self._fit_network(X, y, read=partial(self._read, X))
        self._seed = draw_seed(self.random_state)
        if self.network_.classes is not None:
            self.classes_ = np.array(self.network_.classes)
        codes = self.network_.table.codes(rows)
        self._codes = codes.astype(np.min_scalar_type(max(self.network_.table.sizes)))
        self._wild_type = self._wild_type_in(codes)
        return self._expand(codes)

    def _read(self, X, model):
        """Return the view of a model over categories that is explained."""
        network = categorical_network(model, X, self.groups, self.numbers)
        return select_output(network, self.output)

    def _default_network(self, task, X):
        network = super()._default_network(task, X)
        is_categories = isinstance(self.numbers, str) and self.numbers == "values"
        return make_pipeline(OneHotEncoder(), network[-1]) if is_categories else network

    def _validate(self, X, y, raw=True):
        """Set the number and names of the columns; categories are checked by the network."""
        validate_data(self, X, skip_check_array=True)
        if y is not None:
            y = check_array(y, dtype=None, ensure_2d=False, input_name="y")
        return X, y

    def _expand(self, codes):
        """Set all results from the rows' codes."""
        table = self.network_.table
        gauge = self.gauge if isinstance(self.gauge, str) else "wild_type"
        request = Request(
            function=self._function(),
            weights=measure_of(self.measure, codes, table.sizes),
            wild_type=self._wild_type,
            gauge=gauge,
            order=self.order if len(table.sizes) > 1 else 1,
            method=self.method,
            precision=self.precision,
            deadline=Deadline.after(self.max_seconds),
            seed=self._seed,
            n_jobs=self.n_jobs,
            rows=codes[:_N_ROWS],
        )
        notes = [table.held_text] if table.held else []
        with noting_incomplete(notes):
            found = expand(request)
        self.method_, self.error_ = found.method, found.error
        total, self.truncation_r2_ = evaluate_truncation(request, found, codes)
        self.expansion_ = Expansion(
            names=table.names,
            categories=table.categories,
            weights=request.weights,
            terms=found.terms,
            gauge=gauge,
            wild_type=self._wild_type,
            output_names=self._output_names(),
            errors=found.errors,
            network_variance=NetworkVariance(total, found.spectrum, found.term_variances),
            is_projection=gauge == "zero_sum" or max(map(len, found.terms)) == len(table.sizes),
            notes=tuple(notes),
            classes=self._classes_of_outputs(),
            first_class=self.network_.classes[0] if self.network_.task == "binary" else None,
        )
        return self

    def _function(self):
        is_centred = self.output == "logits" and self.network_.task == "multiclass"
        return CodedFunction(self.network_, is_centred)

    def _wild_type_in(self, codes):
        """Return the codes of the wild type: the one given, or the most frequent categories."""
        if isinstance(self.gauge, str):
            return tuple(int(np.bincount(column).argmax()) for column in codes.T)
        variables, row = self.network_.table.variables, list(self.gauge)
        if len(row) != len(variables):
            raise ValueError(
                f"gauge must be one of {', '.join(GAUGES)}, or one category for each of the "
                f"{len(variables)} variables. Got {len(row)} categories instead."
            )
        found = []
        for variable, value in zip(variables, row, strict=True):
            if plain(value) not in variable.categories:
                raise ValueError(
                    f"gauge must be a category of {variable.name!r}, out of "
                    f"{listed(variable.categories)}. Got {value!r} instead."
                )
            found.append(variable.categories.index(plain(value)))
        return tuple(found)

    def _classes_of_outputs(self):
        network = self.network_
        return () if network.classes is None else tuple(network.classes[-network.n_outputs :])

    def _output_names(self):
        network = self.network_
        if network.classes is not None:
            return value_names(network.n_outputs, network.classes)
        if network.n_outputs == 1:
            return (network.name,)
        kind = "unit" if isinstance(self.output, tuple | list) else "output"
        return tuple(f"{kind} {k}" for k in range(network.n_outputs))

    def convert(self, gauge):
        """Expand the same network in another gauge: convert first, then truncate.

        The other order, converting what was truncated, is
        :meth:`skinterp.expansion.Expansion.convert` of `expansion_`. The two agree when `order` is
        the number of variables.

        Parameters
        ----------
        gauge : {"zero_sum", "reference", "wild_type", "zero_vector"} or sequence
            The gauge, as in the constructor; "wild_type" keeps a wild type that was given.

        Returns
        -------
        CategoricalExpansion
            A fitted expansion of the same network.
        """
        check_is_fitted(self, "expansion_")
        copied = copy(self)
        if not (isinstance(gauge, str) and gauge == "wild_type"):
            copied.gauge = gauge
        else:
            row = np.array([self._wild_type])
            copied.gauge = tuple(self.network_.table.decode(row)[0])
        copied._validate_params()
        codes = self._codes.astype(np.intp)
        if not isinstance(gauge, str):
            copied._wild_type = copied._wild_type_in(codes)
        return copied._expand(codes)
