"""Triggers on the wire: what starts runs, when it is due, and what became of each due time."""

from typing import Annotated

from pydantic import Field

from assent_schemas.errors import Problem
from assent_schemas.statuses import PolicyStatus
from assent_schemas.wire.frame import Answer, Asked, PageAsked, Reference

LONGEST_FORECAST = 366
"""Days that a forecast may reach."""


class TriggersAsked(PageAsked):
    """Triggers in force, of one policy or of all."""

    policy: Reference | None = None


class TriggerTold(Answer):
    """A trigger in force with its next due times; `when` is for the owner's eyes."""

    policy_id: str
    policy: str
    policy_status: PolicyStatus
    trigger: str
    when: str
    next: list[str]
    deaf: Problem | None
    """Why the webhook that it waits for cannot be called."""
    thinned: int
    """Of how many due times the record is no longer kept."""
    thinned_through: str | None


class OccurrencesAsked(PageAsked):
    """What became of due times, of one policy or of all."""

    policy: Reference | None = None


class OccurrenceTold(Answer):
    """A due time, or `count` of them from `due` through `through`, and what became of it."""

    policy_id: str
    policy: str
    trigger: str
    due: str
    through: str
    count: int
    status: str
    reason: str | None
    detail: str | None
    late_seconds: int | None
    """Whole seconds between the due time and the start."""
    run_id: str | None
    request_id: str | None
    at: str
    when: str | None = None
    """The trigger in words, for the owner's eyes; null where the store has it no more."""
    file: str | None = None
    """Of a changed file its path beneath the folder files."""


class ForecastAsked(Asked):
    """How many days ahead."""

    days: Annotated[int, Field(ge=1, le=LONGEST_FORECAST)] = 7


class DueTime(Answer):
    """A due time to come."""

    due: str
    policy_id: str
    policy: str
    trigger: str
    when: str


class Forecast(Answer):
    """The due times until a moment; `more` where there are too many to tell."""

    until: str
    more: bool
    due: list[DueTime]
    warnings: list[Problem]
    """Why triggers in force wait in vain."""
