"""The service itself on the wire: who it is, how it stands, what it noted and recorded."""

from typing import Literal

from pydantic import Field

from assent_schemas.errors import Problem
from assent_schemas.wire.frame import Answer, PageAsked, Reference
from assent_schemas.wire.policies import Pause

State = Literal["ready", "held"]


class Hello(Answer):
    """Who answers, and which messages it understands."""

    protocol: int
    version: str
    pid: int
    epoch: str
    """Of the events: another one after each start."""
    state: State


class Status(Hello):
    """How the service stands; with `held` nothing runs, and `reason` says why."""

    home: str
    since: str
    reason: Problem | None = None
    storage_trouble: str | None = None
    next_due: str | None = None
    """When something is due next, or a wait is over; of policies that are on and not paused."""
    pauses: list[Pause] = Field(default_factory=list)
    """Those in force."""
    open_runs: int | None = None
    needs_owner: int | None = None
    waiting_approvals: int | None = None
    problems: int | None = None
    """Notices of problems within the last day. These numbers are None where the store cannot be
    read."""


class NoticesAsked(PageAsked):
    """What the owner should see, of one policy or of all."""

    policy: Reference | None = None


class NoticeTold(Answer):
    """Something that the owner should see; `key` makes it single."""

    key: str
    text: str
    level: str
    run_id: str
    at: str
    policy: str | None = None
    """The name of the policy that it is about, if it is about one."""


class AuditLine(Answer):
    """Who did what to which subject."""

    seq: int
    at: str
    who: str
    action: str
    subject: str
    detail: str


class Problems(Answer):
    """Why not: every error has this form."""

    problems: list[Problem]
