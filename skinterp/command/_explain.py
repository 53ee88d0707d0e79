"""``explain``: a network on a table, by every form, beside a random forest."""

import json
import signal
import sys

from skinterp.command._commands import Interrupted
from skinterp.command._interrupt import interruption_behind
from skinterp.command._known_network import read_network
from skinterp.command._options import check_options, check_outputs
from skinterp.command._suspicions import suspicions
from skinterp.explanation import explain, versions
from skinterp.utils import counted, write_whole
from skinterp.utils._progress import Progress


def _explain(args, progress):
    """Read, train, compare; return what was found."""
    forms = check_options(args)
    check_outputs(args)
    read = read_network(args, progress)
    data = read.data
    found = explain(
        read.network,
        read.X,
        read.y,
        forms=forms,
        importances=args.importances,
        cv=read.cv,
        n_jobs=args.jobs,
        time_budget=args.time_budget,
        random_state=args.random_state,
        title=f"How the network decides: {args.target}",
        progress=progress,
    )
    about = [
        f"{len(data.X)} rows, {counted(data.X.shape[1], 'input')}, target {args.target} "
        f"({data.task}).",
        *suspicions(data, args.target),
        *data.notes,
        *read.lines,
    ]
    footer = [f"{versions()}; random state {args.random_state}; data {args.data}."]
    return found.told(about=about, footer=footer, columns=data.columns)


def run(args):
    """Run the command: read, train, compare, print, write; also what an interruption left.

    Parameters
    ----------
    args : argparse.Namespace
        The call.
    """
    progress = Progress(not args.quiet and sys.stderr.isatty(), sys.stderr)
    try:
        with progress:
            found = _explain(args, progress)
        print(found)
        _write(args, found)
    except BaseException as error:
        interruption = interruption_behind(error)
        if interruption is None:
            raise
        number = getattr(interruption, "number", signal.SIGINT)
        raise Interrupted(progress.told, number=number) from None
    if found.unfinished:
        raise Interrupted(f"{' '.join(found.unfinished)} All else is printed and written.")


def _write(args, found):
    if args.json is not None:
        call = {"data": args.data, "target": args.target, "random_state": args.random_state}
        content = {**call, **found.to_dict()}
        write_whole(args.json, json.dumps(content, indent=2, allow_nan=False))
    if args.save is not None:
        found.save(args.save)
        print(f"\nExplanation saved to {args.save}")
    if args.report is not None:
        found.report(args.report)
        print(f"\nReport written to {args.report}")
