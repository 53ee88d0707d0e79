"""The answer of a report: its claims are the numbers of the comparison, over many networks.

With ``SKINTERP_NETWORKS=all`` over sixty: forty more, trained on problems of the benchmarks.
"""

import importlib.util
import os
import re
import warnings
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, r2_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinterp import (
    LinearSurrogateClassifier,
    LinearSurrogateRegressor,
    SymbolicSurrogateClassifier,
    SymbolicSurrogateRegressor,
    TreeSurrogateClassifier,
    TreeSurrogateRegressor,
    as_network,
    compare_importances,
    compare_surrogates,
)
from skinterp.evaluation import score_formula
from skinterp.metrics import complexity
from skinterp.report import Findings, Headline, build_sections, render_page, render_text
from skinterp.report._headline import CLOSE, SHORT, chosen_form

X = np.random.default_rng(0).uniform(-1, 1, (120, 4))
TWO, THREE = ["no", "yes"], ["a", "b", "c"]
NAMES = ["dose", "<i>age</i>", "a b", "x3"]


def of_pairs(f, g):
    return lambda X: np.stack([f(X), g(X), -f(X) - g(X)], axis=1)


def wild(X):
    return np.sin(40 * X[:, 0]) * np.sin(40 * X[:, 1]) * np.sin(40 * X[:, 2])


LAWS = {
    "a sum": lambda X: 3 * X[:, 0] - X[:, 1],
    "a product": lambda X: 4 * X[:, 0] * X[:, 1],
    "a circle": lambda X: X[:, 0] ** 2 + X[:, 1] ** 2 - 0.5,
    "a step": lambda X: 5 * np.tanh(9 * (X[:, 2] - 0.2)),
    "a ratio": lambda X: X[:, 0] / (X[:, 1] + 2) - 0.1,
    "a wave": lambda X: np.sin(3 * X[:, 0]) + X[:, 3],
    "wild": wild,
}
MULTICLASS = {
    "three sectors": of_pairs(lambda X: 6 * X[:, 0], lambda X: 6 * X[:, 1]),
    "products": of_pairs(lambda X: 4 * X[:, 0] * X[:, 1], lambda X: X[:, 2]),
    "bands": of_pairs(lambda X: 4 * (X[:, 0] - 0.4), lambda X: 2 - 8 * X[:, 0] ** 2),
}
RARE = lambda X: X[:, 0] + X[:, 1] - 1.1  # noqa: E731
CASES = (
    [("regression", name, law, {}) for name, law in LAWS.items()]
    + [("binary", name, law, {"classes": TWO}) for name, law in LAWS.items()]
    + [("multiclass", name, law, {"classes": THREE}) for name, law in MULTICLASS.items()]
    + [("binary", "rare", RARE, {"classes": TWO})]
    + [("binary", "no target", LAWS["a sum"], {"classes": TWO})]
    + [("regression", "two forms", LAWS["a product"], {})]
)


SYMBOLIC = {"a step", "wild"}
WITHOUT_TARGET = {"a circle", "a ratio", "a step", "products", "no target", "wild"}


def findings_of(task, name, law, options):
    network = as_network(law, n_features_in=4, feature_names=NAMES, **options)
    y = None if name in WITHOUT_TARGET else network.predict(X)
    if name == "a wave":
        y = np.roll(y, 3)  # a target that the network misses
    kind = SymbolicSurrogateRegressor if task == "regression" else SymbolicSurrogateClassifier
    quick = kind(operators=["add"], n_points=20, max_complexity=5, random_state=0)
    forms = {"symbolic": quick} if name in SYMBOLIC else ["linear", "tree"]
    found = compare_surrogates(network, X, y, forms, cv=2)
    ranked = compare_importances(network, X, surrogates=[]) if name == "a circle" else None
    return Findings(found, ranked, rows=X), y


