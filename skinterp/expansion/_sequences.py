"""Sequences of letters as a table with a column for each position."""

import numpy as np

from skinterp.utils import counted, import_optional


def sequence_table(sequences, name="p"):
    """Return texts of equal length as a table: one column of letters for each position.

    Networks of sequences are networks over categories: train one on this table, behind a
    ``OneHotEncoder``, and expand it.

    Parameters
    ----------
    sequences : sequence of str or Series of shape (n_samples,)
        The texts, all of one length.
    name : str, default="p"
        What columns are called, followed by the position, from 1.

    Returns
    -------
    pandas.DataFrame of shape (n_samples, length)
        A letter per cell; the index of a Series is kept.

    Raises
    ------
    ValueError
        If there is none, one is no text, or they differ in length.
    ImportError
        If pandas is not installed.

    See Also
    --------
    skinterp.display.LogoDisplay : Draws letters as high as they matter.

    Examples
    --------
    >>> from skinterp.expansion import sequence_table
    >>> sequence_table(["ACG", "TCG"])
      p1 p2 p3
    0  A  C  G
    1  T  C  G
    """
    pandas = import_optional("pandas", extra="plot", purpose="sequence_table")
    if isinstance(sequences, str):
        raise ValueError(
            "sequences must be several texts, such as a list of them. "
            f"Got one text, {sequences!r}, instead."
        )
    texts = list(sequences)
    wrong = [text for text in texts if not isinstance(text, str)]
    if not texts or wrong:
        came = repr(wrong[0]) if wrong else "none"
        raise ValueError(f"sequences must be texts. Got {came} instead.")
    lengths, counts = np.unique([len(text) for text in texts], return_counts=True)
    if len(lengths) > 1 or not lengths[0]:
        usual = lengths[counts.argmax()]
        k = next((k for k, text in enumerate(texts) if len(text) != usual), 0)
        most = f"most have {counted(int(usual), 'letter')}, "
        most = most if 2 * counts.max() > len(texts) else ""
        raise ValueError(
            f"sequences must all have one length, of at least one letter. Got lengths from "
            f"{lengths[0]} to {lengths[-1]} instead: {most}the one in row {k} is {texts[k]!r}."
        )
    columns = [f"{name}{i + 1}" for i in range(lengths[0])]
    index = getattr(sequences, "index", None)
    index = index if hasattr(sequences, "iloc") else None
    return pandas.DataFrame([list(text) for text in texts], columns=columns, index=index)
