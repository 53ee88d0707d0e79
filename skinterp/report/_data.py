"""Sections as plain numbers and texts, for JSON."""

from skinterp.report._section import build_sections


def _merged(content, data):
    """Return content with data added; dictionaries of the same name become one."""
    both = {k: _merged(content[k], v) for k, v in data.items() if _are_dicts(content.get(k), v)}
    return {**content, **data, **both}


def _are_dicts(*values):
    return all(isinstance(value, dict) for value in values)


def report_data(findings):
    """Return what the sections of a report say as plain numbers and texts.

    Parameters
    ----------
    findings : Findings
        What was found.

    Returns
    -------
    dict
        By topic: "scores", "surrogates", "forest_importances", "importances" and what registered
        sections add.
    """
    content = {}
    for section in build_sections(findings):
        content = _merged(content, section.data)
    return content
