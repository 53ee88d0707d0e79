"""``formula``: a formula of the user's own against a network and the target."""

from skinterp.command._commands import Command, register_command

EXAMPLES = """examples:
  skinterp formula table.csv --target active "dose**2/weight > 3"
  skinterp formula table.csv --target active --network model.onnx "dose/weight"
  skinterp formula table.csv --target grade --positive high "`body mass` > 80"
"""


def add_arguments(parser):
    """Add the arguments of the command."""
    from skinterp.command._options import (
        add_network_arguments,
        add_table_arguments,
        add_target_arguments,
    )

    add_target_arguments(parser)
    parser.add_argument(
        "formula",
        metavar="FORMULA",
        help="in the names of the columns, those that are no plain words in backticks; without "
        "a condition the threshold is found on the rows that are not held out",
    )
    parser.add_argument(
        "--positive", metavar="CLASS", help="what the condition stands for; needed of 3+ classes"
    )
    parser.add_argument("--json", metavar="FILE", help="write the scores as JSON")
    add_table_arguments(parser)
    add_network_arguments(parser)


def run(args):
    """Score a formula."""
    from skinterp.command._formula import run

    run(args)


register_command(
    Command(
        "formula",
        "score a formula of your own",
        "Compare a formula, or a condition, with a network's answers and with the target, on "
        "held-out rows, beside the network itself and a guess.",
        add_arguments,
        run,
        EXAMPLES,
    )
)
