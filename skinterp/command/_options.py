"""Arguments of commands, and what is refused before any work."""

import os
from pathlib import Path

from skinterp.command._commands import BadCall
from skinterp.command._network_files import FORMATS
from skinterp.evaluation import form_names
from skinterp.utils import import_optional

MOST_ROWS = 200_000  # of a larger table so many are drawn


def add_reading_arguments(parser):
    """Add the arguments that say how a table is written.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The parser.
    """
    group = parser.add_argument_group("how the table is written")
    group.add_argument("--missing", metavar="TEXTS", help="more texts that mean a missing value")
    group.add_argument(
        "--no-default-missing",
        action="store_true",
        help="take only empty cells and the texts of --missing as missing",
    )
    group.add_argument("--separator", metavar="TEXT", help="between cells; default: found out")
    group.add_argument("--decimal", choices=(".", ","), help="decimal mark; default: found out")
    group.add_argument("--date-format", metavar="FORMAT", help="of dates, such as %%d/%%m/%%Y")
    group.add_argument(
        "--sequence",
        metavar="NAMES",
        help="columns of texts of one length (DNA, proteins), read as a column for each position",
    )


def add_table_arguments(parser):
    """Add the arguments that say which columns and rows of a table are taken, and how it is read.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The parser.
    """
    group = parser.add_argument_group("the table (names separated by commas)")
    group.add_argument("--columns", metavar="NAMES", help="inputs to take; default: all")
    group.add_argument("--drop", metavar="NAMES", help="columns to leave out")
    group.add_argument("--categories", metavar="NAMES", help="columns whose numbers are names")
    group.add_argument("--numbers", metavar="NAMES", help="columns that must be numbers")
    group.add_argument(
        "--max-rows",
        type=int,
        default=MOST_ROWS,
        metavar="N",
        help="rows that are drawn from a larger table; default: %(default)s",
    )
    add_reading_arguments(parser)


def add_network_arguments(parser):
    """Add the arguments that say which network is explained.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The parser.
    """
    group = parser.add_argument_group("the network")
    suffixes = ", ".join(suffix for form in FORMATS for suffix in form.suffixes)
    group.add_argument("--network", metavar="FILE", help=f"a trained network: {suffixes}")
    group.add_argument("--classes", metavar="NAMES", help="classes of its outputs, in their order")
    group.add_argument(
        "--trust", action="store_true", help="load files that can run code of their author"
    )


def add_target_arguments(parser):
    """Add the table and its target.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The parser.
    """
    parser.add_argument(
        "data",
        metavar="TABLE",
        help="CSV, TSV, Parquet or Excel file with a header line, or a folder of Parquet files",
    )
    parser.add_argument("--target", required=True, metavar="COLUMN", help="column to predict")
    parser.add_argument("--task", choices=("auto", "classification", "regression"), default="auto")
    parser.add_argument("--random-state", type=int, default=0, metavar="N", help="default: 0")
    parser.add_argument("-q", "--quiet", action="store_true", help="print no progress")


def add_arguments(parser):
    """Add the arguments of ``explain`` to a parser.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The parser.
    """
    add_target_arguments(parser)
    parser.add_argument(
        "--surrogates",
        default=",".join(form_names(default=True)),
        metavar="LIST",
        help=f"out of {','.join(form_names())}; default: %(default)s",
    )
    parser.add_argument(
        "--importances",
        action="store_true",
        help="rank the inputs by every method, beside a random forest",
    )
    parser.add_argument("--time-budget", type=float, metavar="SECONDS", help="for all searches")
    parser.add_argument("--report", metavar="FILE.html", help="write a self-contained report")
    parser.add_argument("--json", metavar="FILE", help="write all results as JSON")
    parser.add_argument(
        "--save", metavar="FILE.json", help="write report and forms, for predict and compare"
    )
    parser.add_argument("--jobs", type=int, metavar="N", help="folds run at once")
    add_table_arguments(parser)
    add_network_arguments(parser)


def check_outputs(args):
    """Refuse files that cannot be written.

    Parameters
    ----------
    args : argparse.Namespace
        The call.
    """
    outputs = ("report", "json", "save")
    for option in outputs:
        if getattr(args, option) is not None:
            writable(f"--{option}", getattr(args, option))
    refuse_same_files(args, ("data", "network", *outputs), outputs)
    for option in ("report", "save"):
        if getattr(args, option) is not None:
            import_optional("matplotlib", extra="plot", purpose=f"--{option}")


def writable(option, path):
    """Refuse a file that cannot be written.

    Parameters
    ----------
    option : str
        The option, for the error.
    path : str
        The file.
    """
    folder = Path(path).resolve().parent
    if Path(path).is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        raise BadCall(f"{option} must be a file in an existing, writable folder: {path}.")


_ARGUMENTS = {
    "data": "the table",
    "explanation": "the explanation",
    "before": "BEFORE.json",
    "after": "AFTER.json",
}


def refuse_same_files(args, options, outputs):
    """Refuse outputs that would overwrite an input or one another.

    Parameters
    ----------
    args : argparse.Namespace
        The call.
    options : sequence of str
        Names of all files of the call.
    outputs : sequence of str
        Those that are written.
    """
    named = {}
    for option in options:
        path = getattr(args, option)
        if path is None:
            continue
        place = os.path.realpath(path)
        if place in named and option in outputs:
            other = _ARGUMENTS.get(named[place], f"--{named[place]}")
            raise BadCall(f"--{option} would overwrite {other}, {path}: name another file.")
        named[place] = option


def check_options(args):
    """Refuse options without a meaning, and return the names of the forms.

    Parameters
    ----------
    args : argparse.Namespace
        The call.

    Returns
    -------
    list of str
        Names of the forms.
    """
    if args.time_budget is not None and not args.time_budget > 0:
        raise BadCall(f"--time-budget must be positive. Got {args.time_budget:g} instead.")
    if args.jobs == 0:
        raise BadCall("--jobs must be a number of processes, or -1 for all. Got 0 instead.")
    check_table_options(args)
    names = [name.strip() for name in args.surrogates.split(",") if name.strip()]
    known = form_names()
    if not names or not set(names) <= set(known):
        raise BadCall(f"--surrogates must be out of {','.join(known)}. Got {args.surrogates!r}.")
    return list(dict.fromkeys(names))


def check_table_options(args):
    """Refuse options of table and network without a meaning.

    Parameters
    ----------
    args : argparse.Namespace
        The call.
    """
    if not 0 <= args.random_state < 2**32:
        raise BadCall(
            f"--random-state must be from 0 to 2**32-1. Got {args.random_state} instead."
        )
    if args.max_rows < 1:
        raise BadCall(f"--max-rows must be at least 1. Got {args.max_rows} instead.")
    args.separator = {"\\t": "\t", "tab": "\t"}.get(args.separator, args.separator)
    if args.separator is not None and (len(args.separator) != 1 or args.separator in '"\r\n'):
        raise BadCall(f"--separator must be one character, or tab. Got {args.separator!r}.")
    for option in ("classes", "trust"):
        if getattr(args, option) and args.network is None:
            raise BadCall(f"--{option} says something of --network, which must be given, too.")
