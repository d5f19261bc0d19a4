"""Sharing: due times in a row that are skipped for one reason have one record, with a number."""

from assent_engine.scheduling.words import Fate, Reason
from assent_engine.store import Reader
from assent_engine.store.records import NewOccurrence, OccurrencesExtended
from assent_engine.store.rows import TriggerRow

_SHARED = (
    Reason.MISSED,
    Reason.LATER_ONE,
    Reason.TOO_LATE,
    Reason.PAUSED,
    Reason.DISABLED,
    Reason.NOT_APPROVED,
)
"""What says nothing of one due time more than of the next; a set clock opens all of them again."""


async def shared(
    read: Reader, row: TriggerRow, skipped: NewOccurrence
) -> OccurrencesExtended | None:
    """What adds skipped due times to the record of those right before; None: they need their own.

    A record from before the trigger came into force is never added to: between it and now, due
    times had none.
    """
    if skipped.status != Fate.SKIPPED or skipped.reason not in _SHARED:
        return None
    last = await read.occurrence_before(row.policy_id, row.trigger, skipped.due)
    if last is None or last.through <= row.anchor or last.through >= skipped.due:
        return None
    alike = (Fate.SKIPPED, skipped.reason, skipped.detail)
    if (last.status, last.reason, last.detail) != alike:
        return None
    key = row.policy_id, row.trigger, last.due
    return OccurrencesExtended(*key, skipped.through, skipped.count, skipped.at)
