"""How fast matching is, beside what else could be used: `make bench`, or `python -m benchmarks`."""
