"""A piecewise-linear network on a box as a mixed-integer linear program, solved by HiGHS."""

from functools import partial
from itertools import product
from threading import Thread
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

_OPTIMAL, _OUT_OF_TIME, _INFEASIBLE = 0, 1, 2
_FIRST_SECONDS = 60.0  # of a program without a time limit
# The presolve of HiGHS 1.12 ends the process on some of these programs, and saves no time.
_OPTIONS = {"mip_rel_gap": 1e-9, "presolve": False}


class MixedInteger(NamedTuple):
    """A network whose outputs are affine in inputs and in the units that may change sign.

    Parameters
    ----------
    outputs : ndarray of shape (n_variables, n_outputs)
        Slopes of the outputs; variables are the inputs, then the values of those units, then
        whether they are on.
    offsets : ndarray of shape (n_outputs,)
        Offsets of the outputs.
    rows : ndarray of shape (n_rows, n_variables)
        Constraints ``rows @ v <= right``.
    right : ndarray of shape (n_rows,)
        Right sides.
    lower, upper : ndarray of shape (n_variables,)
        Bounds of the variables.
    n_units : int
        How many units may change sign.
    """

    outputs: np.ndarray
    offsets: np.ndarray
    rows: np.ndarray
    right: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    n_units: int

    @classmethod
    def of_box(cls, pieces, lower, upper, lows, highs):
        """Write a network on a box.

        Of a unit with pre-activation z in [l, u], slope s below 0 and switch a,
        ``h >= z, h >= s z, h <= z - (1 - s) l (1 - a), h <= s z + (1 - s) u a``.

        Parameters
        ----------
        pieces : PiecewiseLinear
            The network.
        lower, upper : ndarray of shape (d,)
            The box.
        lows, highs : list of ndarray of shape (n_units_of_layer,)
            Bounds of the pre-activations.

        Returns
        -------
        MixedInteger
            The program's constraints.
        """
        d = len(lower)
        unstable = [np.flatnonzero((low < 0) & (high > 0)) for low, high in zip(lows, highs)]
        n = sum(map(len, unstable))
        H, c = np.eye(d + 2 * n, d), np.zeros(d)
        rows, right, bounds, at = [np.empty((0, d + 2 * n))], [np.empty(0)], [], d
        for layer, slope in enumerate(pieces.slopes):
            W, b, units = pieces.weights[layer], pieces.biases[layer], unstable[layer]
            Z, z = H @ W, c @ W + b
            factor = np.where(lows[layer] >= 0, 1.0, slope)
            H, c = Z * factor, z * factor
            h = np.arange(at, at + len(units))
            low, high = lows[layer][units], highs[layer][units]
            of_layer = _unit_rows(Z[:, units].T, z[units], slope, low, high, h, h + n)
            rows += of_layer[0]
            right += of_layer[1]
            H[:, units], c[units] = 0.0, 0.0
            H[h, units] = 1.0
            bounds.append(np.column_stack([slope * low, high]))
            at += len(units)
        outputs, offsets = H @ pieces.weights[-1], c @ pieces.weights[-1] + pieces.biases[-1]
        switches = np.column_stack([np.zeros(n), np.ones(n)])
        bounds = np.concatenate([np.column_stack([lower, upper]), *bounds, switches])
        stacked = np.concatenate(rows), np.concatenate(right)
        return cls(outputs, offsets, *stacked, *bounds.T, n)

    def with_variables(self, rows, right, lower, upper):
        """Return the program with more variables and constraints over all of them.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_variables)
            Constraints, new variables last.
        right : ndarray of shape (n_rows,)
            Right sides.
        lower, upper : ndarray of shape (n_new,)
            Bounds of the new variables.

        Returns
        -------
        MixedInteger
            The program.
        """
        n_new = len(lower)
        return self._replace(
            outputs=np.pad(self.outputs, ((0, n_new), (0, 0))),
            rows=np.vstack([np.pad(self.rows, ((0, 0), (0, n_new))), rows]),
            right=np.append(self.right, right),
            lower=np.append(self.lower, lower),
            upper=np.append(self.upper, upper),
        )

    def minimise(self, cost, n_inputs, seconds=None):
        """Minimise a linear function of the variables.

        Parameters
        ----------
        cost : ndarray of shape (n_variables,)
            Slopes of the function.
        n_inputs : int
            How many variables are inputs: the first ones.
        seconds : float or None, default=None
            When to give up.

        Returns
        -------
        bound : float
            A lower bound of the minimum; infinite if nothing fits, minus infinity if the solver
            gave none.
        inputs : ndarray of shape (n_inputs,) or None
            The best inputs found, if any.
        """
        whole = np.zeros(len(cost))
        whole[n_inputs + self.n_units : n_inputs + 2 * self.n_units] = 1
        found = _interruptible(
            seconds,
            cost,
            integrality=whole,
            bounds=Bounds(self.lower, self.upper),
            constraints=LinearConstraint(self.rows, ub=self.right),
        )
        if found.status == _INFEASIBLE:
            return np.inf, None
        inputs = None if found.x is None else found.x[:n_inputs]
        if found.status == _OPTIMAL and not self.n_units:
            return found.fun, inputs
        bound = found.mip_dual_bound
        return (-np.inf if bound is None or np.isnan(bound) else bound), inputs

    def minimise_by_switches(self, cost, n_inputs):
        """Minimise as `minimise` does, by a linear program for each choice of the switches.

        HiGHS 1.12 calls some programs infeasible whose constraints hold by a hair only.

        Parameters
        ----------
        cost : ndarray of shape (n_variables,)
            Slopes of the function.
        n_inputs : int
            How many variables are inputs: the first ones.

        Returns
        -------
        bound : float
            The minimum; infinite if nothing fits, minus infinity if a program failed.
        inputs : ndarray of shape (n_inputs,) or None
            The best inputs, if any.
        """
        best, inputs, failed = np.inf, None, False
        switches = slice(n_inputs + self.n_units, n_inputs + 2 * self.n_units)
        bounds = np.column_stack([self.lower, self.upper])
        for chosen in product((0.0, 1.0), repeat=self.n_units):
            bounds[switches] = np.array(chosen)[:, np.newaxis]
            found = linprog(cost, A_ub=self.rows, b_ub=self.right, bounds=bounds)
            failed |= found.status not in (_OPTIMAL, _INFEASIBLE)
            if found.status == _OPTIMAL and found.fun < best:
                best, inputs = found.fun, found.x[:n_inputs]
        return (-np.inf if failed else best), inputs


