"""`make bench`: what an import takes, beside the floor and beside the usual way.

Each measurement is a fresh process (`measured.py`); the parts (`imports.py` and its like) say which ones,
in which order, and what must come out. docs/benchmarks.md tells how to read what is printed.
"""
