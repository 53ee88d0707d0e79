"""A small network as equations, one per unit."""

from skinterp.expression import affine_text
from skinterp.network import raw_value_names
from skinterp.utils import one_line


def _unit_text(name, slopes, constant, activation, inputs, digits, spread):
    """Write a unit as an equation."""
    value = affine_text(slopes, constant, inputs, digits, spread)
    return f"{name} = {value if activation.name == 'identity' else f'{activation}({value})'}"


def layer_texts(network, names, digits=4, max_units=20, spreads=None):
    """Write the units of a network as equations, layer after layer.

    Parameters
    ----------
    network : DenseNetwork
        The network.
    names : sequence of str
        Names of the inputs.
    digits : int, default=4
        Significant digits, at least.
    max_units : int or None, default=20
        How many units of a layer to write; None is all.
    spreads : sequence of ColumnSpread or None, default=None
        The inputs of each layer on rows of data, against which digits are chosen.

    Returns
    -------
    list of str
        One block of lines per layer: a hidden unit j of layer l is called ``hl_j``.
    """
    blocks, last = [], len(network.layers) - 1
    for k, (weights, bias, activation) in enumerate(network.layers):
        is_last = k == last
        spread = None if spreads is None else spreads[k]
        units = [f"h{k}_{j}" for j in range(len(bias))]
        outputs = list(map(one_line, raw_value_names(network))) if is_last else units
        title = "output" if is_last else f"hidden layer {k}"
        lines = [
            _unit_text(name, slopes, constant, activation, names, digits, spread)
            for name, slopes, constant in list(zip(outputs, weights.T, bias))[:max_units]
        ]
        n_more = len(bias) - len(lines)
        lines += [f"... ({n_more} more units)"] if n_more else []
        blocks.append("\n    ".join([f"{title}:", *lines]))
        names = units
    return blocks
