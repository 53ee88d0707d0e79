"""Reading callables ``X -> values``."""

from skinterp.network._callable import CallableNetwork
from skinterp.network._readers import Reader, register_reader

register_reader(
    Reader(
        "callable",
        CallableNetwork,
        recognises=callable,
        options=("gradient", "n_features_in", "n_outputs", "classes", "returns"),
        accepts="a callable X -> values",
        position=2,
    )
)
