"""Every public estimator, found in the packages and among the forms."""

import importlib
import inspect
import pkgutil

from sklearn.base import BaseEstimator

import skinterp
from skinterp.base import FORMS


def public_estimators():
    """Return the classes of all public estimators with a network, bases left out."""
    found = {}
    for module in pkgutil.iter_modules(skinterp.__path__, "skinterp."):
        if not module.ispkg or module.name == "skinterp.base":
            continue
        package = importlib.import_module(module.name)
        for name in package.__all__:
            thing = getattr(package, name)
            if inspect.isclass(thing) and issubclass(thing, BaseEstimator):
                found[name] = thing
    for form in FORMS.values():
        found |= {kind.__name__: kind for kind in form.estimators}
    return [found[name] for name in sorted(found)]
