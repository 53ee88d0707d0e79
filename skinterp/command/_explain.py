"""``explain``: a network on a table, by every form, beside a random forest."""

import json
import signal
import sys

import numpy as np
import sklearn
from sklearn.model_selection import train_test_split

import skinterp
from skinterp.base import FORMS
from skinterp.command._columns import listed
from skinterp.command._commands import Interrupted
from skinterp.command._data import inputs_of, prepare
from skinterp.command._files import read_table
from skinterp.command._networks import N_FOLDS, FileNetwork, held_out_splits
from skinterp.command._options import check_options, check_outputs
from skinterp.command._selection import names_of
from skinterp.command._suspicions import repeated_rows, suspicions
from skinterp.evaluation import compare_importances, compare_surrogates, make_surrogates
from skinterp.network import as_network, default_network
from skinterp.report import Findings, render_page, render_text, report_data
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


def _fold_note(y, task):
    """Return what to say about a class of few rows."""
    if task == "regression":
        return []
    labels, counts = np.unique(y, return_counts=True)
    label, least = labels.tolist()[np.argmin(counts)], counts.min()
    if least >= 2 * N_FOLDS:
        return []
    return [f"Class {label} has {counted(least, 'row')} only: no score says much about it."]


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
    n_folds = N_FOLDS
    if data.task == "classification":
        n_folds = max(2, min(N_FOLDS, int(np.unique(y, return_counts=True)[1].min())))
    line = (
        f"Network {network!r} from {file_network.path}: its accuracy is flattering on rows that "
        "trained it."
    )
    return network, y, n_folds, [line, *unnamed, *[note] * bool(note)]


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


def _surrogates(args, task, forms, n_fits):
    """Return the surrogates, which share the time budget."""
    surrogates = make_surrogates(forms, task, args.random_state)
    timed = [s for s in surrogates.values() if "time_budget" in s.get_params(deep=False)]
    for surrogate in timed if args.time_budget is not None else []:
        surrogate.set_params(time_budget=args.time_budget / n_fits / len(timed))
    return surrogates


def _compare(args, network, X, y, forms, cv, progress):
    """Return the comparison, and why forms that cannot be fitted are left out of it."""
    n_folds = cv if isinstance(cv, int) else len(cv)
    progress(f"fitting {', '.join(forms)} on {n_folds} folds", "the network is ready")
    surrogates = _surrogates(args, network.task, forms, n_folds + 1)
    options = {"cv": cv, "n_jobs": args.jobs, "random_state": args.random_state}
    notes = []
    while True:
        try:
            return compare_surrogates(network, X, y, surrogates, **options), notes
        except ValueError as error:
            name = next((n for n in surrogates if f"surrogate {n!r} could" in str(error)), None)
            if name is None or len(surrogates) == 1:
                raise
            surrogates.pop(name)
            notes.append(f"{name} is left out. {error}")


def _importances(args, comparison, X, y, progress):
    if not args.importances:
        return None
    progress("ranking the inputs", "the surrogates are compared")
    return compare_importances(
        comparison.network, X, y, surrogates=comparison.estimators, random_state=args.random_state
    )


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
    for name in forms:
        if FORMS[name].check is not None:  # refuses networks before the long computation
            FORMS[name].check(network)
    lead = [
        f"{len(X)} rows, {counted(X.shape[1], 'input')}, target {args.target} ({task}).",
        *data.notes,
    ]
    lead += [*_fold_note(y, task), *lines]
    if network.user_table is None:
        X = X.to_numpy()  # which forests take faster than frames
    comparison, notes = _compare(args, network, X, y, forms, cv, progress)
    lead[1:1] = [*comparison.cautions, *suspicions(data, args.target)]
    lead += notes
    importances = _importances(args, comparison, X, y, progress)
    progress("")
    title = f"How the network decides: {args.target}"
    return Findings(comparison, importances, title, tuple(lead), (_footer(args),), data.columns)


def run(args):
    """Run the command: read, train, compare, print, write.

    Parameters
    ----------
    args : argparse.Namespace
        The call.
    """
    progress = Progress(not args.quiet and sys.stderr.isatty())
    try:
        findings = _explain(args, progress)
        print(render_text(findings))
        _write(args, findings)
    except (KeyboardInterrupt, Interrupted) as error:
        number = getattr(error, "number", signal.SIGINT)
        raise Interrupted(progress.told, number=number) from None


def _footer(args):
    versions = f"skinterp {skinterp.__version__}, scikit-learn {sklearn.__version__}"
    return f"{versions}; random state {args.random_state}; data {args.data}."


def _write(args, findings):
    if args.json is not None:
        content = {
            "skinterp": skinterp.__version__,
            "data": args.data,
            "target": args.target,
            "random_state": args.random_state,
            "notes": findings.lead,
            **report_data(findings),
        }
        write_whole(args.json, json.dumps(content, indent=2))
    if args.report is not None:
        write_whole(args.report, render_page(findings))
        print(f"\nReport written to {args.report}")
