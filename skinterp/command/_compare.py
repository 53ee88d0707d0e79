"""``compare``: two saved explanations, before and after."""

import json

import numpy as np

from skinterp.command._commands import BadCall
from skinterp.command._form_table import rows_for
from skinterp.command._options import refuse_same_files, writable
from skinterp.command._predict import load
from skinterp.command._sequences import read_with_positions
from skinterp.explanation import compare_explanations, different_answers
from skinterp.utils import write_whole


def _answered(saved, path, name, args, raw):
    """Return which rows of a file a form takes, and its answers there."""
    args.explanation, args.form = path, name
    form = saved.form(name)
    frame, taken, _ = rows_for(form, saved.dates, args, raw)
    return taken, np.asarray(form.predict(frame)) if len(frame) else np.zeros(0)


def _different(name, sides, args, raw):
    """Return how the answers of a form differ on the rows that both sides take."""
    try:
        found = [_answered(saved, path, name, args, raw) for saved, path in sides]
    except (ValueError, BadCall) as error:
        return {"unknown": str(error)}
    both = found[0][0] & found[1][0]
    answers = (values[both[taken]] for taken, values in found)
    return different_answers(*answers, places=np.flatnonzero(both))


def run(args):
    """Run the command: read both, compare, print, write.

    Parameters
    ----------
    args : argparse.Namespace
        The call.
    """
    refuse_same_files(args, ("before", "after", "data", "json"), ("json",))
    if args.json is not None:
        writable("--json", args.json)
    before, after = load(args.before), load(args.after)
    try:
        change = compare_explanations(before, after)
    except ValueError as error:
        raise BadCall(str(error)) from error
    if args.data is not None:
        raw, sides = (
            read_with_positions(args),
            ((before, args.before), (after, args.after)),
        )
        change = change.with_answers({n: _different(n, sides, args, raw) for n in change.shared})
    print(change)
    if args.json is not None:
        files = {"before": args.before, "after": args.after, "data": args.data}
        content = {"files": files, **change.to_dict()}
        write_whole(args.json, json.dumps(content, indent=2, allow_nan=False))
