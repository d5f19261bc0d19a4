"""When a policy starts, in words and in numbers."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice

from cronsim import CronSim, CronSimError

from assent_engine.reading import wording
from assent_engine.reading.trigger_words import trigger_words
from assent_schemas.policy import Policy
from assent_schemas.triggers import (
    AnyTrigger,
    CronTrigger,
    IntervalTrigger,
    SessionTrigger,
    TimedTrigger,
)

_FOUR_YEARS = timedelta(days=1461)
_FROM = datetime(2025, 1, 1, tzinfo=UTC) - timedelta(seconds=1)
_MOST_COUNTED = 2_000
_SESSIONS = {"every": 1005, "week": 209, "month": 48}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def starts(policy: Policy) -> list[str]:
    """One sentence for each trigger."""
    if not policy.triggers:
        return ["Only when somebody starts it; it has no schedule."]
    return [f"{wording.capital(trigger_words(one))}." for one in policy.triggers]


def due_times(due: Sequence[datetime], zone: tzinfo | None, most: int = 5) -> str | None:
    """The next due times in one sentence; None where there are none."""
    shown = [moment_words(one, zone) for one in due[:most]]
    return f"Next: {'; '.join(shown)}." if shown else None


def moment_words(moment: datetime, zone: tzinfo | None) -> str:
    """A moment with its weekday, its date, its time and how far it is from UTC.

    With its seconds where it has any: two moments must not look the same.
    """
    local = moment.astimezone(zone) if zone is not None else moment
    offset = local.strftime("%z")
    away = f" (UTC{offset[:3]}:{offset[3:5]})" if offset else ""
    seconds = f"{local:%S}" if local.second else ""
    time = ":".join(filter(None, (f"{local:%Y-%m-%d %H:%M}", seconds)))
    return f"{_DAYS[local.weekday()]} {time}{away}"


def starts_in_four_years(trigger: AnyTrigger) -> int:
    """How often a trigger is due in 1,461 days; a rate where it is due very often.

    Of what happens by itself nobody can tell: 0.
    """
    if isinstance(trigger, IntervalTrigger):
        return int(_FOUR_YEARS.total_seconds()) // trigger.seconds
    if isinstance(trigger, SessionTrigger):
        return _SESSIONS[trigger.days.rpartition("_")[2]]
    if not isinstance(trigger, CronTrigger):
        return int(isinstance(trigger, TimedTrigger))
    counted = list(islice(_due(trigger.expression), _MOST_COUNTED))
    if len(counted) < _MOST_COUNTED:
        return len(counted)
    return int(_MOST_COUNTED * (_FOUR_YEARS / (counted[-1] - _FROM)))


def _due(expression: str) -> Iterator[datetime]:
    try:
        for moment in CronSim(expression, _FROM):
            if moment > _FROM + _FOUR_YEARS:
                return
            yield moment
    except CronSimError:
        return
