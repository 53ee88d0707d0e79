"""Value semantics: immutable objects that are equal when their content is."""

import hashlib
import pickle
from abc import ABC, abstractmethod
from functools import cached_property

import joblib
import numpy as np


def read_only(values, dtype=None):
    """Return `values` as an array that cannot be written to; copy unless it already is one."""
    if isinstance(values, np.ndarray) and values.flags.owndata and not values.flags.writeable:
        array = values.astype(dtype or values.dtype, order="C", copy=False)
    else:
        array = np.array(values, dtype=dtype, order="C")
    array.setflags(write=False)
    return array


def _tokens(value):
    """Yield byte strings that identify `value` by its content."""
    if isinstance(value, np.ndarray) and value.dtype != object:
        yield f"{value.dtype.str}{value.shape}".encode()
        yield value.tobytes()
    elif isinstance(value, tuple | np.ndarray):
        yield f"{type(value).__name__}{len(value)}".encode()
        for item in value:
            yield from _tokens(item)
    elif isinstance(value, Value):
        yield value.digest
    elif value is None or isinstance(value, str | int | float):
        yield f"{type(value).__name__}:{value!r}".encode()
    else:
        yield _pickled_token(value)


def _pickled_token(value):
    """Return a hash of the pickle of `value`, or its identity if it cannot be pickled."""
    try:
        return joblib.hash(value, hash_name="sha1").encode()
    except (pickle.PicklingError, AttributeError, TypeError):
        return f"id:{id(value)}".encode()


class Value(ABC):
    """An immutable object, equal to another one when both are made of the same arguments."""

    def _set(self, **attributes):
        """Set attributes, in the constructor only."""
        self.__dict__.update(attributes)

    @abstractmethod
    def arguments(self):
        """Return the constructor's arguments."""

    @cached_property
    def digest(self):
        """SHA-1 digest of the content."""
        sha = hashlib.sha1(usedforsecurity=False)
        for token in _tokens((type(self).__qualname__, *self.arguments())):
            sha.update(len(token).to_bytes(8, "little"))
            sha.update(token)
        return sha.digest()

    def __setattr__(self, name, value):
        raise AttributeError(f"{type(self).__name__} is immutable; {name!r} cannot be set.")

    def __delattr__(self, name):
        raise AttributeError(f"{type(self).__name__} is immutable; {name!r} cannot be deleted.")

    def __eq__(self, other):
        if not isinstance(other, Value):
            return NotImplemented
        return self is other or self.digest == other.digest

    def __hash__(self):
        return int.from_bytes(self.digest[:8], "little", signed=True)

    def __reduce__(self):
        return type(self), self.arguments()

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self
