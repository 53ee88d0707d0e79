"""Type checkers of users know the public names and their parameters."""

import re
from pathlib import Path

from mypy import api

RIGHT = """
from skinterp import TreeSurrogateClassifier, as_network, compare_surrogates, fidelity_score
from skinterp.expression import Variable, parse

tree = TreeSurrogateClassifier(max_leaf_nodes=4, random_state=0).fit([[1.0]])
text: str = tree.export_text()
formula = parse("x0") + 2 * Variable(1)
found = compare_surrogates(as_network(tree), [[1.0]], surrogates=["tree"], cv=2)
"""
WRONG = {
    "from skinterp import TreeSurogateClassifier": "has no attribute",
    "TreeSurrogateClassifier(max_leafs=4)": "Unexpected keyword argument",
    "compare_surrogates(tree)": "Missing positional argument",
    "compare_surrogates(tree, [[1.0]], folds=2)": "Unexpected keyword argument",
    'parse("x0", ["x0"], 4)': "Too many arguments",
    "Variable()": "Missing positional argument",
}


def test_right_calls_pass_and_wrong_ones_are_found(tmp_path, monkeypatch):
    monkeypatch.setenv("MYPYPATH", str(Path(__file__).parents[1]))
    path = tmp_path / "use.py"
    path.write_text("\n".join([*RIGHT.splitlines(), *WRONG]) + "\n")
    options = ["--follow-imports=silent", "--ignore-missing-imports", "--config-file="]
    printed, _, _ = api.run([str(path), f"--cache-dir={tmp_path / 'cache'}", *options])
    errors = dict(re.findall(r":(\d+): error: (.*)", printed))
    start = len(RIGHT.splitlines()) + 1
    assert sorted(map(int, errors)) == list(range(start, start + len(WRONG))), printed
    for line, said in enumerate(WRONG.values(), start):
        assert said in errors[str(line)]
