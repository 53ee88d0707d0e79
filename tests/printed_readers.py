"""Readers of what is printed, which share no code with what prints it."""

import re
from functools import reduce

import numpy as np

FUNCTIONS = {name: getattr(np, name) for name in ("sin", "cos", "exp", "log", "sqrt", "tanh")}


def relu(values):
    return np.maximum(values, 0.0)


def formula_values(text, columns):
    """Compute a formula in text form on columns by name."""
    known = {**FUNCTIONS, "relu": relu, "logistic": lambda z: 1 / (1 + np.exp(-z)), **columns}
    known |= {"max": lambda *each: reduce(np.maximum, each), "abs": np.abs}
    n_rows = max(map(np.size, columns.values()))
    return eval(text, {"__builtins__": {}}, known) * np.ones(n_rows)


def decided(text, columns):
    """Compute a comparison in text form."""
    left, sign, right = re.fullmatch(r"(.*) (<=|>=|<|>) (\S+)", text).groups()
    values, bound = formula_values(left, columns), float(right)
    compare = {"<=": np.less_equal, ">=": np.greater_equal, "<": np.less, ">": np.greater}
    return compare[sign](values, bound)


def latex_values(text, columns):
    """Compute a formula in LaTeX."""
    text = re.sub(r"\\mathrm\{(\w+)\}", r"\1", text)
    text = re.sub(r"([a-z])_\{(\d+)\}", r"\1\2", text)
    text = re.sub(r"(\d) \\cdot 10\^\{(-?\d+)\}", r"\1e\2", text)
    while "{" in text:  # from the inside
        text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", text)
        text = re.sub(r"\^\{([^{}]*)\}", r"**(\1)", text)
    for old, new in (("\\left", ""), ("\\right", ""), ("\\,", "*"), ("\\cdot", "*"), ("\\", "")):
        text = text.replace(old, new)
    return formula_values(text, {"e": np.e, **columns})


def linear_values(text, columns):
    """Compute the functions of a linear surrogate's text: title lines end in " ="."""
    blocks = re.split(r"^.* =$", text, flags=re.MULTILINE)[1:]
    return np.stack([formula_values(" ".join(b.split()), columns) for b in blocks], axis=1)


def rule_answers(text, columns):
    """Return the answer text of each row, of a tree printed as rules."""
    lines = [re.fullmatch(r"((?:\|   )*)(.*?)(?:: (.*))?", line) for line in text.split("\n")]
    n_rows = len(next(iter(columns.values())))
    answers, open_rows = np.full(n_rows, None, dtype=object), [np.ones(n_rows, dtype=bool)]
    for bars, condition, answer in (line.groups() for line in lines):
        depth = len(bars) // 4
        here = open_rows[depth] & decided(condition, columns)
        open_rows[depth + 1 :] = [here]
        if answer is not None:
            answers[here] = answer
    return answers


def leaf_values(text, columns):
    """Compute the values of each row, of an exact tree: leaves say ``name = formula; ...``."""
    answers = rule_answers(text, columns)
    values = np.empty((len(answers), answers[0].count(" = ")))
    for answer in set(answers):
        rows = answers == answer
        here = {name: column[rows] for name, column in columns.items()}
        formulas = [part.split(" = ")[1] for part in answer.split("; ")]
        values[rows] = np.stack([formula_values(f, here) for f in formulas], axis=1)
    return values


def network_values(text, columns):
    """Compute the last layer of a network printed as equations of units."""
    known, last = dict(columns), []
    for line in text.split("\n")[2:]:
        if not line.startswith(" "):
            last = []
            continue
        name, formula = line.strip().split(" = ", 1)
        values = formula_values(formula, known)
        known[name.replace(" ", "_")] = values
        last.append(values)
    return np.stack(last, axis=1)
