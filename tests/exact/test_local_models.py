"""Local models are one frozen value, of which regions, merging and tables are made."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from random_networks import random_network, uniform

from skinterp.exact import LinearRegions
from skinterp.exact.regions._local_models import LocalModels
from skinterp.exact.regions._merging import merge_regions


def test_local_models_are_the_network_on_their_rows():
    network, X = random_network([2, 6, 2], 0), uniform(80, 2)
    models = LocalModels.of_rows(network, X)
    np.testing.assert_allclose(models.raw_values, network.raw_values(X), atol=1e-12)
    np.testing.assert_array_equal(models.locate(X), models.index)
    np.testing.assert_array_equal(np.bincount(models.index), models.counts)
    with pytest.raises(FrozenInstanceError):
        models.coef = None


def test_merging_takes_local_models_without_an_estimator():
    network, X = random_network([2, 6, 1], 0), uniform(80, 2)
    merged, by_regions = (
        merge_regions(LocalModels.of_rows(network, X), 3),
        LinearRegions(network).fit(X).merge(3),
    )
    np.testing.assert_array_equal(merged.labels, by_regions.labels)
    np.testing.assert_array_equal(merged.predict(X), by_regions.predict(X))


def test_merged_regions_refuse_rows_with_other_columns():
    pandas = pytest.importorskip("pandas")
    X = pandas.DataFrame(uniform(60, 2), columns=["a", "b"])
    merged = LinearRegions(random_network([2, 4, 1], 0)).fit(X).merge(2)
    assert merged.apply(X).shape == (60,) and {"a", "b"} <= set(merged.to_frame().columns)
    with pytest.raises(ValueError, match="columns of X"):
        merged.apply(X[["b", "a"]])
    with pytest.raises(ValueError):
        merged.apply(X.to_numpy()[:, :1])
