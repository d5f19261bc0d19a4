"""Moments as RFC 3339 text."""

import re
from datetime import UTC, datetime, timedelta

TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
"""A text that names a moment: upper-case T, Z or an offset, any number of fraction digits."""


def timestamp(moment: datetime) -> str:
    """A moment as RFC 3339 text in UTC with microseconds: sorts as it runs."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """Read an RFC 3339 text, to the microsecond; raises ValueError for any other form."""
    if TIME.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not an RFC 3339 time with a zone")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} is out of the calendar") from None


def later(moment: datetime, seconds: float) -> datetime:
    """The moment after so many seconds; the calendar's last one where it would end before."""
    try:
        return moment + timedelta(seconds=seconds)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
