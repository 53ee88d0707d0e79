"""The operators of formulas. A new file here that registers one is found without being listed."""
