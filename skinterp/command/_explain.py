"""``explain``: a network on a table, by every form, beside a random forest."""

import json
import signal
import sys

import numpy as np
from sklearn.model_selection import train_test_split

from skinterp.command._columns import listed
from skinterp.command._commands import Interrupted
from skinterp.command._data import inputs_of, prepare
from skinterp.command._files import read_table
from skinterp.command._interrupt import interruption_behind
from skinterp.command._networks import FileNetwork, held_out_splits
from skinterp.command._options import check_options, check_outputs
from skinterp.command._selection import names_of
from skinterp.command._suspicions import repeated_rows, suspicions
from skinterp.explanation import explain, versions
from skinterp.network import as_network, default_network
from skinterp.utils import counted, write_whole

HELD_OUT = 0.25


class Progress:
    """What is being done, shown on a terminal, and what is done.

    Parameters
    ----------
    is_shown : bool
        Whether to show it.
    """

    def __init__(self, is_shown):
        self.is_shown, self.stage, self.done = is_shown, "reading the table", []

    def __call__(self, stage, done=None):
        """Begin a stage; the one before gave `done`."""
        self.stage = stage
        self.done += [done] * (done is not None)
        if self.is_shown:
            sys.stderr.write(f"\r\033[K{stage + ' ...' if stage else ''}")
            sys.stderr.flush()

    @property
    def told(self):
        """What to say when it is interrupted."""
        done = "; ".join(self.done) or "nothing to show yet"
        return f"interrupted while {self.stage or 'writing'}; done: {done}"


def _own_network(file_network, data, classes):
    """Return the user's network, rows and folds, and lines about them."""
    network, y, note = file_network.match(data.y, data.task, classes)
    unnamed = []
    if network.feature_names is None and network.user_table is None:
        unnamed = [
            "The network does not know the names of its inputs: the table's columns are taken in "
            f"their order, {listed(data.X.columns)}."
        ]
        network = network.renamed(list(data.X.columns))
    line = (
        f"Network {network!r} from {file_network.path}: its accuracy is flattering on rows that "
        "trained it."
    )
    return network, y, None, [line, *unnamed, *[note] * bool(note)]


def _trained_network(data, seed):
    """Return the default network, trained on a part of the rows, folds, and lines about them."""
    X, y, task = data.X, data.y, data.task
    kind = "regression" if task == "regression" else "binary"
    strata = None if task == "regression" else y
    seen, held = train_test_split(
        np.arange(len(X)), test_size=HELD_OUT, random_state=seed, stratify=strata
    )
    model = default_network(kind, random_state=seed, X=X).fit(X.iloc[seen], y[seen])
    network, score = as_network(model), model.score(X.iloc[held], y[held])
    measure = "R2" if task == "regression" else "accuracy"
    again = repeated_rows(X, y, seen, held)
    line = (
        f"Network {network!r}: held-out {measure} {score:.3f}, trained on {len(seen)} rows; "
        f"all scores below are on the other {len(held)}."
    )
    return network, y, held_out_splits(seen, held, y, task, seed), [line, *again]


def _explain(args, progress):
    """Read, train, compare; return what was found."""
    forms = check_options(args)
    check_outputs(args)
    progress("reading the table")
    raw, file_network = read_table(args.data, args.separator, args.max_rows), None
    if args.network is not None:
        n_columns = len(inputs_of(args, raw.frame))
        file_network = FileNetwork(args.network, args.trust, n_columns)
    data = prepare(args, raw, file_network)
    X, task = data.X, data.task
    progress("training the network", f"{len(X)} rows of {counted(X.shape[1], 'input')} are read")
    if file_network is None:
        network, y, cv, lines = _trained_network(data, args.random_state)
    else:
        classes = names_of("--classes", args.classes)
        network, y, cv, lines = _own_network(file_network, data, classes)
    X = X if network.user_table is not None else X.to_numpy()  # faster for forests than frames
    found = explain(
        network,
        X,
        y,
        forms=forms,
        importances=args.importances,
        cv=cv,
        n_jobs=args.jobs,
        time_budget=args.time_budget,
        random_state=args.random_state,
        title=f"How the network decides: {args.target}",
        progress=progress,
    )
    about = [
        f"{len(X)} rows, {counted(X.shape[1], 'input')}, target {args.target} ({task}).",
        *suspicions(data, args.target),
        *data.notes,
        *lines,
    ]
    footer = [f"{versions()}; random state {args.random_state}; data {args.data}."]
    return found.told(about=about, footer=footer, columns=data.columns)


def run(args):
    """Run the command: read, train, compare, print, write.

    Parameters
    ----------
    args : argparse.Namespace
        The call.
    """
    progress = Progress(not args.quiet and sys.stderr.isatty())
    try:
        found = _explain(args, progress)
        print(found)
        _write(args, found)
    except BaseException as error:
        interruption = interruption_behind(error)
        if interruption is None:
            raise
        number = getattr(interruption, "number", signal.SIGINT)
        raise Interrupted(progress.told, number=number) from None


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
