"""Seeds drawn from whatever a user passes as ``random_state``."""

from sklearn.utils import check_random_state

LARGEST_SEED = 2**31 - 1


def draw_seed(random_state):
    """Draw an integer seed.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        Seeds the seed, as in scikit-learn.

    Returns
    -------
    int
        A seed from 0 to 2**31 - 2.

    Examples
    --------
    >>> from skinterp.utils import draw_seed
    >>> draw_seed(0) == draw_seed(0)
    True
    """
    return int(check_random_state(random_state).randint(LARGEST_SEED))
