"""Complexity: one number per form."""

import numpy as np
import pytest
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import Lasso, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skinterp import LinearSurrogateRegressor, TreeSurrogateClassifier, complexity

X = np.random.RandomState(0).standard_normal((120, 4))
Y = (X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 2] > 1)


def leaves(tree):
    """Count the leaves that rows can fall into, by the arrays of the tree."""
    return int(np.sum(tree.tree_.children_left == -1))


def test_trees_have_conditions_and_answers():
    for tree in (DecisionTreeClassifier(max_leaf_nodes=6), DecisionTreeRegressor(max_depth=3)):
        assert complexity(tree.fit(X, Y)) == 2 * leaves(tree) - 1
    assert complexity(DecisionTreeClassifier().fit(X, np.zeros(120))) == 1


def test_ensembles_have_the_atoms_of_all_their_trees():
    for forest in (
        RandomForestClassifier(5),
        ExtraTreesRegressor(3),
        GradientBoostingClassifier(),
    ):
        forest.fit(X, Y)
        assert complexity(forest) == sum(
            2 * leaves(tree) - 1 for tree in np.ravel(forest.estimators_)
        )


def test_linear_models_have_numbers_that_are_not_zero():
    assert complexity(LogisticRegression().fit(X, Y)) == 15
    assert complexity(LogisticRegression().fit(X, Y > 0)) == 5
    lasso = Lasso(alpha=0.3).fit(X, 2 * X[:, 1])
    assert complexity(lasso) == 2
    assert complexity(OneVsRestClassifier(LogisticRegression()).fit(X, Y)) == 15


def test_surrogates_say_it_themselves():
    network = MLPClassifier((3,), solver="lbfgs", max_iter=500, alpha=0.1, random_state=0)
    tree = TreeSurrogateClassifier(network, max_leaf_nodes=5, n_queries=50).fit(X, Y)
    assert leaves(tree.tree_) == tree.n_leaves_ == 5
    assert complexity(tree) == tree.complexity_ == 9
    linear = LinearSurrogateRegressor(lambda X: X[:, 0] - X[:, 3], max_features=2).fit(X)
    numbers = np.count_nonzero(linear.coef_) + np.count_nonzero(linear.intercept_)
    assert complexity(linear) == linear.complexity_ == numbers
    assert complexity(VotingClassifier([("a", tree), ("b", tree)]).fit(X, Y)) == 18


def test_what_is_inside_counts():
    tree = DecisionTreeClassifier(max_leaf_nodes=4, random_state=0)
    for wrapped in (
        make_pipeline(StandardScaler(), tree),
        GridSearchCV(tree, {"max_leaf_nodes": [4]}),
        GridSearchCV(make_pipeline(StandardScaler(), tree), {}),
        make_pipeline(GridSearchCV(tree, {})),
        FrozenEstimator(tree.fit(X, Y)),
    ):
        assert complexity(wrapped.fit(X, Y)) == 7


def test_it_is_an_integer():
    for estimator in (DecisionTreeClassifier(), LogisticRegression(), RandomForestClassifier(2)):
        assert type(complexity(estimator.fit(X, Y))) is int


@pytest.mark.parametrize("model", [GaussianNB(), SVC()])
def test_models_without_size(model):
    with pytest.raises(TypeError, match=f"needs a surrogate, .*Got {type(model).__name__} inst"):
        complexity(model.fit(X, Y))


def test_unfitted_models():
    for model in (DecisionTreeClassifier(), TreeSurrogateClassifier(), LogisticRegression()):
        with pytest.raises(NotFittedError, match=type(model).__name__):
            complexity(model)
