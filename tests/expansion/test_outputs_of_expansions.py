"""Any output of an expansion is chosen by its class, obeyed by every picture, and named."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skinterp.expansion import CategoricalExpansion, sequence_table
from skinterp.expansion._expansion_plots import KINDS, expansion_display

rng = np.random.default_rng(0)
X = pd.DataFrame({name: rng.choice(list("ABC"), 90) for name in "qrs"})
OPTIONS = {"solver": "lbfgs", "max_iter": 40, "random_state": 0}


def expanded(y, X=X, **options):
    """Return the expansion of a small network of a target."""
    y = np.asarray(y)
    form = MLPRegressor if y.dtype.kind == "f" else MLPClassifier
    network = form(hidden_layer_sizes=(3,), **OPTIONS)
    with np.errstate(all="ignore"):
        return CategoricalExpansion(make_pipeline(OneHotEncoder(), network).fit(X, y), **options)


@pytest.fixture(scope="module")
def two():
    return expanded(np.where((X.q == "A") | (X.r == X.s), "well", "ill")).fit(X)


@pytest.fixture(scope="module")
def three():
    return expanded(np.where(X.q == "A", "low", np.where(X.r == "B", "mid", "high"))).fit(X)


def test_the_first_of_two_classes_is_the_second_with_the_sign_turned(two):
    ill, well = (two.expansion_.of_output(label) for label in ("ill", "well"))
    for S, term in two.expansion_.terms.items():
        np.testing.assert_array_equal(ill.terms[S], -term)
        np.testing.assert_array_equal(well.terms[S], term)
    np.testing.assert_allclose(ill.variance_by_order, well.variance_by_order)
    one, other = (two.explain(X.iloc[0], output=label) for label in ("ill", "well"))
    assert one.output == "logit of ill" and one.network_value == -other.network_value
    assert one.total == pytest.approx(-other.total)
    again = CategoricalExpansion(two.network, output="ill").fit(X)
    np.testing.assert_allclose(again.decision_function(X), -two.decision_function(X))
    assert "logit of ill" in str(again.expansion_) and "logit of well" in str(two.expansion_)


@pytest.mark.parametrize("kind", KINDS)
def test_every_picture_is_of_the_output_that_was_chosen(two, three, kind):
    for expansion, label in ((two.expansion_, "ill"), (three.expansion_, "mid")):
        assert expansion_display(expansion, kind, output=label).title.endswith(f"logit of {label}")
        with pytest.raises(ValueError, match=r"output must be one of .* Got 'odd'"):
            expansion.plot(kind, output="odd")


def test_a_drawn_expansion_has_its_title(two):
    title = two.expansion_.plot("variance", output="ill").ax_.get_title(loc="left")
    assert title.startswith("Variance by order, logit of ill")
    plt.close("all")


def test_the_parts_of_one_of_several_outputs_are_its_own(three):
    whole, strengths = three.expansion_, 0.0
    for k, label in enumerate(whole.classes):
        part = whole.of_output(label)
        np.testing.assert_array_equal(part.terms[(0,)][0], whole.terms[(0,)][k])
        strengths = strengths + part.strengths**2
    np.testing.assert_allclose(np.sqrt(strengths), whole.strengths, atol=1e-12)


def test_one_column_and_truth_values_are_expanded():
    for output, sign in ((True, 1), (np.True_, 1), (False, -1)):
        fitted = expanded(X.q == "A", X[["q"]], output=output).fit(X[["q"]])
        assert fitted.expansion_.order == 1
        assert fitted.expansion_.output_names == (f"logit of {bool(output)}",)
        assert np.sign(fitted.explain({"q": "A"}).total) == sign


def test_one_of_several_numbers_must_be_chosen_to_explain_it():
    fitted = expanded(np.column_stack([X.q == "A", X.r == "B"]).astype(float)).fit(X)
    with pytest.raises(ValueError, match=r"output must be one of \['output 0', 'output 1'\]"):
        fitted.explain(X.iloc[0])
    found = fitted.explain(X.iloc[0], output=1)
    assert np.abs(found.values).min() > 1e-13


def test_margin_of_more_than_two_classes_asks_for_one(three):
    with pytest.raises(ValueError, match=r"output='margin' is for two .*'high', 'low', 'mid'"):
        CategoricalExpansion(three.network, output="margin").fit(X)
    with pytest.raises(ValueError, match=r"output must be one of .*Got 3"):
        CategoricalExpansion(three.network, output=3).fit(X)


@pytest.mark.parametrize(
    ("sequences", "match"),
    [
        (["ACG", None], "Got None"),
        ("ACG", "Got one text, 'ACG'"),
        (["AC", "G"], r"instead: the one in row 0"),
        (["AC", "G", "TT"], r"most have 2 letters, the one in row 1 is 'G'"),
    ],
)
def test_sequences_are_several_texts_of_one_length(sequences, match):
    with pytest.raises(ValueError, match=match):
        sequence_table(sequences)


def test_numbers_that_are_held_are_told_with_where():
    table = X.assign(dose=np.arange(90.0))
    encode = make_column_transformer(
        (OneHotEncoder(), ["q", "r", "s"]), (StandardScaler(), ["dose"])
    )
    network = make_pipeline(encode, MLPClassifier((3,), **OPTIONS)).fit(table, X.q == "A")
    for numbers, cell in (("median", "44.5"), ({"dose": 3.0}, "3")):
        fitted = CategoricalExpansion(network, numbers=numbers).fit(table)
        assert f"held: dose at {cell}\n" in str(fitted.expansion_)
    assert "held" not in str(CategoricalExpansion(network, numbers=3).fit(table).expansion_)
