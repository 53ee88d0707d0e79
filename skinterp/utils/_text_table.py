"""Tables as aligned text."""


def aligned(head, rows, left=(0,)):
    """Write a table as text, a line under its head.

    Parameters
    ----------
    head : sequence of str
        Titles of the columns.
    rows : sequence of sequence of str
        The cells.
    left : collection of int, default=(0,)
        Columns that are aligned to the left; numbers are to the right.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> from skinterp.utils import aligned
    >>> print(aligned(["form", "size"], [["tree", "7"], ["linear", "15"]]))
    form    size
    ------------
    tree       7
    linear    15
    """
    table = [list(head), *map(list, rows)]
    widths = [max(len(row[k]) for row in table) for k in range(len(head))]
    lines = [
        "  ".join(
            text.ljust(width) if k in left else text.rjust(width)
            for k, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def spread_text(values, digits=3):
    """Write the mean of numbers and their deviation.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        The numbers.
    digits : int, default=3
        Decimals.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.utils import spread_text
    >>> spread_text(np.array([0.9, 0.8]))
    '0.850 ±0.050'
    """
    return f"{values.mean():.{digits}f} ±{values.std():.{digits}f}"
