"""``explain``: a network on a table, by every form, beside a random forest."""

import json
import os
import sys
from pathlib import Path

import numpy as np
import sklearn
from sklearn.model_selection import train_test_split

import skinterp
from skinterp.base import FORMS
from skinterp.command._commands import BadCall, Command, register_command
from skinterp.command._networks import N_FOLDS, check_target, held_out_splits, load_network
from skinterp.evaluation import (
    compare_importances,
    compare_surrogates,
    form_names,
    make_surrogates,
)
from skinterp.network import as_network, default_network
from skinterp.report import Findings, render_page, render_text, report_data
from skinterp.utils import import_optional
from skinterp.utils._table import features_of, read_table, target_of

MIN_ROWS, HELD_OUT = 30, 0.25


def add_arguments(parser):
    """Add the arguments of the command to a parser.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The parser.
    """
    parser.add_argument("data", metavar="DATA.csv", help="table of numbers with a header line")
    parser.add_argument("--target", required=True, metavar="COLUMN", help="column to predict")
    parser.add_argument("--network", metavar="FILE.joblib", help="fitted scikit-learn network")
    parser.add_argument(
        "--surrogates",
        default=",".join(form_names(default=True)),
        metavar="LIST",
        help=f"out of {','.join(form_names())}; default: %(default)s",
    )
    parser.add_argument("--task", choices=("auto", "classification", "regression"), default="auto")
    parser.add_argument("--time-budget", type=float, metavar="SECONDS", help="for all searches")
    parser.add_argument("--report", metavar="FILE.html", help="write a self-contained report")
    parser.add_argument("--json", metavar="FILE", help="write all results as JSON")
    parser.add_argument("--random-state", type=int, default=0, metavar="N", help="default: 0")
    parser.add_argument("--jobs", type=int, metavar="N", help="folds run at once")
    parser.add_argument(
        "--importances",
        action="store_true",
        help="rank the inputs by every method, beside a random forest",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="print no progress")


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
    known = form_names()
    if not names or not set(names) <= set(known):
        raise BadCall(f"--surrogates must be out of {','.join(known)}. Got {args.surrogates!r}.")
    return list(dict.fromkeys(names))


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


def _network(args, names, X, y, task, progress):
    """Return the network, its columns and the table in their order, folds, and a line about it."""
    if args.network is not None:
        network, names, X = load_network(args.network, names, X)
        check_target(network, y, task)
        line = (
            f"Network {network!r} from {args.network}: its accuracy is flattering on rows that "
            "trained it."
        )
        return network, names, X, N_FOLDS, line
    progress("training the network ...")
    kind = "regression" if task == "regression" else "binary"
    strata = None if task == "regression" else y
    seen, held = train_test_split(
        np.arange(len(X)), test_size=HELD_OUT, random_state=args.random_state, stratify=strata
    )
    model = default_network(kind, random_state=args.random_state).fit(X[seen], y[seen])
    network, score = as_network(model, feature_names=names), model.score(X[held], y[held])
    measure = "R2" if task == "regression" else "accuracy"
    line = (
        f"Network {network!r}: held-out {measure} {score:.3f}, trained on {len(seen)} rows; "
        f"all scores below are on the other {len(held)}."
    )
    return network, names, X, held_out_splits(seen, held, y, task, args.random_state), line


def _compare(args, network, X, y, forms, cv, progress):
    for name in forms:
        if FORMS[name].check is not None:  # refuses networks before the long computation
            FORMS[name].check(network)
    surrogates = make_surrogates(forms, network.task, args.random_state)
    n_fits = 1 + (cv if isinstance(cv, int) else len(cv))
    timed = [s for s in surrogates.values() if "time_budget" in s.get_params(deep=False)]
    for surrogate in timed if args.time_budget is not None else []:
        surrogate.set_params(time_budget=args.time_budget / n_fits / len(timed))
    progress(f"fitting {', '.join(forms)} on {n_fits - 1} folds ...")
    return compare_surrogates(
        network, X, y, surrogates, cv=cv, n_jobs=args.jobs, random_state=args.random_state
    )


def run(args):
    """Run the command: read, train, compare, print, write.

    Parameters
    ----------
    args : argparse.Namespace
        The call.
    """
    forms, progress = _check_options(args), _progress(args)
    _check_outputs(args)
    table = read_table(args.data)
    names, X = features_of(table, args.target)
    y, task = target_of(table, args.target, args.task)
    _check_size(X, y, task)
    lead = [f"{len(X)} rows, {len(names)} inputs, target {args.target} ({task})."]
    constant = [name for name, column in zip(names, X.T, strict=True) if np.ptp(column) == 0]
    if constant:
        lead.append(f"Constant columns say nothing and are not used: {', '.join(constant)}.")
    network, names, X, cv, line = _network(args, names, X, y, task, progress)
    comparison = _compare(args, network, X, y, forms, cv, progress)
    importances = None
    if args.importances:
        progress("ranking the inputs ...")
        importances = compare_importances(
            network, X, y, surrogates=comparison.estimators, random_state=args.random_state
        )
    progress("")
    title = f"How the network decides: {args.target}"
    findings = Findings(comparison, importances, title, (*lead, line), (_footer(args),))
    print(render_text(findings))
    _write(args, findings)


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
        Path(args.json).write_text(json.dumps(content, indent=2), encoding="utf-8")
    if args.report is not None:
        Path(args.report).write_text(render_page(findings), encoding="utf-8")
        print(f"\nReport written to {args.report}")


register_command(
    Command(
        "explain",
        "explain a network on a table",
        "Train a network on a CSV table (or take yours), fit an equation, a tree and a linear "
        "model to its answers, and compare them by cross-validation.",
        add_arguments,
        run,
    )
)
