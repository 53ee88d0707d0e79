"""Reading torch modules: chains of layers as dense networks, all else by autograd."""

import copy
import inspect
import sys
import warnings

import numpy as np

from skinterp.network._activations import IDENTITY
from skinterp.network._dense import DenseNetwork, Layer
from skinterp.network._readers import WAY_OUT, Reader, register_reader
from skinterp.network._tasks import task_of, with_one_logit
from skinterp.network._torch_layers import LINKS, cut_link, dense_layers, is_plain
from skinterp.network._torch_network import TorchNetwork
from skinterp.network._verify import N_POINTS, verify
from skinterp.utils import checked_count

_REFUSED = {  # words in the names of layers, and of their bases: what they are called
    "Conv": "convolutional",
    "RNN": "recurrent",
    "Attention": "attention",
    "Transformer": "attention",
    "Embedding": "embedding",
}
_OTHER_IN_TRAINING = ("Dropout", "BatchNorm", "InstanceNorm", "RReLU")
_CALL_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
)


def _kinds(torch, layer):
    """Return the names of torch's own classes that a layer is of, the closest first."""
    if isinstance(layer, torch.jit.ScriptModule):
        name = layer.original_name
        return [name] if hasattr(torch.nn, name) else []
    return [k.__name__ for k in type(layer).__mro__ if k.__module__.startswith("torch.nn.")]


def _check_layers(torch, module, owner):
    """Refuse layers that no table goes through, and a training mode that matters."""
    for path, layer in module.named_modules():
        name, kinds = f"{owner}.{path}" if path else owner, _kinds(torch, layer)
        word = next((w for w in _REFUSED if any(w in kind for kind in kinds)), None)
        if word is not None:
            raise TypeError(
                f"Layer {name} is {kinds[0]}: {_REFUSED[word]} models cannot be read, only "
                f"networks that take a table of numbers. {WAY_OUT}"
            )
        if layer.training and any(w in kind for w in _OTHER_IN_TRAINING for kind in kinds):
            raise ValueError(
                f"A network must be in evaluation mode. Got {owner} in training mode instead, "
                f"where {name} ({kinds[0]}) answers differently; call {owner}.eval() first."
            )


def _check_weights(module, owner):
    """Refuse weights that do not exist yet, or are no finite numbers."""
    for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
        if type(tensor).__name__.startswith("Uninitialized") or tensor.is_meta:
            raise ValueError(
                f"{owner}.{name} has no values yet; call the module on rows, or load its weights, "
                "before it is read."
            )
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise ValueError(
                f"The weights of a network must be finite numbers. Got NaN or infinity in "
                f"{owner}.{name} instead; train it again, for example with a lower learning rate."
            )


def _copied(torch, module):
    """Return a copy, without torch's warning about its own copying of exported programs."""
    with warnings.catch_warnings(), torch.inference_mode(False), torch.no_grad():
        warnings.simplefilter("ignore", FutureWarning)
        try:
            return copy.deepcopy(module)
        except _CALL_ERRORS as error:
            raise TypeError(
                f"A network is read on a copy, and {type(module).__name__} cannot be copied: "
                f"{error}. {WAY_OUT}"
            ) from error


def _own_copy(torch, model):
    """Return the module in evaluation mode on the CPU, changing nothing of the user's."""
    is_program = isinstance(model, torch.export.ExportedProgram)
    module = model.module() if is_program else getattr(model, "_orig_mod", model)  # if compiled
    if not is_program:
        _check_layers(torch, module, type(model).__name__)
    module = _copied(torch, module)
    if not is_program:
        module.eval()
    _check_weights(module, type(model).__name__)
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    return module.cpu()


def _width(modules, owner):
    """Return the number of inputs of the first layer that says it."""
    for module in modules:
        for name in ("in_features", "num_features", "normalized_shape"):
            width = getattr(module, name, None)
            if width is not None:
                return int(np.ravel(width)[-1])
        if getattr(module, "original_name", "") == "Linear":  # of a trace, which keeps no numbers
            return int(module.weight.shape[1])
    raise ValueError(
        f"{owner} does not say how many inputs it takes, having no Linear layer; pass "
        "n_features_in=..."
    )


def _has_hooks(module):
    return any(m._forward_hooks or m._forward_pre_hooks for m in module.modules())


