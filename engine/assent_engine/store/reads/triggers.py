"""Questions about triggers: what each is, and when to look at it."""

from functools import partial
from typing import Any

from assent_engine.store.reads.asking import Asking
from assent_engine.store.reads.values import with_value, word
from assent_engine.store.rows import TriggerRow
from assent_schemas.statuses import PolicyStatus


class TriggerReads(Asking):
    """Questions about triggers: what each is, and when to look at it."""

    async def triggers(self, policy_id: str | None = None) -> list[TriggerRow]:
        """Triggers in force, of one policy or of all."""
        where = "t.retired_at IS NULL AND (?1 IS NULL OR t.policy_id = ?1)"
        return await self._triggers(where, policy_id)

    async def triggers_to_look_at(self, now: str) -> list[TriggerRow]:
        """Triggers in force of which something has to be decided."""
        return await self._triggers("t.look_at <= ?1", now)

    async def triggers_of(self, kind: str) -> list[TriggerRow]:
        """Triggers in force of one type."""
        return await self._triggers(
            "t.retired_at IS NULL AND substr(t.trigger, 1, length(?1)) = ?1", f"{kind}-"
        )

    async def trigger(self, policy_id: str, trigger: str) -> TriggerRow | None:
        """One trigger, in force or retired."""
        rows = await self._triggers("t.policy_id = ?1 AND t.trigger = ?2", policy_id, trigger)
        return rows[0] if rows else None

    async def _triggers(self, where: str, *values: Any) -> list[TriggerRow]:
        sql = (
            "SELECT t.*, p.name, p.status FROM triggers t JOIN policies p USING (policy_id)"  # noqa: S608
            f" WHERE {where} ORDER BY t.policy_id, t.trigger"
        )
        rows = await self._all(sql, *values)
        return [TriggerRow(*with_value(row, -1, partial(word, PolicyStatus))) for row in rows]

    async def zones_seen(self) -> dict[str, str]:
        """What the zone data said of each zone when it was last looked at, as digests."""
        return dict(await self._all("SELECT zone, digest FROM zones_seen"))

    async def files_seen(self, policy_id: str, trigger: str) -> dict[str, tuple[int, int]]:
        """Size and time of change, in nanoseconds, of each file that a trigger was told of."""
        sql = "SELECT path, size, mtime_ns FROM files_seen WHERE policy_id = ? AND trigger = ?"
        return {path: (size, at) for path, size, at in await self._all(sql, policy_id, trigger)}

    async def next_look(self) -> str | None:
        """The first moment at which a trigger has to be looked at."""
        ((moment,),) = await self._all("SELECT min(look_at) FROM triggers WHERE look_at NOT NULL")
        return moment if moment is None else str(moment)

    async def next_due(self, now: str) -> str | None:
        """The first moment at which a trigger of a policy that is on, and not paused, is due."""
        sql = (
            "SELECT min(t.look_at) FROM triggers t JOIN policies p USING (policy_id)"
            " WHERE t.look_at NOT NULL AND p.status = 'enabled' AND NOT EXISTS (SELECT 1"
            " FROM pauses s WHERE s.subject IN ('*', t.policy_id)"
            " AND (s.until IS NULL OR s.until > ?))"
        )
        ((moment,),) = await self._all(sql, now)
        return moment if moment is None else str(moment)
