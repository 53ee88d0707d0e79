"""Where a piecewise-linear classifier gives which class."""
