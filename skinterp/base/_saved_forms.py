"""Forms as values that are saved without code, and answer without estimator and network."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skinterp.base._coding import decoded, encoded
from skinterp.network import Answers
from skinterp.table import BinnedColumn, CategoryColumn, Feature, NumberColumn, UserTable, as_table
from skinterp.utils import Registry

_COLUMNS = {kind.__name__: kind for kind in (NumberColumn, CategoryColumn, BinnedColumn)}


class FormBody(ABC):
    """What computes the answers of a form from the features of rows.

    A kind of body is a dataclass of numbers, texts, sequences, arrays, formulas and further
    dataclasses, and is made known by a `BodyKind`.
    """

    are_shares = False  # whether values are probabilities, not logits

    @abstractmethod
    def values(self, rows):
        """Return raw values: logits, shares of the classes, or the numbers of a regression.

        Parameters
        ----------
        rows : ndarray of shape (n_samples, n_features)
            Features of the user's table.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
            The values.
        """

    def decisions(self, rows):
        """Return which classes are answered, where not the largest value decides.

        Parameters
        ----------
        rows : ndarray of shape (n_samples, n_features)
            Features of the user's table.

        Returns
        -------
        ndarray of int of shape (n_samples,) or None
            Their indices; None by default.
        """
        return None  # noqa: RET501


@dataclass(frozen=True)
class BodyKind:
    """A kind of bodies that files may hold.

    Parameters
    ----------
    kind : type
        A subclass of `FormBody`, a dataclass.
    parts : tuple of type, default=()
        Dataclasses and named tuples that it holds.

    Examples
    --------
    >>> from skinterp.base import BODY_KINDS
    >>> sorted(BODY_KINDS)[:2]
    ['BoundaryBody', 'FormulasBody']
    """

    kind: type
    parts: tuple = ()

    @property
    def name(self):
        """How files call it."""
        return self.kind.__name__


BODY_KINDS = Registry("kind of body", BodyKind, ["skinterp.surrogate"])
register_body = BODY_KINDS.register


def _kinds():
    records = BODY_KINDS.values()
    return {kind.__name__: kind for record in records for kind in (record.kind, *record.parts)}


@dataclass(frozen=True, eq=False)
class SavedForm(Answers):
    """A fitted form without estimator and network: reads the user's table and answers.

    Parameters
    ----------
    task : {"regression", "binary", "multiclass"}
        What it does.
    labels : tuple or None
        Class labels, in the order of the network's; None for a regression.
    user_table : UserTable
        The columns of the table and how they are read.
    body : FormBody
        What computes the answers.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,) or None
        Class labels.
    names : tuple of str or None
        Names of the columns; None for a table without names.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp import LinearSurrogateRegressor
    >>> X = np.random.default_rng(0).normal(size=(100, 2))
    >>> saved = LinearSurrogateRegressor(lambda X: 3 * X[:, 0] + 1).fit(X).saved_form()
    >>> saved.predict([[2.0, 0.0]]).round(3)
    array([7.])
    """

    task: str
    labels: tuple | None
    user_table: UserTable
    body: FormBody

    n_outputs = 1  # of a regression: the values have as many columns as there are outputs

    @cached_property
    def classes(self):
        """Class labels."""
        return None if self.labels is None else np.array(self.labels)

    @property
    def names(self):
        """Names of the columns of the table."""
        return self.user_table.names

    def _rows(self, X):
        """Return the features of rows, their columns found by name."""
        X = as_table(X)
        if self.names is not None and hasattr(X, "columns"):
            missing = [name for name in self.names if name not in X.columns]
            if missing:
                raise ValueError(
                    f"X must have the columns {', '.join(map(repr, self.names))}. Got a table "
                    f"without {', '.join(map(repr, missing))} instead."
                )
            X = X[list(self.names)]
        return self.user_table.read(X)

    def raw_values(self, X):
        """Compute what the answers are made from.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_columns)
            Rows; of a frame the columns are found by name, and others are ignored.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
            Logits (of a tree the shares of the classes), or the values of a regression.
        """
        return self.body.values(self._rows(X))

    def predict(self, X):
        """Answer as the fitted form does.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_columns)
            Rows; of a frame the columns are found by name, and others are ignored.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Class labels or values.

        Raises
        ------
        ValueError
            If a column is missing, or a cell is none that the form takes.
        """
        rows = self._rows(X)
        decisions = self.body.decisions(rows)
        if decisions is not None:
            return self.classes[decisions]
        values = self.body.values(rows)
        is_several = self.task == "regression" and values.shape[1] > 1
        return values if is_several else self.answers(values)

    def predict_proba(self, X):
        """Return the probabilities of the classes.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_columns)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities.

        Raises
        ------
        ValueError
            If the form predicts numbers.
        """
        self.require_classes("predict_proba")
        values = self.raw_values(X)
        return values if self.body.are_shares else self.probabilities(values)

    def to_dict(self):
        """Return the form as JSON takes it.

        Returns
        -------
        dict
            "task", "labels", "names", "n_columns", "columns", "features" and "body".

        Raises
        ------
        ValueError
            If a level, a label or a number of a body is of a kind that JSON does not hold.
        """
        table = self.user_table
        columns = {feature.column: None for feature in table.features}
        places = {column: k for k, column in enumerate(columns)}
        return {
            "task": self.task,
            "labels": encoded(self.labels, {}),
            "names": encoded(table.names, {}),
            "n_columns": table.n_columns,
            "columns": [encoded(column, _COLUMNS) for column in columns],
            "features": [[places[f.column], f.level, f.is_flag] for f in table.features],
            "body": encoded(self.body, _kinds()),
        }

    @classmethod
    def from_dict(cls, content):
        """Return the form that `to_dict` made JSON of; no code is run.

        Parameters
        ----------
        content : dict
            What `to_dict` gave.

        Returns
        -------
        SavedForm
            The form.

        Raises
        ------
        ValueError
            If the content is of another kind.
        """
        try:
            columns = [decoded(column, _COLUMNS) for column in content["columns"]]
            features = tuple(Feature(columns[k], *more) for k, *more in content["features"])
            names, labels = (decoded(content[key], {}) for key in ("names", "labels"))
            table = UserTable(names, content["n_columns"], features)
            body = decoded(content["body"], _kinds())
            return cls(content["task"], labels, table, body)
        except (KeyError, TypeError, IndexError) as error:
            raise ValueError(
                f"content must be what SavedForm.to_dict gives. Got one that lacks or mistakes "
                f"{error} instead."
            ) from error


def _plain_table(estimator):
    """Return the columns of an estimator that takes numbers only."""
    network, names = estimator.network_, estimator._input_names
    is_named = hasattr(estimator, "feature_names_in_") or network.feature_names is not None
    features = tuple(Feature(NumberColumn(name, j)) for j, name in enumerate(names))
    return UserTable(tuple(names) if is_named else None, len(names), features)


def saved_form_of(estimator, body):
    """Return a fitted estimator as a form that answers by a body.

    Parameters
    ----------
    estimator : NetworkEstimator
        Fitted.
    body : FormBody
        What computes its answers.

    Returns
    -------
    SavedForm
        The form.
    """
    network = estimator.network_
    table = network.user_table if network.user_table is not None else _plain_table(estimator)
    labels = None if network.classes is None else tuple(network.classes.tolist())
    return SavedForm(network.task, labels, table, body)
