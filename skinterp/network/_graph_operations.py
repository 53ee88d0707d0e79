"""Operations on arrays (n, k) of which graph networks are made, each with its pullback."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

ELEMENTWISE = ("add", "sub", "mul", "div")


class Operation(NamedTuple):
    """One operation: its number of columns, its value, and how cotangents are pulled back.

    `width` takes the widths of the inputs and the arguments of the node; `value` the inputs and
    the arguments; `pull` the inputs, the value and the arguments, and returns a function from the
    cotangent of the value to those of the inputs.
    """

    width: Callable
    value: Callable
    pull: Callable


def _fitted(cotangent, to):
    """Return a cotangent for an input of one column that was broadcast."""
    return cotangent.sum(axis=1, keepdims=True) if to.shape[1] < cotangent.shape[1] else cotangent


def _elementwise_width(widths, arguments):
    if len(widths) != 2 or (widths[0] != widths[1] and 1 not in widths):
        raise ValueError(
            f"needs two inputs of the same width, or of width 1. Got widths {widths} instead."
        )
    return max(widths)


def _elementwise(function, slopes):
    """Return an operation of two inputs from its partial derivatives."""

    def pull(inputs, value, arguments):
        partial = slopes(*inputs, value)
        return lambda cotangent: tuple(
            _fitted(cotangent * slope, to) for slope, to in zip(partial, inputs)
        )

    return Operation(_elementwise_width, lambda inputs, arguments: function(*inputs), pull)


def _affine_width(widths, arguments):
    weights, bias = arguments
    if weights.ndim != 2 or (weights.shape[0],) != widths or bias.shape != weights.shape[1:]:
        raise ValueError(
            f"needs weights ({widths[0]}, m) and a bias (m,). Got shapes {weights.shape} and "
            f"{bias.shape} instead."
        )
    return weights.shape[1]


def _scale_width(widths, arguments):
    if any(part.shape != widths for part in arguments):
        shapes = tuple(part.shape for part in arguments)
        raise ValueError(
            f"needs a factor and a shift of {widths[0]} columns. Got {shapes} instead."
        )
    return widths[0]


def _columns_width(widths, arguments):
    (columns,) = arguments
    if (
        columns.ndim != 1
        or not len(columns)
        or not (0 <= columns.min() <= columns.max() < widths[0])
    ):
        raise ValueError(
            f"needs indices from 0 to {widths[0] - 1}. Got {columns.tolist()} instead."
        )
    return len(columns)


def _columns_pull(inputs, value, arguments):
    width, (columns,) = inputs[0].shape[1], arguments

    def pull(cotangent):
        result = np.zeros((len(cotangent), width))
        np.add.at(result.T, columns, cotangent.T)
        return (result,)

    return pull


def _concat_pull(inputs, value, arguments):
    ends = np.cumsum([part.shape[1] for part in inputs])[:-1]
    return lambda cotangent: tuple(np.split(cotangent, ends, axis=1))


def _activation_pull(inputs, value, arguments):
    slopes = arguments[0].derivative(inputs[0], value)
    return lambda cotangent: (cotangent * slopes,)


OPERATIONS = {
    "affine": Operation(
        _affine_width,
        lambda inputs, arguments: inputs[0] @ arguments[0] + arguments[1],
        lambda inputs, value, arguments: lambda cotangent: (cotangent @ arguments[0].T,),
    ),
    "scale": Operation(
        _scale_width,
        lambda inputs, arguments: inputs[0] * arguments[0] + arguments[1],
        lambda inputs, value, arguments: lambda cotangent: (cotangent * arguments[0],),
    ),
    "activation": Operation(
        lambda widths, arguments: widths[0],
        lambda inputs, arguments: arguments[0].value(inputs[0]),
        _activation_pull,
    ),
    "columns": Operation(
        _columns_width, lambda inputs, arguments: inputs[0][:, arguments[0]], _columns_pull
    ),
    "concat": Operation(
        lambda widths, arguments: sum(widths),
        lambda inputs, arguments: np.concatenate(inputs, axis=1),
        _concat_pull,
    ),
    "add": _elementwise(lambda a, b: a + b, lambda a, b, value: (1.0, 1.0)),
    "sub": _elementwise(lambda a, b: a - b, lambda a, b, value: (1.0, -1.0)),
    "mul": _elementwise(lambda a, b: a * b, lambda a, b, value: (b, a)),
    "div": _elementwise(lambda a, b: a / b, lambda a, b, value: (1.0 / b, -value / b)),
}
