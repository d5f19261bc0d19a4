"""Moments as RFC 3339 text."""

from datetime import UTC, datetime


def timestamp(moment: datetime) -> str:
    """A moment as RFC 3339 text in UTC with microseconds: sorts as it runs."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """Read an RFC 3339 text; raises ValueError unless it has a T and a zone."""
    if "T" not in text:
        raise ValueError(f"{text!r} has no T between date and time")
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        raise ValueError(f"{text!r} names no zone")
    return parsed
