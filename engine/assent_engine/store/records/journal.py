"""What happened in runs: the journal, the ledger of their ends, and the saga log."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One outcome of a run, chained to the one before it."""

    sql: ClassVar[str] = (
        "INSERT INTO journal VALUES (:run_id, :seq, :scope, :key, :kind, :data, :at,"
        " :previous_hash, :hash)"
    )
    run_id: str
    seq: int
    scope: str
    key: str
    kind: str
    data: str
    at: str
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """The end of a run, chained to the ends before it; the writer gives it its place."""

    sql: ClassVar[str] = (
        "INSERT INTO ledger VALUES (:seq, :run_id, :run_hash, :previous_hash, :hash)"
    )
    seq: int
    run_id: str
    run_hash: str
    previous_hash: str
    hash: str

    @classmethod
    def of(cls, run_id: str, run_hash: str) -> "LedgerEntry":
        """An end that has no place in the chain yet."""
        return cls(0, run_id, run_hash, "", "")


@dataclass(frozen=True, slots=True)
class JournalThinned:
    """Of an ended run's journal only the first and the last entry stay: the ledger has its hash."""

    sql: ClassVar[str] = (
        "DELETE FROM journal WHERE run_id = :run_id AND seq > 1"
        " AND seq < (SELECT max(seq) FROM journal WHERE run_id = :run_id)"
        " AND EXISTS (SELECT 1 FROM ledger WHERE run_id = :run_id)"
        " AND EXISTS (SELECT 1 FROM workflow_executions WHERE id = :run_id AND status"
        " IN ('COMPLETED', 'FAILED', 'TIMED_OUT', 'CANCELLED'))"
    )
    run_id: str


@dataclass(frozen=True, slots=True)
class SagaEntry:
    """A completed side effect with what is needed to reverse it."""

    sql: ClassVar[str] = (
        "INSERT INTO saga_log VALUES (:run_id, :seq, :scope, :key, :idempotency_key, :resource,"
        " :step_version, :input, :result, :compensation, :compensation_input, :irreversible, :at,"
        " :settled, :settled_at)"
    )
    run_id: str
    seq: int
    scope: str
    key: str
    idempotency_key: str
    resource: str
    step_version: str
    input: str
    result: str
    compensation: str | None
    compensation_input: str | None
    irreversible: str | None
    at: str
    settled: str | None = None
    settled_at: str | None = None


@dataclass(frozen=True, slots=True)
class SagaSettled:
    """What became of a completed side effect after the run failed; see `saga.Settled`."""

    sql: ClassVar[str] = (
        "UPDATE saga_log SET settled = :settled, settled_at = :at"
        " WHERE run_id = :run_id AND seq = :seq"
    )
    run_id: str
    seq: int
    settled: str
    at: str
