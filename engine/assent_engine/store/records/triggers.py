"""What can be written about triggers and their occurrences; each record knows its statement."""

from dataclasses import dataclass
from typing import ClassVar

_KEY = "policy_id = :policy_id AND trigger = :trigger"
_OPEN = f"{_KEY} AND due = :due AND status IN ('queued', 'asked')"


@dataclass(frozen=True, slots=True)
class TriggerInForce:
    """A trigger of the version in force; `settled` is up to where every due time has its record."""

    sql: ClassVar[str] = (
        "INSERT INTO triggers VALUES (:policy_id, :trigger, :version, :document, :anchor, :settled,"
        " :look_at, :ends_seen, NULL) ON CONFLICT DO UPDATE SET version = :version,"
        " document = :document, anchor = :anchor, settled = :settled, look_at = :look_at,"
        " ends_seen = :ends_seen, retired_at = NULL"
    )
    policy_id: str
    trigger: str
    version: str
    document: str
    anchor: str
    settled: str
    look_at: str | None
    ends_seen: int


@dataclass(frozen=True, slots=True)
class TriggerRetired:
    """A trigger starts nothing any more; what was due until now has its record."""

    sql: ClassVar[str] = (
        "UPDATE triggers SET retired_at = :at, settled = :at, look_at = NULL"  # noqa: S608
        f" WHERE {_KEY}"
    )
    policy_id: str
    trigger: str
    at: str


@dataclass(frozen=True, slots=True)
class TriggerLooked:
    """Up to where a trigger is settled, and when it has to be looked at next."""

    sql: ClassVar[str] = f"UPDATE triggers SET settled = :settled, look_at = :look_at WHERE {_KEY}"  # noqa: S608
    policy_id: str
    trigger: str
    settled: str
    look_at: str | None


@dataclass(frozen=True, slots=True)
class TriggersAwake:
    """What may be due after a pause is looked at anew: of one policy, or of all (`*`)."""

    sql: ClassVar[str] = (
        "UPDATE triggers SET look_at = :at WHERE look_at > :at AND :subject IN ('*', policy_id)"
    )
    subject: str
    at: str


@dataclass(frozen=True, slots=True)
class EndsSeen:
    """Up to which entry of the ledger a trigger has followed the ends of runs."""

    sql: ClassVar[str] = f"UPDATE triggers SET ends_seen = :seq WHERE {_KEY}"  # noqa: S608
    policy_id: str
    trigger: str
    seq: int


@dataclass(frozen=True, slots=True)
class NewOccurrence:
    """A due time, or `count` in a row with one fate; the first record of a due time stands."""

    sql: ClassVar[str] = (
        "INSERT INTO occurrences VALUES (:policy_id, :trigger, :due, :through, :count, :status,"
        " :reason, :detail, :missed, :payload, NULL, :request_id, :at) ON CONFLICT DO NOTHING"
    )
    policy_id: str
    trigger: str
    due: str
    through: str
    count: int
    status: str
    reason: str
    missed: bool
    at: str
    detail: str = ""
    payload: str = "{}"
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class OccurrenceRan:
    """Its run began: written in the commit that holds the run's first record."""

    sql: ClassVar[str] = (
        "UPDATE occurrences SET status = iif(missed, 'caught_up', 'ran'), run_id = :run_id,"  # noqa: S608
        f" at = :at WHERE {_OPEN}"
    )
    policy_id: str
    trigger: str
    due: str
    run_id: str
    at: str


@dataclass(frozen=True, slots=True)
class OccurrenceSkipped:
    """What waited for its start will not start."""

    sql: ClassVar[str] = (
        "UPDATE occurrences SET status = 'skipped', reason = :reason, detail = :detail,"  # noqa: S608
        f" at = :at WHERE {_OPEN}"
    )
    policy_id: str
    trigger: str
    due: str
    reason: str
    detail: str
    at: str


@dataclass(frozen=True, slots=True)
class OccurrenceQueued:
    """The owner said yes to what was missed."""

    sql: ClassVar[str] = f"UPDATE occurrences SET status = 'queued', at = :at WHERE {_OPEN}"  # noqa: S608
    policy_id: str
    trigger: str
    due: str
    at: str


@dataclass(frozen=True, slots=True)
class OccurrencesReopened:
    """The clock was set back: what was let go for its time alone is due once more."""

    sql: ClassVar[str] = (
        f"DELETE FROM occurrences WHERE {_KEY} AND due > :after AND status = 'skipped'"  # noqa: S608
        " AND reason IN ('missed', 'later_one', 'too_late', 'paused', 'disabled',"
        " 'not_approved', 'unknown_calendar')"
    )
    policy_id: str
    trigger: str
    after: str


@dataclass(frozen=True, slots=True)
class OccurrencesCut:
    """Of several due times with one record, only those until a moment keep it."""

    sql: ClassVar[str] = (
        "UPDATE occurrences SET through = :through, count = :count"  # noqa: S608
        f" WHERE {_KEY} AND due = :due"
    )
    policy_id: str
    trigger: str
    due: str
    through: str
    count: int


@dataclass(frozen=True, slots=True)
class OccurrencesExtended:
    """The due times right after those of a record share it; `due` is the record's first one."""

    sql: ClassVar[str] = (
        "UPDATE occurrences SET through = :through, count = count + :count, at = :at"  # noqa: S608
        f" WHERE {_KEY} AND due = :due AND status = 'skipped'"
    )
    policy_id: str
    trigger: str
    due: str
    through: str
    count: int
    at: str


@dataclass(frozen=True, slots=True)
class OccurrenceJoined:
    """What waited for its start is part of another record now."""

    sql: ClassVar[str] = f"DELETE FROM occurrences WHERE {_OPEN}"  # noqa: S608
    policy_id: str
    trigger: str
    due: str


@dataclass(frozen=True, slots=True)
class OccurrenceThinned:
    """A record of what became of a due time is no longer kept."""

    sql: ClassVar[str] = (
        f"DELETE FROM occurrences WHERE {_KEY} AND due = :due"  # noqa: S608
        " AND status NOT IN ('queued', 'asked')"
    )
    policy_id: str
    trigger: str
    due: str


@dataclass(frozen=True, slots=True)
class ThinnedThrough:
    """So many due times more have lost their records; none until `through` ever comes again."""

    sql: ClassVar[str] = (
        "INSERT INTO occurrences_thinned VALUES (:policy_id, :trigger, :through, :count)"
        " ON CONFLICT DO UPDATE SET through = max(through, :through), count = count + :count"
    )
    policy_id: str
    trigger: str
    through: str
    count: int
