"""From one scalar view of a network to a front of formulas and a fitted equation."""

import time
from dataclasses import replace
from functools import partial

import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import r2_score
from sklearn.utils import check_random_state

from skinterp.expression import Equation
from skinterp.matching import classification_link, direction_loss
from skinterp.sampling import band_field, boundary_field, concatenate_fields, data_field, support
from skinterp.search._canonical import canonical
from skinterp.search._evidence import labels_of
from skinterp.search._focus import focus
from skinterp.search._formulas import simplified, unrounded
from skinterp.search._hypotheses import fit_hypotheses, judge_hypotheses
from skinterp.search._label_choice import choose_by_labels
from skinterp.search._linear_path import add_linear, add_refitted
from skinterp.search._margin_answers import MarginAnswers
from skinterp.search._margin_values import add_by_values
from skinterp.search._network_constants import network_constants
from skinterp.search._problem import Problem
from skinterp.search._said import compared
from skinterp.search._search import Search
from skinterp.search._selection import Selection, held_values

# Weight of the band beside the boundary: enough to tell formulas with the same boundary apart.
BAND_SHARE = 0.3
# Of a boundary with less support than this is said that it lies off the data.
LITTLE_SUPPORT, SUPPORT_SEED = 0.5, 0
# Smoothing averages most of the roughness of single gradients away.
ROUGHNESS_LEFT = 0.25
N_COMPARED = 4000
# A direction is sure where the gradient is longer than so many medians.
SURE = 2.0


