"""States.MathAdd and States.MathRandom, on exact numbers."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from assent_engine.interpreter.intrinsics.arguments import rounded, within_range
from assent_engine.interpreter.intrinsics.failures import Misused


def math_add(first: Any, second: Any) -> int:
    """States.MathAdd: the sum of two numbers, each rounded before."""
    total = rounded(first) + rounded(second)
    within_range(total)
    return total


def math_random(draw: Callable[[], bytes], first: Any, end: Any, *seed: Any) -> int:
    """States.MathRandom: from the first, included, to the end, excluded; one value for a seed."""
    start = rounded(first)
    span = rounded(end) - start
    if span < 1:
        raise Misused("takes an end that is greater than its start.")
    mark = sha256(str(rounded(*seed)).encode()).digest() if seed else draw()
    # 256 bits over a span of at most 61: the uneven rest is beyond measuring.
    return start + int.from_bytes(mark, "big") % span
