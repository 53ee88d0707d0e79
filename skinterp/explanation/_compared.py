"""Two explanations side by side: what changed, as after a network was trained again."""

from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from skinterp.table import as_table
from skinterp.utils import PrintedInNotebooks, aligned, counted, number_text, one_line, visible
from skinterp.utils._which_rows import HELD_OUT, NEW

_SIDES = "before", "after"
MOST_ROWS, MOST_INPUTS, MOST_WIDTH = 10, 20, 112
_METRICS = {"fidelity": "fidelity", "accuracy": "accuracy", "atoms": "complexity"}
_RANKED_BY = ("permutation", "derivatives")


def _mean(content, form, metric):
    """Return a score's mean over the folds; None where it has no meaning."""
    folds = [v for v in content["scores"].get(form, {}).get(metric, ()) if v is not None]
    return float(np.mean(folds)) if folds else None


def _both(function, contents):
    return dict(zip(_SIDES, map(function, contents), strict=True))


def _forms(contents):
    """Return the forms of either explanation, in their order."""
    names = [name for content in contents for name in content["surrogates"]]
    return list(dict.fromkeys(names))


def _form(name, contents):
    """Return scores and text of a form in both."""
    scores = {
        said: _both(lambda content, m=metric: _mean(content, name, m), contents)
        for said, metric in _METRICS.items()
    }
    return {**scores, "text": _both(lambda content: content["surrogates"].get(name), contents)}


def _headline(content):
    return {key: content["headline"][key] for key in ("form", "text")}


def _ranks(shares):
    """Return the rank of each input, 1 for the largest share; equal shares are ranked alike."""
    values = sorted(shares.values(), reverse=True)
    return {name: values.index(share) + 1 for name, share in shares.items()}


def _importances(contents):
    """Return by method the ranks of the inputs in both."""
    known = [content.get("importances") or {} for content in contents]
    found = {}
    for method in known[0]:
        if method not in known[1]:
            continue
        ranks = [_ranks(side[method]) for side in known]
        names = dict.fromkeys(name for side in ranks for name in side)
        found[method] = {n: _both(lambda side, n=n: side.get(n), ranks) for n in names}
    return found


def different_answers(before, after, places=None):
    """Return how two lists of answers differ.

    Parameters
    ----------
    before, after : ndarray of shape (n,) or (n, n_outputs)
        Labels, or values.
    places : ndarray of int of shape (n,) or None, default=None
        The rows that these answer; None is 0, 1, ...

    Returns
    -------
    dict
        "rows", how many are "different", the first of them as "shown" (of values those that differ
        most), and of values the "root_mean_square" of the differences.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.explanation import different_answers
    >>> different_answers(np.array(["no", "yes"]), np.array(["no", "no"]))["shown"]
    [{'row': 2, 'before': 'yes', 'after': 'no'}]
    """
    before, after = np.asarray(before), np.asarray(after)
    places = np.arange(len(before)) if places is None else places
    is_number = before.dtype.kind == after.dtype.kind == "f"
    differs = before != after
    differs = differs.any(axis=1) if differs.ndim > 1 else differs
    order, found = np.flatnonzero(differs), {"rows": len(before), "different": int(differs.sum())}
    if is_number and len(before):
        size = np.abs(before - after).reshape(len(before), -1).max(axis=1)
        order = np.argsort(-size, kind="stable")[: len(order)]
        found["root_mean_square"] = float(np.sqrt(np.mean((before - after) ** 2)))
    found["shown"] = [
        {"row": int(places[k]) + 1, "before": before[k].tolist(), "after": after[k].tolist()}
        for k in order[:MOST_ROWS]
    ]
    return found


def _same_rows(name, explanations, X):
    """Return how the answers of a form differ between two explanations, or why that is unknown."""
    try:
        return different_answers(*(e.form(name).predict(X) for e in explanations))
    except ValueError as error:
        return {"unknown": str(error)}


