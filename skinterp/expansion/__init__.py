"""What does a network of categorical inputs consist of? Fields, couplings, higher orders.

`CategoricalExpansion` writes a network over categories (one-hot inputs) as a constant, one term
per category, one per pair of categories, and so on: exactly, in the gauge one asks for. Its result
is an `Expansion`, which prints, plots and converts; `RowExplanation` says what each pattern
contributes to one row. `sequence_table` makes positions of texts.
"""

from skinterp.expansion._categorical import CategoricalExpansion
from skinterp.expansion._categorical_network import CategoricalNetwork, categorical_network
from skinterp.expansion._expansion import Expansion
from skinterp.expansion._row_explanation import RowExplanation
from skinterp.expansion._sequences import sequence_table

__all__ = [
    "CategoricalExpansion",
    "CategoricalNetwork",
    "Expansion",
    "RowExplanation",
    "categorical_network",
    "sequence_table",
]
