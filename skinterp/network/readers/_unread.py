"""Libraries whose models are recognised, but cannot be read yet."""

from skinterp.network._readers import Reader, register_reader

_LIBRARIES = ("tf_keras", "tensorflow", "onnxruntime")


def refuse_unread(model, **options):
    """Refuse a model, naming its library and the way out."""
    roots = [kind.__module__.partition(".")[0] for kind in type(model).__mro__]
    library = next(root for root in roots if root in _LIBRARIES)
    raise TypeError(
        f"{type(model).__name__} is a {library} model, which cannot be read yet. Pass a "
        "callable on numpy arrays meanwhile: as_network(lambda X: ..., gradient=..., "
        "classes=...), returning logits if classes are given."
    )


_OPTIONS = ("gradient", "n_features_in", "n_outputs", "classes")
register_reader(Reader("unread", refuse_unread, libraries=_LIBRARIES, options=_OPTIONS))
