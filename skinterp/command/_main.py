"""From arguments to an exit code."""

import argparse
import os
import re
import signal
import sys
import warnings
from concurrent.futures import BrokenExecutor

import skinterp
from skinterp.command._commands import COMMANDS, BadCall, Interrupted
from skinterp.command._interrupt import one_interrupt
from skinterp.utils import visible

DESCRIPTION = "Interpret trained neural networks."
FAILED, BAD_CALL = 1, 2
CODES = (
    "Exit codes: 0 done; 1 not enough memory, or a worker process was killed; 2 the call or its "
    "data cannot be worked with; 130 ended by Ctrl-C; 143 ended by SIGTERM."
)


class _Parser(argparse.ArgumentParser):
    """A parser that leaves it to its caller how to say what is wrong."""

    def error(self, message):
        raise BadCall(f"{message} (see {self.prog} --help).")


def make_parser(argv=None):
    """Return the parser of the command line.

    Parameters
    ----------
    argv : sequence of str or None, default=None
        What is to be parsed: only commands that are named there get their arguments, whose
        choices take long to import. None gives them to all.

    Returns
    -------
    argparse.ArgumentParser
        The parser, with a subparser per command.
    """
    parser = _Parser(prog="skinterp", description=DESCRIPTION, epilog=CODES)
    parser.add_argument("--version", action="version", version=f"skinterp {skinterp.__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    for command in COMMANDS.values():
        of_command = subparsers.add_parser(
            command.name,
            help=command.help,
            description=command.description,
            epilog=f"{command.examples}\n{CODES}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if argv is None or command.name in argv:
            command.add_arguments(of_command)
    return parser


def main(argv=None):
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str or None, default=None
        Arguments; None is those of the process.

    Returns
    -------
    int
        Exit code: 0; 1 without memory or when a worker was killed; 2 for a bad call or bad data;
        130 when interrupted, 143 when terminated.
    """
    argv = sys.argv[1:] if argv is None else argv
    notes = []
    try:
        with warnings.catch_warnings(record=True) as notes, one_interrupt():
            warnings.simplefilter("always", UserWarning)
            parser = make_parser(argv)
            args = parser.parse_args(argv)
            if args.command is None:
                parser.print_help()
                return 0
            COMMANDS[args.command].run(args)
    except BrokenPipeError:  # whoever reads the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (BadCall, ValueError, ImportError, OSError) as error:
        sys.stderr.write(f"skinterp: error: {visible(' '.join(str(error).split()))}\n")
        return BAD_CALL
    except (KeyboardInterrupt, Interrupted) as error:
        said = str(error) or "interrupted before there was anything to show"
        sys.stderr.write(f"\nskinterp: {visible(said)}\n")
        return 128 + getattr(error, "number", signal.SIGINT)
    except MemoryError:
        return _failed("Not enough memory. Take fewer rows or columns (--columns), or --jobs 1.")
    except BrokenExecutor:
        return _failed(
            "A worker process was killed, as happens when memory runs out. Take --jobs 1, or "
            "fewer rows or columns (--columns)."
        )
    for text in _different(str(note.message) for note in notes):
        sys.stderr.write(f"skinterp: note: {visible(text)}\n")
    return 0


def _failed(why):
    sys.stderr.write(f"skinterp: error: {why}\n")
    return FAILED


def _different(notes):
    """Return notes of which none says the same as one before, but for its numbers."""
    first = {}
    for text in notes:
        first.setdefault(re.sub(r"[0-9]+", "0", text), text)
    return list(first.values())
