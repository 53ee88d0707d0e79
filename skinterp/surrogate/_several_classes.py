"""Which equations answer for several classes: one each, one for every pair, or linear ones."""

from typing import NamedTuple

import numpy as np

from skinterp.expression import Variable
from skinterp.matching._linear import fit_logistic, forward_selection, in_raw_units, standardise
from skinterp.search._selection import MOST_LOST, as_faithful, is_gain
from skinterp.surrogate._class_scores import ClassScores

# Agreement at which a search for every pair of classes has nothing to gain, and the most classes
# for which it is tried unless it is asked for.
ENOUGH, MOST_PAIRED = 0.97, 3
MOST_INPUTS, C = 30, 1e4
# Of the largest share of a linear function; less is left out.
NEGLIGIBLE = 3e-3


class Question(NamedTuple):
    """What one equation decides.

    Parameters
    ----------
    view : ScalarView
        The log-odds of the class.
    classes : tuple of two labels
        What is answered below and above.
    yes : int
        Index of the class.
    no : int or None
        Index of the class that it is told from; None is all others.
    """

    view: object
    classes: tuple
    yes: int
    no: int | None

    @property
    def sides(self):
        """The indices of the class and of the one that it is told from."""
        return self.yes, self.no

    def concerns(self, classes, answers):
        """Tell which rows are of the classes in question.

        Parameters
        ----------
        classes : ndarray of shape (n_classes,)
            The classes.
        answers : ndarray of shape (n,)
            The class of each row.

        Returns
        -------
        ndarray of bool of shape (n,)
            Whether each is.
        """
        if self.no is None:
            return np.ones(len(answers), dtype=bool)
        return (answers == classes[self.yes]) | (answers == classes[self.no])


class Answers(NamedTuple):
    """Equations that answer together.

    Parameters
    ----------
    questions : tuple of Question
        What each decides.
    results : tuple of (Equation, Front)
        The equations, and the fronts they were chosen from.
    scores : ClassScores
        How they answer together.
    """

    questions: tuple
    results: tuple
    scores: ClassScores

    def of(self, rows):
        """Return the scores of the classes at rows, of shape (n, n_classes)."""
        return self.scores.of(values_of(self.results, rows))


def values_of(results, rows):
    """Return the values of equations at rows, of shape (n, n_equations)."""
    return np.stack([equation.values(rows) for equation, _ in results], axis=1)


def one_vs_rest(network, classes):
    """Return the questions of each class against all others.

    Parameters
    ----------
    network : Network
        The network.
    classes : sequence of labels
        The classes.

    Returns
    -------
    tuple of Question
        One for each class; for two classes that of the second.
    """
    if len(classes) == 2:
        return (Question(network.margin(), tuple(classes), 1, None),)
    return tuple(
        Question(network.margin(label), (f"not {label}", str(label)), k, None)
        for k, label in enumerate(classes)
    )


def one_vs_one(network, classes):
    """Return the questions of every pair of classes.

    Parameters
    ----------
    network : Network
        The network.
    classes : sequence of labels
        The classes.

    Returns
    -------
    tuple of Question
        One for each pair: the later class against the earlier one.
    """
    pairs = [(j, k) for j in range(len(classes)) for k in range(j + 1, len(classes))]
    says = "{} rather than {}".format
    return tuple(
        Question(
            network.difference(classes[k], classes[j]),
            (says(classes[j], classes[k]), says(classes[k], classes[j])),
            k,
            j,
        )
        for j, k in pairs
    )


def joint_linear(X, probabilities, points, answers, classes, most):
    """Fit linear logits of all classes together, of as few inputs as are as faithful as all.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows.
    probabilities : ndarray of shape (n, n_classes)
        The network's probabilities there.
    points : ndarray of shape (m, d)
        Points on which inputs are compared.
    answers : ndarray of shape (m,)
        The network's classes there.
    classes : ndarray of shape (n_classes,)
        The classes.
    most : int
        Largest number of inputs.

    Returns
    -------
    inputs : ndarray of int
        The inputs.
    slopes : ndarray of shape (n_classes, n_inputs)
        Coefficients of the logits less their mean.
    """
    weight = np.ones(len(X))
    Z, mean, scale = standardise(X, weight)
    order = forward_selection(Z, probabilities, min(most, MOST_INPUTS), weight)
    found, agreement = [], []
    for size in range(1, len(order) + 1):
        used = np.sort(order[:size])
        solution = fit_logistic(Z[:, used], probabilities, weight, C)
        slopes, intercepts = in_raw_units(*solution, used, mean, scale)
        found.append((used, slopes[:, used] - slopes[:, used].mean(axis=0)))
        agreement.append(classes[(points @ slopes.T + intercepts).argmax(axis=1)] == answers)
    faithful = as_faithful(np.stack(agreement).astype(float), 2.0 / len(classes))
    return found[int(np.flatnonzero(faithful)[0])]


def terms_of(inputs, slopes, spread):
    """Return a linear function as terms and coefficients, without what hardly counts.

    Parameters
    ----------
    inputs : ndarray of int
        The inputs.
    slopes : ndarray of shape (n_inputs,)
        Their coefficients.
    spread : ndarray of shape (n_inputs,)
        Standard deviations of the inputs.

    Returns
    -------
    terms : tuple of Variable
        The inputs that count.
    coefficients : ndarray
        Their coefficients.
    """
    sizes = np.abs(slopes) * spread
    kept = sizes >= NEGLIGIBLE * sizes.max()
    return tuple(Variable(int(j)) for j in inputs[kept]), slopes[kept]


class Judge(NamedTuple):
    """On what equations that answer together are compared.

    Parameters
    ----------
    network : Network
        The network.
    points : ndarray of shape (m, d)
        Points.
    X : ndarray of shape (n, d)
        Rows.
    y : ndarray of shape (n,) or None
        Their labels.
    """

    network: object
    points: np.ndarray
    X: np.ndarray
    y: np.ndarray | None

    def agreement(self, scores):
        """Return whether scores answer as the network does at each point.

        Parameters
        ----------
        scores : callable
            ``scores(rows)``, of shape (n, n_classes).

        Returns
        -------
        ndarray of shape (m,)
            1 where they do, else 0.
        """
        answers = self.network.answers(scores(self.points))
        return (answers == self.network.predict(self.points)).astype(float)

    def prefers(self, rival, at_hand):
        """Tell whether other scores follow the network better, and deny no labels.

        Parameters
        ----------
        rival, at_hand : callable
            ``scores(rows)`` of the others, and of those at hand.

        Returns
        -------
        bool
            Whether they agree more with the network, by more than 0.005 and a standard error, and
            with the labels no less.
        """
        gains = self.agreement(rival) - self.agreement(at_hand)
        if gains.mean() <= MOST_LOST or not is_gain(gains):
            return False
        return self.y is None or self._accuracy(rival) >= self._accuracy(at_hand)

    def _accuracy(self, scores):
        return np.mean(self.network.answers(scores(self.X)) == self.y)
