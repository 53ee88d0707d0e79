"""Sections as plain numbers and texts, for JSON."""

from skinterp.report._section import build_sections


def _add(content, data):
    """Add data to content; dictionaries of the same name become one."""
    for key, value in data.items():
        if isinstance(value, dict) and isinstance(content.get(key), dict):
            _add(content[key], value)
        else:
            content[key] = value


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
        _add(content, section.data)
    return content
