"""Policies and their versions, the decisions about them, and the row of their failures."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class NewPolicy:
    """A policy nobody has seen before."""

    sql: ClassVar[str] = (
        "INSERT INTO policies VALUES (:policy_id, :name, 'enabled', NULL, :at, :at, 0)"
    )
    policy_id: str
    name: str
    at: str


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A policy's status, name and active version."""

    sql: ClassVar[str] = (
        "UPDATE policies SET name = :name, status = :status, active_version = :active_version,"
        " updated_at = :at WHERE policy_id = :policy_id"
    )
    policy_id: str
    name: str
    status: str
    active_version: str | None
    at: str


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A proposal: one version's exact bytes."""

    sql: ClassVar[str] = (
        "INSERT INTO policy_versions VALUES (:policy_id, :version, :hash, :document, 'proposed',"
        " :proposed_by, :at, :expires_at)"
    )
    policy_id: str
    version: str
    hash: str
    document: bytes
    proposed_by: str
    at: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class VersionDecided:
    """What became of a proposal."""

    sql: ClassVar[str] = (
        "UPDATE policy_versions SET status = :status"
        " WHERE policy_id = :policy_id AND version = :version"
    )
    policy_id: str
    version: str
    status: str


@dataclass(frozen=True, slots=True)
class NewApproval:
    """The owner's decision, given once; `steps` pins what every used resource was."""

    sql: ClassVar[str] = (
        "INSERT INTO approvals VALUES (:id, :kind, :policy_id, :version, :hash, :decision, :steps,"
        " NULL, :decided_by, :decided_how, :at, NULL)"
    )
    id: str
    kind: str
    policy_id: str
    version: str
    hash: str
    decision: str
    steps: str
    decided_by: str
    decided_how: str
    at: str


@dataclass(frozen=True, slots=True)
class PauseBegun:
    """Nothing of one policy, or of `*`, starts or goes on; the last word about it counts."""

    sql: ClassVar[str] = (
        "INSERT INTO pauses VALUES (:subject, :at, :until, :by)"
        " ON CONFLICT DO UPDATE SET since = :at, until = :until, paused_by = :by"
    )
    subject: str
    at: str
    until: str | None
    by: str


@dataclass(frozen=True, slots=True)
class PauseEnded:
    """A pause is over before its time."""

    sql: ClassVar[str] = "DELETE FROM pauses WHERE subject = :subject"
    subject: str


@dataclass(frozen=True, slots=True)
class PolicyFailed:
    """One more run of a policy in a row has failed."""

    sql: ClassVar[str] = (
        "UPDATE policies SET failures = failures + 1 WHERE policy_id ="
        " (SELECT policy_id FROM workflow_executions WHERE id = :run_id)"
    )
    run_id: str


@dataclass(frozen=True, slots=True)
class PolicyWorked:
    """A run of a policy went well: the row of failures is over."""

    sql: ClassVar[str] = (
        "UPDATE policies SET failures = 0 WHERE policy_id ="
        " (SELECT policy_id FROM workflow_executions WHERE id = :run_id)"
    )
    run_id: str
