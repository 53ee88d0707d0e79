"""Exact pictures: the linear regions of a network on a plane, and its pieces on a line."""
