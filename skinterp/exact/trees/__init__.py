"""Piecewise-linear networks as oblique decision trees."""
