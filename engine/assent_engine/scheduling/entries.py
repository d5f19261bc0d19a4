"""From plans to records: what the planner decided, as rows of the store."""

from datetime import datetime

from assent_engine.moments import timestamp
from assent_engine.scheduling.planner import Decided
from assent_engine.scheduling.words import Fate, Reason
from assent_engine.store.records import NewOccurrence
from assent_engine.store.rows import TriggerRow
from assent_schemas import exact_json


def occurrence(
    row: TriggerRow, decided: Decided, at: str, *, detail: str = "", request_id: str | None = None
) -> NewOccurrence:
    """The record of one decision."""
    return NewOccurrence(
        row.policy_id,
        row.trigger,
        timestamp(decided.due),
        timestamp(decided.through),
        decided.count,
        decided.fate,
        decided.reason,
        decided.missed,
        at,
        detail,
        request_id=request_id,
    )


def happened(
    row: TriggerRow,
    due: datetime,
    at: str,
    brought: object,
    reason: Reason | None = None,
    *,
    missed: str = "",
) -> NewOccurrence:
    """The record of something that has happened: queued, or skipped for a reason.

    `missed` is why it was not heard of when it happened.
    """
    moment = timestamp(due)
    fate = Fate.QUEUED if reason is None else Fate.SKIPPED
    payload = exact_json.encode(exact_json.plain(brought)).decode()
    why = reason or missed
    return NewOccurrence(
        row.policy_id, row.trigger, moment, moment, 1, fate, why, bool(missed), at, "", payload
    )


def subject(policy_id: str, trigger: str, due: str) -> str:
    """The name of an occurrence where it is asked about."""
    return f"{policy_id}/{trigger}/{due}"
