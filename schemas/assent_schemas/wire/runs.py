"""Runs on the wire: listed, shown with what they did, started and controlled."""

from typing import Annotated, Any

from pydantic import Field

from assent_schemas.statuses import RunStatus
from assent_schemas.wire.frame import Answer, Asked, PageAsked, PartAsked, Reference


class RunSummary(Answer):
    """Where a run stands."""

    run_id: str
    policy_id: str
    policy: str
    version: str
    status: RunStatus
    current_step: str | None
    error: str | None
    cause: str | None
    parent_run: str | None
    open_interventions: int
    created_at: str
    updated_at: str


class SideEffect(Answer):
    """Something that a run did to the outside, and what became of it."""

    run_id: str
    """Of the run that did it: one that was called may have."""
    key: str
    resource: str
    idempotency_key: str
    input: Any
    result: Any
    compensation: str | None
    irreversible: str | None
    settled: str | None
    settled_at: str | None


class RunCase(Answer):
    """A case about a run, as its run tells of it."""

    intervention_id: str
    code: str
    text: str
    status: str
    choices: list[str]
    choice: str | None
    note: str | None
    decided_by: str | None
    decided_how: str | None
    closed_at: str | None


class MayHaveHappened(Answer):
    """A call of an ended run of which nobody knows whether it was carried out."""

    resource: str
    scope: str
    key: str


class RunDetail(RunSummary):
    """A run with what it gave and did, and what the owner was told and asked."""

    output: Any
    saga_log: list[SideEffect]
    at_stake: list[SideEffect]
    """What would be reversed were it cancelled, the called runs' part included, in that order."""
    may_have_happened: list[MayHaveHappened]
    interventions: list[RunCase]
    notices: list[str]


class Happening(Answer):
    """One entry of a run's journal."""

    seq: int
    scope: str
    key: str
    kind: str
    at: str
    data: Any
    hash: str


class ForkPoint(Answer):
    """A run's document, its first record, and its root's cursor at the visit `key`."""

    key: str
    document: dict[str, Any]
    policies: dict[str, dict[str, Any]]
    """The documents of what it calls, by the names that it uses."""
    input: Any
    seed: str
    cursor: dict[str, Any]


class RunAsked(Asked):
    """One run, by id or how that begins."""

    run: Reference


class RunsAsked(PageAsked):
    """Runs, of one policy or of all."""

    policy: Reference | None = None


class JournalAsked(RunAsked, PartAsked):
    """A part of a run's journal."""

    after: Annotated[str, Field(pattern=r"^[0-9]{1,18}$")] | None = None
    """The number of the last entry that the client has."""


class ForkPointAsked(RunAsked):
    """One of the states that a run's root was at: its name, or NAME.2; without it the first."""

    at: Reference | None = None


class Starting(Asked):
    """A run of a policy's version in force."""

    policy: Reference
    input: Any = None


class Cancelling(RunAsked):
    """A run that is to end; what it did is reversed, or with `keep` left as it is."""

    keep: bool = False


class Resumed(Answer):
    """The runs that go on from now on."""

    name: str | None = None
    """Of the policy whose pause is over."""
    runs: list[RunSummary]