def _traced(torch, module):
    """Return the module as a graph; None where its code cannot be traced as it is called here."""
    if isinstance(module, torch.fx.GraphModule):
        return module
    if isinstance(module, torch.jit.ScriptModule) or _has_hooks(module):
        return None
    if len(inspect.signature(module.forward).parameters) > 1:  # would be traced as given
        return None
    try:
        return torch.fx.symbolic_trace(module)
    except _CALL_ERRORS:
        return None


def _last_of(torch, module):
    """Return the innermost Sequential at the end of a module and its last layer."""
    holder, last = None, module
    while isinstance(last, torch.nn.Sequential) and len(last):
        holder, last = last, last[-1]
    return holder, last


def _without_link(torch, module, traced):
    """Return a copy without the link at its end, None if it cannot be taken off; and the link."""
    if traced is not None:
        bare = _copied(torch, traced)
        return bare, cut_link(bare)
    if isinstance(module, torch.jit.ScriptModule):
        graph = module.inlined_graph  # its nodes live as long as it does
        return None, LINKS.get(next(graph.outputs()).node().kind().partition("::")[2])
    bare = _copied(torch, module)
    holder, last = _last_of(torch, bare)
    names = {"Sigmoid": "logistic", "Softmax": "softmax", "LogSoftmax": "log_softmax"}
    link = names.get(type(last).__name__) if holder is not None and is_plain(last) else None
    if link is not None:
        holder[-1] = torch.nn.Identity()
    return None if _has_hooks(module) else bare, link


def _ask(torch, module, X, owner):
    """Return the module's outputs (n, n_columns), refusing what is no table of numbers."""
    try:
        values = module(X.clone())  # a copy, as it may be changed in place
    except _CALL_ERRORS as error:
        reason = str(error).strip().partition("\n")[0]
        raise ValueError(
            f"A network must take one tensor of shape (n_samples, n_features). Asked at "
            f"{tuple(X.shape)}, {owner} says: {reason}. If the number of features is wrong, pass "
            "n_features_in=...; several inputs must be joined into one, and a program must be "
            "exported with a dynamic number of rows (dynamic_shapes)."
        ) from error
    if not isinstance(values, torch.Tensor) or not values.is_floating_point():
        got = (
            f"dtype {values.dtype}" if isinstance(values, torch.Tensor) else type(values).__name__
        )
        raise TypeError(
            f"A network must return one tensor of real numbers. Got {got} from {owner} instead; "
            "wrap it in a module that returns the values to explain."
        )
    if values.ndim not in (1, 2) or len(values) != len(X):
        raise ValueError(
            f"A network must return a tensor (n_samples,) or (n_samples, n_outputs). "
            f"Got {tuple(values.shape)} from {owner} for {len(X)} rows instead; wrap it in a "
            "module that returns one row of values for each row of inputs."
        )
    return values.reshape(len(X), -1)


