"""The linear regions of a network: what rows visit, their borders, and how many there are."""
