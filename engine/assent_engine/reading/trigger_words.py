"""Triggers in words: when they are due, and what becomes of a start at a bad moment."""

from collections.abc import Iterator
from datetime import UTC, datetime

from cronsim import CronSim, CronSimError

from assent_engine.reading import conditions, wording
from assent_schemas.triggers import (
    AnyTrigger,
    CronTrigger,
    EventTrigger,
    FileTrigger,
    IntervalTrigger,
    OnceTrigger,
    RunEndTrigger,
    SessionTrigger,
    StartTrigger,
    TimedTrigger,
    WakeTrigger,
    WebhookTrigger,
)

_FROM = datetime(2025, 1, 1, tzinfo=UTC)
_SESSIONS = {
    "every": "every session",
    "first_of_week": "the first session of each week",
    "last_of_week": "the last session of each week",
    "first_of_month": "the first session of each month",
    "last_of_month": "the last session of each month",
}
_OVERLAPS = {
    "buffer_one": "one that comes while a run is open waits for its end",
    "buffer_all": "those that come while a run is open wait for its end",
    "cancel_other": "cancels a run that is open",
    "allow": "even while another run is open",
}


def trigger_words(trigger: AnyTrigger) -> str:
    """When a trigger is due, and how it starts where that is not as usual; without a full stop."""
    return "; ".join((_when(trigger), *_manner(trigger)))


def _when(trigger: AnyTrigger) -> str:
    match trigger:
        case CronTrigger():
            zone = wording.name(trigger.timezone) if trigger.timezone else "your time zone"
            return f"{cron_words(trigger.expression)} ({zone})"
        case IntervalTrigger():
            return f"every {_period(trigger.seconds)}"
        case OnceTrigger():
            return f"once, at {trigger.at.isoformat()}"
        case SessionTrigger():
            return _session(trigger)
        case _:
            return _happening(trigger)


def _session(trigger: SessionTrigger) -> str:
    after = trigger.minutes_after_open is not None
    minutes = trigger.minutes_after_open if after else trigger.minutes_before_close
    where = "after the open" if after else "before the close"
    return f"{wording.counted(minutes or 0, 'minute')} {where} of {_SESSIONS[trigger.days]} (XNYS)"


def _happening(trigger: AnyTrigger) -> str:
    match trigger:
        case StartTrigger():
            return "whenever the service starts"
        case WakeTrigger():
            return "whenever the computer wakes"
        case EventTrigger(name=name):
            return f"on each event {wording.quoted(name)}, with data from whoever emits it"
        case WebhookTrigger(name=name):
            return f"on each call of the webhook {wording.quoted(name)}, with data from its caller"
        case FileTrigger(path=path):
            return f"whenever {wording.quoted(path)} beneath the folder files has changed"
        case RunEndTrigger(policy=policy, statuses=statuses):
            ends = " or ".join(statuses)
            return f"whenever a run of {wording.quoted(policy)} has ended {ends}"
        case _:
            return f"by a trigger of the type {wording.quoted(trigger.type)}"


def _manner(trigger: AnyTrigger) -> Iterator[str]:
    if trigger.when is not None:
        yield f"only if {conditions.condition(trigger.when)}"
    if isinstance(trigger, TimedTrigger) and trigger.catch_up is not None:
        yield _catch_up(trigger)
    if trigger.overlap in _OVERLAPS:
        yield _OVERLAPS[trigger.overlap]
    only = trigger.only_while
    if only is not None and only.deadline_seconds is not None:
        yield f"at most {wording.duration(only.deadline_seconds)} late"
    if only is not None and only.in_session is not None:
        yield f"only while {only.in_session} is open"


def _catch_up(trigger: TimedTrigger) -> str:
    rule = trigger.catch_up
    if rule is None or rule.missed == "none":
        return "what was missed is not caught up"
    within = f"within {wording.duration(rule.within_seconds)}"
    if rule.missed == "all":
        return f"the last {rule.most} missed are caught up {within}"
    if rule.missed == "ask":
        return f"you are asked about the latest missed {within}"
    return f"the latest missed is caught up {within}"


def _period(seconds: int) -> str:
    words = wording.duration(seconds)
    return words if " and " in words else words.removeprefix("1 ")


def cron_words(expression: str) -> str:
    """A crontab expression in words; one that cannot be read is shown as it stands."""
    try:
        words = CronSim(expression, _FROM).explain()
    except CronSimError:
        return f"by the schedule {wording.quoted(expression)}"
    return words[:1].lower() + words[1:]
