"""Questions about what the owner was told: notices, and who did what."""

from assent_engine.notices import Notice, NoticeLevel
from assent_engine.store.reads.asking import Asking, Part
from assent_engine.store.records import AuditEntry


def _about(policy_id: str) -> str:
    """Whether a notice is about a policy: about one of its runs, or one of its due times."""
    of_run = "(SELECT policy_id FROM workflow_executions WHERE id = notices.run_id)"
    return f"({policy_id} = {of_run} OR instr(notices.key, 'occurrence/' || {policy_id}) = 1)"


class ToldReads(Asking):
    """Questions about what the owner was told: notices, and who did what."""

    async def notices(self, run_id: str | None = None) -> list[Notice]:
        """Notices in the order in which they were recorded; of one run, or all."""
        sql = "SELECT key, text, level, run_id FROM notices WHERE ?1 IS NULL OR run_id = ?1"
        rows = await self._all(f"{sql} ORDER BY rowid", run_id)
        return [Notice(key, text, NoticeLevel(level), of) for key, text, level, of in rows]

    async def notice(self, key: str) -> Notice | None:
        found = await self._all("SELECT key, text, level, run_id FROM notices WHERE key = ?", key)
        return (
            Notice(found[0][0], found[0][1], NoticeLevel(found[0][2]), found[0][3])
            if found
            else None
        )

    async def notice_page(
        self, part: Part, policy_id: str | None = None
    ) -> list[tuple[Notice, str, str | None]]:
        """A part of the notices, by key, each with when it was recorded, and its policy's name.

        In the order in which they were recorded; of one policy, or all.
        """
        name = f"(SELECT p.name FROM policies p WHERE {_about('p.policy_id')})"  # noqa: S608
        columns = f"key, text, level, run_id, at, {name}"
        sql = part.of("notices", columns, "key", f"?2 IS NULL OR {_about('?2')}")
        return [
            (Notice(key, text, NoticeLevel(level), of), at, policy)
            for key, text, level, of, at, policy in await self._all(
                sql, part.after, policy_id, part.most
            )
        ]

    async def problems_since(self, moment: str) -> int:
        """How many notices of problems were recorded from then on."""
        sql = "SELECT count(*) FROM notices WHERE level = ?1 AND at >= ?2"
        ((count,),) = await self._all(sql, NoticeLevel.PROBLEM, moment)
        return int(count)

    async def noticed_at(self, key: str) -> str | None:
        """When the notice of that key was recorded."""
        rows = await self._all("SELECT at FROM notices WHERE key = ?", key)
        return str(rows[0][0]) if rows else None

    async def audit_page(self, part: Part) -> list[tuple[int, AuditEntry]]:
        """A part of the audit, by number."""
        sql = part.of("audit", "seq, at, who, action, subject, detail", "seq")
        rows = await self._all(sql, part.after, None, part.most)
        return [(seq, AuditEntry(*row)) for seq, *row in rows]

    async def last_restore(self) -> str | None:
        """When the home was last restored from a backup."""
        ((at,),) = await self._all("SELECT max(at) FROM audit WHERE action = 'restore'")
        return None if at is None else str(at)

    async def audit(self) -> list[AuditEntry]:
        rows = await self._all("SELECT at, who, action, subject, detail FROM audit ORDER BY seq")
        return [AuditEntry(*row) for row in rows]
