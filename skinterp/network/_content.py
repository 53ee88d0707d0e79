"""Value semantics: read-only arrays and a digest of the content of nested values."""

import hashlib
import pickle

import numpy as np


def read_only(values, dtype=None):
    """Return `values` as an array that cannot be written to; copy unless it already is one."""
    if isinstance(values, np.ndarray) and not values.flags.writeable and values.flags.owndata:
        array = values.astype(dtype or values.dtype, order="C", copy=False)
    else:
        array = np.array(values, dtype=dtype, order="C")
    array.setflags(write=False)
    return array


def _tokens(value):
    """Yield byte strings that identify `value` by its content."""
    if isinstance(value, np.ndarray) and value.dtype != object:
        yield f"{value.dtype.str}{value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, tuple | np.ndarray):
        yield f"{type(value).__name__}{len(value)}".encode()
        for item in value:
            yield from _tokens(item)
    elif value is None or isinstance(value, str | int | float | bool):
        yield f"{type(value).__name__}:{value!r}".encode()
    elif hasattr(value, "digest"):
        yield value.digest
    else:
        yield _pickled(value)


def _pickled(value):
    """Return the pickle of `value`, or its identity if it cannot be pickled."""
    try:
        return pickle.dumps(value)
    except (pickle.PicklingError, AttributeError, TypeError):
        return f"id:{id(value)}".encode()


def digest(*values):
    """Return the SHA-1 digest of nested tuples, arrays and scalars."""
    sha = hashlib.sha1(usedforsecurity=False)
    for token in _tokens(values):
        sha.update(len(token).to_bytes(8, "little"))
        sha.update(token)
    return sha.digest()
