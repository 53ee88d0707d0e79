"""Checks, registries, numbers as text, optional imports and scikit-learn's internals.

Nothing here knows a network or a formula. ``check_X`` (of columns only: ``check_columns``) is the
one gate through which user data enters, ``unwrap`` the one way into pipelines and searches;
`Registry` collects the records of readers, forms, operators and so on, `Result` is the base of
what is printed and drawn; ``number_text`` and its kin are the one place where numbers are written;
``import_optional`` is the one way to reach an optional library, ``skinterp.utils._sklearn`` the
one file that touches scikit-learn's private names.
"""

from typing import TYPE_CHECKING

from skinterp._lazy import lazy_names

if TYPE_CHECKING:
    from skinterp.utils._columns import column_index, has_texts, is_mixed
    from skinterp.utils._files import write_whole
    from skinterp.utils._incomplete import noting_incomplete
    from skinterp.utils._interrupts import is_one_of_many
    from skinterp.utils._labels import check_labels, output_index, signed_output, value_names
    from skinterp.utils._notebooks import PrintedInNotebooks, preformatted
    from skinterp.utils._numbers import (
        DIGITS,
        MOST_DIGITS,
        PRECISION,
        constant_text,
        count_digits,
        counted,
        digits_within,
        needed_text,
        number_text,
        round_to_digits,
        signed_text,
        threshold_text,
    )
    from skinterp.utils._optional import import_optional
    from skinterp.utils._random import LARGEST_SEED, draw_seed
    from skinterp.utils._registry import Registry, import_modules
    from skinterp.utils._result import Result, TableResult
    from skinterp.utils._rules import n_leaves_below, rules_text
    from skinterp.utils._shares import as_shares
    from skinterp.utils._show_versions import show_versions
    from skinterp.utils._text_table import aligned, spread_text
    from skinterp.utils._unwrap import Unwrapped, is_identity, unwrap
    from skinterp.utils._validation import (
        check_columns,
        check_kinds,
        check_X,
        checked_count,
        checked_index,
        feature_names_of,
        other_kind,
    )
    from skinterp.utils._visible import one_line, visible
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "_columns": ["column_index", "has_texts", "is_mixed"],
            "_files": ["write_whole"],
            "_incomplete": ["noting_incomplete"],
            "_interrupts": ["is_one_of_many"],
            "_notebooks": ["PrintedInNotebooks", "preformatted"],
            "_labels": ["check_labels", "output_index", "signed_output", "value_names"],
            "_numbers": [
                "DIGITS",
                "MOST_DIGITS",
                "PRECISION",
                "constant_text",
                "count_digits",
                "counted",
                "digits_within",
                "needed_text",
                "number_text",
                "round_to_digits",
                "signed_text",
                "threshold_text",
            ],
            "_optional": ["import_optional"],
            "_random": ["LARGEST_SEED", "draw_seed"],
            "_registry": ["Registry", "import_modules"],
            "_result": ["Result", "TableResult"],
            "_rules": ["n_leaves_below", "rules_text"],
            "_shares": ["as_shares"],
            "_show_versions": ["show_versions"],
            "_text_table": ["aligned", "spread_text"],
            "_unwrap": ["Unwrapped", "is_identity", "unwrap"],
            "_validation": [
                "check_columns",
                "check_kinds",
                "check_X",
                "checked_count",
                "checked_index",
                "feature_names_of",
                "other_kind",
            ],
            "_visible": ["one_line", "visible"],
        },
    )

__all__ = [
    "DIGITS",
    "LARGEST_SEED",
    "MOST_DIGITS",
    "PRECISION",
    "PrintedInNotebooks",
    "Registry",
    "Result",
    "TableResult",
    "Unwrapped",
    "aligned",
    "as_shares",
    "check_X",
    "check_columns",
    "check_kinds",
    "check_labels",
    "checked_count",
    "checked_index",
    "column_index",
    "constant_text",
    "count_digits",
    "counted",
    "digits_within",
    "draw_seed",
    "feature_names_of",
    "has_texts",
    "import_modules",
    "import_optional",
    "is_identity",
    "is_mixed",
    "is_one_of_many",
    "n_leaves_below",
    "needed_text",
    "noting_incomplete",
    "number_text",
    "one_line",
    "other_kind",
    "output_index",
    "preformatted",
    "round_to_digits",
    "rules_text",
    "show_versions",
    "signed_output",
    "signed_text",
    "spread_text",
    "threshold_text",
    "unwrap",
    "value_names",
    "visible",
    "write_whole",
]
