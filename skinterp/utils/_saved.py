"""Saved objects say which version wrote them; those of later versions are refused by name."""

import re
import sys

_KEY = "_saved_by"


def _versions():
    return {name: sys.modules[name].__version__ for name in ("skinterp", "sklearn", "numpy")}


def _release(version):
    return [int(part) for part in re.findall(r"\d+", version.partition(".dev")[0])[:3]]


class Saved:
    """What is pickled with the versions of skinterp, scikit-learn and numpy."""

    def __getstate__(self):
        state = super().__getstate__()
        state = dict(state) if isinstance(state, dict) else {}
        return {**state, _KEY: _versions()}

    def __setstate__(self, state):
        state = dict(state)
        wrote, here = state.pop(_KEY, {}).get("skinterp", "0"), _versions()["skinterp"]
        if _release(wrote) > _release(here):
            raise ValueError(
                f"{type(self).__name__} was saved by skinterp {wrote}, and this is {here}, which "
                f"cannot know how: install skinterp {wrote} or a later one to read it."
            )
        self.__dict__.update(state)
