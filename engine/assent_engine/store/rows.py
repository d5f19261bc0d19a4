"""What the store gives back: typed rows."""

from dataclasses import dataclass
from typing import Any, Literal

from assent_schemas.statuses import PolicyStatus, RunStatus, VersionStatus


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy as a whole."""

    policy_id: str
    name: str
    status: PolicyStatus
    active_version: str | None
    created_at: str
    updated_at: str
    failures: int
    """How many of its runs in a row have failed."""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version: its exact bytes and what the owner decided."""

    policy_id: str
    version: str
    hash: str
    document: bytes
    status: VersionStatus
    proposed_by: str
    proposed_at: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """A decision; `steps` maps each resource to the fingerprint it had."""

    id: str
    kind: str
    policy_id: str
    version: str
    hash: str
    decision: str
    steps: dict[str, str]
    decided_by: str
    decided_how: str
    decided_at: str


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as the table holds it; JSON columns are decoded."""

    id: str
    policy_id: str
    policy_version: str
    policy_hash: str
    status: RunStatus
    current_step: str | None
    context: Any
    cursor: dict[str, Any] | None
    cursor_seq: int
    output: Any
    error: str | None
    cause: str | None
    cancelling: str | None
    concurrency_key: str | None
    concurrency_limit: int | None
    place: str | None
    created_at: str
    updated_at: str
    parent_run: str | None
    parent_key: str | None

    @property
    def reversible(self) -> bool:
        """Whether what it did falls to whoever called it; what ended otherwise settled itself."""
        stopped = self.status is RunStatus.CANCELLED and self.cancelling is None
        return self.status is RunStatus.COMPLETED or stopped


@dataclass(frozen=True, slots=True)
class InterventionRow:
    """A case for the owner, and what became of it; `about` is the call in question, if any."""

    id: str
    run_id: str
    code: str
    subject: str
    text: str
    about: dict[str, Any]
    choices: list[str]
    status: str
    choice: str | None
    note: str | None
    result: Any
    decided_by: str | None
    decided_how: str | None
    opened_at: str
    closed_at: str | None


ALL = "*"
"""The subject of a pause of everything."""


@dataclass(frozen=True, slots=True)
class PauseRow:
    """A pause of one policy, or of everything; without `until` it stays."""

    subject: str
    since: str
    until: str | None
    paused_by: str

    def holds(self, now: str) -> bool:
        """Whether it is still in force."""
        return self.until is None or self.until > now


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A question to the owner, and what became of it; `shown` is the exact text decided on."""

    id: str
    kind: str
    run_id: str
    subject: str
    title: str
    shown: str
    hash: str
    deadline: str
    status: str
    note: str | None
    decided_by: str | None
    decided_how: str | None
    opened_at: str
    closed_at: str | None


@dataclass(frozen=True, slots=True)
class TriggerRow:
    """A trigger that was brought into force, with how its policy stands; moments are texts.

    `settled` is up to where every due time has its record, `look_at` when there is something to
    decide next, `ends_seen` the entry of the ledger up to which ends of runs were followed.
    """

    policy_id: str
    trigger: str
    version: str
    document: str
    anchor: str
    settled: str
    look_at: str | None
    ends_seen: int
    retired_at: str | None
    name: str
    policy_status: PolicyStatus


@dataclass(frozen=True, slots=True)
class OccurrenceRow:
    """A due time, or `count` of them from `due` through `through`, and what became of it."""

    policy_id: str
    trigger: str
    due: str
    through: str
    count: int
    status: str
    reason: str
    detail: str
    missed: bool
    payload: Any
    run_id: str | None
    request_id: str | None
    at: str


@dataclass(frozen=True, slots=True)
class HookRow:
    """A webhook; `proof` is how a call shows that it knows the secret, `secret_hash` is SHA-256."""

    name: str
    proof: Literal["bearer", "signature"]
    secret_hash: str
    made_by: str
    made_at: str
    calls: int
    called_at: str | None
    revoked_at: str | None


@dataclass(frozen=True, slots=True)
class ClientRow:
    """An MCP client; `scopes` are words, `token_hash` the SHA-256 of its token in hex."""

    name: str
    scopes: str
    token_hash: str
    made_by: str
    made_at: str
    used_at: str | None
    revoked_at: str | None


@dataclass(frozen=True, slots=True)
class GapRow:
    """What agents lack; `report` is the last one in JSON, `client` whose it is."""

    key: str
    report: str
    client: str
    count: int
    first_at: str
    last_at: str


@dataclass(frozen=True, slots=True)
class EndedRun:
    """A run's end as the ledger has it."""

    seq: int
    run_id: str
    policy_id: str
    policy_name: str
    status: str
    ended_at: str
    output: Any
