"""Triggers: what starts runs of a policy."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from assent_schemas.fields import Comment, Document, Seconds


class Trigger(Document):
    """What every trigger has."""

    comment: Comment | None = None


class CronTrigger(Trigger):
    """Due by a crontab(5) expression: 0 and 7 are Sunday, day-of-month OR day-of-week."""

    type: Literal["cron"]
    expression: Annotated[str, Field(min_length=1, max_length=256)]
    timezone: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """An IANA zone; without it the owner's."""


class IntervalTrigger(Trigger):
    """Due again and again after a number of seconds."""

    type: Literal["interval"]
    seconds: Seconds


class OnceTrigger(Trigger):
    """Due at one moment."""

    type: Literal["once"]
    at: datetime
    """An RFC 3339 time with an offset."""


AnyTrigger = Annotated[CronTrigger | IntervalTrigger | OnceTrigger, Field(discriminator="type")]
