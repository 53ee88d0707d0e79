"""Traced torch modules as dense layers, and the link at their end."""

import operator
from numbers import Real

import numpy as np

from skinterp.network._activations import IDENTITY, as_activation
from skinterp.network._dense import Layer

LINKS = {"sigmoid": "logistic", "softmax": "softmax", "log_softmax": "log_softmax"}
_MODULES = {  # classes of torch.nn whose functions have other names than the class in lower case
    "LeakyReLU": "leaky_relu",
    "LogSigmoid": "logsigmoid",
    "LogSoftmax": "log_softmax",
}
_OPTIONS = {  # their options, in the order of torch.nn.functional, with the defaults
    "leaky_relu": {"negative_slope": 0.01},
    "elu": {"alpha": 1.0},
    "celu": {"alpha": 1.0},
    "hardtanh": {"min_val": -1.0, "max_val": 1.0},
    "prelu": {"weight": None},
    "gelu": {"approximate": "none"},
    "softplus": {"beta": 1.0, "threshold": 20.0},
    "softmax": {"dim": None},
    "log_softmax": {"dim": None},
}
_PLAIN = (
    *("relu", "relu6", "tanh", "sigmoid", "selu", "silu", "mish", "softsign", "erf"),
    *("hardsigmoid", "hardswish", "exp"),
)
_NOTHING_IN_EVAL = ("Identity", "Dropout", "AlphaDropout", "FeatureAlphaDropout")
_LINEAR = ((1, "weight"), (2, "bias"))  # arguments of functional.linear
_CALLS = ("call_module", "call_function", "call_method")
_RESHAPES = ("squeeze", "flatten", "reshape", "view")
_SINGLE_PRECISION_EXACT = 16.0  # softplus(z) - z < 2e-7 beyond it
_DOUBLE_PRECISION_EXACT = 36.0  # and < 3e-16


def _array(tensor):
    return tensor.detach().double().numpy()


def is_plain(module):
    """Tell whether a module is of a class of torch itself, and nothing hooks into it."""
    hooks = (module._forward_hooks, module._forward_pre_hooks)
    return type(module).__module__.startswith("torch.nn.modules.") and not any(hooks)


def _name_of(traced, node):
    """Return the name of the elementwise function a node calls, and its options."""
    if node.op == "call_module":
        module = traced.get_submodule(node.target)
        kind = type(module).__name__ if is_plain(module) else ""
        name = _MODULES.get(kind, kind.lower())
        return name, {key: getattr(module, key) for key in _OPTIONS.get(name, ())}
    target = node.target
    if not isinstance(target, str):
        root = (getattr(target, "__module__", None) or "torch").partition(".")[0]
        target = (
            getattr(target, "__name__", "") if root in ("torch", "_operator", "operator") else ""
        )
    name = target.partition(".")[0].strip("_")
    defaults = _OPTIONS.get(name, {})
    given = dict(zip(defaults, node.args[1:]))
    return name, {**defaults, **given, **{k: v for k, v in node.kwargs.items() if k in defaults}}


_PARAMETRIC = ("leaky_relu", "elu", "celu")
_OTHER = {  # name: what equals it with the given options, from a softplus threshold on
    "logsigmoid": lambda exact_from: "log_sigmoid",
    "log_sigmoid": lambda exact_from: "log_sigmoid",
    "gelu": lambda exact_from, approximate: "gelu" if approximate == "none" else "gelu_tanh",
    "hardtanh": lambda exact_from, min_val, max_val: (
        "hardtanh" if (min_val, max_val) == (-1, 1) else None
    ),
    "prelu": lambda exact_from, weight: (
        ("leaky_relu", weight.item()) if getattr(weight, "shape", None) in ((), (1,)) else None
    ),
    "softplus": lambda exact_from, beta, threshold: (
        "softplus" if beta == 1 and threshold >= exact_from else None
    ),
}


def _activation(name, options, is_single):
    """Return the activation of a torch function, None if there is none that equals it."""
    exact_from = _SINGLE_PRECISION_EXACT if is_single else _DOUBLE_PRECISION_EXACT
    spec = name if name in _PLAIN else None
    if name in _PARAMETRIC:
        spec = name, next(iter(options.values()))
    elif name in _OTHER:
        spec = _OTHER[name](exact_from, **options)
    return None if spec is None else as_activation(spec)


