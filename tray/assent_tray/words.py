"""Moments and numbers in a few words, for labels."""

import shlex
from datetime import datetime, timedelta

from assent_schemas.visible import cut

LONGEST = 60
"""Characters of a label: menus grow as wide as their longest line."""
_OF_AN_ID = 40
_A_WEEK = timedelta(days=6)


def label(text: object, longest: int = LONGEST) -> str:
    """Words from anywhere as one line of a menu."""
    return cut(text, longest)


def command(line: str, *ids: str) -> str:
    """A command to be typed; an identifier of ours stays whole, anything else is made harmless."""
    return " ".join([line, *(shlex.quote(cut(one, _OF_AN_ID)) for one in ids)])


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
