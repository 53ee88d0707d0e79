"""Readers of networks, one file per library.

Each file registers a `Reader`, which recognises models by the *name* of their library and imports
it only when it reads one. A reader returns a `DenseNetwork`, whose Jacobian, hidden units and
folding come for free, or another `Network`, and ends by comparing it with the model's own outputs
(``verify``). A new file here is found without being listed.
"""
