"""Due times: when a trigger is due after a given moment; no clock, no input beyond zone data."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from cronsim import CronSim

from assent_engine.due.crontab import is_valid_cron, read, spelt_out
from assent_engine.due.local_time import in_order, once, start, through, zone_of
from assent_engine.due.sessions import session_times
from assent_schemas.triggers import (
    AnyTrigger,
    CronTrigger,
    IntervalTrigger,
    OnceTrigger,
    SessionTrigger,
)

__all__ = ["due", "is_valid_cron", "spelt_out"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def due(
    trigger: AnyTrigger, after: datetime, zone: str, anchor: datetime | None = None
) -> Iterator[datetime]:
    """The due times strictly after a moment, in order, each once, in UTC, one at a time.

    `zone` is the owner's; a zone of the trigger's own wins. An interval counts from `anchor`, the
    moment of approval, or else from the epoch. Raises ValueError, before the first due time is
    asked for, for a time without an offset, an unknown zone or a faulty expression. What happens
    by itself (an event, a changed file) has none; those of sessions end where the calendar does.
    """
    after = _utc(after)
    moments: Iterator[datetime]
    match trigger:
        case CronTrigger():
            moments = _cron(trigger.expression, after, trigger.timezone or zone)
        case IntervalTrigger():
            moments = _interval(trigger.seconds, after, _utc(anchor or EPOCH))
        case OnceTrigger():
            moments = iter([_utc(trigger.at)])
        case SessionTrigger():
            moments = session_times(trigger, after)
        case _:
            moments = iter(())
    return _each_once(moments, after)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no offset")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{moment.isoformat()} is out of the calendar") from None


def _cron(expression: str, after: datetime, zone: str) -> Iterator[datetime]:
    crontab, place = read(expression), zone_of(zone)
    reading = through if crontab.keeps_elapsed_time else once
    return in_order(_times(crontab.text, after, place), reading, place)


def _times(text: str, after: datetime, place: tzinfo) -> Iterator[datetime]:
    # Without a zone the library leaves clock changes alone: it would drop */15 2 in a gap, give
    # 0,30 2 twice there, and treat 0-23/2 unlike */2.
    yield from CronSim(text, start(after, place))


def _interval(seconds: int, after: datetime, anchor: datetime) -> Iterator[datetime]:
    step = timedelta(seconds=seconds)
    count = max(1, (after - anchor) // step + 1)
    while True:
        yield anchor + count * step
        count += 1


def _each_once(moments: Iterator[datetime], after: datetime) -> Iterator[datetime]:
    last = after
    try:
        for moment in moments:
            if moment > last:
                last = moment
                yield moment
    except OverflowError:
        # The calendar ends with the year 9999, and the due times with it.
        return
