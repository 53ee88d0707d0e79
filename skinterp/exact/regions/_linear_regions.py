"""The linear regions that data visit: where they are and what the network computes there."""

from numbers import Integral

import numpy as np
from sklearn.base import TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skinterp.base import NetworkEstimator
from skinterp.exact.pieces._activation_patterns import unique_patterns
from skinterp.exact.pieces._affine_maps import output_maps
from skinterp.exact.pieces._boxes import BoxCoordinates, checked_box
from skinterp.exact.pieces._programs import box_constraints
from skinterp.exact.regions._inequalities import Inequalities, needed_constraints
from skinterp.exact.regions._local_models import LocalModels
from skinterp.exact.regions._merging import merge_regions
from skinterp.expression import ColumnSpread
from skinterp.utils import import_optional
from skinterp.utils._sklearn import fit_context
from skinterp.utils._validation import finite_array, refuse_another_order


class LinearRegions(TransformerMixin, NetworkEstimator):
    """The linear regions of a piecewise-linear network that the data visit.

    Inside a region no hidden unit switches, and the raw values of the network (logits, or the
    values of a regression) are exactly ``coef_[k] @ x + intercept_[k]``, in input units. Each row
    is transformed to the number of its region; regions are numbered by falling row count.

    Parameters
    ----------
    network : estimator, Network, ScalarView, tuple or None, default=None
        The network: anything :func:`skinterp.network.as_network` takes whose hidden layers are
        identity, ReLU or leaky ReLU. A fitted one is used as it is; an unfitted one is trained in
        `fit`; None trains :func:`skinterp.network.default_network`.
    box : None, "unbounded" or (lower, upper), default=None
        Where regions end at the latest: None is the range of the data in `fit`; bounds are
        numbers or arrays of shape (n_features,) in input units.
    random_state : int, RandomState instance or None, default=None
        Seeds the default network, and the search of needed inequalities with more than four inputs
        (whose result does not depend on it).

    Attributes
    ----------
    patterns_ : ndarray of bool of shape (n_regions, n_units)
        The activation pattern of each region: which hidden units are on, layer after layer.
    coef_ : ndarray of shape (n_regions, n_outputs, n_features_in_)
        Derivatives of the raw values by the inputs.
    intercept_ : ndarray of shape (n_regions, n_outputs)
        Raw values at the origin.
    counts_ : ndarray of int of shape (n_regions,)
        Rows of `fit` in each region.
    mean_response_ : ndarray of shape (n_regions, n_outputs)
        Mean raw value of these rows.
    class_shares_ : ndarray of shape (n_regions, n_classes)
        Shares of the classes that the network gives these rows; classifiers only.
    network_ : Network
        The network.
    n_features_in_ : int
        Number of inputs.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the inputs, if X had them.

    Raises
    ------
    ValueError
        If a hidden layer is smooth, rows lie outside the box, or the box is empty.

    Notes
    -----
    Many regions do not make a network complicated: neighbours often compute nearly the same.
    `merge` says how few are enough. A region visited by one row describes that row only.

    References
    ----------
    A. Sudjianto et al., "Unwrapping the black box of deep ReLU networks: interpretability,
    diagnostics, and simplification", arXiv 2011.04041.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.exact import LinearRegions
    >>> network = ([[[1.0, 1.0]], [[1.0], [1.0]]], [[0.0, -1.0], [0.0]], ["relu", "identity"])
    >>> X = np.linspace(-1, 2, 7).reshape(-1, 1)
    >>> regions = LinearRegions(network).fit(X)
    >>> regions.transform(X).ravel()
    array([0, 0, 0, 1, 1, 2, 2])
    >>> regions.coef_[:, 0, 0]
    array([0., 1., 2.])
    >>> print(regions.inequalities(1))
    x0 >= 0
    x0 <= 1
    """

    _parameter_constraints = {
        "random_state": ["random_state"],
    }

    def __init__(self, network=None, *, box=None, random_state=None):
        self.network = network
        self.box = box
        self.random_state = random_state

    def __sklearn_tags__(self):
        """Say that regions are whole numbers, whatever X is."""
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None, sample_weight=None):
        """Find the regions of the rows.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Target, needed to train an unfitted network and used for nothing else.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weights of the rows in training an unfitted network; rows of weight 0 visit nothing.

        Returns
        -------
        self
            The fitted transformer.
        """
        X, _ = self._fit_weighted(X, y, sample_weight)
        names = self._input_names
        is_named = hasattr(self, "feature_names_in_") or self.network_.feature_names is not None
        models = LocalModels.of_rows(self.network_, X, names if is_named else None)
        self._box = checked_box(self.box, X, names=names)
        self._box.refuse_outside(X, names)
        self._models = models
        self.patterns_, self.counts_ = models.patterns, models.counts
        self.n_regions_ = len(models.counts)
        self.coef_, self.intercept_ = models.coef, models.intercept
        raw, network = models.raw_values, self.network_
        self.mean_response_ = models.means(raw)
        if network.task in ("binary", "multiclass"):
            hits = network.answers(raw)[:, np.newaxis] == network.classes
            self.class_shares_ = models.means(hits.astype(float))
        return self

    def transform(self, X):
        """Return the region of each row.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of int of shape (n_samples, 1)
            Numbers of regions; -1 for rows in regions that the rows of `fit` do not visit.
        """
        X = self._rows(X)
        return self._models.locate(X)[:, np.newaxis]

    def get_feature_names_out(self, input_features=None):
        """Return the name of the column that `transform` makes.

        Parameters
        ----------
        input_features : object, default=None
            Ignored; present by convention.

        Returns
        -------
        ndarray of str of shape (1,)
            ``["region"]``.
        """
        check_is_fitted(self, "patterns_")
        return np.array(["region"], dtype=object)

    def inequalities(self, region, minimal=True):
        """Return the inequalities that bound a region, inside the box.

        With up to four inputs they are found from the region's vertices, with more by linear
        programs: an inequality is redundant if its left side cannot pass its bound where the
        others hold.

        Parameters
        ----------
        region : int
            Number of the region.
        minimal : bool, default=True
            Whether to leave out those that follow from others.

        Returns
        -------
        Inequalities
            The inequalities, from units first, then from the box.

        Warns
        -----
        LinearProgramWarning
            If a linear program fails: the inequality that it was about is kept.
        """
        check_is_fitted(self, "patterns_")
        if not isinstance(region, Integral) or not 0 <= region < self.n_regions_:
            raise ValueError(
                f"region must be from 0 to {self.n_regions_ - 1}. Got {region!r} instead."
            )
        pattern = self.patterns_[region]
        slopes, bounds, units = self._models.pieces.borders(pattern)
        coordinates = BoxCoordinates.of_box(self._box, self._models.scale)
        scaled = slopes * coordinates.half
        norms = np.linalg.norm(scaled, axis=1)
        right = (bounds - slopes @ coordinates.middle) / norms
        box_A, box_b = box_constraints(np.column_stack(self._box))
        kept, sides = np.arange(len(units)), np.arange(len(box_b))
        if minimal:
            A = scaled / norms[:, np.newaxis]
            rays = check_random_state(0)
            kept, sides = needed_constraints(A, right, coordinates.bounds, rays)
        return Inequalities(
            np.vstack([slopes[kept], box_A[sides]]),
            np.append(bounds[kept], box_b[sides]),
            (*map(self._models.pieces.unit_name, units[kept]), *["box"] * len(sides)),
            self._input_names,
            ColumnSpread(self._models.mean, self._models.scale),
        )

    def distance_to_border(self, X, scaled=False):
        """Return how far each row is from the nearest border of its linear region.

        ``min_j |z_j(x)| / ||grad z_j||`` over the pre-activations z_j of all hidden units, as
        affine functions of the row's region; exact, because redundant borders are farther away.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows, in visited regions or not.
        scaled : bool, default=False
            Whether to measure in standard deviations of the inputs instead of input units.

        Returns
        -------
        ndarray of shape (n_samples,)
            Euclidean distances; infinite where no unit depends on the inputs.
        """
        X = self._rows(X)
        patterns, index, _ = unique_patterns(self._models.pieces.patterns(X))
        scale = self._models.scale if scaled else np.ones(X.shape[1])
        distances = np.full(len(X), np.inf)
        for k, pattern in enumerate(patterns):
            slopes, bounds, units = self._models.pieces.borders(pattern)
            if len(units):
                members = index == k
                norms = np.linalg.norm(slopes * scale, axis=1)
                gaps = np.abs(X[members] @ slopes.T - bounds) / norms
                distances[members] = gaps.min(axis=1)
        return distances

    def contributions(self, X, reference=None):
        """Return the contribution of each input to the raw values of each row, in its own region.

        ``coef[j] * (x[j] - reference[j])`` with the coefficients of the region of x. They add up
        to the raw value of x minus that of the region's affine function at the reference, which is
        the network's value there only if the reference is in the same region.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows, in visited regions or not.
        reference : array-like of shape (n_features,) or None, default=None
            What to compare with, in input units; the mean of the rows of `fit` by default.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs, n_features)
            Contributions.
        """
        X = self._rows(X)
        reference = self._models.mean if reference is None else reference
        refuse_another_order(reference, self._input_names, "reference")
        reference = finite_array(reference, X.shape[1:], "reference", ", one value per input")
        patterns, index, _ = unique_patterns(self._models.pieces.patterns(X))
        coef, _ = output_maps(self._models.pieces, patterns)
        return coef[index] * (X - reference)[:, np.newaxis]

    def to_frame(self):
        """Return one line per region.

        Returns
        -------
        pandas.DataFrame
            Row count, number of active units, class shares, mean response, intercept and
            coefficients.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        check_is_fitted(self, "patterns_")
        pandas = import_optional("pandas", extra="plot", purpose="to_frame")
        columns = {"count": self.counts_, "n_active": self.patterns_.sum(axis=1)}
        if hasattr(self, "class_shares_"):
            for label, shares in zip(self.network_.classes.tolist(), self.class_shares_.T):
                columns[f"share of {label}"] = shares
        for k, mean in enumerate(self.mean_response_.T):
            columns[f"mean response{self._models.suffix(k)}"] = mean
        columns |= self._models.columns(self.coef_, self.intercept_)
        return pandas.DataFrame(columns).rename_axis("region")

    def merge(self, n_regions):
        """Merge regions with similar local models, and fit one affine function to each group.

        Parameters
        ----------
        n_regions : int
            How many to leave.

        Returns
        -------
        MergedRegions
            The groups, their functions, and the fidelity before and after.
        """
        check_is_fitted(self, "patterns_")
        return merge_regions(self._models, n_regions)
