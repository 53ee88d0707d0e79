"""An expansion as text, by shares of its inputs, in displays, and as a list of coefficients."""

import numpy as np
import pytest
from expansion_pool import groups_of, random_network, rows_of

from skinterp.display import CouplingsDisplay, FieldsDisplay, VarianceByOrderDisplay
from skinterp.expansion import CategoricalExpansion

SIZES = (2, 3, 2)
ROWS = np.array([[0, 0, 0], [0, 1, 0], [1, 0, 1], [1, 1, 1]])


def fitted(n_outputs=1, **options):
    classes = {"classes": list("abc")} if n_outputs == 3 else {}
    network = random_network(SIZES, n_outputs=n_outputs, **classes)
    return CategoricalExpansion(network, groups=groups_of(SIZES), **options).fit(rows_of(SIZES))


def test_the_text_has_variance_constant_and_the_strongest_coefficients():
    expansion = fitted()
    lines = expansion.export_text().split("\n")
    head = str(expansion.expansion_)
    assert "\n".join(lines).startswith(head)
    lines = lines[len(head.splitlines()) :]
    assert lines[0].endswith("constant") and len(lines) == 12
    strongest = expansion.expansion_.largest()
    best = next(c for c in strongest if c.order)
    assert lines[1] == f"  {best.value:+.4g}  {best.pattern}"
    assert lines[-1] == f"  and {expansion.complexity_ - 10} more coefficients"


def test_the_text_names_the_output_where_there_are_several():
    text = fitted(3).export_text()
    assert text.count("constant (logit of ") == 3 and "(logit of b)" in text


def test_the_text_of_a_short_expansion_counts_no_others():
    expansion = CategoricalExpansion(lambda X: 2.0 * X[:, 0] - 1.0, order=1).fit(ROWS)
    assert "more coefficients" not in expansion.export_text()
    assert "x0=1" in expansion.export_text()


def test_coefficients_are_records_the_largest_first():
    found = fitted().expansion_.largest(order=2, min_abs=0.01)
    sizes = [abs(coefficient.value) for coefficient in found]
    assert sizes == sorted(sizes, reverse=True) and min(sizes) >= 0.01
    assert {coefficient.order for coefficient in found} == {2}
    assert all(np.isnan(coefficient.error) for coefficient in found)


def test_shares_of_the_inputs_are_those_of_the_variance():
    expansion = CategoricalExpansion(
        lambda X: 3.0 * X[:, 0] + X[:, 1] * X[:, 2], measure="uniform", order=3
    ).fit(np.array([[a, b, c] for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)]))
    np.testing.assert_allclose(expansion.input_shares(ROWS), [0.9, 0.05, 0.05], atol=1e-12)


def test_the_columns_of_a_one_hot_group_share_its_variance_equally():
    expansion = fitted()
    shares = expansion.input_shares()
    assert shares.shape == (7,) and shares.sum() == pytest.approx(1.0)
    assert np.ptp(shares[:2]) == np.ptp(shares[2:5]) == np.ptp(shares[5:]) == 0.0
    pairs = expansion.variance_by_term_
    first = pairs[("a",)] + (pairs["a", "b"] + pairs["a", "c"]) / 2
    assert shares[:2].sum() == pytest.approx(first / sum(pairs.values()))


def test_a_constant_has_no_shares():
    expansion = CategoricalExpansion(lambda X: 0.0 * X[:, 0] + 2.0, order=1).fit(ROWS)
    assert expansion.input_shares(ROWS).tolist() == [0.0, 0.0, 0.0]
    assert "constant" in expansion.export_text()


@pytest.mark.parametrize("n_outputs", [1, 3])
def test_displays_are_fields_of_every_output_couplings_and_variance(n_outputs):
    displays = fitted(n_outputs).displays()
    kinds = [type(display) for display in displays]
    assert kinds == [FieldsDisplay] * n_outputs + [CouplingsDisplay, VarianceByOrderDisplay]
    for display in displays:
        assert "<svg" in display.to_svg()


def test_an_expansion_of_first_order_has_no_display_of_couplings():
    kinds = [type(display) for display in fitted(order=1).displays()]
    assert kinds == [FieldsDisplay, VarianceByOrderDisplay]
