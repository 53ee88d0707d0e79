"""``explain``: a network on a table, by every form, beside a random forest."""

from skinterp.command._commands import Command, register_command

EXAMPLES = """examples:
  skinterp explain table.csv --target active --report report.html
  skinterp explain table.csv --target active --network model.onnx --importances
  skinterp explain table.csv --target dose --surrogates symbolic,tree --save explanation.json
"""


def add_arguments(parser):
    """Add the arguments of the command."""
    from skinterp.command._options import add_arguments

    add_arguments(parser)


def run(args):
    """Explain a network on a table."""
    from skinterp.command._explain import run

    run(args)


register_command(
    Command(
        "explain",
        "explain a network on a table",
        "Train a network on a table (or take yours), fit an equation, a tree and a linear "
        "model to its answers, and compare them by cross-validation.",
        add_arguments,
        run,
        EXAMPLES,
    )
)
