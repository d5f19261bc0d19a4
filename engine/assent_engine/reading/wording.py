"""Words from a policy made safe to show inside a sentence, and numbers as people write them."""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from assent_schemas import exact_json

LONGEST = 80
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_PLAIN_PATH = re.compile(r"\$[$\w.\[\]-]{0,80}", re.ASCII)
_PLAIN_NAME = re.compile(r"[\w.:-]{1,80}", re.ASCII)
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def visible(text: str) -> str:
    """One line in which nothing hides: controls, bidi marks and odd spaces stand as escapes."""
    return "".join(_visible(char) for char in text)


def quoted(text: object, longest: int = LONGEST) -> str:
    """A text in quotes that it cannot close itself; what was cut is said after them."""
    whole = str(text)
    escaped = visible(whole[:longest].replace("\\", "\\\\").replace('"', '\\"'))
    rest = len(whole) - longest
    return f'"{escaped}"' if rest <= 0 else f'"{escaped}..." ({number(rest)} more characters)'


def path(text: str) -> str:
    """A path as it stands, or in quotes where it holds more than plain names."""
    return text if _PLAIN_PATH.fullmatch(text) else quoted(text)


def name(text: str) -> str:
    """A resource's name as it stands, or in quotes where it is no plain name."""
    return text if _PLAIN_NAME.fullmatch(text) else quoted(text)


def value(given: Any, longest: int = LONGEST) -> str:
    """A JSON value: texts in quotes, numbers with their digits grouped, the rest as JSON."""
    if isinstance(given, str):
        return quoted(given, longest)
    if isinstance(given, int | Decimal) and not isinstance(given, bool):
        return number(given)
    text = visible(exact_json.encode(exact_json.plain(given)).decode())
    rest = len(text) - longest
    return text if rest <= 0 else f"{text[:longest]}... ({number(rest)} more characters)"


def number(given: int | Decimal) -> str:
    """Every digit, in groups of three."""
    return f"{given:,d}" if isinstance(given, int) else f"{given:,f}"


def times(count: int | Decimal) -> str:
    """How often: once, twice, 3 times."""
    return {0: "never", 1: "once", 2: "twice"}.get(int(count), f"{number(count)} times")


def counted(count: int | Decimal, one: str, many: str = "") -> str:
    """A number and what is counted: 1 item, 3 items."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def duration(seconds: int) -> str:
    """Seconds in the largest units that fit: 1 hour and 30 minutes."""
    parts = []
    for size, unit in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(counted(count, unit))
    return joined(parts) or "no time"


def joined(parts: list[str], word: str = "and") -> str:
    """a, b and c."""
    *first, last = parts or [""]
    return f"{', '.join(first)} {word} {last}" if first else last


def capital(sentence: str) -> str:
    """The sentence with its first letter made large."""
    return sentence[:1].upper() + sentence[1:]


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    hidden = category in _HIDDEN or (category == "Zs" and char != " ")
    return f"\\u{ord(char):04x}" if hidden else char
