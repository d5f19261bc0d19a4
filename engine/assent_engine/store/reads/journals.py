"""Questions about what runs recorded: journals, saga logs, and the ledger of their ends."""

from assent_engine.store.reads.asking import NO_LIMIT, Asking
from assent_engine.store.reads.values import decoded_if_any, with_value
from assent_engine.store.records import JournalEntry, LedgerEntry, SagaEntry
from assent_engine.store.rows import EndedRun


class JournalReads(Asking):
    """Questions about what runs recorded: journals, saga logs, and the ledger of their ends."""

    async def journal(
        self, run_id: str, *, after: int = 0, most: int = NO_LIMIT
    ) -> list[JournalEntry]:
        """The journal of a run, in order: the whole, or a part of it."""
        sql = "SELECT * FROM journal WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?"
        return [JournalEntry(*row) for row in await self._all(sql, run_id, after, most)]

    async def marked(self, run_id: str, mark: str) -> list[JournalEntry]:
        """The outcomes in a run's journal that have something under this key, in order.

        Without those that a redrive has taken back. A damaged one is for whoever reads the
        journal to tell of.
        """
        sql = (
            "SELECT * FROM journal WHERE run_id = ?1 AND kind = 'step'"
            " AND iif(json_valid(data), json_extract(data, '$.' || ?2), NULL) IS NOT NULL"
            " AND seq NOT IN (SELECT one.value FROM journal r,"
            " json_each(iif(json_valid(r.data), r.data, '{}'), '$.forget') one"
            " WHERE r.run_id = ?1 AND r.kind = 'redrive')"
            " ORDER BY seq"
        )
        return [JournalEntry(*row) for row in await self._all(sql, run_id, mark)]

    async def entry(self, run_id: str, seq: int) -> JournalEntry | None:
        """One entry of a run's journal."""
        sql = "SELECT * FROM journal WHERE run_id = ? AND seq = ?"
        rows = await self._all(sql, run_id, seq)
        return JournalEntry(*rows[0]) if rows else None

    async def saga_log(self, run_id: str) -> list[SagaEntry]:
        """A run's completed side effects, in order."""
        sql = "SELECT * FROM saga_log WHERE run_id = ? ORDER BY seq"
        return [SagaEntry(*row) for row in await self._all(sql, run_id)]

    async def ends_after(self, seq: int) -> list[EndedRun]:
        """Ends of runs beyond an entry of the ledger; without those that another run called."""
        sql = (
            "SELECT l.seq, r.id, r.policy_id, p.name, r.status, r.updated_at, r.output"
            " FROM ledger l JOIN workflow_executions r ON r.id = l.run_id"
            " JOIN policies p USING (policy_id)"
            " WHERE l.seq > ? AND r.parent_run IS NULL ORDER BY l.seq"
        )
        rows = await self._all(sql, seq)
        return [EndedRun(*with_value(row, -1, decoded_if_any)) for row in rows]

    async def last_of_ledger(self) -> LedgerEntry | None:
        rows = await self._all("SELECT * FROM ledger ORDER BY seq DESC LIMIT 1")
        return LedgerEntry(*rows[0]) if rows else None