def _outputs(torch, network, X, owner):
    """Return the outputs of a module, refusing one that draws, mixes rows or has no gradient."""
    with torch.random.fork_rng(devices=[]), torch.inference_mode(False):
        X = torch.tensor(X, dtype=network.dtype, requires_grad=True)
        with torch.enable_grad():
            values = _ask(torch, network.module, X, owner)
        with torch.no_grad():
            halves = [_ask(torch, network.module, half, owner) for half in X.split(len(X) // 2)]
    tolerance = max(1e-3, 4 * torch.finfo(values.dtype).eps)
    if not torch.allclose(values, torch.cat(halves), tolerance, tolerance, equal_nan=True):
        raise ValueError(
            f"A network must answer each row by itself, and always the same. {owner} draws random "
            "numbers or uses the other rows of a batch (as batch norm without running statistics "
            "does)."
        )
    if not values.requires_grad:
        raise ValueError(
            f"A network must be differentiable. {owner} has no gradient: its outputs do not "
            "depend on its inputs through differentiable functions of torch."
        )
    return values.detach()


def _are_probabilities(values):
    """Tell whether every row of several outputs is positive and sums to one."""
    totals = values.double().sum(axis=1)
    return values.shape[1] > 1 and bool((values >= 0).all() and ((totals - 1).abs() < 1e-3).all())


def _task_and_link(link, values, classes):
    """Return the arguments of the network, and how its probabilities become logits."""
    if link is None and classes is not None and _are_probabilities(values):
        link = "softmax"
    kind = "softmax" if link == "log_softmax" else link
    task, classes = task_of(kind, values.shape[1], classes)
    n_outputs = 1 if task == "binary" else values.shape[1]
    undone = None if link == "log_softmax" else link
    return {"task": task, "n_outputs": n_outputs, "classes": classes}, undone


def _dense(layers, task, classes, **_):
    """Return the dense network of a chain of layers."""
    if task != "regression" and layers[-1].activation != IDENTITY:
        eye = np.eye(len(layers[-1].bias))
        layers = [*layers, Layer(eye, np.zeros(len(eye)), IDENTITY)]
    if task == "binary" and len(layers[-1].bias) == 2:
        layers = with_one_logit(layers)
    return DenseNetwork(layers, task, classes)


def _check_signature(module, owner):
    """Refuse a module that takes two inputs or more."""
    if hasattr(module, "original_name"):
        return
    parameters = inspect.signature(module.forward).parameters.values()
    needed = [
        p.name for p in parameters if p.default is p.empty and p.kind <= p.POSITIONAL_OR_KEYWORD
    ]
    if len(needed) > 1:
        raise TypeError(
            f"A network must take one tensor (n_samples, n_features). Got {owner}, which takes "
            f"{len(needed)} inputs ({', '.join(needed)}), instead; join them in a module that "
            "splits its columns."
        )


def _tolerance(torch, dtype):
    return max(1e-9, 1e3 * torch.finfo(dtype).eps)


def read_torch(model, n_features_in=None, classes=None):
    """Read a torch module, script or exported program.

    Parameters
    ----------
    model : torch.nn.Module, torch.jit.ScriptModule or torch.export.ExportedProgram
        The model; taken as it answers in evaluation mode, on a copy.
    n_features_in : int or None, default=None
        The number of inputs; None asks the first layer.
    classes : array-like or None, default=None
        The class labels, saying that outputs without Sigmoid or Softmax are logits.

    Returns
    -------
    DenseNetwork or TorchNetwork
        The network: dense layers where the module is a chain of them, else asked by autograd.

    Raises
    ------
    TypeError
        If the model holds layers that are not for tables, or is no module.
    ValueError
        If it is in training mode, has weights that are not finite, or does not take a table.
    RuntimeError
        If the layers read do not reproduce the module's outputs.
    """
    owner, torch = type(model).__name__, sys.modules.get("torch")  # loaded by any real model
    kinds = () if torch is None else (torch.nn.Module, torch.export.ExportedProgram)
    if not isinstance(model, kinds):
        raise TypeError(
            f"{owner} is a torch model, but no nn.Module, script or exported program, so that it "
            f"cannot be read. {WAY_OUT}"
        )
    module = _own_copy(torch, model)
    _check_signature(module, owner)
    traced = _traced(torch, module)
    if n_features_in is None:
        n_features_in = _n_inputs(module, traced, owner)
    width = checked_count(n_features_in, "n_features_in", 1)
    return _read(torch, module, traced, owner, width, classes)


def _n_inputs(module, traced, owner):
    """Return the number of inputs: of an exported table, or of the first layer that says it."""
    nodes = () if traced is None else traced.graph.nodes
    tables = [node.meta.get("val") for node in nodes if node.op == "placeholder"]
    if tables and getattr(tables[0], "ndim", 0) == 2:
        return int(tables[0].shape[1])
    called = [traced.get_submodule(n.target) for n in nodes if n.op == "call_module"]
    return _width([*called, *module.modules()], owner)


def _read(torch, module, traced, owner, width, classes):
    """Read a checked copy of a module, and its graph if it has one."""
    points = np.random.RandomState(0).standard_normal((N_POINTS, width))
    probe = TorchNetwork(module, n_features_in=width)
    values, layers, bare = _outputs(torch, probe, points, owner), None, None
    if traced is not None:
        layers, link = dense_layers(traced, width, probe.dtype != torch.float64)
    if layers is None:
        bare, link = _without_link(torch, module, traced)
    arguments, undone = _task_and_link(link, values, classes)
    own = TorchNetwork(module, n_features_in=width, link=undone, **arguments)
    if layers is not None:
        network = _dense(layers, **arguments)
    elif link is not None and bare is not None:
        network = TorchNetwork(bare, n_features_in=width, **arguments)
    else:
        return own
    answers = own.predict if own.task == "regression" else own.predict_proba
    verify(network, points, answers(points), owner, _tolerance(torch, probe.dtype))
    return network


register_reader(
    Reader(
        "torch",
        read_torch,
        libraries=("torch",),
        options=("n_features_in", "classes"),
        accepts="a torch module",
    )
)
