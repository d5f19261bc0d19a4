"""Slips in the name of a Choice's test: which of all the comparisons was meant, by its value."""

import re
from decimal import Decimal
from typing import Any

from assent_schemas.choice import COMPARISONS, TYPE_TESTS
from assent_schemas.spelling import nearest

_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")
_FAMILIES = ("string", "numeric", "timestamp", "boolean")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def meant(key: str, value: Any) -> str | None:
    """The comparison that takes such a value and whose name is near; None where none is."""
    name = _HUMP.sub("_", key[:100]).lower()
    family = _family(value)
    if isinstance(value, str) and value.startswith("$."):
        # What stands at a path may be of any type: only the name itself can tell which.
        named = name.startswith(_FAMILIES)
        known = [one for one in COMPARISONS if one.endswith("_path")]
        return nearest(name, known) if named else None
    known = [one for one in COMPARISONS if one.startswith(family) and not one.endswith("_path")]
    if family == "boolean_":
        known += TYPE_TESTS
    return nearest(name, known) or nearest(family + name, known)


def _family(value: Any) -> str:
    """What the names of the comparisons with such a value start with."""
    if isinstance(value, bool):
        return "boolean_"
    if isinstance(value, int | Decimal):
        return "numeric_"
    if not isinstance(value, str):
        return "no comparison takes this"
    return "timestamp_" if _TIMESTAMP.fullmatch(value) else "string_"
