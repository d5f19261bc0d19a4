"""The functions that AWS adds to JSONata, and those whose answers come from the record."""

import hashlib
import json
import math
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jsonata.datetimeutils import DateTimeUtils  # type: ignore[import-untyped]
from jsonata.jsonata import Jsonata  # type: ignore[import-untyped]
from jsonata.utils import Utils  # type: ignore[import-untyped]

from assent_engine.jsonata.patterns import replace
from assent_engine.jsonata.refusals import Refused
from assent_engine.moments import moment

MOST_ELEMENTS = 100_000
MOST_WHOLE = 10**40
DEEPEST = 100
_ALGORITHMS = {
    "MD5": "md5",
    "SHA-1": "sha1",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
}


@dataclass(slots=True)
class Recorded:
    """What the world says to one question: its time, and a stream of random numbers."""

    now: str
    seed: str
    stream: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.stream = random.Random(self.seed)  # noqa: S311 - repeatable on purpose, no secret

    def functions(self) -> dict[str, Any]:
        """All functions to bind, by name; `eval` is bound to nothing."""
        found = {
            "partition": _native(partition, "<an:a>"),
            "range": _native(span, "<nnn:a>"),
            "hash": _native(digest, "<ss:s>"),
            "parse": _native(parse, "<s-:x>"),
            "replace": _native(replace, "<s-(sf)(sf)n?:s>"),
            "random": _native(self._random, "<n?:n>"),
            "shuffle": _native(self._shuffle, "<a:a>"),
            "uuid": _native(self._uuid, "<:s>"),
            "now": _native(self._now, "<s?s?:s>"),
            "millis": _native(self._millis, "<:n>"),
        }
        return {**found, "eval": None}

    def _random(self, seed: float | None = None, *_more: Any) -> float:
        if seed is None:
            return self.stream.random()
        return random.Random(repr(float(seed))).random()  # noqa: S311 - a seed asks for it

    def _shuffle(self, values: list[Any] | None) -> list[Any] | None:
        return None if values is None else self.stream.sample(list(values), len(values))

    def _uuid(self, *_more: Any) -> str:
        return str(uuid.UUID(bytes=self.stream.randbytes(16), version=4))

    def _millis(self) -> int:
        return int(moment(self.now).timestamp() * 1000)

    def _now(self, picture: str | None = None, zone: str | None = None) -> str:
        return str(DateTimeUtils.format_datetime(self._millis(), picture, zone))


def partition(values: list[Any] | None, size: float | None) -> list[list[Any]] | None:
    """Chunks of so many elements; the last one may be short."""
    if values is None:
        return None
    step = _whole(size, "$partition's size")
    if step < 1:
        raise Refused("$partition's size must be at least 1")
    items = list(values)
    return [items[at : at + step] for at in range(0, len(items), step)]


def span(first: float | None, last: float | None, step: float | None) -> list[float]:
    """Numbers from the first to the last, which is included when it is hit."""
    if first is None or last is None or not step:
        raise Refused("$range needs a first, a last and a step that is not zero")
    count = math.floor((last - first) / step) + 1
    if count > MOST_ELEMENTS:
        raise Refused(f"$range makes at most {MOST_ELEMENTS} elements")
    return [Utils.convert_number(first + at * step) or 0 for at in range(max(count, 0))]


def digest(text: str | None, algorithm: str | None) -> str | None:
    """The hash of a text, lower-case hex."""
    if text is None:
        return None
    if algorithm not in _ALGORITHMS:
        raise Refused(f"$hash knows {', '.join(_ALGORITHMS)}")
    return hashlib.new(_ALGORITHMS[algorithm], text.encode(), usedforsecurity=False).hexdigest()


def parse(text: str | None) -> Any:
    """The value that a JSON text says."""
    if text is None:
        return None
    try:
        return inward(json.loads(text, parse_constant=_no_constant))
    except ValueError:
        raise Refused("$parse was given a text that is not JSON") from None


def inward(value: Any) -> Any:
    """JSON as the library wants it: null has an object of its own, None means nothing."""
    if value is None:
        return Utils.NULL_VALUE
    if isinstance(value, dict):
        return {name: inward(item) for name, item in value.items()}
    return [inward(item) for item in value] if isinstance(value, list) else value


def outward(value: Any, depth: int = 0) -> Any:
    """A result as JSON; raises Refused for a function and for what is no number."""
    if depth > DEEPEST:
        raise Refused("the result nests too deep")
    match value:
        case None | str() | bool():
            return value
        case int() | float():
            return _number(value)
        case Utils.NullValue():
            return None
        case dict():
            return {name: outward(item, depth + 1) for name, item in value.items()}
        case list():
            return [outward(item, depth + 1) for item in value]
        case _:
            raise Refused("the result is a function")


def _number(value: float) -> float:
    if isinstance(value, int) and abs(value) < MOST_WHOLE:
        return value
    value = float(value)
    if not math.isfinite(value):
        raise Refused("the result is not a number")
    return int(value) if value.is_integer() and abs(value) < 1 << 53 else value


def _whole(value: float | None, what: str) -> int:
    if value is None or value != int(value):
        raise Refused(f"{what} must be a whole number")
    return int(value)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _native(function: Callable[..., Any], signature: str) -> Any:
    return Jsonata.JFunction(Jsonata.JLambda(function), signature)
