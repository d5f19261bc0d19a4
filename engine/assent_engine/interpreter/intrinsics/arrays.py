"""The functions on arrays."""

from decimal import Decimal
from typing import Any, Final

from assent_engine.interpreter.intrinsics.arguments import array, rounded, whole
from assent_engine.interpreter.intrinsics.failures import Misused

LONGEST_RANGE: Final = 1000


def array_of(*items: Any) -> list[Any]:
    """States.Array."""
    return list(items)


def array_partition(items: Any, size: Any) -> list[list[Any]]:
    """States.ArrayPartition: chunks of a size; the last may be shorter."""
    whole_array, length = array(items), rounded(size)
    if length < 1:
        raise Misused("takes a chunk size of 1 or more.")
    return [whole_array[at : at + length] for at in range(0, len(whole_array), length)]


def array_contains(items: Any, sought: Any) -> bool:
    """States.ArrayContains: whether one of the items is deeply equal."""
    mark = identity(sought)
    return any(identity(item) == mark for item in array(items))


def array_range(first: Any, last: Any, step: Any) -> list[int]:
    """States.ArrayRange: from the first to the last, which is included when it is hit."""
    start, end, stride = rounded(first), rounded(last), rounded(step)
    if stride == 0:
        raise Misused("takes a step that is not 0.")
    numbers = range(start, end + (1 if stride > 0 else -1), stride)
    if len(numbers) > LONGEST_RANGE:
        raise Misused(f"makes {LONGEST_RANGE} elements at the most, not {len(numbers)}.")
    return list(numbers)


def array_get_item(items: Any, index: Any) -> Any:
    """States.ArrayGetItem: the item at an index, counted from 0."""
    found, position = array(items), whole(index)
    if not 0 <= position < len(found):
        raise Misused(f"finds nothing at index {position} of {len(found)} items.")
    return found[position]


def array_length(items: Any) -> int:
    """States.ArrayLength."""
    return len(array(items))


def array_unique(items: Any) -> list[Any]:
    """States.ArrayUnique: each item once, where it first stood."""
    firsts: dict[tuple[Any, ...], Any] = {}
    for item in array(items):
        firsts.setdefault(identity(item), item)
    return list(firsts.values())


def identity(value: Any) -> tuple[Any, ...]:
    """A flat mark that two values share exactly when they are deeply equal.

    Numbers are equal by value, so 1 is 1.0, as it is in a Choice; true is not 1, and the order
    of an object's keys does not count.
    """
    if not isinstance(value, dict | list):
        return _scalar(value)
    marks: list[Any] = []
    waiting: list[Any] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            names = sorted(item)
            marks += ("object", len(names), *names)
            waiting.extend(item[name] for name in names)
        elif isinstance(item, list):
            marks += ("array", len(item))
            waiting.extend(item)
        else:
            marks += _scalar(item)
    return tuple(marks)


def _scalar(item: Any) -> tuple[Any, ...]:
    if isinstance(item, str):
        return "text", item
    if isinstance(item, int | Decimal) and not isinstance(item, bool):
        return "number", item
    return (str(item),)