class _Chain:
    """Layers put one behind the other; affine maps that follow each other become one."""

    def __init__(self, width, is_single):
        self.layers, self.width, self.is_single = [], width, is_single
        self.pending, self.link = None, None

    def affine(self, weights, bias):
        if len(weights) != self.width or self.link:
            return False
        if self.pending is not None:
            bias = self.pending[1] @ weights + bias
            weights = self.pending[0] @ weights
        self.pending, self.width = (weights, bias), weights.shape[1]
        return True

    def linear(self, weight, bias):
        return self.affine(weight.T, np.zeros(len(weight)) if bias is None else bias)

    def scale(self, factor, shift):
        if self.link or any(np.size(part) not in (1, self.width) for part in (factor, shift)):
            return False
        factor, shift = (np.broadcast_to(np.ravel(v), self.width) for v in (factor, shift))
        if self.pending is None:
            return self.affine(np.diag(factor), shift)
        self.pending = self.pending[0] * factor, self.pending[1] * factor + shift
        return True

    def activate(self, name, options):
        activation = _activation(name, options, self.is_single)
        if activation is None or self.link:
            return False
        self.close(activation)
        return True

    def end_in(self, name, options):
        self.link = LINKS[name]
        return options.get("dim", 1) in (None, 1, -1)

    def close(self, activation=IDENTITY):
        weights, bias = self.pending or (np.eye(self.width), np.zeros(self.width))
        self.layers.append(Layer(weights, bias, activation))
        self.pending = None


def _batch_norm(chain, norm):
    if norm.running_mean is None:
        return False
    factor = 1.0 / np.sqrt(_array(norm.running_var) + norm.eps)
    shift = -_array(norm.running_mean) * factor
    if norm.affine:
        weight = _array(norm.weight)
        factor, shift = factor * weight, shift * weight + _array(norm.bias)
    return chain.scale(factor, shift)


def _call_module(chain, module):
    """Add a layer of torch.nn that is affine or does nothing; tell whether it is one."""
    kind = type(module).__name__ if is_plain(module) else ""
    if kind == "Linear":
        return chain.linear(
            _array(module.weight), None if module.bias is None else _array(module.bias)
        )
    if kind == "BatchNorm1d":
        return _batch_norm(chain, module)
    if kind == "Flatten":
        return (module.start_dim, module.end_dim) in ((1, -1), (1, 1))
    return kind in _NOTHING_IN_EVAL


def _constant(traced, operand):
    """Return a number or a parameter as an array, None if it is neither."""
    if getattr(operand, "op", None) == "get_attr":
        value = traced
        for part in operand.target.split("."):
            value = getattr(value, part)
        return _array(value)
    return np.float64(operand) if isinstance(operand, Real) else None


def _arithmetic(chain, traced, name, operands):
    """Add a sum, difference, product or quotient with a constant; tell whether it is one."""
    constants = [_constant(traced, operand) for operand in operands]
    is_first = constants[0] is not None
    constant = constants[0] if is_first else constants[1]
    if constant is None:
        return False
    if np.ndim(constant) > 1 and len(constant) > 1:
        is_product = name == "matmul" and not is_first and np.ndim(constant) == 2
        return is_product and chain.affine(constant, np.zeros(constant.shape[1]))
    if name in ("truediv", "div"):
        return not is_first and np.all(constant) and chain.scale(1.0 / constant, 0.0)
    steps = {
        "add": (1.0, constant),
        "sub": (-1.0, constant) if is_first else (1.0, -constant),
        "mul": (constant, 0.0),
    }
    return name in steps and chain.scale(*steps[name])


def _call_function(chain, traced, node, name):
    """Add a function of torch that is affine or does nothing; tell whether it is one."""
    args, kwargs = node.args, node.kwargs
    if name == "linear":
        weight, bias = (kwargs.get(key, (*args, None, None, None)[i]) for i, key in _LINEAR)
        arrays = _constant(traced, weight), _constant(traced, bias)
        is_known = arrays[0] is not None and (bias is None or arrays[1] is not None)
        return is_known and chain.linear(*arrays)
    if name == "dropout":
        return kwargs.get("training", args[2] if len(args) > 2 else True) is False
    if name == "flatten":
        return (*args[1:], *kwargs.values()) in ((1,), (1, -1))
    if name == "squeeze":
        return chain.width == 1 and (*args[1:], *kwargs.values()) in ((), (1,), (-1,))
    if name in ("view", "reshape"):
        return args[1:] in ((-1, chain.width), ((-1, chain.width),))
    if name == "neg":
        return chain.scale(-1.0, 0.0)
    return len(args) == 2 and not kwargs and _arithmetic(chain, traced, name, args)


