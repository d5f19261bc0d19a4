"""States.StringToJson, States.JsonToString and States.JsonMerge."""

from dataclasses import replace
from typing import Any, Final

from assent_engine.interpreter.intrinsics.arguments import members, text
from assent_engine.interpreter.intrinsics.failures import MOST_BYTES, Misused
from assent_schemas import exact_json
from assent_schemas.errors import PolicyInvalid

# One long text may fill the whole payload; it is counted by bytes before anything else.
_BOUNDS: Final = replace(exact_json.DOCUMENT_BOUNDS, size=MOST_BYTES, text=MOST_BYTES)
# As many digits as Python reads and writes at once; a double ends at an exponent of 308.
_SERVICE: Final = replace(_BOUNDS, last_counts=True, digits=4_000, exponent=400)


def string_to_json(content: Any) -> Any:
    """States.StringToJson: the value that a JSON text stands for; nothing but space is null."""
    # A duplicate key is refused, although the service keeps the last: this text comes from
    # outside, and whoever checked it before us may have read the first.
    return _parsed(content, _BOUNDS)


def imported_string_to_json(content: Any) -> Any:
    """The same as the service does it: of equal keys the last counts, numbers may be long."""
    return _parsed(content, _SERVICE)


def _parsed(content: Any, bounds: exact_json.Bounds) -> Any:
    written = text(content)
    if not written.strip(" \t\r\n"):
        return None
    try:
        return exact_json.parse(written, bounds)
    except PolicyInvalid as invalid:
        raise Misused(f"was given a text it cannot read. {invalid.problem.detail}") from None


def json_to_string(value: Any) -> str:
    """States.JsonToString: compact JSON text, the keys in the order that the object has them."""
    try:
        return exact_json.encode(value, as_ordered=True).decode()
    except (ValueError, OverflowError):
        # Half of a surrogate pair, or an integer of thousands of digits.
        raise Misused("was given a value that JSON text cannot hold.") from None


def json_merge(first: Any, second: Any, deep: Any) -> dict[str, Any]:
    """States.JsonMerge: both objects' members; where both have a name, the second's."""
    if deep is not False:
        raise Misused("merges the outermost level alone: its third argument must be false.")
    return {**members(first), **members(second)}
