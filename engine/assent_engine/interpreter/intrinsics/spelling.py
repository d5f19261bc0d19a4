"""How intrinsic functions are spelled: quotes, escapes, numbers, and the limits of their texts."""

import re
from typing import Final

LONGEST_TEXT: Final = 10_000
DEEPEST_NESTING: Final = 10
_SHOWN: Final = 60

# Every repetition is possessive: no text, however made, is read twice.
SPACE: Final = re.compile(r"[ \t\r\n]*+")
NAME: Final = re.compile(r"[A-Za-z0-9_.]++")
NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?(?![\w.+-])")
QUOTED: Final = re.compile(r"'((?:[^'\\]|\\.)*+)'", re.DOTALL)
PATH_SIGN: Final = re.compile(r"""[\[\](),'"\\]""")
PATH_QUOTED: Final = re.compile(r"""'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+\"""", re.DOTALL)
_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)

RESERVED: Final = "'{}\\"
"""What a backslash makes an ordinary sign."""
# The specification knows the reserved signs alone; machines in the field also write these.
_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t"}
_MEANINGS: Final = {**{sign: sign for sign in RESERVED}, **_CONTROLS}


class IntrinsicSyntaxError(ValueError):
    """A text that is no intrinsic function of the language."""


def refused(text: str, reason: str) -> IntrinsicSyntaxError:
    """The refusal of a text, as the start of a sentence that says why."""
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return IntrinsicSyntaxError(f"{shown!r} {reason}")


def unescaped(raw: str) -> str:
    """What the inside of a quoted text means; raises IntrinsicSyntaxError."""
    return _ESCAPE.sub(lambda match: meaning(match[1], raw), raw) if "\\" in raw else raw


def meaning(sign: str, raw: str) -> str:
    """What a backslash and a sign stand for in a quoted text; raises IntrinsicSyntaxError."""
    if sign not in _MEANINGS:
        raise refused(raw, rf"has a backslash before {sign!r}; \' \{{ \}} \\ are the escapes")
    return _MEANINGS[sign]
