"""JSONata for imported machines: a worker process evaluates, and is killed when it must be.

Numbers cross two borders. Inside an expression they are what JSONata knows, IEEE doubles: an
exact fraction is rounded to the nearest one on the way in, and on the way out a result is the
shortest text that names its double; a whole one below 2**53 is an integer again. What no
expression touches keeps its digits.
"""

from assent_engine.jsonata.evaluator import Evaluator

__all__ = ["Evaluator"]
