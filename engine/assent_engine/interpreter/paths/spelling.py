"""How paths are spelled: roots, names, quotes, escapes, and the limits of their texts."""

import re
from typing import Final

LONGEST_TEXT: Final = 512
LONGEST_VARIABLE: Final = 80
MOST_SEGMENTS: Final = 32
DEEPEST_NESTING: Final = 16
_SHOWN: Final = 60

# Every repetition is possessive: no text, however made, is read twice.
_PLAIN = r"""[^\s.\[\]()*?,'"~|<>=!\\$\x00-\x1f\x7f]"""
_LETTERS = rf"(?:{_PLAIN}++|\$(?!\{{)|\\.)"
NAME: Final = rf"{_LETTERS}(?:{_LETTERS}|[ ](?={_LETTERS}))*+"
"""A name after a dot: all but the signs of the grammar, which a backslash lets in."""
FILTER_NAME: Final = r"""(?:[^\s.\[\]()*?,'"~|<>=!\\$&@/+\x00-\x1f\x7f]|\\.)++"""
"""The same within a filter, where fewer signs are free."""
QUOTED: Final = r"""(?:'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+")"""
INDEX: Final = r"-?[0-9]{1,9}(?![0-9])"

_ROOT = re.compile(r"\$(?:(?P<context>\$)|(?P<variable>[^\W\d]\w*+))?(?=[.\[]|\Z)")
_PART = re.compile(
    rf"\.(?P<name>{NAME})|\.?\[\s*+(?:(?P<index>{INDEX})|(?P<quoted>{QUOTED}))\s*+\]", re.DOTALL
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class PathSyntaxError(ValueError):
    """A text that is no path of the language."""


def refused(text: str, reason: str) -> PathSyntaxError:
    """The refusal of a text, as the start of a sentence that says why."""
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return PathSyntaxError(f"{shown!r} {reason}")


def unreadable(text: str, position: int) -> PathSyntaxError:
    """The refusal of a text that stops making sense at the position."""
    rest = text[position:]
    return refused(text, f"cannot be read from {rest[:_SHOWN]!r} on")


def read_root(text: str) -> tuple[bool, str | None, int]:
    """Whether it is `$$`, the name of a variable, and where the segments start."""
    if not text.startswith("$"):
        raise refused(text, "does not start with $")
    match = _ROOT.match(text)
    if match is None:
        raise unreadable(text, 1)
    variable = match["variable"]
    if variable is not None and (len(variable) > LONGEST_VARIABLE or not variable.isidentifier()):
        raise refused(text, f"does not start with a variable's name of {LONGEST_VARIABLE} letters")
    return match["context"] is not None, variable, match.end()


def read_parts(text: str, position: int) -> tuple[tuple[str | int, ...], int]:
    """The names and indexes from the position on, and where they end."""
    parts: list[str | int] = []
    while match := _PART.match(text, position):
        parts.append(_part(match))
        position = match.end()
    return tuple(parts), position


def unquoted(text: str) -> str:
    """What a quoted text means."""
    return unescaped(text[1:-1])


def unescaped(text: str) -> str:
    """The text without its backslashes, each of which makes the next sign an ordinary one."""
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text


def has_free_signs(text: str) -> bool:
    """Whether names after dots hold signs that a Reference Path may only quote or escape."""
    if "@" not in text and ":" not in text:
        return False
    names = (_ESCAPE.sub("", match["name"] or "") for match in _PART.finditer(text))
    return any("@" in name or ":" in name for name in names)


def _part(match: re.Match[str]) -> str | int:
    if (name := match["name"]) is not None:
        return unescaped(name)
    if (index := match["index"]) is not None:
        return int(index)
    return unquoted(match["quoted"])