def _interruptible(seconds, *args, **program):
    """Return what scipy's `milp` finds; Ctrl-C ends the waiting at once.

    HiGHS runs in a thread, as it looks at no signal before it is done. One that is interrupted
    ends by its time limit; without one it is asked for ever longer, so that it ends, too.
    """
    limit = _FIRST_SECONDS if seconds is None else seconds
    while True:
        options, found = _OPTIONS | {"time_limit": limit}, []
        solve = partial(_solve_into, found, *args, **program, options=options)
        thread = Thread(target=solve)
        thread.start()
        thread.join()
        (result,) = found
        if isinstance(result, Exception):
            raise result
        if seconds is not None or result.status != _OUT_OF_TIME:
            return result
        limit *= 2.0


def _solve_into(found, *args, **program):
    try:
        found.append(milp(*args, **program))
    except Exception as error:  # noqa: BLE001 - raised again by who waits
        found.append(error)


def _unit_rows(Z, z, slope, low, high, h, switch):
    """Return the constraints of the units of a layer that may change sign."""
    one = np.zeros((2, *Z.shape))
    index = np.arange(len(z))
    one[0, index, h] = 1.0
    one[1, index, switch] = 1.0
    value, on = one
    off, full = ((1.0 - slope) * bound for bound in (low, high))
    rows = [
        Z - value,
        slope * Z - value,
        value - Z - off[:, np.newaxis] * on,
        value - slope * Z - full[:, np.newaxis] * on,
    ]
    return rows, [-z, -slope * z, z - off, slope * z]
