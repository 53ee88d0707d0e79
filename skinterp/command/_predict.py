"""``predict``: a form of a saved explanation answers the rows of a table."""

import warnings

import numpy as np

from skinterp.command._commands import BadCall
from skinterp.command._files import pandas_of
from skinterp.command._form_table import rows_for
from skinterp.command._options import refuse_same_files, writable
from skinterp.command._sequences import read_with_positions
from skinterp.explanation import SavedExplanation
from skinterp.utils import write_whole

EQUATION = "equation", "symbolic"  # what people call the form, and its name


def load(path):
    """Return a saved explanation, refusing other files in one sentence."""
    try:
        return SavedExplanation.load(path)
    except OSError as error:
        raise BadCall(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise BadCall(str(error)) from error


def form_name(saved, name):
    """Return the name of a form of an explanation; None is the one it says first."""
    if name is None:
        return saved.headline.form
    known = saved.forms or ()
    return EQUATION[1] if name == EQUATION[0] and name not in known else name


def answers_of(form, frame, taken):
    """Return the answers of a form, a row each, as columns of texts and numbers.

    Parameters
    ----------
    form : SavedForm
        The form.
    frame : pandas.DataFrame
        The rows that it takes.
    taken : ndarray of bool of shape (n_rows,)
        Which rows of the file these are.

    Returns
    -------
    pandas.DataFrame of n_rows rows
        "answer", of several outputs "answer 0" and so on, and of classifiers the probability of
        each class; empty where the form does not take the row.
    """
    pandas, answers = pandas_of(), {}
    if len(frame):
        found = np.asarray(form.predict(frame))
        columns = found.T if found.ndim == 2 else [found]
        names = [f"answer {k}" for k in range(len(columns))] if found.ndim == 2 else ["answer"]
        answers = dict(zip(names, columns, strict=True))
    if form.classes is not None and len(frame):
        for label, share in zip(form.labels, form.predict_proba(frame).T, strict=True):
            answers[f"probability of {label}"] = share
    table = pandas.DataFrame(answers or {"answer": []}, dtype=object if not answers else None)
    table.index = np.flatnonzero(taken)
    return table.reindex(np.arange(len(taken)))


def run(args):
    """Run the command: read the form and the table, answer, write.

    Parameters
    ----------
    args : argparse.Namespace
        The call.
    """
    refuse_same_files(args, ("explanation", "data", "output"), ("output",))
    if args.output is not None:
        writable("--output", args.output)
    saved = load(args.explanation)
    args.form = form_name(saved, args.form)
    try:
        form = saved.form(args.form)
    except ValueError as error:
        raise BadCall(f"--form: {error}") from error
    raw = read_with_positions(args)
    frame, taken, notes = rows_for(form, saved.dates, args, raw)
    for note in notes:
        warnings.warn(note, UserWarning, stacklevel=2)
    text = answers_of(form, frame, taken).to_csv(index=False)
    if args.output is None:
        print(text, end="")
        return
    write_whole(args.output, text)
    print(f"{len(taken)} answers of {args.form} written to {args.output}")
