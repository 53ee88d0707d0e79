"""The algorithm for a function: enumeration, characteristic functions, sampling, or anchored."""

import warnings
from math import prod
from typing import NamedTuple

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from skinterp.expansion._anchored import expand_around
from skinterp.expansion._categorical_network import hidden_layer
from skinterp.expansion._convolution import expand_hidden_layer
from skinterp.expansion._deadline import Deadline, OutOfTime, ask_until
from skinterp.expansion._enumerate import expand_table, spectrum, tabulate
from skinterp.expansion._gauge import gauge_weights, n_coefficients, n_subsets
from skinterp.expansion._sampling import draw_rare, sample_terms
from skinterp.expansion._variances import variances, weighted_variance

METHODS = ("auto", "enumerate", "convolution", "gaussian", "sampling")
MAX_INPUTS = 10**6  # that may be enumerated
MAX_BYTES = 4e9  # of memory, estimated before any of it is taken
_ROUGH = ("selu", "elu", "celu", "softsign", "hardswish")
_WANTED = {"smooth": (1e-10, 1e-8), "rough": (7e-5, 1e-4), "sampling": (0.02, 0.02)}
_N_SCALE, _ROUNDING = 4096, 1e-13


class Request(NamedTuple):
    """The function to expand, the gauge and order, and the options of the algorithms."""

    function: object
    weights: tuple
    wild_type: tuple
    gauge: str
    order: int
    method: str
    precision: float | None = None
    deadline: Deadline = Deadline()
    seed: int = 0
    n_jobs: int | None = None
    rows: object = None  # of data: codes


class Found(NamedTuple):
    """Terms, standard errors (None if exact), method, a bound of the error, variances."""

    terms: dict
    errors: dict | None
    method: str
    error: float
    spectrum: np.ndarray | None = None
    term_variances: dict | None = None


def check_size(sizes, order, n_outputs):
    """Refuse an expansion with more coefficients than memory holds, before any is computed.

    Parameters
    ----------
    sizes : sequence of int
        Numbers of categories.
    order : int
        Highest order.
    n_outputs : int
        Number of outputs.

    Raises
    ------
    ValueError
        If the estimate exceeds the limit, or the order the number of variables.
    """
    if order > len(sizes):
        raise ValueError(
            f"order must be at most the number of variables, {len(sizes)}. Got order={order} "
            f"instead (n_features={len(sizes)})."
        )
    count = n_coefficients(sizes, order) * n_outputs
    if 4 * 8 * count > MAX_BYTES:
        raise ValueError(
            f"order must be such that the expansion fits into {MAX_BYTES / 1e9:g} GB. Got "
            f"order={order}: {count:.3g} coefficients, about {32e-9 * count:.3g} GB instead; "
            "lower the order."
        )


def choose_method(request):
    """Return the method to use, refusing one that cannot be used.

    Parameters
    ----------
    request : Request
        What is asked for.

    Returns
    -------
    str
        The method; "direct" for the gauges of a reference.

    Raises
    ------
    ValueError
        If the method does not fit the network.
    """
    sizes, has_layer = request.function.sizes, hidden_layer(request.function) is not None
    is_small = prod(sizes) <= MAX_INPUTS
    if request.method == "enumerate" and not is_small:
        raise ValueError(
            f'method="enumerate" must have at most {MAX_INPUTS} inputs. Got '
            f'10^{np.log10(np.array(sizes, float)).sum():.3g} instead: use "convolution" (one '
            'hidden layer) or "sampling".'
        )
    if request.method in ("convolution", "gaussian") and not has_layer:
        raise ValueError(
            f'method="{request.method}" needs a network with one hidden layer, and an output that '
            f"is linear in it. Got {request.function.inner!r} instead: use "
            'method="sampling" or, for up to a million inputs, "enumerate".'
        )
    if request.gauge != "zero_sum":
        return "direct"
    if request.method != "auto":
        return request.method
    if is_small and _bytes_of_table(request) <= MAX_BYTES:
        return "enumerate"
    return "convolution" if has_layer else "sampling"


def _bytes_of_table(request):
    return 8 * prod(request.function.sizes) * request.function.n_outputs * (request.order + 3)


def expand(request):
    """Expand a function.

    Parameters
    ----------
    request : Request
        What, and how.

    Returns
    -------
    Found
        The terms.

    Raises
    ------
    ValueError
        If the method does not fit, or memory would not do.
    TimeoutError
        If the time is over, and nothing found until then is of use.

    Warns
    -----
    ConvergenceWarning
        If the precision asked for is not reached, or the time is over before the highest order.
    """
    check_size(request.function.sizes, request.order, request.function.n_outputs)
    algorithms = {
        "direct": _anchored,
        "enumerate": _by_enumeration,
        "convolution": _by_convolution,
        "gaussian": _by_convolution,
        "sampling": _by_sampling,
    }
    method = choose_method(request)
    return algorithms[method](request._replace(method=method))


def _out_of_time(request, done, advice):
    """Return the error of an algorithm that had no time to end."""
    return TimeoutError(
        f'method="{request.method}" must end within max_seconds={request.deadline.seconds:g}. '
        f"Got {done} in that time instead: allow more time (max_seconds=None is any), {advice}."
    )


def _anchored(request):
    """Read the terms of the gauge of a reference off the network."""
    function, sizes = request.function, request.function.sizes
    if request.gauge == "zero_vector":
        function, row = function.with_absence(), np.array([sizes])
        weights = [np.eye(q + 1)[q] for q in sizes]
    else:
        weights = gauge_weights(request.gauge, request.weights, request.wild_type)
        row = np.array([[int(w.argmax()) for w in weights]])
    terms = {}
    for S, tensors in expand_around(function, row, weights, request.order):
        inside = (slice(None), *(slice(sizes[i]) for i in S))
        terms[S] = tensors[0][inside].copy()
        if request.deadline.is_over:
            break
    terms = _whole_orders(terms, request)
    return Found(terms, None, "direct", 0.0, *_variances_if_small(request))


