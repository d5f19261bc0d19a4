"""How many bytes data has as JSON, found without writing out what is far too large.

One value may stand in the data a thousand times: it takes no memory until it is written.
"""

from typing import Any

from assent_schemas import exact_json


def least_bytes(value: Any, most: int) -> int:
    """Bytes that the value has at least, counted no further than beyond `most`."""
    total, waiting = 0, [value]
    while waiting and total <= most:
        item = waiting.pop()
        if isinstance(item, str):
            total += 2 + len(item)
        elif isinstance(item, dict):
            total += 2 + sum(map(len, item)) + 3 * len(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            total += 2 + len(item)
            waiting.extend(item)
        else:
            total += 1
    return total


def measured(value: Any, most: int) -> int:
    """The bytes of the canonical form; where they are more than `most`, any number above it."""
    least = least_bytes(value, most)
    return least if least > most else len(exact_json.encode(value))
