"""The command line: ``python -m skinterp explain DATA.csv --target COLUMN``."""

import argparse
import json
import os
import pickle
import sys
import warnings
from pathlib import Path

import joblib
import numpy as np
import sklearn
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split

import skinterp
from skinterp.evaluation import compare_importances, compare_surrogates, make_surrogates
from skinterp.exact import piecewise_linear
from skinterp.network import as_network, default_network
from skinterp.report import write_report
from skinterp.utils import import_optional
from skinterp.utils._table import features_of, read_table, target_of

FORMS = ("symbolic", "tree", "linear", "exact")
DEFAULT_FORMS = FORMS[:3]
N_FOLDS, LEAST_FOLD, MIN_ROWS, HELD_OUT = 5, 10, 30, 0.25
BAD_CALL, INTERRUPTED = 2, 130
# What reading a file that is no pickle, or of classes that are not here, may raise.
UNPICKLING = (
    AttributeError,
    EOFError,
    ImportError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
    pickle.UnpicklingError,
)


class BadCall(Exception):
    """A call or data that cannot be worked with; its text is one clear sentence."""


class _Parser(argparse.ArgumentParser):
    """A parser that leaves it to its caller how to say what is wrong."""

    def error(self, message):
        raise BadCall(f"{message} (see {self.prog} --help).")


def make_parser():
    """Return the parser of the command line."""
    parser = _Parser(prog="python -m skinterp", description="Interpret trained neural networks.")
    parser.add_argument("--version", action="version", version=f"skinterp {skinterp.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    explain = commands.add_parser(
        "explain",
        help="explain a network on a table",
        description="Train a network on a CSV table (or take yours), fit an equation, a tree and "
        "a linear model to its answers, and compare them by cross-validation.",
    )
    explain.add_argument("data", metavar="DATA.csv", help="table of numbers with a header line")
    explain.add_argument("--target", required=True, metavar="COLUMN", help="column to predict")
    explain.add_argument("--network", metavar="FILE.joblib", help="fitted scikit-learn network")
    explain.add_argument(
        "--surrogates",
        default=",".join(DEFAULT_FORMS),
        metavar="LIST",
        help=f"out of {','.join(FORMS)}; default: %(default)s",
    )
    explain.add_argument(
        "--task", choices=("auto", "classification", "regression"), default="auto"
    )
    explain.add_argument("--time-budget", type=float, metavar="SECONDS", help="for all searches")
    explain.add_argument("--report", metavar="FILE.html", help="write a self-contained report")
    explain.add_argument("--json", metavar="FILE", help="write all results as JSON")
    explain.add_argument("--random-state", type=int, default=0, metavar="N", help="default: 0")
    explain.add_argument("--jobs", type=int, metavar="N", help="folds run at once")
    explain.add_argument(
        "--importances",
        action="store_true",
        help="rank the inputs by every method, beside a random forest",
    )
    explain.add_argument("-q", "--quiet", action="store_true", help="print no progress")
    return parser


def _progress(args):
    """Return a function that shows one line on a terminal, and nothing in a pipe."""
    if args.quiet or not sys.stderr.isatty():
        return lambda text: None

    def show(text):
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()

    return show


def _check_outputs(args):
    """Refuse files that cannot be written before the long computation."""
    for option in ("report", "json"):
        path = getattr(args, option)
        if path is None:
            continue
        folder = Path(path).resolve().parent
        if Path(path).is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
            raise BadCall(f"--{option} must be a file in an existing, writable folder: {path}.")
    if args.report is not None:
        import_optional("matplotlib", extra="plot", purpose="--report")


def _check_options(args):
    if args.time_budget is not None and not args.time_budget > 0:
        raise BadCall(f"--time-budget must be positive. Got {args.time_budget:g} instead.")
    if not 0 <= args.random_state < 2**32:
        raise BadCall(
            f"--random-state must be from 0 to 2**32-1. Got {args.random_state} instead."
        )
    if args.jobs == 0:
        raise BadCall("--jobs must be a number of processes, or -1 for all. Got 0 instead.")
    names = [name.strip() for name in args.surrogates.split(",") if name.strip()]
    unknown = [name for name in names if name not in FORMS]
    if unknown or not names:
        raise BadCall(f"--surrogates must be out of {','.join(FORMS)}. Got {args.surrogates!r}.")
    return list(dict.fromkeys(names))


