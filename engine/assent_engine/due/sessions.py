"""Sessions of an exchange: when it is open, and which sessions a trigger means; nothing guessed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from assent_engine.due import xnys
from assent_engine.due.local_time import zone_of
from assent_schemas.triggers import SessionDays, SessionTrigger

_DAY = timedelta(days=1)
_SATURDAY = 5


class Unknown(ValueError):
    """A day of which the calendar does not know whether it is a session."""

    def __init__(self, day: date) -> None:
        super().__init__(
            f"the calendar XNYS knows the days from {xnys.KNOWN_FROM} to {xnys.KNOWN_UNTIL},"
            f" and not {day}"
        )


@dataclass(frozen=True, slots=True)
class Session:
    """One day's session; its moments are in UTC."""

    day: date
    opens: datetime
    closes: datetime


def known_until() -> datetime:
    """The end, in UTC, of the last day that is known."""
    return _at(xnys.KNOWN_UNTIL + _DAY, time())


def session(day: date) -> Session | None:
    """The session of a day, or None; raises Unknown."""
    if not xnys.KNOWN_FROM <= day <= xnys.KNOWN_UNTIL:
        raise Unknown(day)
    if day.weekday() >= _SATURDAY or day in xnys.CLOSED:
        return None
    closes = xnys.EARLY_CLOSE if day in xnys.EARLY else xnys.CLOSE
    return Session(day, _at(day, xnys.OPEN), _at(day, closes))


def is_open(moment: datetime) -> bool:
    """Whether the exchange is open: from its opening on, at its close no more. Raises Unknown."""
    today = session(moment.astimezone(zone_of(xnys.ZONE)).date())
    return today is not None and today.opens <= moment < today.closes


def next_open(after: datetime) -> datetime:
    """The first opening after a moment; raises Unknown."""
    day = after.astimezone(zone_of(xnys.ZONE)).date()
    while (found := session(day)) is None or found.opens <= after:
        day += _DAY
    return found.opens


def session_times(trigger: SessionTrigger, after: datetime) -> Iterator[datetime]:
    """The due times from about a moment on, in order; they end where the calendar does."""
    day = max(after.astimezone(zone_of(xnys.ZONE)).date() - _DAY, xnys.KNOWN_FROM)
    while day <= xnys.KNOWN_UNTIL:
        found = session(day)
        if found is not None and _is_meant(day, trigger.days):
            due = _moment(found, trigger)
            if found.opens <= due <= found.closes:
                yield due
        day += _DAY


def _moment(found: Session, trigger: SessionTrigger) -> datetime:
    if trigger.minutes_after_open is not None:
        return found.opens + timedelta(minutes=trigger.minutes_after_open)
    return found.closes - timedelta(minutes=trigger.minutes_before_close or 0)


def _is_meant(day: date, days: SessionDays) -> bool:
    if days == "every":
        return True
    step = -_DAY if days.startswith("first") else _DAY
    return not any(_is_session(one) for one in _beside(day, step, week=days.endswith("week")))


def _beside(day: date, step: timedelta, *, week: bool) -> Iterator[date]:
    """The days before or after one in its week or month."""
    own = _period(day, week=week)
    other = day + step
    while _period(other, week=week) == own:
        yield other
        other += step


def _period(day: date, *, week: bool) -> tuple[int, int]:
    year, number, _ = day.isocalendar()
    return (year, number) if week else (day.year, day.month)


def _is_session(day: date) -> bool:
    if day < xnys.KNOWN_FROM or day > xnys.KNOWN_UNTIL:
        return False
    return session(day) is not None


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, zone_of(xnys.ZONE)).astimezone(UTC)
