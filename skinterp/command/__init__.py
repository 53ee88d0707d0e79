"""The command line, ``skinterp COMMAND``, a file per command.

Each file registers a `Command`: its arguments and what it does, told in terms of the library. A
call or data that cannot be worked with ends with one sentence (`BadCall`) and exit code 2, an
interruption with 130. A new file in ``commands`` is found without being listed; it imports what
it needs when it runs, so that help comes at once.
"""

from skinterp.command._commands import COMMANDS, BadCall, Command, register_command
from skinterp.command._main import main, make_parser

__all__ = ["COMMANDS", "BadCall", "Command", "main", "make_parser", "register_command"]
