"""Outputs and classes as users choose them: by label, or by index."""

import math
from numbers import Integral, Number

import numpy as np

_MOST_LISTED = 30  # labels named by an error


def _is_label(label, given):
    """Return whether a class label is the one that was given; 1 and 1.0 are one label."""
    if isinstance(given, bool) and not isinstance(label, bool):
        return str(given) == label  # a label of truth values, as text
    if isinstance(label, str) == isinstance(given, str) and type(label == given) is bool:
        return label == given
    if isinstance(label, str) and isinstance(given, Number):  # a label of numbers, as text
        try:
            return str(given) == label or float(label) == given
        except ValueError:
            return False
    return False


def _is_number(label):
    """Return whether a label is a number, or the text of one."""
    try:
        return math.isfinite(float(label))
    except (TypeError, ValueError, OverflowError):
        return False


def output_index(output, labels, name="output"):
    """Return the index of an output, or class, given by its label or its index.

    Where a label is a number, an index would be mistaken for one, and is refused.

    Parameters
    ----------
    output : object
        A label, or an index; None is the only one there is.
    labels : sequence
        Labels of all of them: classes, or names of outputs.
    name : str, default="output"
        What it is called, for the error.

    Returns
    -------
    int
        Its index.

    Raises
    ------
    ValueError
        If there is none such.

    Examples
    --------
    >>> from skinterp.utils import output_index
    >>> output_index("setosa", ["setosa", "virginica"]), output_index(1, ["setosa", "virginica"])
    (0, 1)
    """
    output, *labels = (x.item() if isinstance(x, np.generic) else x for x in (output, *labels))
    if output is None and len(labels) == 1:
        return 0
    for k, label in enumerate(labels):
        if _is_label(label, output):
            return k
    whole = isinstance(output, Integral) and not isinstance(output, bool)
    may_be_index = not any(map(_is_number, labels))
    if not (whole and may_be_index and 0 <= output < len(labels)):
        index = f", or an index from 0 to {len(labels) - 1}" if may_be_index else ""
        raise _unknown(output, labels, name, index)
    return int(output)


def _unknown(output, labels, name, index):
    """Return the error of an output that there is not, with the labels that there are."""
    return ValueError(f"{name} must be one of {_listed(labels)}{index}. Got {output!r} instead.")


def signed_output(output, labels, first=None, name="output"):
    """Return the index of an output and its sign, where two classes share one value.

    The logit of the first of two classes is that of the second with the sign turned. An index
    counts values, of which there is one: it is that of the second class.

    Parameters
    ----------
    output : object
        A label, or an index; None is the only one there is.
    labels : sequence
        Labels of the values: classes, or names of outputs.
    first : object, default=None
        Label of the first of two classes, where the only value is the logit of the second.
    name : str, default="output"
        What it is called, for the error.

    Returns
    -------
    k : int
        Its index.
    sign : float
        1, or -1 for the first of two classes.
    label : object
        Its label.

    Raises
    ------
    ValueError
        If there is none such.

    Examples
    --------
    >>> from skinterp.utils import signed_output
    >>> signed_output("well", ["well"], "ill"), signed_output("ill", ["well"], "ill")
    ((0, 1.0, 'well'), (0, -1.0, 'ill'))
    """
    try:
        k = output_index(output, labels, name)
        return k, 1.0, labels[k]
    except ValueError:
        if first is None:
            raise
    output, *both = (
        x.item() if isinstance(x, np.generic) else x for x in (output, first, *labels)
    )
    if _is_label(both[0], output):
        return 0, -1.0, first
    index = "" if any(map(_is_number, both)) else f", or the index 0, of {both[1]!r}"
    raise _unknown(output, both, name, index)


def check_labels(y, classes, name="y"):
    """Return the classes of rows as the network writes them; others than it knows are refused.

    1 and 1.0 are one label, as are 1 and "1"; True and False are also those of 1 and 0.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Classes of rows.
    classes : array-like of shape (n_classes,)
        The labels that the network knows.
    name : str, default="y"
        What y is called, for the error.

    Returns
    -------
    ndarray of shape (n_samples,)
        The same classes, of the type of `classes`.

    Raises
    ------
    ValueError
        If there are others, which are named, beside those that there are.

    Examples
    --------
    >>> from skinterp.utils import check_labels
    >>> check_labels([1.0, 0.0], [0, 1])
    array([1, 0])
    """
    classes = np.asarray(classes)
    known, flags = classes.tolist(), len(classes) == 2 and set(classes.tolist()) == {0, 1}
    values = [y] if isinstance(y, str) else np.asarray(y, dtype=object).ravel().tolist()
    values = [x.item() if isinstance(x, np.generic) else x for x in values]
    places = {(type(x), x): _place(x, known, flags) for x in values if _is_plain(x)}
    found = [places.get((type(x), x)) if _is_plain(x) else None for x in values]
    if None in found:
        wrong = dict.fromkeys(repr(x) for x, k in zip(values, found, strict=True) if k is None)
        got = ", ".join([*list(wrong)[:5], *["..."] * (len(wrong) > 5)])
        raise ValueError(
            f"{name} must be labels that the network knows, {_listed(known)}. Got {got} instead."
        )
    return classes[np.array(found, dtype=int)]


def _is_plain(value):
    return isinstance(value, (str, Number))


def _place(value, known, flags):
    """Return where a label is among those known; None if it is not."""
    if flags and isinstance(value, bool):
        return known.index(value)
    return next((k for k, label in enumerate(known) if _is_label(label, value)), None)


def _listed(labels):
    return [*labels[:_MOST_LISTED], "..."] if len(labels) > _MOST_LISTED else labels


def value_names(n_outputs, classes=None):
    """Return what the raw values of a network are called, in texts and pictures alike.

    Parameters
    ----------
    n_outputs : int
        How many there are.
    classes : sequence or None, default=None
        Class labels; the values are logits of the last of them (of two classes, the second).

    Returns
    -------
    tuple of str
        Such as "logit of b"; without classes "value", or "output", numbered, if there are several.

    Examples
    --------
    >>> from skinterp.utils import value_names
    >>> value_names(1, ["a", "b"]), value_names(1), value_names(2)
    (('logit of b',), ('value',), ('output 0', 'output 1'))
    """
    if classes is not None:
        return tuple(f"logit of {label}" for label in list(classes)[-n_outputs:])
    return ("value",) if n_outputs == 1 else tuple(f"output {k}" for k in range(n_outputs))