def _whole_orders(terms, request):
    """Return the terms of the orders that are complete: without the others they are the same."""
    order, n = request.order, len(request.function.sizes)
    whole = max(m for m in range(order + 1) if sum(len(S) <= m for S in terms) == n_subsets(n, m))
    if whole == order:
        return terms
    count = f"{len(terms)} of {n_subsets(n, order)} terms"
    if whole == 0:
        advice = "or have fewer categories"
        raise _out_of_time(request._replace(method="direct"), count, advice)
    warnings.warn(
        f"The expansion stopped after max_seconds={request.deadline.seconds:g} with {count}: it "
        f"has those up to order {whole}, which are complete, and none of order {whole + 1}. Allow "
        f"more time, or ask for order={whole}.",
        ConvergenceWarning,
        stacklevel=5,
    )
    return {S: term for S, term in terms.items() if len(S) <= whole}


def _variances_if_small(request):
    """Return the network's variances by order and by zero-sum term, if all inputs can be asked."""
    sizes, weights = request.function.sizes, request.weights
    if prod(sizes) > MAX_INPUTS or _bytes_of_table(request) > MAX_BYTES:
        return None, None
    until = request.deadline.for_checking()
    try:
        table = tabulate(request.function, sizes, until)
        terms = expand_table(table, weights, request.order, until)
        return spectrum(table, weights, until), variances(terms, weights)
    except OutOfTime:
        return None, None


def _by_enumeration(request):
    size = _bytes_of_table(request)
    if size > MAX_BYTES:
        raise ValueError(
            f'method="enumerate" must fit into {MAX_BYTES / 1e9:g} GB. Got about {size / 1e9:.3g} '
            "GB instead: explain fewer outputs."
        )
    function, until = request.function, request.deadline
    try:
        table = tabulate(function, function.sizes, until)
        terms = expand_table(table, request.weights, request.order, until)
        orders = spectrum(table, request.weights, until)
    except OutOfTime as over:
        share = f"{over.args[0]:.2%}" if over.args else "all"
        done = f"the network's values at {share} of its {prod(function.sizes)} inputs"
        advice = 'lower the order, or take method="sampling", which keeps what it has by then'
        raise _out_of_time(request, done, advice) from None
    return Found(terms, None, "enumerate", 0.0, orders)


def _scales(request, wanted):
    """Return the deviation of each output, or more where `wanted` of it would be rounding."""
    rows, ratios = draw_rare(request.weights, _N_SCALE, np.random.default_rng(0))
    values = ask_until(lambda k, end: request.function(rows[k:end]), _N_SCALE, request.deadline)
    variance = weighted_variance(values, ratios[: len(values)])
    if not variance.any():
        variance = weighted_variance(request.function(request.rows))
    rounding = _ROUNDING * np.abs(values).max(axis=0)
    scales = np.maximum(np.sqrt(variance), rounding / wanted)
    scales[scales == 0.0] = scales.max() or 1.0
    return scales


def _is_rough(activation):
    return activation.name in _ROUGH or bool(activation.bends)


def _by_convolution(request):
    layer = hidden_layer(request.function)
    wanted, tolerated = _WANTED["rough" if _is_rough(layer.activation) else "smooth"]
    if request.precision is not None:
        wanted = tolerated = request.precision
    scales = _scales(request, wanted)
    layer = layer._replace(behind=layer.behind / scales, bias=layer.bias / scales)

    def run(order, is_gaussian):
        terms, error = expand_hidden_layer(
            layer, request.weights, order, wanted, is_gaussian, request.n_jobs, request.deadline
        )
        return {S: (scales * term.T).T for S, term in terms.items()}, error

    is_gaussian = request.method == "gaussian"
    try:
        terms, error = run(request.order, is_gaussian)
        exact, error = run(1, False) if is_gaussian else (None, error)
    except OutOfTime:
        advice = "lower the order, ask for less precision (precision=0.01), or take"
        advice += ' method="sampling", which keeps what it has by then'
        raise _out_of_time(request, "some of the units", advice) from None
    if is_gaussian:
        error += max(np.abs((terms[S] - exact[S]).T / scales).max() for S in exact)
    elif error > tolerated:
        warnings.warn(
            f"The expansion may be wrong by up to {error:.3g} deviations of the output, and "
            f"{tolerated:.3g} was wanted: the hidden units reach too far, or bend too sharply, "
            "for more. Ask for less precision.",
            ConvergenceWarning,
            stacklevel=4,
        )
    return Found(terms, None, request.method, float(error * scales.max()))


def _by_sampling(request):
    precision = _WANTED["sampling"][0] if request.precision is None else request.precision
    terms, errors = sample_terms(
        request.function, request.weights, request.order, precision * _scales(request, precision),
        request.deadline, request.seed, request.n_jobs,
    )  # fmt: skip
    worst = max(float(error.max()) for error in errors.values())
    moved = max(np.abs(term).max() for S, term in terms.items() if S)
    spread = np.ptp(request.function(request.rows), axis=0).max()
    if spread > 0.0 and moved <= 1e-12 * spread:
        warnings.warn(
            "The rows drawn all have the same value, and the rows of X have not: what makes the "
            "difference is too rare under the measure. The terms say nothing about it; take "
            'measure="marginals", or expand a hidden layer.',
            ConvergenceWarning,
            stacklevel=4,
        )
        worst = np.nan
    return Found(terms, errors, "sampling", worst)
