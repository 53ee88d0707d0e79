"""The registry of commands, and how they end."""

from collections.abc import Callable
from dataclasses import dataclass

from skinterp.utils import Registry
from skinterp.utils._interrupts import Interrupted


class BadCall(Exception):
    """A call or data that cannot be worked with; its text is one clear sentence."""


@dataclass(frozen=True)
class Command:
    """A command of the command line.

    Parameters
    ----------
    name : str
        What is typed.
    help : str
        A line for the list of commands.
    description : str
        Sentences for the command's own help.
    add_arguments : callable
        ``add_arguments(parser)`` adds them to an argparse parser.
    run : callable
        ``run(args)`` does the work; raises `BadCall`, ValueError, ImportError or OSError with one
        sentence.
    examples : str, default=""
        Calls to copy, shown under its help.
    """

    name: str
    help: str
    description: str
    add_arguments: Callable
    run: Callable
    examples: str = ""


__all__ = ["COMMANDS", "BadCall", "Command", "Interrupted", "register_command"]

COMMANDS = Registry("command", Command, ["skinterp.command.commands"])
register_command = COMMANDS.register
