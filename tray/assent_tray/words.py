"""Moments and numbers in a few words, for labels."""

import re
import shlex
from datetime import datetime, timedelta

from assent_schemas.visible import cut

LONGEST = 60
"""Characters of a label: menus grow as wide as their longest line."""
_IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OF_AN_ID, _LONGEST_WORD = 8, 40
_A_WEEK = timedelta(days=6)


def label(text: object, longest: int = LONGEST) -> str:
    """Words from anywhere as one line of a menu."""
    return cut(text, longest)


def capital(text: str) -> str:
    """The text with its first letter large, and no other changed."""
    return text[:1].upper() + text[1:]


def command(line: str, *ids: str) -> str:
    """A command to be typed: of an identifier how it begins, anything else made harmless."""
    return " ".join([line, *(shlex.quote(cut(_short(one), _LONGEST_WORD)) for one in ids)])


def _short(word: str) -> str:
    """Commands take the beginning of an identifier, and refuse it where several begin so."""
    return word[:_OF_AN_ID] if _IDENTIFIER.fullmatch(word) else word


def moment(at: str) -> datetime | None:
    """RFC 3339 as a moment with its zone; None for anything else."""
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def when(at: str, now: datetime) -> str:
    """A moment as seen from `now`, in its zone: 16:00, Fri 16:00, 21 Nov 16:00, 21 Nov 2027."""
    found = moment(at)
    if found is None:
        return label(at, 32)
    there = found.astimezone(now.tzinfo)
    days = there.date() - now.date()
    if not days:
        return f"{there:%H:%M}"
    if timedelta() < days <= _A_WEEK:
        return f"{there:%a %H:%M}"
    same_year = there.year == now.year
    return f"{there.day} {there:%b %H:%M}" if same_year else f"{there.day} {there:%b %Y}"


def counted(number: int, what: str) -> str:
    """1 approval, 2 approvals."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
