"""What the tests notice: small changes of five core modules, and the share that a test catches.

A change swaps an operator, a comparison, a constant, a sign or a pair of functions. Of each module
the same changes are made every time, spread evenly over its files; each runs the module's tests in
a copy, in a process of its own. A run that hangs is caught. ``python benchmarks/mutants.py
[module]`` prints the shares and the survivors.
"""

import ast
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import pandas  # noqa: F401 - what tests load is loaded once, before processes are forked
import pytest
import scipy.optimize
import scipy.stats  # noqa: F401
import sklearn.ensemble
import sklearn.neural_network  # noqa: F401
import sympy  # noqa: F401
from hypothesis import HealthCheck, Phase, settings

ROOT = Path(__file__).resolve().parent.parent
MOST, SLOWER, LEAST_SECONDS = 28, 4.0, 20.0  # changes a module, times the tests' own time
OPTIONS = ["-qx", "-p", "no:cacheprovider", "-W", "ignore:Module already imported"]
MODULES = {
    "printing": (
        ("skinterp/utils/_numbers.py", "skinterp/expression/_digits.py"),
        ("tests/utils/test_numbers.py", "tests/expression/test_digits.py"),
    ),
    "folding": (
        ("skinterp/network/_affine.py", "skinterp/network/_graph_folding.py"),
        (
            "tests/network/test_affine.py",
            "tests/network/test_folding.py",
            "tests/network/test_graph_networks.py",
        ),
    ),
    "thresholds": (
        ("skinterp/matching/_thresholds.py",),
        ("tests/matching/test_thresholds_and_links.py",),
    ),
    "leaves": (
        ("skinterp/exact/trees/_oblique.py", "skinterp/exact/pieces/_affine_maps.py"),
        (
            "tests/exact/test_affine_maps.py",
            "tests/exact/test_exact_trees.py",
            "tests/exact/test_exact_tree_properties.py",
        ),
    ),
    "likelihood": (
        ("skinterp/matching/_likelihood.py",),
        ("tests/matching/test_label_likelihood.py",),
    ),
}
SWAPS = {
    "Add": "Sub",
    "Sub": "Add",
    "Mult": "Div",
    "Div": "Mult",
    "Pow": "Mult",
    "MatMult": "Add",
    "Lt": "LtE",
    "LtE": "Lt",
    "Gt": "GtE",
    "GtE": "Gt",
    "Eq": "NotEq",
    "NotEq": "Eq",
    "Is": "IsNot",
    "IsNot": "Is",
    "And": "Or",
    "Or": "And",
    "FloorDiv": "Mult",
    "BitAnd": "BitOr",
    "BitOr": "BitAnd",
}
SWAPPED = {getattr(ast, before): getattr(ast, after) for before, after in SWAPS.items()}
PAIRS = [("min", "max"), ("minimum", "maximum"), ("argmin", "argmax"), ("any", "all")]
OTHER_NAMES = dict([*PAIRS, *[pair[::-1] for pair in PAIRS], ("left", "right")])


class Mutant(NamedTuple):
    """A changed file."""

    path: str
    line: int
    change: str
    source: str


def changes(node):
    """Yield attributes of a node to set: each a change."""
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign) and type(node.op) in SWAPPED:
        yield "op", SWAPPED[type(node.op)]()
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        yield "ops", [SWAPPED[type(node.ops[0])](), *node.ops[1:]]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not | ast.Invert):
        yield "op", ast.UAdd() if isinstance(node.op, ast.USub) else ast.Not()
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "value", not node.value
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield "value", node.value + 1 if isinstance(node.value, int) else 3.0 * node.value or 1.0
    elif isinstance(node, ast.Name) and node.id in OTHER_NAMES:
        yield "id", OTHER_NAMES[node.id]
    elif isinstance(node, ast.Attribute) and node.attr in OTHER_NAMES:
        yield "attr", OTHER_NAMES[node.attr]


def mutants_of(path):
    """Return all changed versions of a file."""
    tree, found = ast.parse((ROOT / path).read_text()), []
    statements = {id(node): s for s in ast.walk(tree) if isinstance(s, ast.stmt)
                  and not isinstance(s, ast.FunctionDef | ast.ClassDef)
                  for node in ast.walk(s)}  # fmt: skip
    for node in ast.walk(tree):
        if id(node) not in statements:
            continue
        for name, value in changes(node):
            before, old = ast.unparse(statements[id(node)]), getattr(node, name)
            setattr(node, name, value)
            after = ast.unparse(statements[id(node)])
            if after != before:
                found.append(
                    Mutant(path, node.lineno, f"{before}  ->  {after}", ast.unparse(tree))
                )
            setattr(node, name, old)
    return sorted(found, key=lambda mutant: mutant.line)


def spread_evenly(items, most):
    return [items[k * len(items) // most] for k in range(most)] if len(items) > most else items


def run_tests(folder, tests, seconds):
    """Run tests in a process of its own; return its exit code, None if it was too slow."""
    process = os.fork()
    if not process:
        os.setsid()
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        os._exit(pytest.main([*OPTIONS, *tests]))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return None


def measure(name, folder):
    """Return how many changes of a module were made, and those that no test caught."""
    paths, tests = MODULES[name]
    tests, begin = (*tests, *paths), time.monotonic()
    if run_tests(folder, tests, 600.0) != 0:
        raise SystemExit(f"The tests of {name} do not pass without a change.")
    seconds = max(LEAST_SECONDS, SLOWER * (time.monotonic() - begin))
    mutants, survivors = [m for path in paths for m in mutants_of(path)], []
    mutants = spread_evenly(mutants, MOST)
    for mutant in mutants:
        (folder / mutant.path).write_text(mutant.source)
        if run_tests(folder, tests, seconds) == 0:
            survivors.append(mutant)
            print(f"{mutant.path}:{mutant.line}  {mutant.change}", flush=True)
        shutil.copy(ROOT / mutant.path, folder / mutant.path)
    return len(mutants), survivors


def main(names):
    sys.dont_write_bytecode = True
    phases = [Phase.explicit, Phase.generate]  # a failure is enough
    settings.register_profile(
        "mutants",
        phases=phases,
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("mutants")
    lines, total, caught = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for part in ("skinterp", "tests", "examples"):
            shutil.copytree(
                ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__")
            )
        shutil.copy(ROOT / "setup.cfg", folder)
        for name in names:
            n, survivors = measure(name, folder)
            total, caught = total + n, caught + n - len(survivors)
            lines.append(f"| {name} | {n} | {n - len(survivors)} |")
            print(lines[-1], flush=True)
    print("| module | changes | caught |", "|---|---|---|", *lines, sep="\n")
    print(f"caught: {caught} of {total}, {caught / total:.0%}")


if __name__ == "__main__":
    main(sys.argv[1:] or list(MODULES))
