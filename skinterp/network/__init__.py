"""Which network? Everything a user may bring, read as one immutable `Network`.

``as_network`` turns a fitted model into a `Network`: raw values, Jacobian, hidden units, names.
One file per library in ``readers`` reads its models (``register_reader`` adds one); affine steps
are folded into the first layer, so that values and gradients are in the user's own units.
``network.output(k)``, ``margin(k)``, ``difference(j, k)`` and ``unit(layer, j)`` are networks of
one output, a `ScalarView` each.
"""

from skinterp.network._activations import Activation, as_activation
from skinterp.network._answers import Answers
from skinterp.network._default import default_network
from skinterp.network._dense import DenseNetwork
from skinterp.network._formula import layers_of_output, network_to_sympy
from skinterp.network._front import SteppedNetwork
from skinterp.network._graph import GraphNetwork, Node
from skinterp.network._graph_folding import network_of_graph
from skinterp.network._inputs import (
    as_rows,
    checked_row,
    dense_of,
    first_class,
    hidden_of,
    input_names,
    output_names,
    raw_value_names,
    why_no_layers,
)
from skinterp.network._network import Network, ScalarView
from skinterp.network._readers import READERS, Reader, as_network, network_for, register_reader
from skinterp.network._steps import STEPS, Step, register_step, takes_tables
from skinterp.network._verify import verify
from skinterp.network.steps._dates import dates_as_days
from skinterp.network.steps._objects import cells_as_objects

__all__ = [
    "READERS",
    "STEPS",
    "Activation",
    "Answers",
    "DenseNetwork",
    "GraphNetwork",
    "Network",
    "Node",
    "Reader",
    "ScalarView",
    "Step",
    "SteppedNetwork",
    "as_activation",
    "as_network",
    "as_rows",
    "cells_as_objects",
    "checked_row",
    "dates_as_days",
    "default_network",
    "dense_of",
    "first_class",
    "hidden_of",
    "input_names",
    "layers_of_output",
    "network_for",
    "network_of_graph",
    "network_to_sympy",
    "output_names",
    "raw_value_names",
    "register_reader",
    "register_step",
    "takes_tables",
    "verify",
    "why_no_layers",
]

READERS.load()
STEPS.load()