def benchmark_problems():
    """Return the module of the benchmarks' problems."""
    path = Path(__file__).parents[2] / "benchmarks" / "concepts.py"
    spec = importlib.util.spec_from_file_location("concepts", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def trained_findings(problems, name, task):
    """Return what is found of a network trained on a problem of the benchmarks."""
    rows = problems.uniform(name, 400, 0)
    values = problems.concept(name, rows)
    cuts = {"binary": [1 / 2], "multiclass": [1 / 3, 2 / 3], "regression": []}[task]
    labels = np.array(["low", "middle", "high"])[
        np.searchsorted(np.quantile(values, cuts), values)
    ]
    y = values if task == "regression" else labels
    kind = MLPRegressor if task == "regression" else MLPClassifier
    mlp = kind(hidden_layer_sizes=(16,), solver="lbfgs", max_iter=200, random_state=0)
    network = make_pipeline(StandardScaler(), mlp).fit(rows[:300], y[:300])
    kind = SymbolicSurrogateRegressor if task == "regression" else SymbolicSurrogateClassifier
    make = {"linear": LinearSurrogateClassifier, "tree": TreeSurrogateClassifier}
    if task == "regression":
        make = {"linear": LinearSurrogateRegressor, "tree": TreeSurrogateRegressor}
    forms = {form: surrogate() for form, surrogate in make.items()}
    forms["symbolic"] = kind(n_points=30, time_budget=1, random_state=0)
    return Findings(compare_surrogates(network, rows, y, forms, cv=2), rows=rows), y


def more_findings():
    """Return what is found of the further forty networks."""
    if os.environ.get("SKINTERP_NETWORKS") != "all":
        return []
    problems = benchmark_problems()
    names = list(problems.ALL_PROBLEMS)
    tasks = ["binary"] * 24 + ["regression"] * 8 + ["multiclass"] * 8
    return [trained_findings(problems, n, t) for n, t in zip([*names, *names[:2]], tasks)]


@pytest.fixture(scope="module")
def explained():
    """Return what is found of each network, and its target or None."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of equations that explain nothing
        return [findings_of(*case) for case in CASES] + more_findings()


@pytest.fixture(scope="module")
def all_findings(explained):
    return [findings for findings, _ in explained]


def figures(text):
    found = re.findall(r"(-?\d+\.\d+)%|R² (?:more than )?(-?\d+\.\d+)", text)
    return [float(share or score) for share, score in found]


def least_fidelity(findings, form):
    """Return what may be claimed of a form, computed anew."""
    comparison = findings.comparison
    score = r2_score if comparison.task == "regression" else accuracy_score
    rows, form_ = findings.rows, comparison.estimators[form]
    shown = score(comparison.network.predict(rows), form_.predict(rows))
    folds = float(np.mean(comparison.scores[form]["fidelity"]))
    return folds, shown


def test_the_figure_is_the_held_out_fidelity_or_less_of_what_is_shown(all_findings):
    for findings in all_findings:
        head, comparison = findings.headline, findings.comparison
        folds, shown = least_fidelity(findings, head.form)
        _, figure, _ = head.claim("this equation")
        claimed = folds if shown >= folds - CLOSE else shown
        scale = 1.0 if comparison.task == "regression" else 100.0
        assert figures(figure)[0] == pytest.approx(scale * claimed, abs=0.11 * scale / 100)
        assert head.atoms == complexity(comparison.estimators[head.form])
        assert ("held-out rows" in "".join(head.claim("it"))) is (shown >= folds - CLOSE)


def test_a_form_that_does_not_beat_a_guess_is_no_description(all_findings):
    seen = set()
    for findings in all_findings:
        head, comparison = findings.headline, findings.comparison
        guess = comparison.mean("mean" if head.is_regression else "majority", "fidelity")
        claim, value = "".join(head.claim("it")), min(*least_fidelity(findings, head.form))
        nothing = "No form compared describes the network" in claim
        if nothing:  # true of every form
            for form in set(comparison.estimators) - set(comparison.exact_forms):
                assert min(least_fidelity(findings, form)) <= guess + CLOSE
        seen.add(nothing)
        if nothing:
            assert value <= guess + CLOSE
        else:
            assert head.claimed > guess
            # the word stands where less than half of what a guess leaves open is closed
            is_weak = head.claimed - guess < 0.5 * (1 - guess)
            assert ("nly" in claim.replace("commonest", "")) is is_weak
    assert seen == {True, False}


def test_the_form_named_is_the_one_of_the_rule(all_findings):
    for findings in all_findings:
        head, comparison = findings.headline, findings.comparison
        values = {f: min(least_fidelity(findings, f)) for f in comparison.estimators}
        best = max(values.values())
        if head.form == "symbolic":
            assert values["symbolic"] >= best - CLOSE
        else:
            short = [f for f in values if complexity(comparison.estimators[f]) <= SHORT]
            short = [f for f in short if 1 - values[f] <= 0.5 * (1 - head.guess)]
            assert values[head.form] == max(values[f] for f in short or values)
        if head.best != head.form and head.best_fidelity > head.fidelity:
            assert f"most faithful form compared, {head.best}" in str(head)


def test_what_stands_beside_are_the_numbers_of_the_comparison(all_findings):
    for findings in all_findings:
        head, comparison = findings.headline, findings.comparison
        said = " ".join(head.context)
        has_target = not np.isnan(comparison.mean("network", "accuracy"))
        assert ("network is right on" in said or "Against the target" in said) is has_target
        if has_target and not head.is_regression:
            forms = ["network", head.form, "majority"]
            expected = [100 * comparison.mean(form, "accuracy") for form in forms]
            assert figures(said)[-3:] == pytest.approx(expected, abs=0.11)
        if has_target and head.is_regression:
            expected = [comparison.mean(form, "accuracy") for form in ("network", head.form)]
            assert figures(said)[-2:] == pytest.approx(expected, abs=1.1e-3)


def test_inputs_are_ranked_by_the_shares_they_are_said_to_have(all_findings):
    for findings in all_findings:
        head, ranked = findings.headline, findings.importances
        if ranked is None:
            form = findings.comparison.estimators[head.form]
            names = findings.comparison.feature_names
            shares = dict(zip(names, form.input_shares(findings.rows), strict=True))
            assert head.inputs_of == "form" and (
                not head.inputs or head.form in (head.inputs_sentence)
            )
        else:
            shares = dict(zip(NAMES, ranked.shares["permutation"], strict=True))
            assert head.inputs_of == "network" and "the network needs" in head.inputs_sentence
        expected = sorted((v for v in shares.values() if v >= 0.005), reverse=True)[:3]
        assert [share for _, share in head.inputs] == pytest.approx(expected)
        assert all(share == pytest.approx(shares[name]) for name, share in head.inputs)


def test_the_equation_that_is_shown_is_as_faithful_as_it_is_said_to_be(all_findings):
    n_read = 0
    for findings in all_findings:
        head, comparison = findings.headline, findings.comparison
        equations = getattr(comparison.estimators[head.form], "equations_", ())
        if head.form != "symbolic" or comparison.task != "binary" or equations[0].is_never:
            continue
        network, rows = comparison.network, findings.rows
        found = score_formula(
            equations[0].format(),
            network,
            rows,
            held_out=range(1, len(rows)),
            positive=equations[0].classes[1],
        )  # which reads the text anew
        assert found.scores["formula"]["fidelity"] >= head.claimed - CLOSE - 1 / len(rows)
        n_read += 1
    assert n_read


def test_the_network_is_right_where_it_is_said_to_be(explained):
    n_asked = 0
    for findings, y in explained:
        head, comparison = findings.headline, findings.comparison
        if y is None or head.is_regression:
            continue
        right = np.mean(comparison.network.predict(findings.rows) == y)
        (said,) = re.findall(r"network is right on (?:more than )?([\d.]+)%", str(head))
        assert float(said) == pytest.approx(100 * right, abs=0.2)
        n_asked += 1
    assert n_asked


def test_the_answer_stands_first_with_its_picture(all_findings):
    page = render_page(all_findings[0])
    first = page[page.index("<section") : page.index("</section>")]
    assert first.index('class="claim"') < first.index("<svg role=") and "<details" not in first
    assert page.index("<section") < page.index("<details")
    assert "&lt;i&gt;age&lt;/i&gt;" in first and "<i>" not in page
    assert "In short:\n" in render_text(all_findings[0])
    assert all_findings[0].headline.to_dict()["text"] in render_text(all_findings[0])


def test_equations_are_typeset_with_their_text_beside(all_findings):
    findings = next(
        f
        for f in all_findings
        if f.headline.form == "symbolic" and (f.comparison.task == "regression")
    )
    equation = findings.comparison.estimators["symbolic"].equations_[0]
    (answer, *_) = build_sections(findings)
    (shown,) = [part for part in answer.parts if getattr(part, "style", "") == "equation"]
    assert shown.pieces[-1] == equation.format()
    assert shown.pieces[-1].mathml == equation.to_mathml()
    assert '<span role="math" aria-label="' in render_page(findings)


def test_without_rows_there_is_no_picture_and_nothing_false(all_findings):
    findings = replace(all_findings[0], rows=None)
    (answer, *_) = build_sections(findings)
    assert not answer.figures and findings.headline.inputs == ()
    assert findings.headline.shown_fidelity is None


def test_a_longer_form_is_named_only_where_no_short_one_is(monkeypatch):
    sizes = {"big": 50, "small": 5, "equation": 9}
    monkeypatch.setattr("skinterp.report._headline.complexity", lambda form: form.size)
    forms = {name: SimpleNamespace(size=size) for name, size in sizes.items()}
    comparison = SimpleNamespace(estimators=forms, exact_forms=())
    fidelity = {"big": 0.99, "small": 0.9, "equation": 0.95}
    assert chosen_form(comparison, fidelity, 0.5) == ("equation", "big")
    assert chosen_form(comparison, fidelity, 0.96) == ("big", "big")  # the short ones are weak
    forms["equation"].fronts_ = (1,)
    assert chosen_form(comparison, fidelity | {"small": 0.97}, 0.5) == ("small", "big")
    assert chosen_form(comparison, fidelity | {"equation": 0.971}, 0.5) == ("equation", "big")
    assert chosen_form(comparison, {"big": 0.99}, 0.5) == ("big", "big")
    rare = {"big": 0.998, "small": 0.997, "equation": 0.984}  # no more than a guess, if close
    assert chosen_form(comparison, rare, 0.992) == ("small", "big")
    weak = {"big": 0.8, "small": 0.71, "equation": 0.79}  # and no other form is better by much
    assert chosen_form(comparison, weak, 0.7) == ("equation", "big")
    assert chosen_form(comparison, weak, 0.795) == ("big", "big")
    comparison.exact_forms = ("big",)
    assert chosen_form(comparison, fidelity, 0.5) == ("equation", "equation")


@pytest.mark.parametrize("value", [0.9996, 0.99999])
def test_what_is_not_all_is_never_written_as_all(value):
    about = {"form": "f", "atoms": 2, "best": "f", "best_fidelity": value, "accuracy": {}}
    for task, said in (("binary", "more than 99.9%"), ("regression", "more than 0.999")):
        head = Headline(task=task, fidelity=value, shown_fidelity=None, guess=0.0, **about)
        assert said in head.claim("it")[1]
