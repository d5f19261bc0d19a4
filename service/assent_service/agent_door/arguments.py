"""Arguments as clients send them, and as they were meant: objects written as text, empty nulls."""

from dataclasses import replace
from typing import Any

from assent_schemas import exact_json
from assent_schemas.errors import PolicyInvalid, pointer


def parsed(given: dict[str, Any], takes: dict[str, Any]) -> dict[str, Any]:
    """Objects and lists that came as JSON text are read; what is null is left out.

    Raises PolicyInvalid for a text that is not JSON.
    """
    known: dict[str, Any] = takes["properties"]
    required = takes.get("required", ())
    kept = {name: value for name, value in given.items() if value is not None or name in required}
    return {name: _read(name, value, known.get(name, {})) for name, value in kept.items()}


def exactly(document: dict[str, Any]) -> dict[str, Any]:
    """A document within the bounds of one that stands in a file; raises PolicyInvalid."""
    found: dict[str, Any] = exact_json.parse(exact_json.encode(document, as_ordered=True))
    return found


def _read(name: str, value: Any, schema: dict[str, Any]) -> Any:
    if not isinstance(value, str) or schema.get("type") not in ("object", "array"):
        return value
    try:
        return exact_json.parse(value)
    except PolicyInvalid as invalid:
        moved = (
            replace(one, pointer=pointer(name) + (one.pointer or "")) for one in invalid.problems
        )
        raise PolicyInvalid(moved) from None