def _load_network(path, names, X):
    """Return the user's network and X in its order of columns."""
    try:
        model = joblib.load(path)
    except OSError as error:
        raise BadCall(f"--network {path} cannot be read: {error.strerror or error}.") from error
    except UNPICKLING as error:
        raise BadCall(f"--network {path} is not a model saved by joblib: {error}.") from error
    try:
        network = as_network(model)
    except (TypeError, ValueError) as error:
        raise BadCall(f"--network {path}: {error}") from error
    expected = network.feature_names
    if expected is not None:
        missing = [name for name in expected if name not in names]
        if missing:
            raise BadCall(f"--network {path} needs columns that the data lack: {missing}.")
        return network, expected, X[:, [names.index(name) for name in expected]]
    if network.n_features_in not in (None, X.shape[1]):
        raise BadCall(
            f"--network {path} expects {network.n_features_in} features. The data have "
            f"{X.shape[1]} beside the target."
        )
    return as_network(model, feature_names=names), names, X


def _train(X, y, task, names, seed):
    """Train the default network on three quarters of the rows; return it and the other rows."""
    kind = "regression" if task == "regression" else "binary"
    strata = None if task == "regression" else y
    seen, held = train_test_split(
        np.arange(len(X)), test_size=HELD_OUT, random_state=seed, stratify=strata
    )
    model = default_network(kind, random_state=seed).fit(X[seen], y[seen])
    return as_network(model, feature_names=names), seen, held, model.score(X[held], y[held])


