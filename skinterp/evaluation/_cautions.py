"""What to say first of a network that predicts badly."""

import numpy as np

_LEAST = 0.01  # differences of accuracy, or R2, below this are not spoken of


def _is_worse(first, second):
    """Tell whether scores on the same folds are worse by more than they scatter."""
    gaps = np.asarray(second) - np.asarray(first)
    noise = gaps.std() / np.sqrt(len(gaps))
    return bool(gaps.mean() > max(_LEAST, noise))


def cautions(comparison):
    """Return sentences on a network that predicts no better than a guess, or worse than a forest.

    Parameters
    ----------
    comparison : SurrogateComparison
        Scores on held-out rows.

    Returns
    -------
    tuple of str
        The sentences.
    """
    scores, name = comparison.scores, comparison.accuracy_name
    guess = "mean" if comparison.task == "regression" else "majority"
    if "network" not in scores or guess not in scores:
        return ()
    network, least = scores["network"]["accuracy"], scores[guess]["accuracy"]
    if np.isnan(network).any() or np.isnan(least).any():
        return ()

    def against(form):
        return f"({name} {np.mean(network):.3f}, {np.mean(scores[form]['accuracy']):.3f})"

    found = []
    if np.mean(network) <= np.mean(least):
        who = "the mean" if guess == "mean" else "the majority class"
        found.append(
            f"The network predicts no better than {who} {against(guess)}: what explains it does "
            "not explain the data."
        )
    forest = "random forest"
    if forest in scores and _is_worse(network, scores[forest]["accuracy"]):
        found.append(
            f"The network predicts worse than a random forest {against(forest)}: what explains it "
            "misses something of the data."
        )
    return tuple(found)
