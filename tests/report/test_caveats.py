"""The caveats of a run: each rule speaks where it applies, with numbers computed anew here."""

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, spearmanr

from skinterp import as_network, compare_surrogates
from skinterp.expression import Equation, parse
from skinterp.report import Findings, build_sections, report_data
from skinterp.report import _caveats as caveats

NAMES = ["dose", "<b>$x_1$</b>", "c", "d"]
X = np.random.default_rng(0).uniform(-1, 1, (300, 4))


def found(f, rows=X, y=None, forms=("linear", "tree"), names=NAMES, classes=("no", "yes")):
    options = {} if classes is None else {"classes": list(classes)}
    network = as_network(f, n_features_in=rows.shape[1], feature_names=names, **options)
    return Findings(compare_surrogates(network, rows, y, list(forms), cv=3), rows=rows)


@pytest.fixture(scope="module")
def plain():
    """Findings of a half plane by two independent inputs, of 300 rows."""
    return found(lambda X: 9 * X[:, 0] + 5 * X[:, 1], y=np.where(X[:, 0] > 0, "yes", "no"))


def with_rows(findings, n):
    return replace(findings, comparison=replace(findings.comparison, n_held_out=n))


def scored(findings, **scores):
    """Return findings with other scores of forms on the folds."""
    old = findings.comparison.scores
    new = {f: {**old[f], **scores.get(f.replace(" ", "_"), {})} for f in old}
    return replace(findings, comparison=replace(findings.comparison, scores=new))


def test_a_run_without_trouble_has_the_general_sentence_alone(plain):
    findings = scored(with_rows(plain, 10**6), tree={"fidelity": np.array([0.9, 0.8, 0.85])})
    (section,) = [s for s in build_sections(findings) if "caveats" in s.data]
    assert section.data["caveats"] == [caveats.GENERAL]


def test_all_that_applies_stands_in_page_and_json(plain):
    findings = with_rows(plain, 20)
    said = report_data(findings)["caveats"]
    assert said[0] == caveats.GENERAL and "20 held-out rows" in said[1]
    (section,) = [s for s in build_sections(findings) if "caveats" in s.data]
    assert [part.text for part in section.parts] == said
    assert {part.style for part in section.parts} == {"item"}


@pytest.mark.parametrize(("network", "applies"), [(0.53, True), (0.58, False), (0.49, False)])
def test_a_network_hardly_better_than_a_guess(plain, network, applies):
    accuracy = {"network": network, "majority": 0.5}
    scores = {form: {"accuracy": np.full(3, value)} for form, value in accuracy.items()}
    said = caveats.weak_network(scored(plain, **scores))
    assert (said is not None) is applies
    if applies:
        assert "53.0% of held-out rows" in said and "50.0%" in said


@pytest.mark.parametrize("n", [20, 100, 400, 10**5])
def test_few_held_out_rows_have_the_interval_of_another_implementation(plain, n):
    said = caveats.few_held_out_rows(with_rows(plain, n))
    share = plain.headline.fidelity
    hits = round(share * n)
    interval = binomtest(hits, n).proportion_ci(0.95, method="wilson")
    assert caveats.wilson_interval(hits / n, n) == pytest.approx(tuple(interval))
    low, high = caveats.wilson_interval(share, n)
    assert (said is not None) is (high - low >= caveats.WIDE)
    if said:
        ends = [float(v) for v in re.findall(r"([\d.]+)% to ([\d.]+)%", said)[0]]
        assert ends == pytest.approx([100 * low, 100 * high], abs=0.06)


def test_few_held_out_rows_of_a_regression_have_the_range_over_the_folds():
    rows = X[:60]
    findings = found(lambda X: np.sin(4 * X[:, 0]), rows, classes=None)
    folds = findings.comparison.scores[findings.headline.form]["fidelity"]
    said = caveats.few_held_out_rows(findings)
    assert "60 held-out rows only" in said
    assert f"from {folds.min():.3f} to {folds.max():.3f}" in said
    assert caveats.few_held_out_rows(with_rows(findings, 100)) is None
    assert caveats.few_held_out_rows(with_rows(findings, None)) is None


