"""What can be written: each record knows its one statement; values are ready for SQLite."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Protocol

# What depends on other rows keeps its turn among the changes, as a plain INSERT does not.
_FAILING = (
    "WITH failing AS (SELECT failures FROM policies WHERE policy_id ="
    " (SELECT policy_id FROM workflow_executions WHERE id = :run_id))"
)


class Record(Protocol):
    """A frozen dataclass whose fields are the named parameters of `sql`."""

    sql: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]


def parameters(record: Record) -> dict[str, Any]:
    """The record's fields by name."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


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
    """A run goes on, waits, or stops for now."""

    sql: ClassVar[str] = (
        "UPDATE workflow_executions SET status = :status, error = :error, cause = :cause,"
        " updated_at = :at WHERE id = :id"
    )
    id: str
    status: str
    error: str | None
    cause: str | None
    at: str


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
        "UPDATE workflow_executions SET cancelling = :cancelling, updated_at = :at WHERE id = :id"
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
        "INSERT INTO requests VALUES (:id, 'effect', :run_id, :subject, :title, :shown, :hash,"
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


@dataclass(frozen=True, slots=True)
class NewNotice:
    """Something the owner should see; a key that stands already is kept as it is."""

    sql: ClassVar[str] = (
        "INSERT INTO notices VALUES (:key, :text, :level, :run_id, :at) ON CONFLICT DO NOTHING"
    )
    key: str
    text: str
    level: str
    run_id: str
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


@dataclass(frozen=True, slots=True)
class FailureNotice:
    """A notice that is written only once so many runs of its policy in a row have failed."""

    sql: ClassVar[str] = (
        f"{_FAILING} INSERT INTO notices SELECT :key, :text, :level, :run_id, :at FROM failing"  # noqa: S608
        " WHERE failures >= :alert_after ON CONFLICT DO NOTHING"
    )
    key: str
    text: str
    level: str
    run_id: str
    at: str
    alert_after: int


@dataclass(frozen=True, slots=True)
class RecoveryNotice:
    """A notice that is written only where failures were told of; `text` ends with their number."""

    sql: ClassVar[str] = (
        f"{_FAILING} INSERT INTO notices SELECT :key, :text || failures ||"  # noqa: S608
        " iif(failures = 1, ' failure.', ' failures.'), :level, :run_id, :at FROM failing"
        " WHERE failures >= :alert_after ON CONFLICT DO NOTHING"
    )
    key: str
    text: str
    level: str
    run_id: str
    at: str
    alert_after: int


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which subject, refusals included."""

    sql: ClassVar[str] = (
        "INSERT INTO audit (at, who, action, subject, detail)"
        " VALUES (:at, :who, :action, :subject, :detail)"
    )
    at: str
    who: str
    action: str
    subject: str
    detail: str


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
class RunThinned:
    """An ended run without the details of how it got there."""

    sql: ClassVar[str] = (
        "UPDATE workflow_executions SET thinned_at = :at, context = NULL, cursor = NULL,"
        " cursor_seq = 0 WHERE id = :id AND EXISTS (SELECT 1 FROM ledger WHERE run_id = :id)"
    )
    id: str
    at: str
