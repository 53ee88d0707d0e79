"""Who an interruption is meant for: the fit the user called, or what runs many of them."""

import signal
import sys

# Modules that fit many estimators: with one fit cut short, what they say of all would be wrong.
_RUN_MANY = (
    "joblib",
    "sklearn.calibration",
    "sklearn.ensemble",
    "sklearn.feature_selection",
    "sklearn.inspection",
    "sklearn.model_selection",
    "sklearn.multiclass",
    "sklearn.multioutput",
    "skinterp.command",
    "skinterp.evaluation",
    "skinterp.explanation",
    "skinterp.importance",
)


class Interrupted(BaseException):
    """One Ctrl-C or SIGTERM; no KeyboardInterrupt, which trainings catch to go on with less.

    Parameters
    ----------
    *args : object
        What to say.
    number : int, default=SIGINT
        Number of the signal.
    timer : threading.Timer or None, default=None
        What raises it again, where it is lost.
    """

    def __init__(self, *args, number=signal.SIGINT, timer=None):
        super().__init__(*args)
        self.number, self.timer = int(number), timer


def keep_what_is_done(error):
    """Go on after one Ctrl-C, to keep what is done until then.

    Parameters
    ----------
    error : KeyboardInterrupt or Interrupted
        What was caught, which is raised again where it was a SIGTERM.
    """
    if getattr(error, "number", signal.SIGINT) != signal.SIGINT:
        raise error
    if getattr(error, "timer", None) is not None:
        error.timer.cancel()


def is_one_of_many():
    """Tell whether what runs now was called by a comparison, a cross-validation or the like.

    A fit that the user called may keep its best when it is interrupted; one of many must hand the
    interruption on, so that the call the user made ends.

    Returns
    -------
    bool
        Whether it was.
    """
    frame = sys._getframe(1)
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name.startswith(_RUN_MANY):
            return True
        frame = frame.f_back
    return False
