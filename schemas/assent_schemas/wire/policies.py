"""Policies on the wire: listed, shown with their reading, proposed and decided."""

from typing import Annotated, Any, Literal

from pydantic import Field

from assent_schemas.errors import Problem
from assent_schemas.statuses import PolicyStatus, VersionStatus
from assent_schemas.wire.frame import Answer, Asked, Note, Reference

Version = Annotated[str, Field(min_length=1, max_length=64)]
Digest = Annotated[str, Field(max_length=128)]


class PolicySummary(Answer):
    """A policy in a list."""

    policy_id: str
    name: str
    status: PolicyStatus
    active_version: str | None
    paused: bool
    versions: dict[str, VersionStatus]


class PolicyDetail(Answer):
    """One version of a policy: the exact document, and what was decided about it."""

    policy_id: str
    name: str
    status: PolicyStatus
    active_version: str | None
    version: str
    version_status: VersionStatus
    hash: str
    decision: str | None
    decided_by: str | None
    decided_how: str | None = None
    decided_at: str | None
    proposed_by: str
    proposed_at: str
    expires_at: str
    document: dict[str, Any]
    warnings: list[Problem] = Field(default_factory=list)
    """While it waits: triggers that start nothing here, or twice."""


class Compared(Answer):
    """What a proposal changes against the version in force."""

    against: str
    verdict: Literal["riskier", "no riskier", "cannot tell"]
    text: str
    """Verdict, risks, renamed states, changes: a line each."""


class PolicyReading(Answer):
    """What one version of a policy does, in plain words."""

    policy_id: str
    version: str
    hash: str
    brief: str
    """At most 240 characters, the most dangerous first."""
    text: str
    reading: dict[str, Any]
    acts: bool = True
    """Whether it may do more to the outside than tell the owner something."""
    risk: str | None = None
    """The highest of what it may do outside; null where it changes nothing there."""
    worst: list[str] = Field(default_factory=list)
    """At worst, in one run: a sentence each, what has no bound first."""
    compared: Compared | None = None
    """While it waits, and where another version is in force."""


class PolicyAsked(Asked):
    """One policy, and which of its versions; else what waits, else what is in force."""

    policy: Reference
    version: Version | None = None


class PolicyNamed(Asked):
    """One policy."""

    policy: Reference


class Proposing(Asked):
    """A document to be put before the owner."""

    document: dict[str, Any]
    by: Annotated[str, Field(min_length=1, max_length=128)] = "owner"


class Proposed(Answer):
    """What waits for the owner from now on."""

    policy_id: str
    version: str
    hash: str
    name: str
    namesakes: list[str]
    """Other policies of that name: perhaps a new version of one was meant."""
    warnings: list[Problem] = Field(default_factory=list)
    """What will not do as it is meant to, as long as it is so here."""


class ApprovingPolicy(PolicyAsked):
    """A yes to exactly the document of this hash; without `version` to the newest that waits."""

    hash: Digest


class RejectingPolicy(PolicyAsked):
    """A no; without `version` to the newest that waits."""


class RollingBack(PolicyAsked):
    """Which approved version is to come back; without `version` the one before."""


class PolicyChanged(Answer):
    """What was done to a policy."""

    policy_id: str
    name: str
    done: str
    version: str | None = None
    hash: str | None = None
    triggers: int = 0
    """How many are in force from now on, where a version came into force."""
    next_due: str | None = None
    """When the first of them is due, where that is known."""
    warnings: list[Problem] = Field(default_factory=list)
    """What does not do as it is meant to, as long as it is so here."""


class Pausing(Asked):
    """Nothing of one policy, or of all, starts or goes on."""

    policy: Reference | None = None
    seconds: Annotated[int, Field(ge=1, le=10 * 366 * 86_400)] | None = None
    until: Annotated[str, Field(max_length=64)] | None = None
    """RFC 3339, `tomorrow` or `market-open`; without it and `seconds` until further notice."""


class Unpausing(Asked):
    """The pause of one policy, or that of everything, is over."""

    policy: Reference | None = None


class Pause(Answer):
    """A pause in force; `subject` is a policy's id, or `*` for everything."""

    subject: str
    name: str
    since: str
    until: str | None
    paused_by: str


class Noted(Asked):
    """A word with a decision."""

    note: Note | None = None
