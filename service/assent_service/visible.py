"""Visible text: what a reader would not see, or what would move what they see, as JSON escapes."""

import json
import re
import unicodedata

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Letters and marks by their category, and yet nothing is drawn for them (Unicode calls them
# default ignorable): joiners, fillers, variation selectors, the Braille blank.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)


def visible(text: str) -> str:
    """The text with every hidden character escaped, line breaks among them."""
    return "".join(_visible(char) for char in text)


def _visible(char: str) -> str:
    if char.isascii() and char.isprintable():
        return char
    hidden = unicodedata.category(char) in _HIDDEN or _BLANK.match(char)
    return json.dumps(char)[1:-1] if hidden else char
