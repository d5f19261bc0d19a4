"""What waits for the owner: cases of the inbox, and questions of runs."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class NewIntervention:
    """A case for the owner; while one about the same subject is open, that one stands."""

    sql: ClassVar[str] = (
        "INSERT INTO interventions VALUES (:id, :run_id, :code, :subject, :text, :about, :choices,"
        " 'open', NULL, NULL, NULL, NULL, NULL, :at, NULL) ON CONFLICT DO NOTHING"
    )
    id: str
    run_id: str
    code: str
    subject: str
    text: str
    about: str
    choices: str
    at: str


@dataclass(frozen=True, slots=True)
class InterventionDecided:
    """The owner's word on a case; only the first one finds it open."""

    sql: ClassVar[str] = (
        "UPDATE interventions SET status = 'decided', choice = :choice, note = :note,"
        " result = :result, decided_by = :decided_by, decided_how = :decided_how,"
        " closed_at = :at WHERE id = :id AND status = 'open'"
    )
    id: str
    choice: str
    note: str | None
    result: str | None
    decided_by: str
    decided_how: str
    at: str


@dataclass(frozen=True, slots=True)
class InterventionsWithdrawn:
    """A run's open cases settled themselves: that of one subject, or all of them."""

    sql: ClassVar[str] = (
        "UPDATE interventions SET status = 'withdrawn', closed_at = :at"
        " WHERE run_id = :run_id AND status = 'open'"
        " AND (:subject IS NULL OR subject = :subject)"
    )
    run_id: str
    subject: str | None
    at: str


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A question to the owner; `shown` is the JSON that is decided on, `hash` its digest."""

    sql: ClassVar[str] = (
        "INSERT INTO requests VALUES (:id, :kind, :run_id, :subject, :title, :shown, :hash,"
        " :deadline, 'open', NULL, NULL, NULL, :at, NULL)"
    )
    id: str
    run_id: str
    subject: str
    title: str
    shown: str
    hash: str
    deadline: str
    at: str
    kind: str = "effect"


@dataclass(frozen=True, slots=True)
class RequestDecided:
    """The owner's answer; only the first one finds the request open, and none after its time."""

    sql: ClassVar[str] = (
        "UPDATE requests SET status = :status, note = :note, decided_by = :decided_by,"
        " decided_how = :decided_how, closed_at = :at"
        " WHERE id = :id AND status = 'open' AND deadline > :at"
    )
    id: str
    status: str
    note: str | None
    decided_by: str
    decided_how: str
    at: str


@dataclass(frozen=True, slots=True)
class RequestTimedOut:
    """Nobody answered in time."""

    sql: ClassVar[str] = (
        "UPDATE requests SET status = 'timed_out', closed_at = :at"
        " WHERE id = :id AND status = 'open'"
    )
    id: str
    at: str


@dataclass(frozen=True, slots=True)
class RequestsWithdrawn:
    """What the scopes of a run under a path asked needs no answer any more."""

    sql: ClassVar[str] = (
        "UPDATE requests SET status = 'withdrawn', closed_at = :at WHERE run_id = :run_id"
        " AND status = 'open' AND substr(subject, 1, length(:path)) = :path"
    )
    run_id: str
    path: str
    at: str
