"""Execution of exported code: Python by exec, C by the system compiler, SQL by SQLite."""

import ctypes
import itertools
import math
import shutil
import sqlite3
import subprocess

import numpy as np
import pytest

ODD_NAMES = ("a b", "x^2", "class", 'quo"te', "*/ \\", "new\nline", "it's", "??/")
_COUNTER = itertools.count()
_SQL_FUNCTIONS = {
    "power": (2, math.pow),
    "exp": (1, math.exp),
    "ln": (1, math.log),
    "sqrt": (1, math.sqrt),
    "sin": (1, math.sin),
    "cos": (1, math.cos),
    "tan": (1, math.tan),
    "tanh": (1, math.tanh),
}


def run_python(source):
    """Execute a module's source and return its namespace."""
    namespace = {}
    exec(source, namespace)
    return namespace


def _quietly(function):
    """Give None, as a SQL function does, where Python's raises an error or an argument is NULL."""

    def call(*arguments):
        if None in arguments:
            return None
        try:
            return function(*arguments)
        except OverflowError:
            return math.inf
        except ValueError:
            return None

    return call


def connect():
    """Open SQLite with the functions that its build may lack."""
    connection = sqlite3.connect(":memory:")
    for name, (arity, function) in _SQL_FUNCTIONS.items():
        try:
            connection.execute(f"SELECT {name}({', '.join(['1.0'] * arity)})")
        except sqlite3.OperationalError:
            connection.create_function(name, arity, _quietly(function), deterministic=True)
    return connection


def run_sql(formula, names, rows, column_type="REAL"):
    """Select an expression from a table of these rows, in their order."""
    connection = connect()
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    columns = ", ".join(f"{name} {column_type}" for name in quoted)
    connection.execute(f"CREATE TABLE data ({columns})")
    marks = ", ".join("?" * len(names))
    connection.executemany(f"INSERT INTO data VALUES ({marks})", np.asarray(rows).tolist())
    return [row[0] for row in connection.execute(f"SELECT {formula} FROM data ORDER BY rowid")]


def run_sql_values(formula, names, rows, column_type="REAL"):
    """Select a number per row; NULL is nan."""
    values = run_sql(formula, names, rows, column_type)
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def compile_c(source, folder):
    """Compile a C source with all warnings as errors and load it."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    path = folder / f"formula{next(_COUNTER)}.c"
    path.write_text(source)
    library = path.with_suffix(".so")
    flags = ["-std=c99", "-O1", "-Wall", "-Wextra", "-Wno-comment", "-Wno-trigraphs", "-Werror"]
    subprocess.run(
        [compiler, *flags, "-shared", "-fPIC", "-o", str(library), str(path), "-lm"], check=True
    )
    return ctypes.CDLL(str(library))


def run_c(library, name, rows, result=ctypes.c_double):
    """Call a compiled function on every row."""
    function = getattr(library, name)
    function.restype = result
    function.argtypes = [ctypes.POINTER(ctypes.c_double)]
    rows = np.ascontiguousarray(rows, dtype=float)
    pointer = ctypes.POINTER(ctypes.c_double)
    return np.array([function(row.ctypes.data_as(pointer)) for row in rows])
