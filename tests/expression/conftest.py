"""Random formulas are the same in every run, and time never decides a test."""

from hypothesis import settings

settings.register_profile("formulas", deadline=None, derandomize=True)
settings.load_profile("formulas")
