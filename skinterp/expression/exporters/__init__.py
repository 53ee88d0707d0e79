"""Languages in which formulas are written. A new file here that registers one needs no list."""
