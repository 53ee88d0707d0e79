"""Plain values as JSON and back, by a closed list of kinds: what is read runs no code."""

import dataclasses
import json
import math
from numbers import Integral, Real

import numpy as np

from skinterp.expression import Expression, from_postfix


def _fields(kind):
    """Return the names of the fields of a dataclass or a named tuple."""
    if hasattr(kind, "_fields"):
        return kind._fields
    return tuple(field.name for field in dataclasses.fields(kind) if field.init)


def encoded(value, kinds):
    """Return a value as JSON takes it.

    Numbers come back to their last digit, arrays as arrays, lists as tuples.

    Parameters
    ----------
    value : object
        None, texts, numbers, sequences, arrays, formulas, and records of `kinds`.
    kinds : dict of str to type
        Dataclasses and named tuples by name.

    Returns
    -------
    object
        Dictionaries, lists, texts, numbers and None.

    Raises
    ------
    ValueError
        If something is of another kind.

    Examples
    --------
    >>> from skinterp.base._coding import decoded, encoded
    >>> from skinterp.expression import LogisticLink
    >>> kinds = {"LogisticLink": LogisticLink}
    >>> encoded(LogisticLink(1.0, 2.0), kinds)
    {'is': 'LogisticLink', 'threshold': 1.0, 'slope': 2.0}
    >>> decoded(encoded(LogisticLink(1.0, 2.0), kinds), kinds)
    LogisticLink(threshold=1.0, slope=2.0)
    """
    value = value.item() if isinstance(value, np.generic) else value
    name = type(value).__name__
    if kinds.get(name) is type(value):
        fields = {field: encoded(getattr(value, field), kinds) for field in _fields(type(value))}
        return {"is": name, **fields}
    if isinstance(value, Expression):
        return {"postfix": json.dumps(value.postfix)}
    if isinstance(value, np.ndarray):
        return {"array": encoded(value.tolist(), kinds), "of": value.dtype.kind}
    if isinstance(value, list | tuple):
        return [encoded(item, kinds) for item in value]
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        number = float(value)
        return number if math.isfinite(number) else {"number": repr(number)}
    raise ValueError(
        f"A file holds texts, numbers, formulas and {', '.join(sorted(kinds))}. "
        f"Got {value!r} instead."
    )


def decoded(content, kinds):
    """Return what `encoded` made JSON of.

    Parameters
    ----------
    content : object
        What `encoded` gave.
    kinds : dict of str to type
        Dataclasses and named tuples by name; no other thing is made.

    Returns
    -------
    object
        The value, lists as tuples.

    Raises
    ------
    ValueError
        If a record is of another kind, or lacks a field.
    """
    if isinstance(content, list):
        return tuple(decoded(item, kinds) for item in content)
    if not isinstance(content, dict):
        return content
    if "postfix" in content:
        return from_postfix(json.loads(content["postfix"]))
    if "array" in content:
        return np.array(decoded(content["array"], kinds), dtype=_DTYPES[content["of"]])
    if "number" in content:
        return float(content["number"])
    return _record(content, kinds)


_DTYPES = {"f": float, "i": int, "u": int, "b": bool, "U": str}


def _record(content, kinds):
    kind = kinds.get(content.get("is"))
    if kind is None:
        raise ValueError(
            f"A file must hold records of {', '.join(sorted(kinds))}. "
            f"Got {content.get('is')!r} instead: read it by the version that wrote it."
        )
    missing = [field for field in _fields(kind) if field not in content]
    if missing:
        raise ValueError(f"A record {content['is']!r} must have {', '.join(missing)}.")
    return kind(**{field: decoded(content[field], kinds) for field in _fields(kind)})