@pytest.mark.parametrize("cut", [0.9, 0.95])
def test_of_a_rare_answer_the_rows_that_the_form_finds_are_counted(cut):
    findings = found(lambda X: X[:, 0] - cut + 0.1 * X[:, 1])
    answers = findings.comparison.network.predict(X)
    told = findings.comparison.estimators[findings.headline.form].predict(X)
    rare = answers == "yes"
    said = caveats.rare_answers(findings)
    n_found = int(np.sum(told[rare] == "yes"))
    assert f"answers yes on {rare.sum()} of 300 rows" in said and f"on {n_found} of these" in said
    assert f"{100 * rare.mean():.1f}% of fidelity" in said


def test_no_answer_is_rare_among_halves_and_one_may_never_come(plain):
    assert caveats.rare_answers(plain) is None
    third = lambda X: np.stack([X[:, 0], -X[:, 0], X[:, 1] - 9], axis=1)  # noqa: E731
    said = caveats.rare_answers(found(third, classes=("a", "b", "never")))
    assert said == "The network answers never on none of the 300 rows."


def ties(*pairs, same=False, labels=None):
    differences = [
        SimpleNamespace(
            share=share,
            same_boundary=same,
            formulas=("a > 1", text),
            is_classified=True,
            region=("r",),
            region_text="b < 2",
        )
        for text, share in pairs
    ]
    return SimpleNamespace(ties_=differences, by_labels=labels)


def test_near_ties_are_counted_and_the_farthest_is_named(plain):
    form = plain.comparison.estimators[plain.headline.form]
    assert caveats.near_ties(plain) is None
    form.fronts_ = (ties(("b > 2", 0.01), ("c > 3", 0.04)),)
    said = caveats.near_ties(plain)
    form.fronts_ = (ties(("b > 2", 0.01), same=True),)
    alike = caveats.near_ties(plain)
    form.fronts_ = (ties(("b > 2", 0.0), labels="chosen"),)
    off = caveats.near_ties(plain)
    del form.fronts_
    assert "2 formulas are nearly as good" in said
    assert "c > 3, answers otherwise on 4.0% of the rows, mostly where b < 2." in said
    assert off.endswith(
        "as a > 1, the choice by the network alone: b > 2, differs off the rows only."
    )
    assert "1 formula is nearly" in alike and "the same boundary" in alike


def test_a_form_as_faithful_within_the_folds_is_named_with_the_rows_that_differ(plain):
    head, estimators = plain.headline, plain.comparison.estimators
    (other,) = set(estimators) - {head.form}
    own = plain.comparison.scores[head.form]["fidelity"]
    near = scored(plain, **{other: {"fidelity": own[[1, 2, 0]]}})
    apart = np.mean(estimators["tree"].predict(X) != estimators["linear"].predict(X))
    assert f"otherwise on {100 * apart:.1f}% of all rows" in caveats.rival_form(near)
    assert caveats.rival_form(scored(plain, **{other: {"fidelity": own - 0.1}})) is None


def test_inputs_that_move_with_those_that_matter_are_named():
    rows = X.copy()
    rows[:, 2] = -np.exp(rows[:, 0] + 0.1 * X[:, 2])
    findings = found(lambda X: 9 * X[:, 0] + X[:, 1], rows, forms=["tree"])
    rho = spearmanr(rows[:, 0], rows[:, 2]).statistic
    said = caveats.correlated_inputs(findings)
    assert f"dose and c ({rho:.2f})" in said and "d (" not in said


