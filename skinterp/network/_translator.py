"""Values of a foreign model, and the graph that is made of them; needs no foreign library.

Every value is a constant, a `Batch` that depends on the rows, or an `End`, which says what is done
with the scores of a classifier. Shapes are followed with a few rows: an operation that only moves
numbers is done to their indices, and must do the same in every row.
"""

from typing import NamedTuple

import numpy as np

from skinterp.network._activations import as_activation
from skinterp.network._graph import Node


class Operation(NamedTuple):
    """One node of an ONNX graph."""

    kind: str
    name: str
    inputs: tuple
    outputs: tuple
    attributes: dict


class Batch(NamedTuple):
    """A value for every row: its node, its shape in a row, the tensor's name, a link behind it."""

    node: int
    shape: tuple
    name: str = ""
    link: str = ""


class End(NamedTuple):
    """What becomes of the scores of a classifier: labels, or a table by class."""

    scores: Batch
    classes: object = None
    is_label: bool = True


class Translator:
    """The graph read so far.

    Parameters
    ----------
    shape : tuple of int
        Shape of the input in a row.
    n_rows : int, default=2
        Rows with which shapes are followed: those that the model is fixed to, or 2.
    name : str, default=""
        Name of the input.

    Attributes
    ----------
    nodes : list of Node
        The graph.
    source : Batch
        The input.
    values : dict
        What the names in the model stand for.
    """

    def __init__(self, shape, n_rows=2, name=""):
        self.n_rows = n_rows
        self.nodes = [Node("input", (), (int(np.prod(shape)),))]
        self.source = Batch(0, tuple(shape), name)
        self.values = {"": None, name: self.source}

    def add(self, batch, operation, *arguments, shape=None):
        """Append a node behind a value, and return its value."""
        self.nodes.append(Node(operation, (batch.node,), arguments))
        return Batch(len(self.nodes) - 1, batch.shape if shape is None else shape)

    def join(self, operation, batches, shape):
        """Append a node of several values, and return its value."""
        self.nodes.append(Node(operation, tuple(batch.node for batch in batches)))
        return Batch(len(self.nodes) - 1, shape)

    def activate(self, batch, *spec):
        """Append an activation."""
        spec = spec[0] if len(spec) == 1 else spec
        return self.add(batch, "activation", as_activation(spec))

    def scale(self, batch, factor=1.0, shift=0.0):
        """Append ``factor * value + shift``, of numbers or of arrays of a row's shape."""
        parts = (np.broadcast_to(part, batch.shape).ravel() for part in (factor, shift))
        return self.add(batch, "scale", *parts)

    def row(self, constant, shape):
        """Return the row of a constant that is broadcast to all rows."""
        rows = np.broadcast_to(constant, (self.n_rows, *shape))
        if any(not np.array_equal(row, rows[0]) for row in rows):
            raise TypeError("a constant differs from row to row")
        return rows[0]

    def move(self, batch, function):
        """Apply a function that only moves numbers to a value."""
        size = int(np.prod(batch.shape))
        indices = np.arange(self.n_rows * size).reshape(self.n_rows, *batch.shape)
        moved = np.asarray(function(indices))
        first = moved[0] if moved.ndim else moved
        if moved.shape[:1] != (self.n_rows,) or any(
            not np.array_equal(row, first + k * size) for k, row in enumerate(moved)
        ):
            raise TypeError("mixes the rows of a table (its first dimension)")
        if np.array_equal(first.ravel(), np.arange(size)):
            return batch._replace(shape=first.shape)
        if batch.link:
            raise TypeError(f"follows a {batch.link}, which must be the end of the model")
        return self.add(batch, "columns", first.ravel(), shape=first.shape)
