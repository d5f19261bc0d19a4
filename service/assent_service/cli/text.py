"""Words from outside made safe to show: no control, bidirectional or invisible characters."""

import json
import re
import unicodedata
from typing import Any

from assent_schemas import exact_json

LONGEST = 200
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Letters and marks by their category, and yet nothing is drawn for them (Unicode calls them
# default ignorable): joiners, fillers, variation selectors, the Braille blank.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)


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
    """A JSON document of several lines, whole and equal, with nothing hidden in it."""
    return "\n".join("".join(_visible(char) for char in line) for line in text.split("\n"))


def _visible(char: str) -> str:
    """The character, or its JSON escape where a reader would not see it."""
    if char.isascii() and char.isprintable():
        return char
    hidden = unicodedata.category(char) in _HIDDEN or _BLANK.match(char)
    return json.dumps(char)[1:-1] if hidden else char
