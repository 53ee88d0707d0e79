"""``compare``: two saved explanations, before and after."""

from skinterp.command._commands import Command, register_command

EXAMPLES = """examples:
  skinterp compare monday.json tuesday.json
  skinterp compare monday.json tuesday.json table.csv --json change.json
"""


def add_arguments(parser):
    """Add the arguments of the command."""
    from skinterp.command._options import add_reading_arguments

    parser.add_argument("before", metavar="BEFORE.json", help="what explain --save wrote")
    parser.add_argument("after", metavar="AFTER.json", help="the same of another network")
    parser.add_argument(
        "data", metavar="TABLE", nargs="?", help="rows on which the answers of forms are compared"
    )
    parser.add_argument("--json", metavar="FILE", help="write what changed as JSON")
    add_reading_arguments(parser)


def run(args):
    """Compare two explanations."""
    from skinterp.command._compare import run

    run(args)


register_command(
    Command(
        "compare",
        "say what changed between two saved explanations",
        "Compare two saved explanations, as before and after a training: scores of the network, "
        "fidelity, size and text of each form, ranks of the inputs, and where answers differ.",
        add_arguments,
        run,
        EXAMPLES,
    )
)
