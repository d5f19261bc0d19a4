"""JSON with exact numbers: a fraction is a Decimal from document to database and back.

`parse` is for text that somebody else wrote and is bounded and strict. `encode` and `decode`
are for our own records. The canonical form (sorted keys, no white space, digits as written, no
Unicode normalisation) is what `encode` writes; `digest` is the SHA-256 of it.
"""

import datetime as dt
import enum
import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

import msgspec
from pydantic import BaseModel

from assent_schemas.errors import PolicyInvalid, Problem, pointer

type_names = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}

# A text counts as one token, so that the brackets in it do not; possessive, so it stays linear.
_BRACKETS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_ENCODER = msgspec.json.Encoder(decimal_format="number", order="sorted")
_ORDERED = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(float_hook=Decimal)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a document from outside may be: bytes, nesting, values, text length, digits."""

    size: int = 1 << 20
    depth: int = 64
    nodes: int = 50_000
    text: int = 1 << 16
    digits: int = 40
    exponent: int = 40
    last_counts: bool = False
    """Whether the last of equal keys counts, instead of refusing them."""


DOCUMENT_BOUNDS = Bounds()


def encode(value: Any, *, as_ordered: bool = False) -> bytes:
    """Write a JSON value in canonical form; numbers keep the digits they have.

    `as_ordered` keeps the keys' own order instead, for readers.
    """
    return (_ORDERED if as_ordered else _ENCODER).encode(value)


def decode(text: bytes | str) -> Any:
    """Read a record that `encode` wrote."""
    return _DECODER.decode(text)


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, lower-case hex: equal only for identical values."""
    return hashlib.sha256(encode(value)).hexdigest()


def parse(text: bytes | str, bounds: Bounds = DOCUMENT_BOUNDS) -> Any:
    """Read JSON from an untrusted author.

    Raises PolicyInvalid with one problem: too large, too deep, not UTF-8, not JSON, a duplicate
    key, a number out of bounds, NaN or Infinity, a lone surrogate.
    """
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(raw) > bounds.size:
        _refuse("json.too_large", f"The document has {len(raw)} bytes; {bounds.size} are allowed.")
    _refuse_shape(raw, bounds)
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=dict if bounds.last_counts else _unique,
            parse_float=lambda digits: _fraction(digits, bounds),
            parse_int=lambda digits: _integer(digits, bounds),
            parse_constant=lambda name: _refuse("json.number", f"{name} is not a JSON number."),
        )
    except UnicodeDecodeError as error:
        _refuse("json.encoding", f"The text is not UTF-8: byte {error.start} cannot be read.")
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        _refuse("json.syntax", f"The text is not JSON: {error.msg} at {where}.")
    _refuse_excess(value, bounds)
    return value


def refuse_excess(value: Any, bounds: Bounds = DOCUMENT_BOUNDS) -> None:
    """Refuse a Python value that nests deeper or holds more than `parse` would let through.

    Raises PolicyInvalid. It walks without recursion, and no further than the bounds: a value may
    hold itself.
    """
    count = 0
    waiting: list[tuple[tuple[Any, ...], Any]] = [((), value)] if _holds(value) else []
    while waiting:
        where, node = waiting.pop()
        if len(where) >= bounds.depth:
            detail = f"The document nests deeper than {bounds.depth} levels."
            _refuse("json.too_deep", detail, where=where)
        count += 1 + len(node)
        if count > bounds.nodes:
            _refuse("json.too_many", f"The document holds more than {bounds.nodes} values.")
        inner = node.items() if isinstance(node, dict) else enumerate(node)
        waiting.extend(((*where, name), item) for name, item in inner if _holds(item))


