"""Sections of reports, one file each.

Each file registers a `ReportSection`, a function from what was found to `Section` objects: plain
paragraphs, tables and figures, which pages, terminals and JSON are made from alike. A section
knows no estimator but by what it says of itself; a new file here is found without being listed.
"""
