"""A self-contained HTML report of a comparison: opens from disk, prints, needs no network.

:func:`write_report` takes the plain value that :func:`skinterp.evaluation.compare_surrogates`
returns and writes one file: equations, front, table, tree, coefficients, importances, caveats.
"""

from skinterp.report._html import render_report, write_report

__all__ = ["render_report", "write_report"]
