"""The layers of a network as one sympy formula."""

import numpy as np


def _activations(sympy):
    """Return the activation functions by name, each of an argument and a slope."""

    def logistic(z):
        return 1 / (1 + sympy.exp(-z))

    def clip(z, low, high):
        return sympy.Max(low, sympy.Min(high, z))

    def softplus(z):
        return sympy.log(1 + sympy.exp(z))

    def leaky(z, slope):
        return (sympy.Max if slope <= 1 else sympy.Min)(z, slope * z)

    def elu(z, alpha):  # without Piecewise, whose nests sympy cannot compile
        return sympy.Max(0, z) + (alpha or 1) * (sympy.exp(sympy.Min(0, z)) - 1)

    def celu(z, alpha):
        alpha = alpha or 1
        return sympy.Max(0, z) + alpha * (sympy.exp(sympy.Min(0, z) / alpha) - 1)

    def gelu_tanh(z):
        inner = sympy.sqrt(2 / sympy.pi) * (z + sympy.Float(0.044715) * z**3)
        return z * (1 + sympy.tanh(inner)) / 2

    return {
        "identity": lambda z, slope: z,
        "relu": lambda z, slope: sympy.Max(0, z),
        "leaky_relu": leaky,
        "tanh": lambda z, slope: sympy.tanh(z),
        "logistic": lambda z, slope: logistic(z),
        "softplus": lambda z, slope: softplus(z),
        "elu": elu,
        "selu": lambda z, slope: 1.0507009873554805 * elu(z, 1.6732632423543772),
        "silu": lambda z, slope: z * logistic(z),
        "gelu": lambda z, slope: z * (1 + sympy.erf(z / sympy.sqrt(2))) / 2,
        "exp": lambda z, slope: sympy.exp(z),
        "celu": celu,
        "gelu_tanh": lambda z, slope: gelu_tanh(z),
        "softsign": lambda z, slope: z / (1 + sympy.Abs(z)),
        "hardtanh": lambda z, slope: clip(z, -1, 1),
        "relu6": lambda z, slope: clip(z, 0, 6),
        "hardsigmoid": lambda z, slope: clip(z / 6 + sympy.Rational(1, 2), 0, 1),
        "hardswish": lambda z, slope: z * clip(z / 6 + sympy.Rational(1, 2), 0, 1),
        "mish": lambda z, slope: z * sympy.tanh(softplus(z)),
        "erf": lambda z, slope: sympy.erf(z),
        "squareplus": lambda z, slope: (z + sympy.sqrt(z**2 + 4)) / 2,
        "log_sigmoid": lambda z, slope: -softplus(-z),
    }


def layers_to_sympy(layers, names, output=0, *, digits=None, max_terms=500):
    """Write one output of fully connected layers as a formula.

    Parameters
    ----------
    layers : sequence of tuple
        ``(weights (n_in, n_out), bias (n_out,), activation, slope)`` of each layer; the slope of
        a leaky ReLU at negative arguments, the alpha of an ELU or CELU, else None.
    names : sequence of str
        Names of the inputs.
    output : int, default=0
        Which output.
    digits : int or None, default=None
        Significant digits of the numbers; None is all.
    max_terms : int, default=500
        Number of weights that are not zero beyond which to refuse.

    Returns
    -------
    sympy.Expr
        The formula on real symbols.

    Raises
    ------
    ValueError
        If the formula would have more than `max_terms` weights, or there is no such output.
    """
    n_terms = int(sum(np.count_nonzero(weights) for weights, *_ in layers))
    if n_terms > max_terms:
        raise ValueError(
            f"A formula may have at most max_terms={max_terms} weights. Got a network of "
            f"{n_terms} instead: prune it first, or pass a larger max_terms."
        )
    n_outputs = layers[-1][0].shape[1]
    if not 0 <= output < n_outputs:
        raise ValueError(f"output must be from 0 to {n_outputs - 1}. Got {output} instead.")
    if len(names) != len(layers[0][0]):
        raise ValueError(
            f"names must have one name per input, {len(layers[0][0])}. Got {len(names)} instead."
        )
    import sympy

    def number(value):
        value = float(value if digits is None else f"{value:.{digits}g}")
        return sympy.Float(value, 15 if digits is None else digits) if value % 1 else int(value)

    functions = _activations(sympy)
    values = [sympy.Symbol(name, real=True) for name in names]
    for weights, bias, activation, slope in layers:
        values = [
            functions[activation](
                sympy.Add(*(number(w) * v for w, v in zip(column, values) if w), number(constant)),
                slope,
            )
            for column, constant in zip(weights.T, bias)
        ]
    return values[output]
