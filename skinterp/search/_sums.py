"""The constants of a sum of terms as parameters."""

import numpy as np

from skinterp.expression import Constant
from skinterp.expression._nodes import from_postfix
from skinterp.expression._sums import as_sum, drop_neutral, weighted_sum


def free_constants(part):
    """Tell which constants of a term are parameters.

    In a product a bracket such as ``1 + 0.04*x`` has one constant too many: its size goes with
    that of the product, and the 1 stays.

    Parameters
    ----------
    part : Expression
        The term.

    Returns
    -------
    list of bool
        Whether each of its `constants` is a parameter.
    """
    return _free(part, is_factor=True)


def _free(node, is_factor):
    if isinstance(node, Constant):
        return [not is_factor]
    if node.token == "pow":
        return [*_free(node.args[0], is_factor), True]
    if node.token in ("add", "sub"):
        is_given = is_factor and not any(abs(c) == 1.0 for c in as_sum(node)[1])
        return _free_in_sum(node, is_given)
    keeps = is_factor and node.token in ("mul", "div", "neg", "square", "cube", "sqrt")
    return [is_free for arg in node.args for is_free in _free(arg, keeps)]


def _free_in_sum(node, is_given):
    found = []
    for arg in node.args:
        if isinstance(arg, Constant):
            found.append(not is_given)
        elif arg.token in ("add", "sub"):
            found += _free_in_sum(arg, is_given)
        else:
            found += _free(arg, is_factor=False)
    return found


class Writing:
    """A sum of terms against a threshold, with every constant a parameter.

    ``sum_k c_k t_k > t``: one coefficient, or the threshold, is the unit and stays at 1.

    Parameters
    ----------
    parts : tuple of Expression
        The terms.
    coefficients : sequence of float
        Their coefficients, positive where yes is above.
    threshold : float
        The threshold; yes lies above it.
    unit : int
        Index of the term whose coefficient is one; the number of terms makes the threshold one.
    """

    def __init__(self, parts, coefficients, threshold, unit):
        outer = np.append(np.asarray(coefficients, dtype=float), threshold)
        self.parts, self.unit = tuple(parts), unit
        self.signs = np.where(outer < 0, -1.0, 1.0)
        self.size = abs(outer[unit])
        self.outer = outer / self.size
        self.constants = np.array([c for part in self.parts for c in part.constants], dtype=float)
        free = [is_free for part in self.parts for is_free in free_constants(part)]
        self.free = np.array(free, dtype=bool)

    @property
    def n_inner(self):
        """Number of parameters inside the terms."""
        return int(self.free.sum())

    @property
    def start(self):
        """The parameters as they are: inner constants, coefficients, the threshold last."""
        free = np.delete(self.outer, self.unit)
        return np.array([*self.constants[self.free], *free])

    def outer_of(self, parameters):
        """Return coefficients and the threshold of parameters."""
        free = np.asarray(parameters)[self.n_inner :]
        return np.insert(free, self.unit, self.signs[self.unit])

    def constants_of(self, parameters):
        """Return all constants inside the terms, those that are given included."""
        constants = self.constants.copy()
        constants[self.free] = np.asarray(parameters)[: self.n_inner]
        return constants

    def parts_of(self, parameters):
        """Return the terms of parameters."""
        inner, found = list(self.constants_of(parameters)), []
        for part in self.parts:
            n = len(part.constants)
            found.append(part.with_constants(inner[:n]) if n else part)
            inner = inner[n:]
        return tuple(drop_neutral(part) for part in found)

    def formula(self, parameters):
        """Return the formula and the threshold of parameters.

        Parameters
        ----------
        parameters : ndarray of shape (k,)
            The parameters.

        Returns
        -------
        expression : Expression
            The formula.
        threshold : float
            The threshold; yes lies above it.
        """
        *coefficients, threshold = self.outer_of(parameters)
        return weighted_sum(self.parts_of(parameters), coefficients), float(threshold)


class Parametrised:
    """Values of terms and their derivatives by their constants, on given rows.

    Parameters
    ----------
    part : Expression
        The term.
    X : ndarray of shape (n, p)
        Rows.
    """

    def __init__(self, part, X):
        self.part, self.n = part, len(part.constants)
        self.columns = X[:, list(part.variables)]
        place = {j: k for k, j in enumerate(part.variables)}
        fixed, tokens, k = [], [], len(place)
        postfix = part.postfix
        for i, token in enumerate(postfix):
            if isinstance(token, str):
                tokens.append(token)
            elif not isinstance(token, float):
                tokens.append(place[token])
            elif i + 1 < len(postfix) and postfix[i + 1] == "pow":
                fixed.append(k - len(place))
                tokens.append(token)
                k += 1
            else:
                tokens.append(k)
                k += 1
        self.exponents, self.tokens = fixed, tokens
        self.width = k

    def values(self, constants):
        """Return values (n,) and derivatives (n, k) at constants."""
        place, found, exponents = len(self.columns[0]), [], iter(self.exponents)
        for token in self.tokens:
            found.append(float(constants[next(exponents)]) if isinstance(token, float) else token)
        expression = from_postfix(found)
        rows = np.empty((len(self.columns), self.width))
        rows[:, :place], rows[:, place:] = self.columns, constants
        value, gradient = expression.value_and_gradient(rows)
        slopes = gradient[:, place:]
        for k in self.exponents:  # an exponent must be a number: central differences
            step = np.zeros(self.n)
            step[k] = 1e-5 * max(1.0, abs(constants[k]))
            above, below = (self._plain(constants + s * step) for s in (1, -1))
            slopes[:, k] = (above - below) / (2 * step[k])
        return value, slopes

    def _plain(self, constants):
        return self.part.with_constants(constants).evaluate(self._full())

    def _full(self):
        rows = np.zeros((len(self.columns), max(self.part.variables, default=0) + 1))
        rows[:, list(self.part.variables)] = self.columns
        return rows
