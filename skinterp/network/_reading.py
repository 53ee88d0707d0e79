"""Columns of the user's table, followed through the steps to what a network takes."""

from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np
from scipy import sparse
from sklearn.utils.validation import check_is_fitted

from skinterp.network._affine import Affine, scaling
from skinterp.network._columns import (
    Call,
    Cells,
    Raw,
    Sum,
    Unencoded,
    block_of,
    gaps_of,
    key_of,
    sums,
)
from skinterp.network._front import Front, Stage
from skinterp.network._steps import STEPS, described, find_step, nameless, quiet, refusal
from skinterp.network._walk import walk
from skinterp.table import Feature, NumberColumn, UserTable

_EXACT = 1e-13


@dataclass
class Reading:
    """Features and smooth steps met so far, while columns are followed to the network.

    Parameters
    ----------
    names : tuple of str
        Names of the user's columns.
    unknown_steps : {"refuse", "differences"}, default="refuse"
        What becomes of steps that are not known.
    """

    names: tuple
    unknown_steps: str = "refuse"
    sources: dict = field(default_factory=dict)
    fills: dict = field(default_factory=dict)
    written: dict = field(default_factory=dict)
    dates: set = field(default_factory=set)
    stages: list = field(default_factory=list)
    calls: list = field(default_factory=list)

    def columns(self):
        """Return the columns of the user's table."""
        return list(map(Raw, range(len(self.names)), self.names))

    def follow(self, steps, columns):
        """Follow columns through steps ``(name, transformer)``, the first one first."""
        for name, step in steps:
            columns = walk(step, name, columns, self._apply, self._weigh)
        return columns

    # what sources there are

    def source(self, *key):
        """Return the index of a source, a new one if it was not met before."""
        return self.sources.setdefault(key, len(self.sources))

    def fill(self, index, value):
        """Return what a missing number of a column is read as: the first value asked for."""
        return self.fills.setdefault(index, value)

    def sum(self, weights, constant=0.0):
        """Return the sum of a few sources, given as index and weight, plus a constant."""
        return sums(self._matrix([weights]), np.array([constant]))[0]

    def _matrix(self, weights):
        """Return a matrix with a column for each dict of weights by source."""
        entries = [(k, j, w) for j, each in enumerate(weights) for k, w in each.items()]
        rows, columns, values = np.array(entries, dtype=np.float64).reshape(-1, 3).T
        places = (rows.astype(np.intp), columns.astype(np.intp))
        return sparse.csc_array((values, places), shape=(len(self.sources), len(weights)))

    def _number(self, column):
        """Return the sources of a number of the user's, with their weights."""
        index, weights = column.index, {self.source("number", column.index): 1.0}
        if column.is_date:
            self.dates.add(index)
        if column.gap is not None:
            self._write(column)
        if column.fill is not None and column.fill != self.fill(index, column.fill):
            weights[self.source("flag", index)] = column.fill - self.fills[index]
        return weights

    def flag(self, column):
        """Return the sum that says that a column of the table is missing."""
        if isinstance(column, Raw):
            if column.gap is not None:
                self._write(column)
            return self.sum({self.source("flag", column.index): 1.0})
        gap = self._gap(column)
        if gap is None or self._is_missing(column):
            return self.sum({}, 0.0 if gap is None else 1.0)
        if isinstance(gap, Unencoded):
            known = {} if not gap.takes_unknown else dict.fromkeys(gap.known, -1.0)
            missing = dict.fromkeys(gap.missing, 0.0 if gap.takes_unknown else 1.0)
            return self.sum({**known, **missing}, float(gap.takes_unknown))
        return self.sum({self.source("flag", gap): 1.0})

    def _gap(self, column):
        """Return what may be missing of a column that other steps made; None if nothing may."""
        if len(column.gaps) > 1:
            raise TypeError(
                "Steps for missing values must stand on columns that come from one of the user's "
                f"each. Got one that comes from {len(column.gaps)}."
            )
        return next(iter(column.gaps), None)

    def alternatives(self, column):
        """Return the values of a column that takes a few, one at a time: flags and indicators.

        Returns its value where no source is 1, and a dict with the value for each source; None for
        a column of other sources.
        """
        entries = column.matrix[:, [column.place]].tocoo()
        places, base = entries.coords[0].tolist(), float(column.offset[column.place])
        keys = [key for key, k in self.sources.items() if k in places]
        if any(key[0] not in ("flag", "level") for key in keys) or len({k[1] for k in keys}) > 1:
            return None
        return base, {k: base + float(w) for k, w in zip(places, entries.data, strict=True)}

    def _write(self, column):
        if self.written.setdefault(column.index, column.gap) != column.gap:
            raise TypeError(
                f"Missing cells of the column {column.name!r} are written in two ways."
            )

    # the steps

    def _weigh(self, columns, factor):
        return self._by_matrix(scaling(np.full(len(columns), factor)), columns)

    def _apply(self, step, name, columns):
        """Return what a step makes of columns."""
        record = find_step(step)
        if record is None:
            return self._ask(step, name, columns)
        check_is_fitted(step)
        if record.read_cells is not None:
            return self._read_cells(record, step, name, columns)
        affine = None if record.affine is None else record.affine(step)
        if affine is None:
            return self._stage(record.name, nameless(step), name, columns)
        if not isinstance(affine, Affine):
            return [columns[j] for j in affine]
        found = self._by_matrix(affine, columns)
        is_scaler = record.slope is not None and affine.scale is not None
        scaler = (record.name, nameless(step), name) if is_scaler else None
        self.calls.append(Call(affine.undo, columns, found, scaler))
        return found

    def _read_cells(self, record, step, name, columns):
        try:
            if not record.on_sums and not all(isinstance(column, Raw) for column in columns):
                why = "which must stand on the user's columns, in front of other steps"
                raise TypeError(refusal(step, name, why))
            return record.read_cells(step, Cells(self, columns, name))
        except TypeError:
            if self.unknown_steps == "refuse":
                raise
            return self._ask(step, name, columns)

    def _ask(self, step, name, columns):
        if self.unknown_steps == "refuse" or not hasattr(step, "transform"):
            raise TypeError(refusal(step, name))
        return self._stage("differences", step, name, columns)

    def _by_matrix(self, affine, columns):
        taken = self.gather(columns)
        passed = [gaps_of(column) for column in columns]
        gaps = passed if affine.scale is not None else frozenset().union(*passed)
        offset = (taken.offset - affine.center) @ affine.matrix + affine.offset
        return sums(taken.matrix @ affine.matrix, offset, gaps)

    def _stage(self, kind, step, name, columns):
        """Add a smooth step, whose outputs are sources."""
        record = STEPS[kind]
        if record.jumps:
            columns = self._asked(columns)
        taken = self.gather(columns)
        undo = record.undo and (lambda Z: record.undo(step, Z))
        n_out = self._width(record, step, name, len(columns))
        first = len(self.sources)
        for k in range(n_out):
            self.source("stage", len(self.stages), k)
        self.stages.append((Stage(name, kind, step, taken, n_out), first))
        passed = [gaps_of(column) for column in columns]
        gaps = passed if record.slope is not None else frozenset().union(*passed)
        eye = sparse.eye_array(first + n_out, format="csc")[:, first:]
        found = sums(eye, np.zeros(n_out), gaps)
        self.calls.append(Call(undo, columns, found))
        return found

    def _asked(self, columns):
        """Return columns that a scaler made as outputs of a stage, which rounds as the model."""
        keys = [key_of(column) for column in columns]
        for call in self.calls:
            if call.scaler is None or [key_of(output) for output in call.outputs] != keys:
                continue
            inputs = [
                self._filled_alike(*each) for each in zip(call.inputs, call.outputs, columns)
            ]
            if None in inputs:
                return columns
            return self._stage(*call.scaler, self._asked(inputs))
        return columns

    def _filled_alike(self, column, before, now):
        """Return an input of a scaler, filled in if its output was since; None if not possible."""
        if gaps_of(before) == gaps_of(now):
            return column
        is_raw = isinstance(column, Raw)
        return column._replace(fill=self.fills[column.index]) if is_raw else None

    @staticmethod
    def _width(record, step, name, n_columns):
        """Return how many columns a step puts out, by asking it."""
        try:
            return record.value(step, np.ones((2, n_columns))).shape[1]
        except (TypeError, ValueError, AttributeError, LookupError) as error:
            raise TypeError(
                f"Step {name!r}, {described(step)}, must take rows of numbers and return rows of "
                f"numbers to be read. Got {type(error).__name__}: {error}."
            ) from error

    def gather(self, columns):
        """Return the affine map from all sources so far to columns."""
        runs = [list(run) for _, run in groupby(columns, key=block_of)]
        weights = [[self._number(c) for c in run] if isinstance(run[0], Raw) else None
                   for run in runs]  # fmt: skip
        blocks, offsets = [], []
        for run, each in zip(runs, weights):
            if each is not None:
                blocks.append(self._matrix(each))
                offsets.append(np.zeros(len(run)))
                continue
            places = [column.place for column in run]
            block = run[0].matrix[:, places]
            block.resize((len(self.sources), len(places)))
            blocks.append(block)
            offsets.append(run[0].offset[places])
        matrix = sparse.hstack(blocks, format="csc")
        return Affine(np.zeros(len(self.sources)), matrix, np.concatenate(offsets))

    # missing numbers behind other steps

    def filled(self, column, value, gap=None):
        """Return a column whose missing cells are replaced by a value."""
        if isinstance(column, Raw):
            fill = value if column.fill is None else column.fill
            return column._replace(fill=fill, gap=column.gap if gap is None else gap)
        gap = self._gap(column)
        if gap is None:
            return column
        if self._is_missing(column):
            return self.sum({}, float(value))
        if isinstance(gap, Unencoded):
            at = float(column.offset[column.place])
        else:
            at = self._at(column, gap, self.fill(gap, self._undone(column, float(value))))
        apart = float(value) - at
        if abs(apart) <= _EXACT * max(1.0, abs(value)):
            return column._replace(gaps=frozenset())
        flag = self.flag(column)
        first, second = self.gather([column]), self.gather([flag])
        both = first.matrix + apart * second.matrix
        (found,) = sums(both, first.offset + apart * second.offset)
        self.calls.append(Call(lambda Z: Z, [column], [found]))
        return found

    def _is_missing(self, column):
        """Tell whether a column is missing whatever its cell, as behind a scaler without data."""
        if isinstance(gap := self._gap(column), Unencoded):
            return False
        likely = (self.fills.get(gap, 1.0), self._undone(column, 0.5), 0.5, 2.0, -0.5)
        return not any(np.isfinite(self._at(column, gap, number)) for number in likely)

    def _undone(self, column, value):
        """Return the number of the user's column that becomes a value, or one in the domain."""
        while isinstance(column, Sum):
            call = next((c for c in self.calls if key_of(column) in map(key_of, c.outputs)), None)
            if call is None or call.undo is None:
                return 1.0
            place = [key_of(output) for output in call.outputs].index(key_of(column))
            row = np.ones((1, len(call.outputs)))
            row[0, place] = value
            with quiet():
                value = float(call.undo(row)[0, place])
            column = call.inputs[place]
        return value if np.isfinite(value) else 1.0

    def _at(self, column, index, fill):
        """Return a column that comes from one number only, where that is `fill`."""
        sources = np.ones((1, len(self.sources)))
        sources[0, self.sources["number", index]] = fill
        for stage, first in self.stages:
            taken = sources[:, : len(stage.affine.center)]
            sources[:, first : first + stage.n_out] = stage.value(taken)
        return float(self.gather([column])(sources)[0, 0])

    # what was found

    def finish(self, columns, names, n_columns):
        """Return what was read.

        Parameters
        ----------
        columns : list
            What the network takes.
        names : tuple of str or None
            Names of the user's columns.
        n_columns : int
            Their number.

        Returns
        -------
        table : UserTable or None
            The user's table; None where all features are its columns, numbers without gaps.
        front : Front
            The steps between features and network.
        """
        final = self.gather(columns)
        open_gaps = frozenset().union(*map(gaps_of, columns))
        used = self._used(final)
        features = [key for key in self.sources if key[0] != "stage"]
        if all(key[0] == "number" for key in features) and not (self.fills or self.dates):
            table, n_features = None, n_columns
            places = {self.sources[key]: key[1] for key in features}
        else:
            kept = [key for key in features if key[0] != "number" or used[self.sources[key]]]
            made = [(self._feature(key, open_gaps), self.sources[key]) for key in kept]
            made.sort(key=lambda item: item[0].column.index)
            table = UserTable(names, n_columns, tuple(feature for feature, _ in made))
            n_features = len(made)
            places = {k: place for place, (_, k) in enumerate(made)}
        stages, width = [], n_features
        for stage, first in self.stages:
            stages.append(stage._replace(affine=stage.affine.moved(places, width)))
            places.update((first + k, width + k) for k in range(stage.n_out))
            width += stage.n_out
        return table, Front(tuple(stages), final.moved(places, width))

    def _used(self, final):
        """Return which sources matter for what the network takes."""
        used = np.zeros(len(self.sources), dtype=bool)
        used[: final.matrix.shape[0]] = (final.matrix != 0.0).sum(axis=1) > 0
        for stage, first in reversed(self.stages):
            needed = stage.needed(used[first : first + stage.n_out])
            used[: len(needed)] |= needed
        return used

    def _feature(self, key, open_gaps):
        kind, *rest = key
        if kind == "level":
            column, level = rest
            if any(isinstance(gap, Unencoded) and gap.column == column for gap in open_gaps):
                column = replace(column, takes_unknown=False)
            return Feature(column, level=level)
        (index,) = rest
        return Feature(self.number_column(index, open_gaps), is_flag=kind == "flag")

    def number_column(self, index, open_gaps=frozenset()):
        """Return a column of numbers, with what its missing ones are read as."""
        fill = None if index in open_gaps else self.fills.get(index, 0.0)
        if ("flag", index) not in self.sources and index not in self.fills:
            fill = None
        gap = self.written.get(index)
        return NumberColumn(self.names[index], index, fill, gap, index in self.dates)

    def likely(self, columns, n_points):
        """Return rows of numbers (n_points, n_columns) such as a network was trained on.

        Found backwards: what the network takes is drawn from a normal distribution, and each step
        is undone.
        """
        rng, known = np.random.RandomState(0), {}
        for column in columns:
            known[key_of(column)] = rng.standard_normal(n_points)
        for call in reversed(self.calls):
            outputs = [known.get(key_of(o), rng.standard_normal(n_points)) for o in call.outputs]
            if call.undo is None:
                continue
            with quiet():
                found = np.asarray(call.undo(np.stack(outputs, axis=1)), dtype=np.float64)
            for column, values in zip(call.inputs, found.T):
                known.setdefault(key_of(column), values)
        rows = rng.standard_normal((n_points, len(self.names)))
        for key, values in known.items():
            if isinstance(key, Raw):
                rows[:, key.index] = values
        digits, powers = np.frexp(rows)  # rounded in any unit, as steps jump at numbers
        return np.ldexp(digits.astype(np.float32).astype(np.float64), powers)