def _changes_nothing(traced, node):
    """Tell whether a node puts out the numbers it takes, in another shape at most."""
    if node.op != "call_module":
        return _name_of(traced, node)[0] in _RESHAPES
    module = traced.get_submodule(node.target)
    return is_plain(module) and type(module).__name__ in ("Flatten", *_NOTHING_IN_EVAL)


def _is_last(traced, node):
    """Tell whether nothing is done with what a node puts out."""
    while node.op != "output":
        users = list(node.users)
        if len(users) != 1 or (users[0].op != "output" and not _changes_nothing(traced, users[0])):
            return False
        node = users[0]
    return True


def _add(chain, traced, node):
    """Add a node to the chain; tell whether it is a layer, or part of one."""
    name, options = _name_of(traced, node)
    if name in LINKS and _is_last(traced, node):
        return chain.end_in(name, options)
    if chain.activate(name, options):
        return True
    if node.op == "call_module":
        return _call_module(chain, traced.get_submodule(node.target))
    return _call_function(chain, traced, node, name)


def _is_row_count(value):
    """Tell whether a node is ``x.size(0)`` or ``x.shape[0]``."""
    target, args = getattr(value, "target", None), getattr(value, "args", ())
    return args[1:] == (0,) and (target == "size" or target is operator.getitem)


def _drop_views(traced):
    """Take ``x.view(x.size(0), -1)`` and ``x.reshape(x.shape[0], -1)`` out, of no use for rows."""
    for node in list(traced.graph.nodes):
        if node.op == "call_method" and node.target in ("view", "reshape"):
            x, *sizes = node.args
            if len(sizes) == 2 and _is_row_count(sizes[0]) and sizes[1] == -1:
                node.replace_all_uses_with(x)
                traced.graph.erase_node(node)
    traced.graph.eliminate_dead_code()
    traced.recompile()


def _inputs(node):
    return [each for each in node.all_input_nodes if each.op != "get_attr"]


def dense_layers(traced, n_features_in, is_single):
    """Read a traced module as dense layers, if it is a chain of layers.

    Parameters
    ----------
    traced : torch.fx.GraphModule
        The module, in evaluation mode; views that rows do not need are taken out of it.
    n_features_in : int
        The number of inputs.
    is_single : bool
        Whether it calculates in single precision.

    Returns
    -------
    layers : list of Layer or None
        The layers without the link at their end; None if the module is no chain of them.
    link : {"logistic", "softmax", "log_softmax"} or None
        The link.
    """
    _drop_views(traced)
    chain, previous = _Chain(n_features_in, is_single), None
    for node in traced.graph.nodes:
        if node.op == "get_attr":
            continue
        if node.op == "output":
            break
        is_next = _inputs(node) == ([] if previous is None else [previous])
        if not is_next or len(node.users) != 1:
            return None, None
        if node.op != "placeholder" and not _add(chain, traced, node):
            return None, None
        previous = node
    if chain.pending is not None or chain.link or not chain.layers:
        chain.close()
    return chain.layers, chain.link


def cut_link(traced):
    """Take the link off the end of a traced module.

    Parameters
    ----------
    traced : torch.fx.GraphModule
        The module; changed in place.

    Returns
    -------
    {"logistic", "softmax", "log_softmax"} or None
        The link; None if there is none.
    """
    *_, output = traced.graph.nodes
    results = output.all_input_nodes
    last = results[0] if len(results) == 1 else output
    while last.op in _CALLS and _changes_nothing(traced, last):
        last = last.all_input_nodes[0]
    if last.op not in _CALLS or not _is_last(traced, last):
        return None
    name, options = _name_of(traced, last)
    if name not in LINKS or options.get("dim", 1) not in (None, 1, -1):
        return None
    last.replace_all_uses_with(last.all_input_nodes[0])
    traced.graph.erase_node(last)
    traced.recompile()
    return LINKS[name]
