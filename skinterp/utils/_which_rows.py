"""On which rows a score was measured: the words for it, in one place."""

HELD_OUT = "held-out rows"
LEFT_OUT = "rows left out of each training"
NOT_TUNED = "rows that tuned no weight"
DRAWN = "points drawn like the data"
NEW = "rows given to it"
UNPROBED = "rows the probe did not see"
MAYBE_TRAINED = "the network may have been trained on them"
