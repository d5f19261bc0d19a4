"""What a function says when its arguments do not fit, and the size that no value may outgrow."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from assent_engine.interpreter.faults import StateFault

DATA_LIMIT: Final = "States.DataLimitExceeded"
MOST_BYTES: Final = 256 * 1024
MOST_LEVELS: Final = 256


class Misused(Exception):
    """A function's arguments do not fit; the text goes on from the function's name."""


def too_large(cause: str) -> StateFault:
    """The fault for data beyond a limit of size."""
    return StateFault(DATA_LIMIT, cause)


def weight(value: Any) -> int:
    """About how many bytes a value has as JSON; a States.DataLimitExceeded fault over 256 KiB.

    It stops as soon as it is sure: `States.Array($, $, ...)` costs little memory but no end of
    text, since all of its items are one object. Over 256 levels are a fault too, so that none
    ever depends on how much stack is left.
    """
    total, level = 0, [value]
    for _ in range(MOST_LEVELS + 1):
        below: list[Any] = []
        for item in level:
            total += _own_bytes(item)
            if total > MOST_BYTES:
                raise too_large(f"A value of an intrinsic function has over {MOST_BYTES} bytes.")
            below.extend(_children(item))
        if not below:
            return total
        level = below
    raise too_large(f"A value of an intrinsic function nests deeper than {MOST_LEVELS} levels.")


def _children(item: Any) -> Iterable[Any]:
    if isinstance(item, dict):
        return item.values()
    return item if isinstance(item, list) else ()


def _own_bytes(item: Any) -> int:
    match item:
        case str():
            return _text_bytes(item)
        case dict():
            return 2 + sum(_text_bytes(name) + 2 for name in item)
        case list():
            return 2 + len(item)
        case Decimal():
            return len(item.as_tuple().digits)
        case int():
            # By bits: Python refuses to write out very long integers.
            return item.bit_length() * 3 // 10 + 1
        case _:
            return 4


def _text_bytes(text: str) -> int:
    return 2 + (len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass")))
