"""What a piecewise-linear network reaches in a box, proven by branch and bound."""
