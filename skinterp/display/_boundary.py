"""Answers of a network and its surrogate on a plane through the space of inputs."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from skinterp.display._display import (
    LIGHT,
    PALETTE,
    Display,
    area_style,
    beside_each_other,
    checked_points,
    label,
    labels,
    legend_inches,
    tidy,
    wrapped,
)
from skinterp.display._table_plane import TablePlane, table_plane
from skinterp.utils import column_index, import_optional

_N_LEVELS = 9
_MAX_POINTS = 500  # rows drawn; more hide the regions
_VISIBLE = (0.01, 0.99)  # quantiles of the data the plane spans


def _feature_plane(X, names, features, values, at):
    """Return origin, two directions, axis names and a sentence for two of the inputs."""
    if len(features) != 2:
        raise ValueError(f"features must be two inputs or 'principal'. Got {features!r} instead.")
    i, j = (column_index(feature, names) for feature in features)
    origin = np.median(X, axis=0) if at is None else np.array(at, dtype=float).ravel()
    if len(origin) != X.shape[1]:
        raise ValueError(f"at must be one row of {X.shape[1]} inputs. Got {at!r} instead.")
    for feature, value in (values or {}).items():
        origin[column_index(feature, names)] = value
    origin[[i, j]] = 0.0
    directions = np.eye(X.shape[1])[[i, j]]
    held = "their medians" if at is None else "the given row"
    held = f"the given values or {held}" if values else held
    note = f"all other inputs held at {held}" if X.shape[1] > 2 else ""
    return origin, directions, (names[i], names[j]), note


def _principal_plane(X):
    """Return origin, two directions, axis names and a sentence for the principal plane."""
    if X.shape[1] < 2:
        raise ValueError("features='principal' needs at least two inputs. Got one instead.")
    origin, scale = X.mean(axis=0), X.std(axis=0)
    scale[scale == 0] = 1.0
    _, _, components = np.linalg.svd((X - origin) / scale, full_matrices=False)
    directions = components[:2] * scale
    names = ("First principal direction", "Second principal direction")
    return origin, directions, names, "the plane of the two directions of most variation"


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
    note : str, default=""
        A sentence written above the plot.
    ticks : tuple of two, default=(None, None)
        Names of the levels 0, 1, ... along each coordinate, if it is a category.

    Attributes
    ----------
    figure_, ax_
        The figure and the axes, after `plot`.

    Raises
    ------
    ValueError
        By `plot` and `to_svg`, if the points are no table of two columns.

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
    note: str = ""
    ticks: tuple = (None, None)

    @classmethod
    def from_estimator(
        cls, estimator, X, features=(0, 1), *, values=None, at=None, resolution=200
    ):
        """Ask a fitted surrogate and its network on a plane.

        Parameters
        ----------
        estimator : object
            A fitted surrogate: has `predict` and `network_`, and `classes_` if a classifier.
        X : array-like or data frame of shape (n_samples, n_features)
            Data, through which the plane is laid.
        features : tuple of two int or str, or "principal", default=(0, 1)
            The inputs that vary, or the plane of the two directions of most variation. Of a table
            with categories two columns: two numbers, or a number and a category.
        values : dict or None, default=None
            Values, or levels, at which to hold other inputs, by name or index.
        at : array-like of shape (n_features,), Series, data frame of one row or None, default=None
            The row at which other inputs are held; None is their medians, and of categories the
            most frequent level.
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
            takes, or the network has several outputs.
        """
        table = getattr(estimator.network_, "user_table", None)
        if table is not None:
            plane = table_plane(table, X, features, values, at, resolution)
            return cls._asked(estimator, plane)
        columns = getattr(X, "columns", None)
        names = estimator.network_.feature_names if columns is None else tuple(columns)
        data = np.array(X, dtype=float)
        if names is None:
            names = tuple(f"x{j}" for j in range(data.shape[1]))
        if isinstance(features, str) and features == "principal":
            origin, directions, axes, note = _principal_plane(data)
        else:
            origin, directions, axes, note = _feature_plane(data, names, features, values, at)
        points = (data - origin) @ np.linalg.pinv(directions)
        low, high = np.quantile(points, _VISIBLE, axis=0)
        x, y = np.linspace(low, high, resolution).T
        grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2) @ directions + origin
        asked = grid if columns is None else type(X)(grid, columns=columns)
        plane = TablePlane(x, y, asked, axes, points, (None, None), note)
        return cls._asked(estimator, plane)

    @classmethod
    def _asked(cls, estimator, plane):
        """Ask a surrogate and its network on a plane."""
        asked, points, shape = plane.asked, plane.points, (len(plane.y), len(plane.x))
        classes = getattr(estimator, "classes_", None)
        answers = [np.asarray(model.predict(asked)) for model in (estimator.network_, estimator)]
        n_outputs = answers[0].size // max(1, len(answers[0]))
        if n_outputs > 1:
            raise ValueError(
                f"BoundaryDisplay draws one output. Got a network of {n_outputs} instead: fit the "
                "surrogate on as_network(model).output(k)."
            )
        if classes is not None:
            order = np.argsort(classes, kind="stable")  # classes of arrays are as they were given
            answers = [order[np.searchsorted(classes, a, sorter=order)] for a in answers]
        network, surrogate = (answer.reshape(shape) for answer in answers)
        step = max(1, len(points) // _MAX_POINTS)
        return cls(
            plane.x,
            plane.y,
            network,
            surrogate,
            classes=classes,
            names=plane.names,
            points=points[::step],
            note=plane.note,
            ticks=plane.ticks,
        )

    @property
    def figure_size(self):
        n_areas = 0 if self.classes is None else len(np.unique(self.network))
        return 7.6, max(4.8, legend_inches(n_areas + 3))

    def draw(self, ax):
        draw = self._draw_values if self.classes is None else self._draw_classes
        draw(ax)
        if self.points is not None:
            x, y = checked_points(self.points).T
            ax.plot(x, y, ".", color="#333333", markersize=2, alpha=0.5, label="data")
        ax.set(xlim=(min(self.x), max(self.x)), ylim=(min(self.y), max(self.y)))
        ax.set(xlabel=label(self.names[0], 50), ylabel=label(self.names[1], 40))
        if self.note:
            note = wrapped(self.note[0].upper() + self.note[1:], 62)
            ax.set_title(note, loc="left", fontsize="medium")
        tidy(ax)
        ax.grid(False)
        self._name_levels(ax)

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
        """Draw the border of every class but the last, which the others enclose."""
        for k in np.unique(answers)[:-1]:
            inside = (answers == k).astype(float)
            ax.contour(
                self.x,
                self.y,
                inside,
                levels=[0.5],
                colors=color,
                linestyles=style,
                linewidths=1.8,
            )
        ax.plot([], [], color=color, linestyle=style, linewidth=1.8, label=text)

    def _draw_values(self, ax):
        ticker = import_optional("matplotlib.ticker", extra="plot", purpose="Plotting")
        network = np.asarray(self.network, dtype=float)
        levels = ticker.MaxNLocator(_N_LEVELS).tick_values(network.min(), network.max())
        areas = ax.contourf(self.x, self.y, network, levels=levels, cmap="cividis", alpha=0.7)
        ax.figure.colorbar(areas, ax=ax, label="prediction of the network", location="left")
        if self.surrogate is not None:
            lines = ax.contour(
                self.x, self.y, self.surrogate, levels=levels, colors=PALETTE[1], linestyles="--"
            )
            self._thin(ax.clabel(lines, fontsize="small"))
            ax.plot([], [], "--", color=PALETTE[1], label="surrogate, same levels")
