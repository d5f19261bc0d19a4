"""Paths into the data: compiled once, walked exactly.

A path is `$` (the data), `$$` (the context object) or `$name` (a variable), followed by segments.
One of names and indexes alone, `$.items[0]['a b']`, is walked straight; `[*]`, `[1:3]`, `[0,1]`,
`..`, `[?(@.price > 75)]` and the functions `length()`, `min()`, `max()` make it a query.
"""

from assent_engine.interpreter.paths.compiling import compile_path
from assent_engine.interpreter.paths.path import Path
from assent_engine.interpreter.paths.query import BUDGET, MISSING, Missing
from assent_engine.interpreter.paths.spelling import PathSyntaxError

__all__ = ["BUDGET", "MISSING", "Missing", "Path", "PathSyntaxError", "compile_path"]
