"""Runs: how they stand, where they stand, and how they ended."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run of one pinned version, before its first state; `parent_key` is where it was called."""

    sql: ClassVar[str] = (
        "INSERT INTO workflow_executions (id, policy_id, policy_version, policy_hash, status,"
        " current_step, context, concurrency_key, concurrency_limit, place, created_at, updated_at,"
        " parent_run, parent_key) VALUES (:id, :policy_id, :policy_version, :policy_hash, :status,"
        " :current_step, :context, :concurrency_key, :concurrency_limit, :place, :at, :at,"
        " :parent_run, :parent_key)"
    )
    id: str
    policy_id: str
    policy_version: str
    policy_hash: str
    status: str
    current_step: str
    context: str
    at: str
    concurrency_key: str | None = None
    concurrency_limit: int | None = None
    place: str | None = None
    parent_run: str | None = None
    parent_key: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceTaken:
    """A run that waited among those of its concurrency key is under way from now on."""

    sql: ClassVar[str] = "UPDATE workflow_executions SET place = 'held' WHERE id = :id"
    id: str


@dataclass(frozen=True, slots=True)
class PlaceLeft:
    """A run that could not begin when it had its place waits for one again."""

    sql: ClassVar[str] = (
        "UPDATE workflow_executions SET place = 'waits' WHERE id = :id AND place = 'held'"
        " AND cursor_seq = 0 AND (SELECT count(*) FROM journal WHERE run_id = :id) = 1"
    )
    id: str


@dataclass(frozen=True, slots=True)
class RunStatusChanged:
    """A run goes on, waits, or stops for now; `wakes_at` is when its wait is over by itself."""

    sql: ClassVar[str] = (
        "UPDATE workflow_executions SET status = :status, error = :error, cause = :cause,"
        " updated_at = :at, wakes_at = :wakes_at WHERE id = :id"
    )
    id: str
    status: str
    error: str | None
    cause: str | None
    at: str
    wakes_at: str | None = None


@dataclass(frozen=True, slots=True)
class RunSnapshot:
    """Where the root scope stands; the journal up to `cursor_seq` need not be replayed."""

    sql: ClassVar[str] = (
        "UPDATE workflow_executions SET current_step = :current_step, context = :context,"
        " cursor = :cursor, cursor_seq = :cursor_seq, updated_at = :at WHERE id = :id"
    )
    id: str
    current_step: str
    context: str
    cursor: str
    cursor_seq: int
    at: str


@dataclass(frozen=True, slots=True)
class RunStoodAt:
    """Where the root scope was when nothing more of the policy was to be carried out."""

    sql: ClassVar[str] = (
        "UPDATE workflow_executions SET current_step = :current_step, context = :context"
        " WHERE id = :id"
    )
    id: str
    current_step: str
    context: str


@dataclass(frozen=True, slots=True)
class CancelRequested:
    """The owner wants a run to end; what it did is kept or compensated. The last word counts."""

    sql: ClassVar[str] = (
        "UPDATE workflow_executions SET cancelling = :cancelling, updated_at = :at"
        " WHERE id = :id AND status NOT IN ('COMPLETED', 'FAILED', 'TIMED_OUT', 'CANCELLED')"
    )
    id: str
    cancelling: str
    at: str


@dataclass(frozen=True, slots=True)
class RunRedriven:
    """A run that had ended goes on: it is replayed from its start, without what failed."""

    sql: ClassVar[str] = (
        "UPDATE workflow_executions SET status = iif(place IS NULL, 'RUNNING', 'PENDING'),"
        " place = iif(place IS NULL, NULL, 'waits'), cursor = NULL, cursor_seq = 0,"
        " cancelling = NULL, output = NULL, error = NULL, cause = NULL, updated_at = :at"
        " WHERE id = :id"
    )
    id: str
    at: str


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The last word about a run."""

    sql: ClassVar[str] = (
        "UPDATE workflow_executions SET status = :status, output = :output, error = :error,"
        " cause = :cause, updated_at = :at WHERE id = :id"
    )
    id: str
    status: str
    output: str | None
    error: str | None
    cause: str | None
    at: str


@dataclass(frozen=True, slots=True)
class RunThinned:
    """An ended run without the details of how it got there."""

    sql: ClassVar[str] = (
        "UPDATE workflow_executions SET thinned_at = :at, context = NULL, cursor = NULL,"
        " cursor_seq = 0 WHERE id = :id AND EXISTS (SELECT 1 FROM ledger WHERE run_id = :id)"
    )
    id: str
    at: str
