"""``predict``: a form of a saved explanation answers the rows of a table."""

from skinterp.command._commands import Command, register_command

EXAMPLES = """examples:
  skinterp predict explanation.json new.csv
  skinterp predict explanation.json new.csv --form tree --output answers.csv
"""


def add_arguments(parser):
    """Add the arguments of the command."""
    from skinterp.command._options import add_reading_arguments

    parser.add_argument(
        "explanation", metavar="EXPLANATION.json", help="what explain --save wrote"
    )
    parser.add_argument("data", metavar="TABLE", help="a table with the columns explained")
    parser.add_argument(
        "--form",
        metavar="NAME",
        help="which form answers: equation, tree, linear, ...; default: the one said first",
    )
    parser.add_argument("--output", metavar="FILE.csv", help="where to write; default: print")
    add_reading_arguments(parser)


def run(args):
    """Answer the rows of a table."""
    from skinterp.command._predict import run

    run(args)


register_command(
    Command(
        "predict",
        "answer the rows of a table by a saved form",
        "Apply the equation, tree or other form of a saved explanation to a table, without the "
        "network: an answer per row, and of classifiers the probabilities.",
        add_arguments,
        run,
        EXAMPLES,
    )
)
