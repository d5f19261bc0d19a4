"""Benchmarks: figures, not assertions; `just bench` prints a table and writes JSON."""