def concept_field(view, X, n_points, random_state, *, need_boundary=True):
    """Return the field to match: the boundary, and a band around it that breaks ties.

    Parameters
    ----------
    view : ScalarView
        The logit or margin.
    X : ndarray of shape (n, d)
        Rows of data.
    n_points : int
        Points of the boundary; the band has half as many.
    random_state : int, RandomState instance or None
        Chooses points.
    need_boundary : bool, default=True
        Whether to refuse a view that has the same sign at all rows; else the band must do.

    Returns
    -------
    field : GradientField
        Both fields; points of the boundary count as much as rows support them.
    supported : float or None
        Mean support of the boundary, None without one.

    Raises
    ------
    ValueError
        If there is no boundary and one is needed, or gradients vanish.
    """
    rng = check_random_state(random_state)
    band = {"n_points": max(2, n_points // 2)}
    positive = view.value(X) > 0
    if not need_boundary and positive.any() == positive.all():
        return band_field(view, X, random_state=rng, **band), None
    boundary = boundary_field(view, X, n_points=n_points, random_state=rng)
    trust = support(boundary, X, random_state=SUPPORT_SEED)
    weights, supported = boundary.weights * trust, float(boundary.weights @ trust)
    boundary = replace(boundary, weights=weights / weights.sum())
    fields = boundary, band_field(view, X, random_state=rng, **band)
    return concatenate_fields(fields, [max(supported, BAND_SHARE), BAND_SHARE]), supported


def _support_note(supported):
    """Return what to say of a boundary that lies off the data."""
    if supported is None or supported >= LITTLE_SUPPORT:
        return ()
    return (
        f"only {supported:.0%} of the boundary lies among the rows: between them the network "
        "extrapolates",
    )


def roughness(view, field):
    """Return the loss that the jumps of a network's own gradients account for.

    Parameters
    ----------
    view : ScalarView
        The view.
    field : GradientField
        Its smoothed field, or a part of it along some inputs.

    Returns
    -------
    float
        A quarter of the loss between single and smoothed gradients.
    """
    raw = view.gradient(field.points) * field.scale * field.directions.any(axis=0)
    return ROUGHNESS_LEFT * direction_loss(field.directions, raw, field.weights)


def _compared_rows(X, rng):
    if len(X) <= N_COMPARED:
        return X, ()
    # with the extremes of every input, so that formulas are defined on all rows
    extremes = np.concatenate([X.argmin(axis=0), X.argmax(axis=0)])
    rows = np.union1d(rng.choice(len(X), size=N_COMPARED, replace=False), extremes)
    return X[rows], (f"formulas were compared on {len(rows)} of {len(X)} rows",)


def explain_margin(
    view,
    X,
    settings,
    feature_names,
    classes,
    random_state,
    *,
    n_classes=2,
    yes=None,
    held=None,
):
    """Search a formula for a margin and fit its threshold, direction and link.

    Parameters
    ----------
    view : ScalarView
        The log-odds of a class.
    X : ndarray of shape (n, d)
        Rows of data.
    settings : SearchSettings
        How to ask and to search.
    feature_names : tuple of str
        Names of the inputs.
    classes : tuple of two labels
        Label below and above zero.
    random_state : int, RandomState instance or None
        Seeds all that is random.
    n_classes : int, default=2
        How many classes there are. A margin that has the same sign at all rows is refused if
        there are two.
    yes : ndarray of bool of shape (n,) or None, default=None
        Labels of the rows: whether each is of the class. They choose among the formulas, and their
        constants are fitted to them; None asks the network alone.
    held : ndarray of shape (m, d) or None, default=None
        Points on which formulas are compared; None takes the rows.

    Returns
    -------
    equation : Equation
        The fitted equation.
    front : Front
        The Pareto front of the formulas found; `by_labels` holds what labels say of them.
    """
    rng = check_random_state(random_state)
    problem, asked, supported, notes = _posed(view, X, settings, rng, n_classes)
    search = _searched(problem, roughness(view, problem.full_field), notes, rng)
    held = asked.held(view, asked.rows if held is None else held, n_classes)
    add_linear(search, asked.log_odds, held, classifies=True)
    add_by_values(search, view, asked.fidelity, held)
    add_refitted(search, asked.log_odds)
    if yes is None:  # labels tell what noise hides, and hold weak inputs
        search = focus(search, partial(roughness, view))
    fitted = fit_hypotheses(search, settings.hypotheses)  # on the field the others are scored on
    front = compared(search.front(feature_names, Selection(settings.select, held)), held)
    front = replace(front, support=supported)
    labels = None
    if yes is not None:
        labels = labels_of(view, X, yes, rng)
        front = choose_by_labels(search, front, labels)
    front = _with_hypotheses(search, settings, fitted, front, labels)
    return _margin_equation(asked, front, X, settings, problem.full_field, classes)


def margin_by(formula, front, view, X, settings, classes, random_state, *, n_classes):
    """Return the equation of a margin by a formula that is given, and the front with it.

    Parameters
    ----------
    formula : tuple
        Terms, a tuple of Expression, and their coefficients, of shape (n_terms,).
    front : Front
        What a search for the margin has found.
    view : ScalarView
        The log-odds of a class.
    X : ndarray of shape (n, d)
        Rows of data.
    settings : SearchSettings
        How to ask.
    classes : tuple of two labels
        Label below and above zero.
    random_state : int, RandomState instance or None
        Seeds the points.
    n_classes : int
        How many classes there are.

    Returns
    -------
    equation : Equation
        The equation.
    front : Front
        The front, of which the formula is selected.

    Raises
    ------
    ValueError
        If the formula is undefined at a row.
    """
    rng = check_random_state(random_state)
    problem, asked, *_ = _posed(view, X, settings, rng, n_classes)
    candidate = unrounded(problem, *formula)
    if candidate is None:
        raise ValueError("The formula is undefined at some rows.")
    front = front.choosing(candidate)
    return _margin_equation(asked, front, X, settings, problem.full_field, classes)


def _posed(view, X, settings, rng, n_classes):
    """Return the problem of a margin, its answers, the support of its boundary, and notes."""
    is_binary = n_classes == 2
    field, supported = concept_field(view, X, settings.n_points, rng, need_boundary=is_binary)
    rows, notes = _compared_rows(X, rng)
    asked = MarginAnswers(rows, view.value(rows), field.points[field.on_boundary])
    problem = Problem(field, rows, asked.fidelity, settings)
    return problem, asked, supported, notes + _support_note(supported)


def _margin_equation(asked, front, X, settings, field, classes):
    """Return the equation of the choice of a front, or of labels, and the front."""
    rows, chosen = asked.rows, front.by_labels
    if chosen is None:
        expression = simplified(front.selected.expression, rows, settings.prices)
        threshold, greater = asked.cut(expression)
    else:
        expression, threshold, greater = chosen.decision
    values, log_odds = expression.evaluate(rows), asked.log_odds
    link = classification_link(values, log_odds, threshold, greater)
    majority = bool(asked.answers.mean() > 0.5)
    names = front.feature_names
    equation = Equation(expression, names, threshold, greater, classes, link, majority)
    equation = replace(equation, units=_units(settings))
    front = front.decided(asked.cut, rows, classes)
    if chosen is not None:
        equation = replace(equation, constants_=chosen.constants)
    equation = canonical(equation, X, settings, keep=chosen is not None)
    if chosen is None or not chosen.constants.are_told:
        by_network = network_constants(equation, field)
        equation = replace(equation, constants_=by_network or equation.constants_)
    return equation, front


def explain_values(view, X, settings, feature_names, random_state, match="values", *, held=None):
    """Search a formula that follows the values and gradients of a regression network.

    Parameters
    ----------
    view : ScalarView
        The output.
    X : ndarray of shape (n, d)
        Rows of data.
    settings : SearchSettings
        How to ask and to search.
    feature_names : tuple of str
        Names of the inputs.
    random_state : int, RandomState instance or None
        Seeds all that is random.
    match : {"values", "directions"}, default="values"
        Whether to follow values and gradients, or the directions of gradients only: a formula
        up to a monotone function.
    held : ndarray of shape (m, d) or None, default=None
        Points on which formulas are compared; None takes the rows.

    Returns
    -------
    equation : Equation
        The fitted equation.
    front : Front
        The Pareto front of the formulas found.
    """
    rng = check_random_state(random_state)
    n_points = settings.n_points + settings.n_points // 2
    field = data_field(view, X, n_points=n_points, random_state=rng)
    rows, notes = _compared_rows(X, rng)
    target = view.value(rows)
    if match == "values":
        problem = Problem(field, rows, lambda v: r2_score(target, v), settings, match_values=True)
        search = _searched(problem, 0.0, notes, rng)
    else:
        field = replace(field, weights=trust_in_directions(field))
        problem = Problem(field, rows, lambda v: _rank_r2(target, v), settings)
        search = _searched(problem, roughness(view, field), notes, rng)
        search = focus(search, partial(roughness, view))
    fitted = fit_hypotheses(search, settings.hypotheses)
    held = held_values(view, rows, rows if held is None else held, match)
    add_linear(search, target, held, classifies=False)
    front = compared(search.front(feature_names, Selection(settings.select, held)), held)
    front = _with_hypotheses(search, settings, fitted, front, None)
    expression = simplified(front.selected.expression, problem.X, settings.prices)
    equation = Equation(expression, feature_names, units=_units(settings))
    if match == "values":
        constants = network_constants(equation, field, match_values=True)
        equation = replace(equation, constants_=constants)
    return equation, front.decided(None, rows)


def _units(settings):
    return None if settings.dimensions is None else settings.dimensions.units


def trust_in_directions(field):
    """Return weights of points by how sure the direction of their gradient is.

    A network's gradients err by about as much everywhere, so that short ones, as where an output
    is saturated, point anywhere: ``L^2 / (L^2 + 4 m^2)`` with lengths L and their median m.

    Parameters
    ----------
    field : GradientField
        The field.

    Returns
    -------
    ndarray of shape (n,)
        Weights, summing to 1.
    """
    squared = (field.lengths / np.median(field.lengths)) ** 2
    weights = field.weights * squared / (squared + SURE**2)
    return weights / weights.sum()


def _rank_r2(target, values):
    """Return the squared rank correlation, of a formula up to a monotone function."""
    if np.ptp(values) == 0.0 or np.ptp(target) == 0.0:
        return 0.0
    return float(spearmanr(target, values).statistic ** 2)


def _with_hypotheses(search, settings, fitted, front, labels):
    """Return a front with what there is to say of the user's own formulas."""
    if not fitted:
        return front
    judged = judge_hypotheses(search, settings.hypotheses, fitted, front, labels)
    return replace(front, hypotheses=judged)


def _searched(problem, noise_floor, notes, rng):
    """Return a search that has run."""
    search = Search(problem, noise_floor=noise_floor, random_state=rng).run()
    search.notes.extend(notes)
    return search


def deadline(time_budget, share=1.0):
    """Return the value of ``time.monotonic()`` at which a share of a budget is used up.

    Parameters
    ----------
    time_budget : float or None
        Seconds; None is no limit.
    share : float, default=1.0
        The share.

    Returns
    -------
    float or None
        The deadline.
    """
    return None if time_budget is None else time.monotonic() + share * time_budget
