"""Words from outside made safe to show: no control, bidirectional or invisible characters."""

import json
import re
import unicodedata

LONGEST = 200
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Letters and marks by their category, and yet nothing is drawn for them (Unicode calls them
# default ignorable): joiners, fillers, variation selectors, the Braille blank.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)


def visible(text: str) -> str:
    """One line of the text, with the JSON escape of each character that a reader would not see."""
    return "".join(_visible(char) for char in text)


def shown(text: object, longest: int = LONGEST) -> str:
    """One line of visible text; what is cut or hidden is said."""
    whole = visible(str(text))
    if len(whole) <= longest:
        return whole
    return f"{whole[:longest]}... ({len(whole) - longest} more characters)"


def cut(text: object, longest: int) -> str:
    """One line of visible text of at most so many characters, an ellipsis at its end where cut."""
    # What is looked at is bounded, too: a text may be of any length, and every escape only grows.
    whole = visible(str(text)[: longest + 1])
    return whole if len(whole) <= longest else f"{whole[: longest - 1]}…"


def _visible(char: str) -> str:
    if char.isascii() and char.isprintable():
        return char
    hidden = unicodedata.category(char) in _HIDDEN or _BLANK.match(char)
    return json.dumps(char)[1:-1] if hidden else char
