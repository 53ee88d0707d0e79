"""``formula``: a formula of the user's own against a network and the target."""

import difflib
import json
import re
import sys

import numpy as np

from skinterp.command._commands import BadCall
from skinterp.command._known_network import HELD_OUT, read_network
from skinterp.command._options import check_table_options, refuse_same_files, writable
from skinterp.evaluation import read_claim, score_formula
from skinterp.network import input_names
from skinterp.utils import write_whole
from skinterp.utils._progress import Progress
from skinterp.utils._splits import held_out_split


def _held_out(known, seed):
    """Return the rows that are scored: those that trained neither the network nor a threshold."""
    if known.cv is not None:
        return np.unique(np.concatenate([test for _, test in known.cv]))
    labels = None if known.network.task == "regression" else known.y
    return held_out_split(len(known.y), HELD_OUT, labels, seed)[1]


def _hint(error, names):
    """Return the names closest to one that an error does not know."""
    unknown = re.search(r"unknown name '([^']*)'", error)
    near = difflib.get_close_matches(unknown[1], names, n=2, cutoff=0.5) if unknown else []
    return f" Did you mean {' or '.join(map(repr, near))}?" if near else ""


def _checked(formula, network):
    """Refuse a formula that cannot be read, naming what is wrong with it."""
    names = network.feature_names or input_names(network)
    try:
        read_claim(formula, names)
    except ValueError as error:
        raise BadCall(f"FORMULA: {error}{_hint(str(error), names)}") from error


def _scored(args, about, held):
    try:
        return score_formula(args.formula, *about, held_out=held, positive=args.positive)
    except ValueError as error:
        option = "--" if str(error).startswith("positive ") else ""
        raise BadCall(f"{option}{error}") from error


def run(args):
    """Run the command: read table and network, score the formula, print, write.

    Parameters
    ----------
    args : argparse.Namespace
        The call.
    """
    check_table_options(args)
    refuse_same_files(args, ("data", "network", "json"), ("json",))
    if args.json is not None:
        writable("--json", args.json)
    progress = Progress(not args.quiet and sys.stderr.isatty(), sys.stderr)
    with progress:
        known = read_network(args, progress)
        _checked(args.formula, known.network)
        held = _held_out(known, args.random_state)
        about = known.network, known.X, known.y
        found = _scored(args, about, held)
    print("\n".join([*known.data.notes, *known.lines, "", str(found)]))
    if args.json is not None:
        call = {"data": args.data, "target": args.target, "random_state": args.random_state}
        write_whole(args.json, json.dumps({**call, **found.to_dict()}, indent=2, allow_nan=False))
