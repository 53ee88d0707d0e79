"""Steps that are read in front of networks, one kind a file.

Each file registers a `Step`: an affine one as its matrix, a smooth one with its derivative, one
that reads the user's cells as indicators and flags. A new file here is found without being listed.

``read_cells(step, cells)`` gets a `Cells`: its columns (``cells.columns``: index, name, fill) are
those of the user's table, and its methods make the outputs: ``cells.filled(k, value)``,
``cells.flag(k)`` and ``cells.indicators(column)``.
"""