@pytest.mark.parametrize(("scale", "offset"), [(1.0, 1e6), (1e-12, 0.0)])
def test_correlations_do_not_depend_on_units(scale, offset):
    first, second = X[:, 0] + 0.2 * X[:, 1], X[:, 0]
    expected = spearmanr(first, second).statistic
    assert caveats.rank_correlation(first, scale * second + offset) == pytest.approx(expected)


def test_independent_inputs_are_not_called_correlated(plain):
    assert caveats.correlated_inputs(plain) is None


def test_impurities_are_spoken_of_where_some_inputs_have_few_values(plain):
    assert caveats.impurity_beside_few_values(plain) is None
    coarse = replace(plain, rows=np.column_stack([X[:, :3], X[:, 3] > 0]).astype(float))
    said = caveats.impurity_beside_few_values(coarse)
    assert "dose has 300, d 2." in said
    without = replace(coarse, comparison=replace(plain.comparison, importances={}))
    assert caveats.impurity_beside_few_values(without) is None


def test_few_rows_to_an_input_are_counted(plain):
    assert caveats.few_rows_per_input(plain) is None
    said = caveats.few_rows_per_input(replace(plain, rows=X[:20]))
    assert "20 rows to 4 inputs, 5.0 to each" in said


def test_missing_values_are_counted_by_column_in_frames_arrays_and_files(plain):
    rows = X.copy()
    rows[:3, 1] = np.nan
    texts = pd.DataFrame({"dose": [None, "a", "b"], "c": [1.0, 2.0, 3.0]})
    column = SimpleNamespace(name="dose", gaps=np.array([True, False]), left_out="")
    assert caveats.filled_gaps(plain) is None
    assert "<b>$x_1$</b> in 3 rows" in caveats.filled_gaps(replace(plain, rows=rows))
    assert "dose in 1 row:" in caveats.filled_gaps(replace(plain, rows=texts))
    assert "dose in 1 row:" in caveats.filled_gaps(replace(plain, columns=(column,)))


def test_columns_left_out_are_named_with_their_reasons(plain):
    columns = [SimpleNamespace(name=f"k{k}", left_out="constant") for k in range(5)]
    said = caveats.columns_left_out(replace(plain, columns=tuple(columns)))
    assert said.startswith("Nothing is known of 5 columns that were left out: k0 (constant), ")
    assert said.endswith("and 2 more.")
    kept = SimpleNamespace(name="k", left_out="")
    assert caveats.columns_left_out(replace(plain, columns=(kept,))) is None


@pytest.mark.parametrize(
    ("formula", "pole"),
    [
        ("a/b", "b"),
        ("a/(b + 2)", None),
        ("1/(a*a + 0.1)", None),
        ("1/(a - b)", "a - b"),
        ("log(c + 0.5)", "c + 0.5"),
        ("a/(3*b**2*(d + 4))", "b"),
        ("a/abs(c)", "c"),
        ("exp(a)", None),
    ],
)
def test_a_pole_within_the_ranges_is_named(plain, formula, pole):
    names = ("a", "b", "c", "d")
    equation = Equation(parse(formula, names=names), names, threshold=0.0)
    form = SimpleNamespace(equations_=(equation,))
    comparison = replace(plain.comparison, estimators={plain.headline.form: form})
    findings = SimpleNamespace(comparison=comparison, rows=X, headline=plain.headline)
    said = caveats.poles(findings)
    assert (said is not None) is (pole is not None)
    if pole:
        assert f"where {pole} is 0" in said


def test_a_form_of_other_size_on_each_fold_is_called_so(plain):
    assert caveats.unstable_form(plain) is None
    sizes = {"complexity": np.array([3.0, 30.0, 9.0])}
    said = caveats.unstable_form(scored(plain, **{plain.headline.form: sizes}))
    assert "3 to 30 atoms on the folds" in said


def test_without_rows_no_rule_fails(plain):
    bare = replace(plain, rows=None)
    for rule in caveats.RULES:
        said = rule(bare)
        assert said is None or said.endswith(".")
