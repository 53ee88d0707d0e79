"""One parameter has one text: between classifier and regressor, and wherever it is shared."""

import importlib
import inspect
import pkgutil
import re

import pytest
from estimator_pool import public_estimators
from numpydoc.docscrape import NumpyDocString

import skinterp

# What a parameter of a name is said to be, wherever it is public: its type, its first words.
SHARED = {
    "random_state": (
        r"int( or None|, RandomState instance or None)?(, default=(None|0))?",
        "Seeds? ",
    ),
    "n_jobs": (r"int or None, default=None", "[A-Z][a-z]+ (run|evolved|searched) at once"),
    "ax": (r"matplotlib\.axes\.Axes( or None, default=None)?", "Where to draw"),
    "sample_weight": (r"(array-like|ndarray) of shape \(n_samples,\).*", "Weights of the rows"),
}
METHODS = ("predict", "predict_proba", "decision_function", "apply", "transform", "input_shares")
# What they are depends on the task.
DIFFERENT = {"network", "y", "n_points", "target_fidelity"}


def families():
    """Return pairs of classifier and regressor of the same form."""
    kinds = {kind.__name__: kind for kind in public_estimators()}
    names = [name.removesuffix("Classifier") for name in kinds if name.endswith("Classifier")]
    return [
        pytest.param(kinds[f"{name}Classifier"], kinds[f"{name}Regressor"], id=name)
        for name in names
    ]


def documented():
    """Return (name, parameter, type, text) of every public parameter."""
    rows = []
    for module in pkgutil.iter_modules(skinterp.__path__, "skinterp."):
        package = importlib.import_module(module.name)
        for name in getattr(package, "__all__", ()):
            thing = getattr(package, name)
            members = vars(thing).items() if inspect.isclass(thing) else ()
            found = {f"{name}.{key}": value for key, value in members if not key.startswith("_")}
            for owner, value in {name: thing, **found}.items():
                doc = inspect.getdoc(value) if callable(value) else None
                for parameter in NumpyDocString(doc or "")["Parameters"]:
                    text = " ".join(parameter.desc)
                    rows.append((owner, parameter.name, parameter.type, text))
    return rows


def texts(thing):
    """Return the text of each parameter."""
    parameters = NumpyDocString(inspect.getdoc(thing))["Parameters"]
    return {p.name: " ".join(p.desc) for p in parameters if p.name not in DIFFERENT}


def assert_same_texts(first, second):
    """Compare the parameters that both have."""
    first, second = texts(first), texts(second)
    for name in set(first) & set(second):
        assert first[name] == second[name]


@pytest.mark.parametrize(("classifier", "regressor"), families())
def test_classifier_and_regressor_say_the_same_of_the_same_parameter(classifier, regressor):
    assert_same_texts(classifier, regressor)


@pytest.mark.parametrize(("classifier", "regressor"), families())
def test_methods_of_classifier_and_regressor_say_the_same(classifier, regressor):
    for method in {"fit", *METHODS} & set(dir(classifier)) & set(dir(regressor)):
        assert_same_texts(getattr(classifier, method), getattr(regressor, method))


def test_rows_are_called_the_same_in_every_method():
    texts = {
        text.partition(",")[0].partition(";")[0].rstrip(".")
        for owner, name, _, text in documented()
        if name == "X" and owner.partition(".")[2] in METHODS
    }
    assert texts <= {"Rows", "Rows of the user's table", "Ignored"}, texts


@pytest.mark.parametrize("parameter", SHARED)
def test_a_shared_parameter_has_one_type_and_begins_alike(parameter):
    kind, words = SHARED[parameter]
    uses = [(owner, t, text) for owner, name, t, text in documented() if name == parameter]
    odd = [use for use in uses if not (re.fullmatch(kind, use[1]) and re.match(words, use[2]))]
    assert uses and not odd, odd


def test_seven_families_are_found():
    assert len(families()) == 7
