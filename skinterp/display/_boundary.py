"""Answers of a network and its surrogate on a plane through the space of inputs."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import (
    LIGHT,
    PALETTE,
    Display,
    area_style,
    beside_each_other,
    check_one_each,
    label,
    labels,
    legend_inches,
    tidy,
    wrapped,
)
from skinterp.display._plane import asked_model, plane_through
from skinterp.display._points import draw_points
from skinterp.utils import check_labels, import_optional

_N_LEVELS = 9
_MAX_POINTS = 500  # rows drawn; more hide the regions
_LITTLE = 0.25  # of the rows with an answer: fewer that have it on a plane, too, are too few


def _answers(model, rows, classes):
    """Return what a model answers: indices of classes, or numbers."""
    answers = np.asarray(model.predict(rows))
    n_outputs = answers.size // max(1, len(answers))
    if n_outputs > 1:
        raise ValueError(
            f"BoundaryDisplay draws one output. Got a network of {n_outputs} instead: pass "
            "as_network(model).output(k), or a surrogate that is fitted on it."
        )
    if classes is None:
        return answers
    order = np.argsort(classes, kind="stable")  # classes of arrays are as they were given
    return order[np.searchsorted(classes, answers, sorter=order)]


def _colours_of(y, classes):
    """Return classes, or numbers without any, as colours of rows."""
    if classes is not None:
        return check_labels(y, classes, "y")
    try:
        return np.asarray(y, dtype=float).reshape(len(y))
    except (TypeError, ValueError):
        raise ValueError(
            "y must be numbers, one per row, for a network of numbers. Got "
            f"{np.asarray(y, dtype=object).ravel()[0]!r} instead."
        ) from None


def _value_name(model):
    """Return what the numbers of a network are: those of a view by its name."""
    name = getattr(model, "name", "output") if hasattr(model, "head") else "output"
    return "prediction of the network" if name == "output" else f"{name} by the network"


def _misses(plane, answers, own, classes):
    """Return whether few rows with one of the two commonest answers have it on the plane, too."""
    ends = (
        np.clip(np.searchsorted(side, np.nan_to_num(at)), 0, len(side) - 1)
        for side, at in zip((plane.x, plane.y), plane.points.T)
    )
    column, row = ends
    there = answers.reshape(len(plane.y), len(plane.x))[row, column]
    rows = [own == label for label in classes]
    two = np.argsort([-np.count_nonzero(mine) for mine in rows], kind="stable")[:2]
    return any(np.mean(there[rows[k]] == k) < _LITTLE for k in two if rows[k].any())


@dataclass(eq=False, repr=False)
class BoundaryDisplay(Display):
    """The answers of a network and of its surrogate on a grid of points in a plane.

    For a classifier the network's classes are areas and the surrogate's boundary is a dashed
    line; for a regression the network's predictions are areas and the surrogate's are lines at
    the same levels.

    Parameters
    ----------
    x : array-like of shape (n_columns,)
        The first coordinate of the grid.
    y : array-like of shape (n_rows,)
        The second coordinate.
    network : array-like of shape (n_rows, n_columns)
        The network's answers: indices into `classes`, or numbers if `classes` is None.
    surrogate : array-like of shape (n_rows, n_columns) or None, default=None
        The surrogate's answers.
    classes : sequence or None, default=None
        The class labels; None for regression.
    names : tuple of two str, default=("x", "y")
        What the coordinates are.
    points : array-like of shape (n_samples, 2) or None, default=None
        Coordinates of data, drawn as dots to show where there are any.
    labels : array-like of shape (n_samples,) or None, default=None
        Their classes, as colours; or, if `classes` is None, numbers, in the colours of the areas.
    note : str, default=""
        A sentence written above the plot.
    ticks : tuple of two, default=(None, None)
        Names of the levels 0, 1, ... along each coordinate, if it is a category.
    value_name : str, default="prediction of the network"
        What numbers are.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Raises
    ------
    ValueError
        By `plot` and `to_svg`, if the points are no table of two columns, or not one label per
        point, or a label is none of `classes`.

    Examples
    --------
    >>> import numpy as np
    >>> from skinterp.display import BoundaryDisplay
    >>> x = np.linspace(0, 1, 50)
    >>> network = (x[:, None] + x > 1).astype(int)
    >>> surrogate = (0 * x[:, None] + x > 0.5).astype(int)
    >>> display = BoundaryDisplay(x, x, network, surrogate, classes=["off", "on"]).plot()
    >>> [text.get_text() for text in display.ax_.get_legend().get_texts()]
    ['network: off', 'network: on', 'boundary of the network', 'boundary of the surrogate']
    """

    x: object
    y: object
    network: object
    surrogate: object = None
    _: KW_ONLY
    classes: object = None
    names: tuple = ("x", "y")
    points: object = None
    labels: object = None
    note: str = ""
    ticks: tuple = (None, None)
    value_name: str = "prediction of the network"

    @classmethod
    def from_estimator(
        cls, estimator, X, features=(0, 1), *, y=None, values=None, at=None, resolution=200
    ):
        """Ask a fitted surrogate and its network, or a network by itself, on a plane.

        Parameters
        ----------
        estimator : object
            A fitted surrogate, which has `predict` and `network_`; or any fitted model that has
            `predict` and, if a classifier, `classes_`: a network alone, or what
            :func:`skinterp.as_network` gives.
        X : array-like or data frame of shape (n_samples, n_features)
            Data, through which the plane is laid.
        features : tuple of two int or str, or "principal", default=(0, 1)
            The inputs that vary, or the plane of the two directions of most variation. Of a table
            with categories two columns: two numbers, or a number and a category.
        y : array-like of shape (n_samples,) or None, default=None
            Classes of the rows, or their values in a regression, as their colours; None is what
            the network answers on each whole row of a class, which the area under it need not be:
            other inputs are held there.
        values : dict or None, default=None
            Values, or levels, at which to hold other inputs, by name or index.
        at : row, "boundary" or None, default=None
            The row (an array, Series or data frame of one row) at which other inputs are held:
            "boundary" is a row, not far from the medians, where a classifier is least certain,
            its numbers moved towards the nearest row of another answer until the answer changes.
            None is their medians, and of categories the most frequent level; "boundary" where the
            plane through these misses what a classifier decides: less than a quarter of the rows
            with one of its two commonest answers lie where it has this answer on the plane.
        resolution : int, default=200
            Number of points along each side.

        Returns
        -------
        BoundaryDisplay
            The display, not drawn yet.

        Raises
        ------
        ValueError
            If `features` are not two inputs, or two categories, a value is none that the model
            takes, `y` is not one class per row or one that the network does not know, or the
            network has several outputs.
        TypeError
            If the estimator cannot predict.
        """
        surrogate = estimator if hasattr(estimator, "network_") else None
        asked = asked_model(estimator if surrogate is None else estimator.network_)
        if surrogate is not None:
            asked = asked._replace(classes=getattr(estimator, "classes_", None))
        models = (asked.model,) if surrogate is None else (asked.model, estimator)
        plane = plane_through(asked, X, features, values, at, resolution)
        answers = [_answers(model, plane.asked, asked.classes) for model in models]
        own = None if asked.classes is None else np.asarray(asked.model.predict(X))
        can_move = at is None and not values and not isinstance(features, str)
        can_move = can_move and own is not None and hasattr(asked.model, "predict_proba")
        if can_move and _misses(plane, answers[0], own, asked.classes):
            plane = plane_through(asked, X, features, values, "boundary", resolution)
            answers = [_answers(model, plane.asked, asked.classes) for model in models]
        if y is not None:
            check_one_each(y, len(plane.points), "y", "row")
            own = _colours_of(y, asked.classes)
        step = max(1, len(plane.points) // _MAX_POINTS)
        return cls(
            plane.x,
            plane.y,
            *(answer.reshape(len(plane.y), len(plane.x)) for answer in answers),
            classes=asked.classes,
            names=plane.names,
            points=plane.points[::step],
            labels=None if own is None else own[::step],
            note=plane.note,
            ticks=plane.ticks,
            value_name=_value_name(asked.model),
        )

    @property
    def figure_size(self):
        n_areas = 0 if self.classes is None else len(np.unique(self.network))
        if self.classes is not None and self.labels is not None:
            n_areas += len(np.unique(self.labels))
        return 7.6, max(4.8, legend_inches(n_areas + 3))

    def draw(self, ax):
        draw = self._draw_values if self.classes is None else self._draw_classes
        areas = draw(ax)
        if self.points is not None:
            draw_points(ax, self.points, self.labels, self.classes, areas)
        ax.set(xlim=(min(self.x), max(self.x)), ylim=(min(self.y), max(self.y)))
        ax.set(xlabel=label(self.names[0], 50), ylabel=label(self.names[1], 40))
        notes = "; ".join(filter(None, (self.note, self._no_boundary)))
        if notes:
            note = wrapped(notes[0].upper() + notes[1:], 62)
            ax.set_title(note, loc="left", fontsize="medium")
        tidy(ax)
        ax.grid(False)
        self._name_levels(ax)

    @property
    def _no_boundary(self):
        """What is said of a plane on which the network answers one class."""
        answers = np.unique(self.network) if self.classes is not None else ()
        if len(answers) != 1:
            return ""
        return f"no boundary here, the network answers {self.classes[int(answers[0])]} everywhere"

    def _thin(self, texts):
        """Hide the labels of lines that would reach out of the axes, or over another label."""
        shown = []
        for text in texts:
            ends = zip(text.get_position(), (self.x, self.y), strict=True)
            place = [(at - min(side)) / (max(side) - min(side)) for at, side in ends]
            is_inside = all(0.05 < share < 0.95 for share in place)
            is_free = all(abs(x - place[0]) > 0.14 or abs(y - place[1]) > 0.1 for x, y in shown)
            text.set_visible(is_inside and is_free)
            shown += [place] * text.get_visible()

    def _name_levels(self, ax):
        across, along = (texts and labels(texts, 20) for texts in self.ticks)
        if across:
            turn = beside_each_other(across, 4.0)
            ax.set_xticks(range(len(across)), across, rotation=turn)
        if along:
            ax.set_yticks(range(len(along)), along)

    def _draw_classes(self, ax):
        network = np.asarray(self.network)
        for k in np.unique(network):
            style, inside = area_style(LIGHT, int(k)), (network == k).astype(float)
            ax.contourf(
                self.x,
                self.y,
                inside,
                [0.5, 1.5],
                colors=[style["color"]],
                hatches=[style["hatch"]],
            )
            text = f"network: {label(self.classes[int(k)], 20)}"
            ax.fill([], [], facecolor=style["color"], hatch=style["hatch"], label=text)
        self._outline(ax, network, "#333333", "-", "boundary of the network")
        if self.surrogate is not None:
            surrogate = np.asarray(self.surrogate)
            self._outline(ax, surrogate, PALETTE[1], "--", "boundary of the surrogate")

    def _outline(self, ax, answers, color, style, text):
        """Draw the border of every class with those after it, so that each is drawn once."""
        found = np.unique(answers)
        for k in found[:-1]:
            inside = np.where(answers < k, np.nan, answers == k)
            ax.contour(
                self.x,
                self.y,
                inside,
                levels=[0.5],
                colors=color,
                linestyles=style,
                linewidths=1.8,
            )
        if len(found) > 1:
            ax.plot([], [], color=color, linestyle=style, linewidth=1.8, label=text)

    def _draw_values(self, ax):
        ticker = import_optional("matplotlib.ticker", extra="plot", purpose="Plotting")
        network = np.asarray(self.network, dtype=float)
        levels = ticker.MaxNLocator(_N_LEVELS).tick_values(network.min(), network.max())
        name = label(self.value_name, 50)
        areas = ax.contourf(self.x, self.y, network, levels=levels, cmap="cividis", alpha=0.7)
        ax.figure.colorbar(areas, ax=ax, label=name, location="left")
        if self.surrogate is not None:
            lines = ax.contour(
                self.x, self.y, self.surrogate, levels=levels, colors=PALETTE[1], linestyles="--"
            )
            self._thin(ax.clabel(lines, fontsize="small"))
            ax.plot([], [], "--", color=PALETTE[1], label="surrogate, same levels")
        return areas
