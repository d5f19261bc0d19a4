"""Triggers: what starts runs of a policy, and what becomes of a start that came at a bad moment."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from assent_schemas.choice import Condition
from assent_schemas.fields import Comment, Document, Seconds

LONGEST_SESSION = 390
"""Minutes of a whole session of the exchange."""
WEEK = 604_800
EventName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]
Minutes = Annotated[int, Field(ge=0, lt=LONGEST_SESSION)]
Overlap = Literal["skip", "buffer_one", "buffer_all", "cancel_other", "allow"]
Missed = Literal["none", "latest", "all", "ask"]
SessionDays = Literal["every", "first_of_week", "last_of_week", "first_of_month", "last_of_month"]


class CatchUp(Document):
    """What becomes of due times at which the computer slept, was off, or was paused."""

    missed: Missed = "latest"
    """Let them go, run the latest, run all one after the other, or ask the owner about the latest.

    The latest stands for those before it, so it is caught up only until the next due time.
    """
    most: Annotated[int, Field(ge=1, le=100)] = 10
    """Of all missed ones no more than so many, the newest."""
    within_seconds: Seconds = WEEK
    """What was due longer ago is let go."""


class OnlyWhile(Document):
    """When a start still makes sense; outside of it the start is skipped."""

    deadline_seconds: Seconds | None = None
    """Until so long after the due time."""
    in_session: Literal["XNYS"] | None = None
    """While this exchange is open."""


class Trigger(Document):
    """What every trigger has."""

    comment: Comment | None = None
    when: Condition | None = None
    """Start only if this holds; its paths go into what the trigger brings ($.amount)."""
    overlap: Overlap = "skip"
    """What to do while a run of this policy is open: let this start go, keep one or all of them
    until it has ended, cancel it first, or start beside it."""
    only_while: OnlyWhile | None = None


class TimedTrigger(Trigger):
    """What is due at moments that are known before."""

    catch_up: CatchUp | None = None


class CronTrigger(TimedTrigger):
    """Due by a crontab(5) expression: 0 and 7 are Sunday, day-of-month OR day-of-week."""

    type: Literal["cron"]
    expression: Annotated[str, Field(min_length=1, max_length=256)]
    timezone: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """An IANA zone; without it the owner's."""


class IntervalTrigger(TimedTrigger):
    """Due again and again after a number of seconds."""

    type: Literal["interval"]
    seconds: Seconds


class OnceTrigger(TimedTrigger):
    """Due at one moment."""

    type: Literal["once"]
    at: datetime
    """An RFC 3339 time with an offset."""


class SessionTrigger(TimedTrigger):
    """Due by the sessions of an exchange; on its holidays never. One of the two moments is given.

    On days that close early, a moment that would lie outside the session is not due.
    """

    type: Literal["session"]
    calendar: Literal["XNYS"] = "XNYS"
    minutes_after_open: Minutes | None = None
    minutes_before_close: Minutes | None = None
    days: SessionDays = "every"
    """Which sessions: each, or the first or last of its calendar week or month."""


class StartTrigger(Trigger):
    """Due whenever the service starts."""

    type: Literal["start"]


class WakeTrigger(Trigger):
    """Due whenever the computer wakes from sleep."""

    type: Literal["wake"]


class EventTrigger(Trigger):
    """Due whenever an event of this name is emitted."""

    type: Literal["event"]
    name: EventName


class WebhookTrigger(Trigger):
    """Due whenever the webhook of this name is called."""

    type: Literal["webhook"]
    name: EventName


class FileTrigger(Trigger):
    """Due whenever a file beneath the home's folder `files` has changed."""

    type: Literal["file"]
    path: Annotated[str, Field(min_length=1, max_length=1024)]
    """A file, or a folder with all beneath it."""


class RunEndTrigger(Trigger):
    """Due whenever a run of another policy has ended."""

    type: Literal["run_end"]
    policy: Annotated[str, Field(min_length=1, max_length=200)]
    """Its name or id."""
    statuses: Annotated[
        list[Literal["COMPLETED", "FAILED", "TIMED_OUT", "CANCELLED"]],
        Field(min_length=1, max_length=4),
    ] = ["COMPLETED"]


AnyTimed = CronTrigger | IntervalTrigger | OnceTrigger | SessionTrigger
AnyTrigger = Annotated[
    CronTrigger
    | IntervalTrigger
    | OnceTrigger
    | SessionTrigger
    | StartTrigger
    | WakeTrigger
    | EventTrigger
    | WebhookTrigger
    | FileTrigger
    | RunEndTrigger,
    Field(discriminator="type"),
]