def plain(value: Any) -> Any:
    """Turn what a Python function gave into exact JSON: floats by their repr, dates as ISO text.

    Raises ValueError for NaN, infinities, non-text keys and types that JSON has no word for.
    """
    match value:
        case enum.Enum():
            return plain(value.value)
        case None | bool():
            return value
        case str():
            return _whole_text(value)
        case int() | float() | Decimal():
            return _exact_number(value)
        case BaseModel():
            return plain(value.model_dump(mode="python", by_alias=True))
        case Mapping():
            return {_key(name): plain(item) for name, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case uuid.UUID():
            return str(value)
        case _:
            raise ValueError(f"{type(value).__name__} is not a JSON value")


def type_name(value: Any) -> str:
    """The JSON name of a value's type, for messages."""
    return type_names.get(type(value), "number")


def _holds(value: Any) -> bool:
    return isinstance(value, dict | list | tuple)


def _exact_number(value: Decimal | float) -> Decimal | int:
    if isinstance(value, int):
        return int(value)
    # float's own repr: a subclass may dress its digits up.
    exact = value if isinstance(value, Decimal) else Decimal(float.__repr__(value))
    if not exact.is_finite():
        raise ValueError(f"{value} is not a JSON number")
    # Written without a fraction it would be read back as an integer: make it one at once.
    return int(exact) if exact.as_tuple().exponent == 0 else exact


def _whole_text(value: str) -> str:
    if not value.isascii() and _SURROGATE.search(value):
        raise ValueError("a text holds half of a surrogate pair")
    return str.__str__(value)


def _key(name: Any) -> str:
    if not isinstance(name, str):
        raise ValueError(f"an object's keys are text, not {type(name).__name__}")  # noqa: TRY004
    return _whole_text(name)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            _refuse(
                "json.duplicate_key",
                f'The key "{name}" stands twice in one object.',
                "Keep one of the two; readers would disagree about which one counts.",
            )
        found[name] = value
    return found


def _fraction(digits: str, bounds: Bounds) -> Decimal | int:
    _refuse_digits(digits, bounds)
    try:
        value = Decimal(digits)
    except InvalidOperation:
        value = Decimal("Infinity")
    if not value.is_finite() or abs(value.adjusted()) > bounds.exponent:
        _refuse("json.number", f"The number {digits} is out of bounds.")
    # Such as 5E0: written out it has neither point nor exponent, and would be read as this.
    return int(value) if value.as_tuple().exponent == 0 else value


def _integer(digits: str, bounds: Bounds) -> int:
    _refuse_digits(digits, bounds)
    return int(digits)


def _refuse_digits(digits: str, bounds: Bounds) -> None:
    if len(digits) > bounds.digits:
        _refuse("json.number", f"A number has {len(digits)} characters; {bounds.digits} may be.")


def _refuse_shape(raw: bytes, bounds: Bounds) -> None:
    """Refuse deep nesting, and many texts, lists and objects, before a parser sees the text."""
    depth = count = 0
    for match in _BRACKETS.finditer(raw):
        token = match.group()
        if token in b"]}":
            depth -= 1
            continue
        count += 1
        if count > bounds.nodes:
            _refuse("json.too_many", f"The document holds more than {bounds.nodes} values.")
        if token in b"[{":
            depth += 1
            if depth > bounds.depth:
                _refuse("json.too_deep", f"The document nests deeper than {bounds.depth} levels.")


def _refuse_excess(value: Any, bounds: Bounds) -> None:
    for count, (where, item) in enumerate(_walk(value, ()), start=1):
        if count > bounds.nodes:
            _refuse("json.too_many", f"The document holds more than {bounds.nodes} values.")
        if isinstance(item, str):
            _refuse_text(item, where, bounds)


def _refuse_text(text: str, where: tuple[str | int, ...], bounds: Bounds) -> None:
    if len(text) > bounds.text:
        _refuse(
            "json.text_too_long", f"A text is longer than {bounds.text} characters.", where=where
        )
    if not text.isascii() and _SURROGATE.search(text):
        _refuse("json.surrogate", "A text holds half of a surrogate pair.", where=where)


def _walk(value: Any, where: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield where, value
    if isinstance(value, dict):
        for name, item in value.items():
            yield where, name
            yield from _walk(item, (*where, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, (*where, index))


def _refuse(
    code: str, detail: str, remedy: str = "", where: tuple[str | int, ...] = ()
) -> NoReturn:
    raise PolicyInvalid(
        Problem(code, "This is not an acceptable JSON document", detail, remedy, pointer(*where))
    )
