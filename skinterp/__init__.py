"""Interpret trained neural networks with scikit-learn estimators."""

__version__ = "0.1.0.dev0"
