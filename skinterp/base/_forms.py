"""The registry of forms: which surrogates there are, and how a comparison makes them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from skinterp.utils import Registry, import_modules


@dataclass(frozen=True)
class Form:
    """A form of surrogate, as comparisons, the command line and reports know it.

    Parameters
    ----------
    name : str
        Its name, such as ``"tree"``.
    classifier, regressor : type or None
        The estimators; None where the form has no such one.
    options : dict, default={}
        Parameters of the estimators that a comparison makes.
    is_default : bool, default=False
        Whether it is compared when no forms are asked for.
    is_exact : bool, default=False
        Whether it is the network itself in another form, faithful by construction: a report names
        it as the most faithful one only where it stands alone.
    bounds : callable or None, default=None
        ``bounds(estimator, max_atoms, n_outputs) -> dict``: parameters that keep `complexity_`
        within a number of atoms, for a network of so many raw outputs; None where there are none.
    check : callable or None, default=None
        ``check(network)`` refuses networks that have no such form, before any long computation.
    position : int, default=100
        Forms are listed in this order.

    Examples
    --------
    >>> from skinterp.base import FORMS, Form, register_form
    >>> from skinterp.surrogate import TreeSurrogateClassifier
    >>> form = register_form(Form("stump", TreeSurrogateClassifier, options={"max_depth": 1}))
    >>> FORMS["stump"].make("binary", random_state=0)
    TreeSurrogateClassifier(max_depth=1, random_state=0)
    >>> FORMS.unregister("stump")
    """

    name: str
    classifier: type | None = None
    regressor: type | None = None
    options: Mapping = field(default_factory=dict)
    is_default: bool = False
    is_exact: bool = False
    bounds: Callable | None = None
    check: Callable | None = None
    position: int = 100

    @property
    def estimators(self):
        """The classes of the form's estimators."""
        return tuple(kind for kind in (self.classifier, self.regressor) if kind is not None)

    def estimator_for(self, task):
        """Return the class of the form's estimator for a task.

        Parameters
        ----------
        task : {"regression", "binary", "multiclass"}
            What the network does.

        Returns
        -------
        type or None
            The class; None if there is none.
        """
        return self.regressor if task == "regression" else self.classifier

    def make(self, task, random_state=None):
        """Return an unfitted surrogate.

        Parameters
        ----------
        task : {"regression", "binary", "multiclass"}
            What the network does.
        random_state : int or None, default=None
            Seed of the surrogate, if it takes one.

        Returns
        -------
        estimator
            The surrogate.
        """
        surrogate = self.estimator_for(task)(**self.options)
        if "random_state" in surrogate.get_params(deep=False):
            surrogate.set_params(random_state=random_state)
        return surrogate


FORMS = Registry("form", Form, ["skinterp.surrogate", "skinterp.exact.trees", "skinterp.pruning"])
register_form = FORMS.register


def export_estimators(namespace):
    """Import all modules of a package and add the estimators of their forms to its names.

    Parameters
    ----------
    namespace : dict
        The ``globals()`` of the package.

    Returns
    -------
    list of str
        Names that were not there, for its ``__all__``.
    """
    package = namespace["__name__"]
    import_modules(package)
    kinds = [kind for form in FORMS.values() for kind in form.estimators]
    own = {k.__name__: k for k in kinds if k.__module__.startswith(f"{package}.")}
    new = sorted(set(own) - set(namespace))
    namespace.update(own)
    return new
