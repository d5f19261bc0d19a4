"""Words from outside made safe to show: no control, bidirectional or invisible characters."""

import unicodedata
from typing import Any

from assent_schemas import exact_json

LONGEST = 200
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def shown(text: object, longest: int = LONGEST) -> str:
    """One line of visible text; what is cut or hidden is said."""
    visible = "".join(_visible(char) for char in str(text))
    if len(visible) <= longest:
        return visible
    return f"{visible[:longest]}... ({len(visible) - longest} more characters)"


def shown_json(value: Any, longest: int = LONGEST) -> str:
    """A JSON value in one line."""
    return shown(exact_json.encode(exact_json.plain(value)).decode(), longest)


def shown_document(text: str) -> str:
    """A document of several lines, whole, with nothing hidden in it."""
    return "\n".join("".join(_visible(char) for char in line) for line in text.split("\n"))


def _visible(char: str) -> str:
    return f"\\u{ord(char):04x}" if unicodedata.category(char) in _HIDDEN else char