def held_out_splits(seen, held, y, task, seed):
    """Return folds whose test rows the network has not seen.

    Parameters
    ----------
    seen : ndarray of int
        Rows that trained the network; they are in every training part.
    held : ndarray of int
        The others, split into folds.
    y : ndarray of shape (n,)
        Targets.
    task : {"classification", "regression"}
        Whether to stratify.
    seed : int
        Seed of the folds.

    Returns
    -------
    list of tuple of ndarray
        Training and test rows of each fold.
    """
    if task == "regression":
        # R2 on a few rows is noise, and on one row it has no meaning
        n_folds = max(2, min(N_FOLDS, len(held) // LEAST_FOLD))
        folds = KFold(n_folds, shuffle=True, random_state=seed).split(held)
    else:
        least = int(np.unique(y[held], return_counts=True)[1].min())
        n_folds = max(2, min(N_FOLDS, least))
        folds = StratifiedKFold(n_folds, shuffle=True, random_state=seed).split(held, y[held])
    return [(np.concatenate([seen, held[train]]), held[test]) for train, test in folds]


def _check_size(X, y, task):
    if len(X) < MIN_ROWS:
        raise BadCall(f"At least {MIN_ROWS} rows are needed. Got {len(X)} instead.")
    if task == "classification":
        labels, counts = np.unique(y, return_counts=True)
        if counts.min() < 2 * N_FOLDS:
            raise BadCall(
                f"Every class needs at least {2 * N_FOLDS} rows. Got {counts.min()} of class "
                f"{labels[np.argmin(counts)]} instead."
            )


def _check_target(network, y, task):
    """Refuse a network that does not predict the target."""
    if (network.task == "regression") != (task == "regression"):
        raise BadCall(f"--network is made for {network.task}, but the target for {task}.")
    if network.task == "regression":
        return
    unknown = np.setdiff1d(y, network.classes).tolist()
    if unknown:
        raise BadCall(
            f"The target has classes {unknown} that --network does not know. "
            f"Its classes are {network.classes.tolist()}."
        )


def explain(args):
    """Run the command: read, train, compare, print, write.

    Parameters
    ----------
    args : argparse.Namespace
        The call.
    """
    forms, progress, seed = _check_options(args), _progress(args), args.random_state
    _check_outputs(args)
    table = read_table(args.data)
    names, X = features_of(table, args.target)
    y, task = target_of(table, args.target, args.task)
    _check_size(X, y, task)
    lead = [f"{len(X)} rows, {len(names)} inputs, target {args.target} ({task})."]
    constant = [name for name, column in zip(names, X.T, strict=True) if np.ptp(column) == 0]
    if constant:
        lead.append(f"Constant columns say nothing and are not used: {', '.join(constant)}.")
    if args.network is None:
        progress("training the network ...")
        network, seen, held, score = _train(X, y, task, names, seed)
        cv = held_out_splits(seen, held, y, task, seed)
        measure = "R2" if task == "regression" else "accuracy"
        lead.append(
            f"Network {network!r}: held-out {measure} {score:.3f}, trained on {len(seen)} rows; "
            f"all scores below are on the other {len(held)}."
        )
    else:
        network, names, X = _load_network(args.network, names, X)
        _check_target(network, y, task)
        cv = N_FOLDS
        lead.append(
            f"Network {network!r} from {args.network}: its accuracy is flattering on rows that "
            "trained it."
        )
    comparison = _compare(args, network, X, y, forms, cv, progress)
    importances = None
    if args.importances:
        progress("ranking the inputs ...")
        fitted = comparison.estimators
        importances = compare_importances(
            network, X, y, surrogates=fitted, random_state=args.random_state
        )
    progress("")
    _print(comparison, lead, importances)
    _write(args, comparison, lead, importances)


def _compare(args, network, X, y, forms, cv, progress):
    if "exact" in forms:
        piecewise_linear(network)  # refuses smooth ones before the long computation
    surrogates = make_surrogates(forms, network.task, args.random_state)
    n_fits = 1 + (cv if isinstance(cv, int) else len(cv))
    if args.time_budget is not None and "symbolic" in surrogates:
        surrogates["symbolic"].set_params(time_budget=args.time_budget / n_fits)
    progress(f"fitting {', '.join(forms)} on {n_fits - 1} folds ...")
    return compare_surrogates(
        network, X, y, surrogates, cv=cv, n_jobs=args.jobs, random_state=args.random_state
    )


def _print(comparison, lead, importances):
    for line in lead:
        print(line)
    for name, surrogate in comparison.estimators.items():
        print(f"\n{name}:")
        print(_text(surrogate))
    print(f"\nMeans and deviations over {comparison.n_folds} folds, held-out rows:\n{comparison}")
    if importances is not None:
        print(f"\nImportances of the inputs, as shares, on all rows:\n{importances}")


def _text(surrogate):
    """Return a surrogate as text: its equations or rules."""
    if hasattr(surrogate, "export_text"):
        return surrogate.export_text()
    equations = getattr(surrogate, "equations_", None) or (surrogate.equation_,)
    if len(equations) == 1:
        equation = equations[0]
        if equation.is_classifier:
            return f"{equation.classes[1]} if {equation}"
        return str(equation)
    lines = [f"{equation.classes[1]}: {equation}" for equation in equations]
    return "\n".join([*lines, "(the class with the largest calibrated log-odds wins)"])


def _write(args, comparison, lead, importances):
    if args.json is not None:
        content = {
            "skinterp": skinterp.__version__,
            "data": args.data,
            "target": args.target,
            "random_state": args.random_state,
            "notes": lead,
            "scores": comparison.to_dict(),
            "surrogates": {name: _text(s) for name, s in comparison.estimators.items()},
            "forest_importances": {
                method: dict(zip(comparison.feature_names, map(float, values), strict=True))
                for method, values in comparison.importances.items()
            },
        }
        if importances is not None:
            content["importances"] = importances.to_dict()
            content["importance_notes"] = importances.notes
        Path(args.json).write_text(json.dumps(content, indent=2), encoding="utf-8")
    if args.report is not None:
        versions = f"skinterp {skinterp.__version__}, scikit-learn {sklearn.__version__}"
        footer = [f"{versions}; random state {args.random_state}; data {args.data}."]
        title = f"How the network decides: {args.target}"
        write_report(
            comparison,
            args.report,
            title=title,
            lead=lead,
            footer=footer,
            importances=importances,
        )
        print(f"\nReport written to {args.report}")


def main(argv=None):
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str or None, default=None
        Arguments; None is those of the process.

    Returns
    -------
    int
        Exit code: 0, 2 for a bad call or bad data, 130 when interrupted.
    """
    parser, notes = make_parser(), []
    try:
        args = parser.parse_args(argv)
        if args.command is None:
            parser.print_help()
            return 0
        with warnings.catch_warnings(record=True) as notes:
            warnings.simplefilter("always", UserWarning)
            explain(args)
    except (BadCall, ValueError, ImportError, OSError) as error:
        sys.stderr.write(f"skinterp: error: {' '.join(str(error).split())}\n")
        return BAD_CALL
    except KeyboardInterrupt:
        sys.stderr.write("\nskinterp: interrupted before there was anything to show\n")
        return INTERRUPTED
    for text in dict.fromkeys(str(note.message) for note in notes):
        sys.stderr.write(f"skinterp: note: {text}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
