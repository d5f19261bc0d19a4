"""Questions about due times: what became of each."""

from typing import Any

from assent_engine.store.reads.asking import Asking, Part
from assent_engine.store.reads.values import decoded, with_value
from assent_engine.store.rows import OccurrenceRow

_MISSED, _PAYLOAD = 8, 9


class OccurrenceReads(Asking):
    """Questions about due times: what became of each."""

    async def occurrences(self, policy_id: str | None = None) -> list[OccurrenceRow]:
        """Every record of a due time in order, of one policy or of all."""
        return await self._occurrences("?1 IS NULL OR policy_id = ?1", policy_id)

    async def occurrence_page(self, part: Part, policy_id: str | None) -> list[OccurrenceRow]:
        """Records of due times, a part of them; one is named by due time, policy and trigger."""
        beyond, order = ("<", "DESC") if part.newest else (">", "ASC")
        due, _, key = (part.after or "").partition(" ")
        where = "?1 IS NULL OR policy_id = ?1"
        sql = (
            f"SELECT * FROM occurrences WHERE ({where}) AND (?2 = '' OR"  # noqa: S608
            f" (due, policy_id || ' ' || trigger) {beyond} (?2, ?3))"
            f" ORDER BY due {order}, policy_id || ' ' || trigger {order} LIMIT ?4"
        )
        return [_occurrence(row) for row in await self._all(sql, policy_id, due, key, part.most)]

    async def open_occurrences(self) -> list[OccurrenceRow]:
        """What waits for its start, or for the owner, the longest due first."""
        return await self._occurrences("status IN ('queued', 'asked')")

    async def occurrences_after(
        self, policy_id: str, trigger: str, moment: str
    ) -> list[OccurrenceRow]:
        """What is recorded of a trigger's due times beyond a moment."""
        where = "policy_id = ?1 AND trigger = ?2 AND through > ?3"
        return await self._occurrences(where, policy_id, trigger, moment)

    async def occurrence_before(
        self, policy_id: str, trigger: str, due: str
    ) -> OccurrenceRow | None:
        """The record of a trigger's last due time before a moment."""
        sql = (
            "SELECT * FROM occurrences WHERE policy_id = ? AND trigger = ? AND due < ?"
            " ORDER BY due DESC LIMIT 1"
        )
        rows = await self._all(sql, policy_id, trigger, due)
        return _occurrence(rows[0]) if rows else None

    async def occurrences_ahead(self) -> list[OccurrenceRow]:
        """Records beyond what is settled of their triggers: the clock was set back."""
        sql = (
            "SELECT o.* FROM triggers t JOIN occurrences o ON o.policy_id = t.policy_id"
            " AND o.trigger = t.trigger AND o.due > t.settled WHERE t.retired_at IS NULL"
            " AND t.look_at IS NOT NULL"
        )
        return [_occurrence(row) for row in await self._all(sql)]

    async def occurrences_thinned(self) -> dict[tuple[str, str], tuple[str, int]]:
        """Through which due time each trigger's records were thinned, and of how many."""
        rows = await self._all("SELECT * FROM occurrences_thinned")
        return {
            (policy_id, trigger): (through, count) for policy_id, trigger, through, count in rows
        }

    async def occurrences_beyond(self, most: int) -> int:
        """How many records there are beyond a number."""
        ((count,),) = await self._all("SELECT count(*) FROM occurrences")
        return max(0, int(count) - most)

    async def occurrences_until(self, moment: str, most: int) -> list[OccurrenceRow]:
        """So many records of due times until a moment, the oldest first, that nothing needs.

        What waits, and what an open run was started by, is needed.
        """
        sql = (
            "SELECT o.* FROM occurrences o LEFT JOIN workflow_executions r ON r.id = o.run_id"
            " WHERE o.through <= ?1 AND o.status NOT IN ('queued', 'asked') AND (r.id IS NULL OR"
            " r.status IN ('COMPLETED', 'FAILED', 'TIMED_OUT', 'CANCELLED'))"
            " ORDER BY o.through LIMIT ?2"
        )
        return [_occurrence(row) for row in await self._all(sql, moment, most)]

    async def occurrence_of(self, run_id: str) -> OccurrenceRow | None:
        """What a run was started by, if it was a trigger."""
        rows = await self._occurrences("run_id = ?1", run_id)
        return rows[0] if rows else None

    async def _occurrences(self, where: str, *values: Any) -> list[OccurrenceRow]:
        sql = f"SELECT * FROM occurrences WHERE {where} ORDER BY due, policy_id, trigger"  # noqa: S608
        rows = await self._all(sql, *values)
        return [_occurrence(row) for row in rows]


def _occurrence(row: tuple[Any, ...]) -> OccurrenceRow:
    return OccurrenceRow(*with_value(with_value(row, _MISSED, bool), _PAYLOAD, decoded))
