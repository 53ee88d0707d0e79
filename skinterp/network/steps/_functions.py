"""`FunctionTransformer` of elementary functions, recognised by the function itself."""

from typing import NamedTuple

import numpy as np
from scipy import special
from sklearn.preprocessing import FunctionTransformer

from skinterp.network._steps import Step, quiet, register_step


class _Function(NamedTuple):
    """Derivative from argument x and value y, and an argument in the domain that gives a value."""

    slope: object
    undo: object = staticmethod(lambda z: z)


def _logit(z):
    return special.logit(np.clip(z, 1e-9, 1.0 - 1e-9))


_LOG2, _LOG10 = np.log(2.0), np.log(10.0)
_FUNCTIONS = {
    np.positive: _Function(lambda x, y: np.ones_like(x)),
    np.negative: _Function(lambda x, y: -np.ones_like(x), np.negative),
    np.log: _Function(lambda x, y: 1.0 / x, np.exp),
    np.log2: _Function(lambda x, y: 1.0 / (_LOG2 * x), np.exp2),
    np.log10: _Function(lambda x, y: 1.0 / (_LOG10 * x), lambda z: 10.0**z),
    np.log1p: _Function(lambda x, y: 1.0 / (1.0 + x), np.expm1),
    np.exp: _Function(lambda x, y: y, lambda z: np.log(np.maximum(z, 1e-9))),
    np.exp2: _Function(lambda x, y: _LOG2 * y, lambda z: np.log2(np.maximum(z, 1e-9))),
    np.expm1: _Function(lambda x, y: y + 1.0, lambda z: np.log1p(np.maximum(z, -0.999))),
    np.sqrt: _Function(lambda x, y: 0.5 / y, np.square),
    np.square: _Function(lambda x, y: 2.0 * x, lambda z: np.sqrt(np.abs(z))),
    np.cbrt: _Function(lambda x, y: 1.0 / (3.0 * y**2), lambda z: z**3),
    np.abs: _Function(lambda x, y: np.sign(x), np.abs),
    np.fabs: _Function(lambda x, y: np.sign(x), np.abs),
    np.reciprocal: _Function(lambda x, y: -(y**2), lambda z: 1.0 / z),
    np.sin: _Function(lambda x, y: np.cos(x), lambda z: np.arcsin(np.clip(z, -1.0, 1.0))),
    np.cos: _Function(lambda x, y: -np.sin(x), lambda z: np.arccos(np.clip(z, -1.0, 1.0))),
    np.tan: _Function(lambda x, y: 1.0 + y**2, np.arctan),
    np.arcsin: _Function(lambda x, y: 1.0 / np.sqrt(1.0 - x**2), np.sin),
    np.arccos: _Function(lambda x, y: -1.0 / np.sqrt(1.0 - x**2), np.cos),
    np.arctan: _Function(lambda x, y: 1.0 / (1.0 + x**2), lambda z: np.tan(np.clip(z, -1.5, 1.5))),
    np.sinh: _Function(lambda x, y: np.cosh(x), np.arcsinh),
    np.cosh: _Function(lambda x, y: np.sinh(x), lambda z: np.arccosh(np.maximum(z, 1.0))),
    np.tanh: _Function(lambda x, y: 1.0 - y**2, lambda z: np.arctanh(np.clip(z, -0.999, 0.999))),
    np.arcsinh: _Function(lambda x, y: 1.0 / np.hypot(1.0, x), np.sinh),
    np.arccosh: _Function(lambda x, y: 1.0 / np.sqrt(x**2 - 1.0), np.cosh),
    np.arctanh: _Function(lambda x, y: 1.0 / (1.0 - x**2), np.tanh),
    np.deg2rad: _Function(lambda x, y: np.full_like(x, np.pi / 180.0), np.rad2deg),
    np.rad2deg: _Function(lambda x, y: np.full_like(x, 180.0 / np.pi), np.deg2rad),
    special.expit: _Function(lambda x, y: y * (1.0 - y), np.tanh),
    special.logit: _Function(lambda x, y: 1.0 / (x * (1.0 - x)), special.expit),
}


def _value(step, X):
    with quiet():
        return np.asarray(step.func(np.array(X)), dtype=np.float64)


def _slope(step, X):
    with quiet():
        return _FUNCTIONS[step.func].slope(X, step.func(X))


def _undo(step, Z):
    with quiet():
        return _FUNCTIONS[step.func].undo(Z)


def _applies(step):
    is_known = isinstance(getattr(step, "func", None), np.ufunc) and step.func in _FUNCTIONS
    return is_known and not step.kw_args


register_step(
    Step(
        "function",
        (FunctionTransformer,),
        slope=_slope,
        value=_value,
        undo=_undo,
        applies=_applies,
        accepts="FunctionTransformer of None or of an elementary function "
        f"({', '.join(sorted(f.__name__ for f in _FUNCTIONS))})",
    )
)
