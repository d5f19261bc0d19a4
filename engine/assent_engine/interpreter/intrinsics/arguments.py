"""What functions ask of their arguments: the right type, a whole number, a bounded text."""

from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Any, Final

from assent_engine.interpreter.intrinsics.failures import Misused
from assent_schemas.exact_json import type_name

LARGEST: Final = 10**18
LONGEST_DATA: Final = 10_000


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise Misused(f"takes a string where it was given {_described(value)}.")
    return value


def array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Misused(f"takes an array where it was given {_described(value)}.")
    return value


def members(value: Any) -> dict[str, Any]:
    """An object."""
    if not isinstance(value, dict):
        raise Misused(f"takes an object where it was given {_described(value)}.")
    return value


def rounded(value: Any) -> int:
    """The nearest integer of a number; a half goes up, towards plus infinity."""
    number = _number(value)
    if isinstance(number, int):
        return number
    # The decimal module's own HALF_UP moves away from zero.
    rule = ROUND_HALF_DOWN if number < 0 else ROUND_HALF_UP
    return int(number.to_integral_value(rounding=rule))


def whole(value: Any) -> int:
    """A number without a fraction; 1.0 is one."""
    number = _number(value)
    if number != (nearest := rounded(number)):
        raise Misused(f"takes a whole number, not {number}.")
    return nearest


def encodable(value: Any) -> bytes:
    """A text of 10,000 characters at the most, as UTF-8."""
    data = text(value)
    if len(data) > LONGEST_DATA:
        raise Misused(f"takes {LONGEST_DATA} characters at the most, not {len(data)}.")
    try:
        return data.encode()
    except UnicodeEncodeError:
        raise Misused("was given a text that holds half of a surrogate pair.") from None


def within_range(number: Decimal | int) -> None:
    if not -LARGEST <= number <= LARGEST:
        raise Misused(f"works on numbers from -{LARGEST} to {LARGEST}.")


def _number(value: Any) -> Decimal | int:
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        raise Misused(f"takes a number where it was given {_described(value)}.")
    if isinstance(value, Decimal) and not value.is_finite():
        raise Misused("takes a finite number.")
    # Before any rounding: 1E+999999 as an integer would fill a megabyte.
    within_range(value)
    return value


def _described(value: Any) -> str:
    name = type_name(value)
    if name == "null":
        return name
    return f"an {name}" if name[0] in "ao" else f"a {name}"
