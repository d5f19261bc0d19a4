"""Intrinsic functions: `States.Name(...)` in a template, compiled once, exact and bounded.

`Intrinsic.paths` lists what is read; a fault while evaluating is States.Runtime, or
States.DataLimitExceeded for what outgrows 256 KiB.
"""

from assent_engine.interpreter.intrinsics.compiling import (
    Intrinsic,
    compile_intrinsic,
    is_intrinsic,
)
from assent_engine.interpreter.intrinsics.spelling import IntrinsicSyntaxError

__all__ = ["Intrinsic", "IntrinsicSyntaxError", "compile_intrinsic", "is_intrinsic"]
