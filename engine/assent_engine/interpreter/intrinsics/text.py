"""States.Format and States.StringSplit."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from assent_engine.interpreter.intrinsics.arguments import text
from assent_engine.interpreter.intrinsics.failures import Misused
from assent_engine.interpreter.intrinsics.nodes import Argument, Literal, Text
from assent_engine.interpreter.intrinsics.spelling import (
    RESERVED,
    IntrinsicSyntaxError,
    meaning,
    refused,
)

_SLOT: Final = "{}"
_PART = re.compile(r"\\.?|\{\}|[{}]|[^\\{}]++", re.DOTALL)
_WORDS: Final = {True: "true", False: "false", None: "null"}


@dataclass(frozen=True, slots=True)
class FormatText:
    """The first argument of States.Format: the pieces of text between its slots."""

    pieces: tuple[str, ...]

    @property
    def slots(self) -> int:
        return len(self.pieces) - 1


def prepare_format(arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
    """Read a literal first argument at once; raises IntrinsicSyntaxError."""
    first, *others = arguments
    if not isinstance(first, Text):
        return arguments
    template = _read(_written(first.raw))
    if template.slots != len(others):
        raise IntrinsicSyntaxError(
            f"States.Format has {template.slots} slots {_SLOT} in its text and "
            f"{len(others)} arguments to fill them"
        )
    return Literal(template), *others


def format_text(template: Any, *values: Any) -> str:
    """States.Format: the text with its slots filled."""
    read = template if isinstance(template, FormatText) else _read(_found(text(template)))
    if read.slots != len(values):
        raise Misused(f"was given {len(values)} arguments for {read.slots} slots {_SLOT}.")
    first, *others = read.pieces
    filled = (printed(value) + piece for value, piece in zip(values, others, strict=True))
    return first + "".join(filled)


def printed(value: Any) -> str:
    """A value the way Java prints it: texts bare, objects as `{name=value, other=[]}`."""
    # The specification forbids arrays and objects here; the service prints them, and is followed.
    parts: list[str] = []
    waiting: list[tuple[bool, Any]] = [(False, value)]
    while waiting:
        is_word, item = waiting.pop()
        if isinstance(item, dict | list):
            waiting.extend(reversed(list(_opened(item))))
        else:
            parts.append(item if is_word else _word(item))
    return "".join(parts)


def string_split(whole: Any, delimiters: Any) -> list[str]:
    """States.StringSplit: the pieces between any of the delimiter characters, no empty ones."""
    content, signs = text(whole), text(delimiters)
    if not signs:
        return [content] if content else []
    alike = content.translate(dict.fromkeys(map(ord, signs), signs[0]))
    return [piece for piece in alike.split(signs[0]) if piece]


def _written(raw: str) -> Iterator[str | None]:
    """The parts of a template in the policy: a brace that is no slot and no escape is refused."""
    for part in _PART.findall(raw):
        if part in {"{", "}"}:
            raise refused(raw, rf"has a lone {part} where States.Format wants \{part}")
        yield _unless_slot(part, meaning(part[1:], raw) if part[0] == "\\" else part)


def _found(content: str) -> Iterator[str | None]:
    """The parts of a template in the data, whose author may know of no escapes: all can stand."""
    for part in _PART.findall(content):
        is_escape = len(part) > 1 and part[0] == "\\" and part[1] in RESERVED
        yield _unless_slot(part, part[1] if is_escape else part)


def _unless_slot(part: str, meant: str) -> str | None:
    return None if part == _SLOT else meant


def _read(parts: Iterable[str | None]) -> FormatText:
    pieces: list[list[str]] = [[]]
    for part in parts:
        if part is None:
            pieces.append([])
        else:
            pieces[-1].append(part)
    return FormatText(tuple("".join(piece) for piece in pieces))


def _opened(item: dict[str, Any] | list[Any]) -> Iterator[tuple[bool, Any]]:
    """What stands where the item does: words, and values still to be printed."""
    is_object = isinstance(item, dict)
    entries = item.items() if isinstance(item, dict) else enumerate(item)
    yield True, "{" if is_object else "["
    for position, (name, value) in enumerate(entries):
        comma = ", " if position else ""
        yield True, f"{comma}{name}=" if is_object else comma
        yield False, value
    yield True, "}" if is_object else "]"


def _word(item: Any) -> str:
    if item is None or isinstance(item, bool):
        return _WORDS[item]
    try:
        return str(item)
    except ValueError:
        raise Misused("cannot print a number of thousands of digits.") from None