@dataclass(frozen=True, eq=False, repr=False)
class ExplanationChange(PrintedInNotebooks):
    """What changed between two explanations.

    Parameters
    ----------
    content : dict
        What `to_dict` returns.
    """

    content: dict

    def to_dict(self):
        """Return what changed as plain numbers and texts, for JSON.

        Returns
        -------
        dict
            "titles", "about", "headline" (the form said first, with its sentence), "network" and
            "guess" (accuracy), "forms" (by name "fidelity", "accuracy", "atoms" and "text", each
            "before" and "after"; None where there is none), "importances" (by method and input
            the ranks) and, where rows were given, "answers" (by form how many differ, and which).
        """
        return self.content

    def with_answers(self, answers):
        """Return the change with what was found out about answers.

        Parameters
        ----------
        answers : dict of str to dict
            By form what `different_answers` gives, or why that is "unknown".

        Returns
        -------
        ExplanationChange
            The change.
        """
        return ExplanationChange({**self.content, "answers": answers})

    @property
    def shared(self):
        """Forms of both explanations."""
        forms = self.content["forms"].items()
        return [name for name, form in forms if None not in form["text"].values()]

    def _scores(self):
        head = ["form", "fidelity", "after", "accuracy", "after", "atoms", "after"]
        none = dict.fromkeys(_SIDES)
        rows = [
            [
                name,
                *_cells(form["fidelity"]),
                *_cells(form["accuracy"]),
                *_cells(form["atoms"], 0),
            ]
            for name, form in self.content["forms"].items()
        ]
        for who in ("network", "guess"):
            rows.append([who, *_cells(none), *_cells(self.content[who]), *_cells(none)])
        return head, rows

    def _texts(self):
        """Yield what each form says before and after."""
        for name, form in self.content["forms"].items():
            before, after = (form["text"][side] for side in _SIDES)
            if before == after:
                yield f"{name}: unchanged"
                continue
            yield f"{name}:"
            yield _side_by_side(before or "(not there)", after or "(not there)")

    def _moved(self):
        """Return the method that is shown, and its table of ranks."""
        known = self.content["importances"]
        method = next((name for name in (*_RANKED_BY, *known) if name in known), None)
        if method is None:
            return None, []
        ranks = known[method]
        last = len(ranks) + 1
        order = sorted(ranks, key=lambda n: tuple(ranks[n][s] or last for s in reversed(_SIDES)))
        rows = [
            [one_line(n), *("-" if ranks[n][s] is None else str(ranks[n][s]) for s in _SIDES)]
            for n in order[:MOST_INPUTS]
        ]
        return method, rows

    def _answers(self):
        for name, found in self.content.get("answers", {}).items():
            if "unknown" in found:
                yield f"{name}: {found['unknown']}"
                continue
            size = found.get("root_mean_square")
            more = "" if size is None else f", root mean square difference {number_text(size)}"
            yield (
                f"{name}: other answers at {found['different']} of "
                f"{counted(found['rows'], 'row')}{more}"
            )
            for row in found["shown"] if size is None or size else ():
                before, after = (_answer(row[side]) for side in _SIDES)
                yield f"    row {row['row']}: {before} before, {after} after"

    def __str__(self):
        content = self.content
        blocks = []
        for side in _SIDES:
            about = "\n".join(f"  {line}" for line in content["about"][side])
            blocks.append(f"{side.capitalize()}: {content['titles'][side]}\n{about}")
        blocks += [f"{s.capitalize()}: {content['headline'][s]['text']}" for s in _SIDES]
        blocks.append(f"Means on {HELD_OUT}, before and after:\n{aligned(*self._scores())}")
        blocks.append("\n".join(["What the forms say:", *self._texts()]))
        method, rows = self._moved()
        if method is not None:
            table = aligned(["input", *_SIDES], rows)
            blocks.append(f"Ranks of the inputs by {method}:\n{table}")
        if "answers" in content:
            lines = "\n".join(self._answers())
            blocks.append(f"Where the answers differ, on {NEW}:\n{lines}")
        return visible("\n\n".join(blocks))

    def __repr__(self):
        return str(self)


def _side_by_side(before, after):
    """Return two texts as columns where both are narrow, else one after the other."""
    left, right = before.splitlines(), after.splitlines()
    width = max(map(len, (_SIDES[0], *left)))
    if width + max(map(len, right)) > MOST_WIDTH:
        lines = [line for side, text in zip(_SIDES, (left, right)) for line in (f"{side}:", *text)]
        return "\n".join(f"    {line}" for line in lines)
    pairs = zip_longest([_SIDES[0], *left], [_SIDES[1], *right], fillvalue="")
    return "\n".join(f"    {one:{width}} | {other}".rstrip() for one, other in pairs)


def _cells(pair, digits=3):
    return ["-" if pair[side] is None else f"{pair[side]:.{digits}f}" for side in _SIDES]


def _answer(value):
    return number_text(value) if isinstance(value, float) else one_line(str(value))


def compare_explanations(before, after, X=None):
    """Say what changed between two explanations, as after a network was trained again.

    Parameters
    ----------
    before, after : Explanation or SavedExplanation
        The explanations, of the same task.
    X : array-like or data frame of shape (n_samples, n_features) or None, default=None
        Rows on which the answers of each form are compared.

    Returns
    -------
    ExplanationChange
        Prints itself; `to_dict` is its content.

    Raises
    ------
    ValueError
        If they are of different tasks.

    Notes
    -----
    Scores are those of each explanation, on held-out rows of its own table: with other tables, or
    other folds, a small difference says nothing. Two equations that look different may answer
    alike; give rows to see.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import explain
    >>> from skinterp.explanation import compare_explanations
    >>> X = np.random.default_rng(0).uniform(-1, 1, (100, 2))
    >>> quick = {"forms": ["linear"], "importances": False, "cv": 2}
    >>> first = explain(lambda X: X[:, 0], X, **quick)
    >>> second = explain(lambda X: X[:, 0] + 1, X, **quick)
    >>> change = compare_explanations(first, second, X)
    >>> change.to_dict()["answers"]["linear"]["different"]
    100
    """
    explanations = before, after
    contents = [explanation.to_dict() for explanation in explanations]
    tasks = [content["headline"]["task"] for content in contents]
    if tasks[0] != tasks[1]:
        raise ValueError(
            f"after must be an explanation of the same task, {tasks[0]}. Got {tasks[1]} instead."
        )
    names = ("network", "guess")
    change = ExplanationChange(
        {
            "titles": _both(lambda c: c["title"], contents),
            "about": _both(lambda c: c["about"], contents),
            "headline": _both(_headline, contents),
            **{
                who: _both(lambda c, w=who: c["headline"]["accuracy"].get(w), contents)
                for who in names
            },
            "forms": {name: _form(name, contents) for name in _forms(contents)},
            "importances": _importances(contents),
        }
    )
    if X is None:
        return change
    rows = as_table(X)
    return change.with_answers({n: _same_rows(n, explanations, rows) for n in change.shared})
