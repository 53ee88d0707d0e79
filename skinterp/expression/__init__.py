"""Formulas as immutable value objects.

An ``Expression`` is a tree of ``Constant``, ``Variable`` and ``Operation`` nodes over real
mathematics (undefined is nan, nothing is protected): it computes values and gradients and knows
its size and price. ``parse`` reads what it prints, ``simplify`` never changes its values, and the
``to_*`` functions write it for other programs. An ``Equation`` adds the user's column names, a
threshold, classes and a link: what a symbolic surrogate has found.

Operators and exporters (languages) are records: one file adds one, and ``register_operator`` and
``register_exporter`` take those of other packages.
"""

from skinterp.expression._affine_text import ColumnSpread, affine_text, condition_text
from skinterp.expression._atoms import atoms
from skinterp.expression._boundary_writings import boundary_writings
from skinterp.expression._cells import CELLS, columns_read
from skinterp.expression._digits import (
    Digits,
    affine_digits,
    more_until,
    needed_digits,
    round_centres,
    spread,
)
from skinterp.expression._dimensions import Dimensions, Measured, constant_units, measure
from skinterp.expression._equation import Equation
from skinterp.expression._exporters import EXPORTERS, Exporter, register_exporter
from skinterp.expression._factored import factored
from skinterp.expression._fold import fold
from skinterp.expression._functions import (
    absolute,
    affine,
    apply,
    cos,
    exp,
    log,
    sin,
    sqrt,
    tan,
    tanh,
)
from skinterp.expression._layers import layers_to_sympy
from skinterp.expression._links import IsotonicLink, LinearLink, LogisticLink
from skinterp.expression._nodes import Constant, Expression, Operation, Variable, from_postfix
from skinterp.expression._operators import OPERATORS, Operator, register_operator
from skinterp.expression._parse import parse
from skinterp.expression._printer import Phrase, Printer
from skinterp.expression._rewrite import fold_constants, round_constants, tidy
from skinterp.expression._simplify import simplify
from skinterp.expression._units import Unit, parse_unit, read_units
from skinterp.expression._writings import Writing, Writings
from skinterp.expression.exporters._c import to_c
from skinterp.expression.exporters._latex import to_latex
from skinterp.expression.exporters._mathml import to_mathml
from skinterp.expression.exporters._python import to_python
from skinterp.expression.exporters._sql import to_sql
from skinterp.expression.exporters._sympy import from_sympy, to_sympy

OPERATORS.load()
EXPORTERS.load()

__all__ = [
    "CELLS",
    "EXPORTERS",
    "OPERATORS",
    "ColumnSpread",
    "Constant",
    "Digits",
    "Dimensions",
    "Equation",
    "Exporter",
    "Expression",
    "IsotonicLink",
    "LinearLink",
    "LogisticLink",
    "Measured",
    "Operation",
    "Operator",
    "Phrase",
    "Printer",
    "Unit",
    "Variable",
    "Writing",
    "Writings",
    "absolute",
    "affine",
    "affine_digits",
    "affine_text",
    "apply",
    "atoms",
    "boundary_writings",
    "columns_read",
    "condition_text",
    "constant_units",
    "cos",
    "exp",
    "factored",
    "fold",
    "fold_constants",
    "from_postfix",
    "from_sympy",
    "layers_to_sympy",
    "log",
    "measure",
    "more_until",
    "needed_digits",
    "parse",
    "parse_unit",
    "read_units",
    "register_exporter",
    "register_operator",
    "round_centres",
    "round_constants",
    "simplify",
    "sin",
    "spread",
    "sqrt",
    "tan",
    "tanh",
    "tidy",
    "to_c",
    "to_latex",
    "to_mathml",
    "to_python",
    "to_sql",
    "to_sympy",
]
