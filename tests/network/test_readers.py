"""Readers: found by the name of a library, registered by strangers, refused when they clash."""

import numpy as np
import pytest
from network_pool import random_arrays
from sklearn.base import BaseEstimator

from skinterp.network import READERS, Network, Reader, as_network, register_reader


class Stranger(BaseEstimator):
    """A model of a library of its own, with scikit-learn's base."""

    def forward(self, X):
        return 2.0 * X[:, 0] - X[:, 1]


@pytest.fixture
def stranger_reader():
    reader = Reader(
        "stranger",
        lambda model, classes=None: as_network(model.forward, classes=classes),
        recognises=lambda model: isinstance(model, Stranger),
        options=("classes",),
        accepts="a Stranger",
    )
    yield register_reader(reader)
    READERS.unregister("stranger")


def test_the_readers_of_the_package_are_found_without_a_list():
    assert {"scikit-learn", "arrays", "callable"} <= set(READERS)


def test_a_strangers_reader_is_closer_than_that_of_a_base_class(stranger_reader):
    network = as_network(Stranger(), feature_names=["a", "b"])
    assert isinstance(network, Network) and network.feature_names == ("a", "b")
    assert network.predict([[3.0, 1.0]]) == pytest.approx([5.0])


def test_options_that_a_reader_takes_are_handed_on_and_others_refused(stranger_reader):
    assert as_network(Stranger(), classes=["no", "yes"]).task == "binary"
    with pytest.raises(ValueError, match="do not apply to a Stranger: n_outputs"):
        as_network(Stranger(), n_outputs=2)


def test_the_error_about_other_objects_lists_what_readers_accept(stranger_reader):
    with pytest.raises(TypeError, match=r"a fitted MLPClassifier.*a Stranger"):
        as_network(3)


def test_a_reader_of_a_taken_name_is_refused(stranger_reader):
    with pytest.raises(ValueError, match="One reader is named 'stranger' already"):
        register_reader(stranger_reader)


def test_renaming_keeps_all_but_the_names():
    network = as_network(random_arrays((2, 3, 1), "tanh"))
    renamed = network.renamed(["a", "b"])
    X = np.random.default_rng(0).normal(size=(5, 2))
    assert renamed.feature_names == ("a", "b") and renamed != network
    assert np.array_equal(renamed.predict(X), network.predict(X))
    assert renamed.renamed(None) is renamed
    with pytest.raises(ValueError, match="2 names"):
        network.renamed(["a"])
